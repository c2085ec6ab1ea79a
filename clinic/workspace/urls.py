"""Below /review/: the clinicians' workspace."""

from django.urls import path

from clinic.workspace import consents, documents, events, opening, questions, record, review, timeline, views

urlpatterns = [
    path("", views.queue, name="review"),
    path("people/<uuid:pk>/", record.person, name="review_person"),
    path("people/<uuid:pk>/timeline/", timeline.timeline, name="review_timeline"),
    path("people/<uuid:pk>/open/", opening.open_record, name="review_open"),
    path("people/<uuid:pk>/papers/", opening.papers, name="review_papers"),
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
    path("decisions/<uuid:pk>/add/", review.add, name="review_decision_add"),
    path("<uuid:pk>/", record.record, name="review_record"),
    path("<uuid:pk>/claim/", review.claim, name="review_claim"),
    path("<uuid:pk>/flags/", review.flags, name="review_flags"),
    path("<uuid:pk>/read/<int:number>/", review.read_part, name="review_part"),
    path("<uuid:pk>/decide/", review.decide, name="review_decide"),
    path("<uuid:pk>/hand-over/", review.hand_over, name="review_hand_over"),
]
