"""Below /book/: the kinds of appointment."""

from django.urls import path

from bookings.kinds import views

urlpatterns = [path("", views.kinds, name="book")]
