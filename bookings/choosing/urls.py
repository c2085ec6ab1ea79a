"""Below /book/: the free times of a kind. Open to everybody."""

from django.urls import path

from bookings.choosing import views

urlpatterns = [
    path("<slug:slug>/", views.choose, name="book_kind"),
]
