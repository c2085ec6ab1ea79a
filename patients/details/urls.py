"""Below /care/: the person's own details."""

from django.urls import path

from patients.details import views

urlpatterns = [
    path("details/", views.profile, name="profile"),
    path("details/supporter/withdraw/", views.withdraw, name="profile_withdraw"),
    path("details/<slug:part>/", views.part, name="profile_part"),
]
