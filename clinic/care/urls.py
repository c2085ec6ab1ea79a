"""Below /care/: the patient's own front page."""

from django.urls import path

from clinic.care import views

urlpatterns = [path("", views.home, name="care")]
