"""Below /book/: kinds and their free times. Open to everybody."""

from django.urls import path

from bookings.appointments import views

urlpatterns = [
    path("", views.kinds, name="book"),
    path("<slug:slug>/", views.choose, name="book_kind"),
]
