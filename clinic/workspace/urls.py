"""Below /review/: the clinicians' workspace."""

from django.urls import path

from clinic.workspace import questions, views

urlpatterns = [
    path("", views.queue, name="review"),
    path("people/<uuid:pk>/questions/", questions.questions, name="review_questions"),
    path("people/<uuid:pk>/questions/<uuid:asked>/withdraw/", questions.withdraw, name="review_questions_withdraw"),
    path("<uuid:pk>/", views.record, name="review_record"),
    path("<uuid:pk>/claim/", views.claim, name="review_claim"),
    path("<uuid:pk>/decide/", views.decide, name="review_decide"),
]
