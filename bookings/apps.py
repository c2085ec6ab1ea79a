"""The bookings app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """See docs/architecture.md for its features."""

    name = "bookings"

    def ready(self) -> None:
        """Register who writes the messages about appointments."""
        from bookings.appointments import letters, words  # noqa: PLC0415 - models must be loaded first
        from bookings.waitlist import letters as waitlist  # noqa: PLC0415 - as above
        from clinic.outbox.registry import register  # noqa: PLC0415 - as above

        register("booking_confirmed", letters.booking_confirmed, words.CONFIRMED, words.SAMPLES, letters.visits)
        register("booking_moved", letters.booking_moved, words.MOVED, words.SAMPLES, letters.visits)
        register("booking_cancelled", letters.booking_cancelled, words.CANCELLED, words.CANCELLED_BY, letters.visits)
        register("please_move", letters.please_move, words.PLEASE_MOVE, words.SAMPLES, letters.visits)
        register("missing_7d", letters.missing, words.MISSING, words.SAMPLES, letters.visits)
        register("missing_4d", letters.missing, words.MISSING, words.SAMPLES, letters.visits)
        register("did_not_attend", letters.did_not_attend, words.DID_NOT_ATTEND, words.SAMPLES, letters.visits)
        register("reminder_48h", letters.reminder, words.REMINDER, words.WITH_ANSWER, letters.visits)
        register("reminder_3h", letters.reminder, words.REMINDER, words.WITH_ANSWER, letters.visits)
        register("waiting_list_offer", waitlist.waiting_list_offer, waitlist.OFFER, waitlist.SAMPLES)
