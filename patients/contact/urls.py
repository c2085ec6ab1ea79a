"""Below /care/: how we reach a person."""

from django.urls import path

from patients.contact import views

urlpatterns = [path("contact/", views.contact, name="contact")]
