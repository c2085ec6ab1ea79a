"""Below /admin/, before the stock admin: the pages of the desk."""

from django.urls import path

from clinic.workspace import (
    desk,
    desk_accounts,
    desk_booking,
    desk_duplicates,
    desk_lists,
    desk_money,
    desk_people,
    desk_video,
    report,
)

urlpatterns = [
    path("diary/", desk.diary, name="desk_diary"),
    path("diary/week/", desk.week, name="desk_week"),
    path("diary/list/", desk.outage_list, name="desk_list"),
    path("book/", desk_people.find, name="desk_book"),
    path("book/new-patient/", desk_people.add, name="desk_add_patient"),
    path("book/<uuid:pk>/", desk_booking.book, name="desk_book_patient"),
    path("people/<uuid:pk>/claim-code/", desk_people.claim_code, name="desk_claim_code"),
    path("duplicates/", desk_duplicates.duplicates, name="desk_duplicates"),
    path("duplicates/<uuid:pk>/<uuid:other>/", desk_duplicates.not_the_same, name="desk_tell_apart"),
    path("appointments/<uuid:pk>/move/", desk_booking.move, name="desk_move"),
    path("appointments/<uuid:pk>/cancel/", desk_booking.cancel, name="desk_cancel"),
    path("appointments/<uuid:pk>/video/", desk_video.video, name="desk_video"),
    path("charges/", desk_money.charges, name="desk_charges"),
    path("refunds-due/", desk_money.refunds_due, name="desk_refunds_due"),
    path("appointments/<uuid:pk>/charge/", desk_money.charge, name="desk_charge"),
    path("appointments/<uuid:pk>/charge/<slug:act>/", desk_money.act, name="desk_charge_act"),
    path("appointments/<uuid:pk>/mistake/", desk.take_back, name="desk_take_back"),
    path("appointments/<uuid:pk>/<slug:act>/", desk.act, name="desk_act"),
    path("lists/", desk_lists.lists, name="desk_lists"),
    path("report/", report.report, name="desk_report"),
    path("report/export/", report.export, name="desk_report_export"),
    path("accounts/<uuid:pk>/deactivate/", desk_accounts.deactivate, name="desk_deactivate"),
    path("accounts/<uuid:pk>/reactivate/", desk_accounts.reactivate, name="desk_reactivate"),
]
