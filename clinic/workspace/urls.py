"""Below /review/: the clinicians' workspace."""

from django.urls import path

from clinic.workspace import consents, documents, events, questions, views

urlpatterns = [
    path("", views.queue, name="review"),
    path("people/<uuid:pk>/questions/", questions.questions, name="review_questions"),
    path("people/<uuid:pk>/questions/<uuid:asked>/withdraw/", questions.withdraw, name="review_questions_withdraw"),
    path("people/<uuid:pk>/consents/", consents.consents, name="review_consents"),
    path("people/<uuid:pk>/questions/scores/", questions.scores, name="review_questions_scores"),
    path("people/<uuid:pk>/documents/", documents.of_a_patient, name="review_documents"),
    path("documents/<uuid:pk>/", documents.document, name="review_document"),
    path("documents/<uuid:pk>/file/", documents.file, name="review_document_file"),
    path("documents/<uuid:pk>/pages/<int:number>/", documents.page, name="review_document_page"),
    path("people/<uuid:pk>/events/", events.of_a_patient, name="review_events"),
    path("people/<uuid:pk>/events/new/", events.new, name="review_events_new"),
    path("events/<uuid:pk>/", events.event, name="review_event"),
    path("events/<uuid:pk>/hold/", events.hold, name="review_event_hold"),
    path("events/<uuid:pk>/close/", events.close, name="review_event_close"),
    path("<uuid:pk>/", views.record, name="review_record"),
    path("<uuid:pk>/claim/", views.claim, name="review_claim"),
    path("<uuid:pk>/decide/", views.decide, name="review_decide"),
]
