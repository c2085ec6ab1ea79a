"""Below /care/data/: a patient's data."""

from django.urls import path

from patients.rights import views

urlpatterns = [
    path("", views.data, name="care_data"),
    path("correct/", views.correct, name="care_data_correct"),
    path("complain/", views.complain, name="care_data_complain"),
]
