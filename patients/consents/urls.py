"""Below /care/: a person's own consents."""

from django.urls import path

from patients.consents import views

urlpatterns = [
    path("consents/", views.consents, name="care_consents"),
    path("consents/<slug:purpose>/", views.consent, name="care_consent"),
]
