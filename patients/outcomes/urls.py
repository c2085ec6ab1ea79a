"""The questions before a review: by the link of a message, and below /care/ for who is signed in; and their scores."""

from django.urls import path

from patients.outcomes import score_views, views

urlpatterns = [
    path("q/<str:token>/", views.by_link, name="questions"),
    path("q/<str:token>/<slug:slug>/", views.page_by_link, name="questions_page"),
    path("care/scores/", score_views.scores, name="care_scores"),
    path("care/questions/", views.own, name="care_questions"),
    path("care/questions/<slug:slug>/", views.own_page, name="care_questions_page"),
]
