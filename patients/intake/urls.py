"""Below /intake/: the form before a first assessment."""

from django.urls import path

from patients.intake import views

urlpatterns = [
    path("", views.task_list, name="intake"),
    path("urgent/", views.urgent, name="intake_urgent"),
    path("check/", views.check, name="intake_check"),
    path("sent/", views.sent, name="intake_sent"),
    path("<slug:section>/", views.section, name="intake_section"),
    path("<slug:section>/<slug:entry>/", views.entry, name="intake_entry"),
]
