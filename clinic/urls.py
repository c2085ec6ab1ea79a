"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from clinic import demo_mail, demo_styles, health, home, mail_events
from clinic.care import receipts

handler400 = "clinic.errors.bad_request"
handler403 = "clinic.errors.forbidden"
handler404 = "clinic.errors.not_found"
handler500 = "clinic.errors.server_error"

urlpatterns = [
    path("signed-in/", home.after_sign_in, name="home_after_sign_in"),
    path("signed-in/stay/", home.stay, name="stay_signed_in"),
    path("signed-in/", include("clinic.keeping.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("mail-events/", mail_events.mail_events, name="mail_events"),
    path("accounts/", include("allauth.urls")),
    path("admin/", include("clinic.workspace.desk_urls")),
    path("admin/", admin.site.urls),
    path("book/", include("bookings.kinds.urls")),
    path("book/", include("bookings.choosing.urls")),
    path("appointments/<uuid:pk>/receipt/", receipts.receipt, name="appointment_receipt"),
    path("appointments/", include("bookings.appointments.urls")),
    path("", include("bookings.attendance.urls")),
    path("", include("patients.outcomes.urls")),
    path("appointments/", include("bookings.choosing.appointment_urls")),
    path("waiting-list/", include("bookings.waitlist.urls")),
    path("care/", include("clinic.care.urls")),
    path("care/documents/", include("patients.documents.urls")),
    path("care/letters/", include("patients.correspondence.urls")),
    path("care/plan/", include("patients.treatment.urls")),
    path("care/data/", include("patients.rights.urls")),
    path("care/side-effects/", include("patients.safety.urls")),
    path("care/prescriptions/", include("patients.prescriptions.urls")),
    path("care/", include("patients.profile.urls")),
    path("care/", include("patients.details.urls")),
    path("care/", include("patients.contact.urls")),
    path("care/", include("patients.consents.urls")),
    path("eligibility/", include("patients.eligibility.urls")),
    path("intake/", include("patients.intake.urls")),
    path("review/", include("clinic.workspace.urls")),
]

if settings.DEMO or settings.TESTING:
    urlpatterns += [
        path("demo/mail/", demo_mail.letters, name="demo_mail"),
        path("demo/mail/<slug:name>/", demo_mail.letter, name="demo_letter"),
        path("demo/styleguide/", demo_styles.styles, name="demo_styles"),
    ]

# Last: any other single word is a page's address.
urlpatterns += [path("", include("clinic.website.urls"))]
