"""Below /signed-in/: what was kept."""

from django.urls import path

from clinic.keeping import views

urlpatterns = [path("throw-away/", views.throw_away, name="throw_away_typing")]
