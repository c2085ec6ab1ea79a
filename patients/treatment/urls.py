"""Below /care/plan/: a patient's own plan."""

from django.urls import path

from patients.treatment import views

urlpatterns = [path("", views.plan, name="care_plan")]
