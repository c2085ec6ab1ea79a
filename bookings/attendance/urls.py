"""Saying that one will come, or that one cannot: below /appointments/, and by the link of a message."""

from django.urls import path

from bookings.attendance import views

urlpatterns = [
    path("appointments/<uuid:pk>/will-come/", views.will_come, name="appointment_will_come"),
    path("v/<str:token>/", views.answer, name="visit_answer"),
    path("v/<str:token>/cancel/", views.cannot_come, name="visit_cannot_come"),
]
