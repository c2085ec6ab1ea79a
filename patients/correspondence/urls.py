"""Below /care/letters/: a patient's copies of the letters to their GP."""

from django.urls import path

from patients.correspondence import views

urlpatterns = [
    path("", views.letters, name="care_letters"),
    path("<uuid:pk>/", views.letter, name="care_letter"),
    path("<uuid:pk>/letter.pdf", views.file, name="care_letter_pdf"),
]
