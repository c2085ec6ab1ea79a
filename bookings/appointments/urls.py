"""Below /appointments/: one appointment and what its patient can do with it."""

from django.urls import path

from bookings.appointments import views

urlpatterns = [
    path("<uuid:pk>/", views.appointment, name="appointment"),
    path("<uuid:pk>/cancel/", views.cancel, name="appointment_cancel"),
    path("<uuid:pk>/calendar.ics", views.calendar, name="appointment_calendar"),
]
