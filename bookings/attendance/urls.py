"""Below /appointments/: saying that one will come."""

from django.urls import path

from bookings.attendance import views

urlpatterns = [path("<uuid:pk>/will-come/", views.will_come, name="appointment_will_come")]
