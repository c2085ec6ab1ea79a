"""Below /eligibility/: the questions before anybody signs up. Answers travel by POST only."""

from django.urls import path

from patients.eligibility import views

urlpatterns = [
    path("", views.precheck, name="precheck"),
]
