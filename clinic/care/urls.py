"""Below /care/: the patient's own front page, and their messages."""

from django.urls import path

from clinic.care import messages, views

urlpatterns = [
    path("", views.home, name="care"),
    path("messages/", messages.messages, name="care_messages"),
]
