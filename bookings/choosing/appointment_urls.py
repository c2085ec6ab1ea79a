"""Below /appointments/: from a held time to a visit, and another time for it."""

from django.urls import path

from bookings.choosing import views

urlpatterns = [
    path("<uuid:pk>/confirm/", views.confirm, name="appointment_confirm"),
    path("<uuid:pk>/more-time/", views.more_time, name="appointment_more_time"),
    path("<uuid:pk>/reschedule/", views.reschedule, name="appointment_reschedule"),
]
