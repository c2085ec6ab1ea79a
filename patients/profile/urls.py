"""Below /care/: joining a record that staff wrote."""

from django.urls import path

from patients.profile import views

urlpatterns = [
    path("claim/", views.claim, name="claim"),
]
