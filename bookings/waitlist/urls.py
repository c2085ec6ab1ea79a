"""Below /waiting-list/: a patient's own entries and offers."""

from django.urls import path

from bookings.waitlist import views

urlpatterns = [
    path("", views.entries, name="waiting_list"),
    path("new/", views.ask, name="waiting_list_new"),
    path("<uuid:pk>/change/", views.change, name="waiting_list_change"),
    path("<uuid:pk>/withdraw/", views.withdraw, name="waiting_list_withdraw"),
    path("offers/<uuid:pk>/", views.offer, name="waiting_list_offer"),
    path("offers/<uuid:pk>/decline/", views.decline, name="waiting_list_decline"),
]
