"""Below /review/: the clinicians' workspace."""

from django.urls import path

from clinic.workspace import consents, documents, notes, questions, views

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
    path("visits/", notes.visits, name="review_visits"),
    path("visits/<uuid:pk>/begin/", notes.begin, name="review_visit_begin"),
    path("visits/<uuid:pk>/complete/", notes.complete, name="review_visit_complete"),
    path("people/<uuid:pk>/notes/", notes.of_a_patient, name="review_notes"),
    path("people/<uuid:pk>/notes/add/", notes.add, name="review_notes_add"),
    path("notes/<uuid:pk>/", notes.note, name="review_note"),
    path("<uuid:pk>/", views.record, name="review_record"),
    path("<uuid:pk>/claim/", views.claim, name="review_claim"),
    path("<uuid:pk>/decide/", views.decide, name="review_decide"),
]
