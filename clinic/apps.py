"""The foundation's app, and the admin site with its door."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ClinicConfig(AppConfig):
    """Accounts, messages, worklist, pages: what knows nothing of patients or bookings."""

    name = "clinic"
    verbose_name = "The clinic"

    def ready(self) -> None:
        """Register the system checks, who writes the foundation's messages, and who takes a mail provider's reports."""
        from anymail.signals import tracking  # noqa: PLC0415 - models must be loaded first

        from clinic import checks, mail_events  # noqa: F401, PLC0415 - as above, and registering is the point
        from clinic.enquiries import letters as enquiries  # noqa: PLC0415 - as above
        from clinic.outbox.registry import register  # noqa: PLC0415 - as above
        from clinic.staff import letters as staff  # noqa: PLC0415 - as above

        tracking.connect(mail_events.note)
        register("enquiry_received", enquiries.enquiry_received)
        register("staff_invited", staff.staff_invited)
        register("task_overdue", staff.task_overdue)


class ClinicAdminConfig(AdminConfig):
    """The stock admin behind our sign-in and second factor."""

    default_site = "clinic.accounts.admin_site.ClinicAdminSite"
