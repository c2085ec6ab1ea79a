"""Below /review/: the clinicians' workspace."""

from django.urls import path

from clinic.workspace import views

urlpatterns = [
    path("", views.queue, name="review"),
    path("<uuid:pk>/", views.record, name="review_record"),
    path("<uuid:pk>/claim/", views.claim, name="review_claim"),
    path("<uuid:pk>/decide/", views.decide, name="review_decide"),
]
