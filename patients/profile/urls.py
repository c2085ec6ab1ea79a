"""Below /care/: the person's own details."""

from django.urls import path

from patients.profile import views

urlpatterns = [
    path("details/", views.profile, name="profile"),
    path("claim/", views.claim, name="claim"),
]
