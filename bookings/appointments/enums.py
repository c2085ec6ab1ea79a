"""The states of an appointment, which may follow which, and the parts of a day."""

from django.db import models


class State(models.TextChoices):
    """``confirmed`` means the patient said "I will be there"; nothing depends on it."""

    HELD = "held", "Held for a few minutes"
    EXPIRED = "expired", "Hold ended"
    BOOKED = "booked", "Booked"
    CONFIRMED = "confirmed", "Booked, patient will come"
    CHECKED_IN = "checked_in", "Arrived"
    IN_PROGRESS = "in_progress", "Under way"
    COMPLETED = "completed", "Completed"
    ENDED_EARLY = "ended_early", "Ended early"
    CANCELLED_BY_PATIENT = "cancelled_by_patient", "Cancelled by the patient"
    CANCELLED_BY_CLINIC = "cancelled_by_clinic", "Cancelled by the clinic"
    DID_NOT_ATTEND = "did_not_attend", "Did not attend"


class PartOfDay(models.TextChoices):
    """What people call a time of day; ``policy.part_of_day`` says when one ends."""

    MORNING = "morning", "Morning"
    AFTERNOON = "afternoon", "Afternoon"
    EVENING = "evening", "Evening"


# Where the patient reads it, a state may need other words than for staff.
TO_PATIENT: dict[str, str] = {State.CONFIRMED: "Booked", State.CANCELLED_BY_PATIENT: "Cancelled by you"}
CANCELLED = frozenset({State.CANCELLED_BY_PATIENT, State.CANCELLED_BY_CLINIC})
UPCOMING = frozenset({State.BOOKED, State.CONFIRMED})
OVER_WITHOUT_A_VISIT = CANCELLED | {State.EXPIRED}  # these free the time; every other state keeps it
MAY_BE_TAKEN_BACK = frozenset({State.CHECKED_IN, State.DID_NOT_ATTEND})
HOLD_STATES = frozenset({State.HELD, State.EXPIRED})

MOVES: dict[str, frozenset[str]] = {
    State.HELD: frozenset({State.BOOKED, State.EXPIRED}),
    State.BOOKED: frozenset({State.CONFIRMED, State.CHECKED_IN, State.DID_NOT_ATTEND}) | CANCELLED,
    State.CONFIRMED: frozenset({State.BOOKED, State.CHECKED_IN, State.DID_NOT_ATTEND}) | CANCELLED,
    # Back to booked: a wrongly pressed button, on the day itself and with a reason (attendance.actions.take_back).
    State.CHECKED_IN: frozenset({State.IN_PROGRESS, State.ENDED_EARLY, State.BOOKED}),
    State.IN_PROGRESS: frozenset({State.COMPLETED, State.ENDED_EARLY}),
    State.DID_NOT_ATTEND: frozenset({State.BOOKED}),
}
