"""Below /care/: the patient's own front page, their messages, and what we hold about them."""

from django.urls import path

from clinic.care import checks, closing, copy, messages, seen, views

urlpatterns = [
    path("", views.home, name="care"),
    path("checks/", checks.checks, name="care_checks"),
    path("close/", closing.close, name="care_close"),
    path("closed/", closing.closed, name="care_closed"),
    path("copy/", copy.ask, name="care_copy"),
    path("copy/<uuid:pk>/", copy.page, name="care_copy_page"),
    path("copy/<uuid:pk>/data.json", copy.file, name="care_copy_file"),
    path("seen/", seen.seen, name="care_seen"),
    path("messages/", messages.messages, name="care_messages"),
]
