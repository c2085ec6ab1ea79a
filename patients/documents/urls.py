"""Below /care/documents/: a patient's own documents."""

from django.urls import path

from patients.documents import views

urlpatterns = [
    path("", views.documents, name="care_documents"),
    path("<uuid:pk>/file/", views.file, name="care_document_file"),
    path("<uuid:pk>/remove/", views.remove, name="care_document_remove"),
]
