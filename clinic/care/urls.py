"""Below /care/: the patient's own front page, and their messages."""

from django.urls import path

from clinic.care import closing, messages, views

urlpatterns = [
    path("", views.home, name="care"),
    path("close/", closing.close, name="care_close"),
    path("closed/", closing.closed, name="care_closed"),
    path("messages/", messages.messages, name="care_messages"),
]
