"""Below /review/: the clinicians' workspace."""

from django.urls import path

from clinic.workspace import consents, documents, letters, notes, questions, views

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
    path("notes/<uuid:pk>/letter/", letters.due, name="review_letter_due"),
    path("notes/<uuid:pk>/no-letter/", letters.end_without, name="review_letter_none"),
    path("people/<uuid:pk>/letters/", letters.of_a_patient, name="review_letters"),
    path("people/<uuid:pk>/letters/add/", letters.add, name="review_letters_add"),
    path("letters/", letters.open_letters, name="review_letters_open"),
    path("letters/<uuid:pk>/", letters.letter, name="review_letter"),
    path("letters/<uuid:pk>/letter.pdf", letters.file, name="review_letter_pdf"),
    path("letters/<uuid:pk>/sent/", letters.sent, name="review_letter_sent"),
    path("letters/<uuid:pk>/acknowledged/", letters.acknowledged, name="review_letter_acknowledged"),
    path("letters/<uuid:pk>/withdraw/", letters.withdraw, name="review_letter_withdraw"),
    path("<uuid:pk>/", views.record, name="review_record"),
    path("<uuid:pk>/claim/", views.claim, name="review_claim"),
    path("<uuid:pk>/decide/", views.decide, name="review_decide"),
]
