"""Below /admin/, before the stock admin: the pages of the desk."""

from django.urls import path

from clinic.workspace import desk, desk_accounts, desk_bookable, desk_booking, desk_hours, desk_time_off

urlpatterns = [
    path("diary/", desk.diary, name="desk_diary"),
    path("book/", desk_booking.find, name="desk_book"),
    path("book/new-patient/", desk_booking.add, name="desk_add_patient"),
    path("book/<uuid:pk>/", desk_booking.book, name="desk_book_patient"),
    path("appointments/<uuid:pk>/move/", desk_booking.move, name="desk_move"),
    path("appointments/<uuid:pk>/cancel/", desk_booking.cancel, name="desk_cancel"),
    path("appointments/<uuid:pk>/<slug:act>/", desk.act, name="desk_act"),
    path("hours/", desk_hours.everybody, name="desk_hours"),
    path("hours/<uuid:pk>/", desk_hours.week, name="desk_week"),
    path("time-off/", desk_time_off.coming, name="desk_time_off"),
    path("time-off/add/", desk_time_off.add, name="desk_time_off_add"),
    path("time-off/<uuid:pk>/", desk_time_off.one, name="desk_time_off_one"),
    path("time-off/<uuid:pk>/cancel/", desk_time_off.cancel, name="desk_time_off_cancel"),
    path("clinicians/<uuid:pk>/bookable/", desk_bookable.change, name="desk_bookable"),
    path("accounts/<uuid:pk>/deactivate/", desk_accounts.deactivate, name="desk_deactivate"),
    path("accounts/<uuid:pk>/reactivate/", desk_accounts.reactivate, name="desk_reactivate"),
]
