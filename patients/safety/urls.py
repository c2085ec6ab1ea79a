"""Below /care/side-effects/: what a patient tells us of side effects."""

from django.urls import path

from patients.safety import views

urlpatterns = [
    path("", views.listed, name="care_events"),
    path("new/", views.new, name="care_event_new"),
    path("<uuid:pk>/", views.one, name="care_event"),
]
