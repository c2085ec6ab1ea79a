"""Below /care/prescriptions/: where each is, the pharmacy, and asking for the next."""

from django.urls import path

from patients.prescriptions import views

urlpatterns = [
    path("", views.listed, name="care_prescriptions"),
    path("pharmacy/", views.pharmacy, name="care_pharmacy"),
    path("ask/", views.ask, name="care_prescription_ask"),
    path("asked/<uuid:pk>/", views.asked, name="care_prescription_asked"),
]
