"""Below /intake/: the form before a first assessment."""

from django.urls import path

from patients.intake import list_views, sent_views, views

urlpatterns = [
    path("", views.task_list, name="intake"),
    path("next/", views.next_page, name="intake_next"),
    path("details/", views.details_left, name="intake_details"),
    path("urgent/", views.urgent, name="intake_urgent"),
    path("check/", views.check, name="intake_check"),
    path("sent/", views.sent, name="intake_sent"),
    path("change/", sent_views.change, name="intake_change"),
    path("keep/", sent_views.keep, name="intake_keep"),
    path("reply/", sent_views.reply, name="intake_reply"),
    path("review/", sent_views.review, name="intake_review"),
    path("<slug:section>/", views.section, name="intake_section"),
    path("<slug:section>/<slug:entry>/", list_views.entry, name="intake_entry"),
]
