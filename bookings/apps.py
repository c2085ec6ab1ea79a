"""The bookings app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """See docs/architecture.md for its features."""

    name = "bookings"

    def ready(self) -> None:
        """Register who writes the messages about appointments."""
        from bookings.appointments import letters  # noqa: PLC0415 - models must be loaded first
        from bookings.waitlist import letters as waitlist  # noqa: PLC0415 - as above
        from clinic.outbox.registry import register  # noqa: PLC0415 - as above

        register("booking_confirmed", letters.booking_confirmed)
        register("booking_moved", letters.booking_moved)
        register("booking_cancelled", letters.booking_cancelled)
        register("please_move", letters.please_move)
        register("missing_7d", letters.missing)
        register("missing_4d", letters.missing)
        register("did_not_attend", letters.did_not_attend)
        register("reminder_48h", letters.reminder)
        register("reminder_3h", letters.reminder)
        register("waiting_list_offer", waitlist.waiting_list_offer)
