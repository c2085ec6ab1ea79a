"""The states of a prescription's record, its papers, and what is chosen and not typed (domain sheet, 1.1, 6.4, 6.5)."""

from django.db import models

from patients.profile.enums import Country


class State(models.TextChoices):
    """Where the paper is. From the moment it is signed nobody changes what its record says."""

    DRAFTED = "drafted", "Written, not checked"
    CHECKED = "checked", "Checked, waits for the ink"
    SIGNED = "signed", "Signed on paper"
    POSTED = "posted", "Posted to the pharmacy"
    RECEIVED = "received", "At the pharmacy"
    QUERIED = "queried", "The pharmacy has a question"
    DISPENSING = "dispensing", "Being dispensed"
    PARTLY = "partly", "Partly dispensed"
    DISPENSED = "dispensed", "Dispensed"
    DISPATCHED = "dispatched", "On its way to the patient"
    DELIVERED = "delivered", "Delivered"
    COLLECTED = "collected", "Collected"
    CANCELLED = "cancelled", "Cancelled"
    LOST = "lost", "Lost"
    RETURNED = "returned", "Returned by the pharmacy"
    EXPIRED = "expired", "Ran out before it was dispensed"


_BEFORE_SUPPLY = {State.QUERIED, State.DISPENSING, State.PARTLY, State.DISPENSED}
_ENDS = {State.CANCELLED, State.LOST, State.RETURNED, State.EXPIRED}
# What is written down is news from outside, so steps nobody told us of are skipped: a pharmacy may first say that it has
# dispensed. From ``drafted`` straight to ``signed`` goes a breach only, and news of a supply can come after the sweep.
MOVES: dict[str, frozenset[str]] = {
    State.DRAFTED: frozenset({State.CHECKED, State.SIGNED, State.CANCELLED}),
    State.CHECKED: frozenset({State.DRAFTED, State.SIGNED, State.CANCELLED}),
    State.SIGNED: frozenset({State.POSTED, State.RECEIVED, State.CANCELLED, State.LOST, State.EXPIRED}),
    State.POSTED: frozenset({State.RECEIVED, *_BEFORE_SUPPLY, *_ENDS}),
    State.RECEIVED: frozenset({*_BEFORE_SUPPLY, *_ENDS}),
    State.QUERIED: frozenset({State.RECEIVED, *_BEFORE_SUPPLY - {State.QUERIED}, *_ENDS}),
    State.DISPENSING: frozenset({*_BEFORE_SUPPLY - {State.DISPENSING}, *_ENDS}),
    State.PARTLY: frozenset({State.QUERIED, State.DISPENSED, State.DISPATCHED, State.DELIVERED, State.COLLECTED}),
    State.DISPENSED: frozenset({State.DISPATCHED, State.DELIVERED, State.COLLECTED, State.LOST, State.RETURNED}),
    State.DISPATCHED: frozenset({State.DELIVERED, State.COLLECTED, State.LOST, State.RETURNED}),
    State.LOST: frozenset({State.RECEIVED, State.CANCELLED, State.RETURNED}),
    State.RETURNED: frozenset({State.POSTED, State.CANCELLED}),
    State.EXPIRED: frozenset({State.PARTLY, State.DISPENSED, State.RETURNED}),
}
UNSIGNED = frozenset({State.DRAFTED, State.CHECKED})
FIRST_SUPPLY = frozenset({State.PARTLY, State.DISPENSED})  # the pharmacy has given something out
SUPPLIED = frozenset({State.PARTLY, State.DISPENSED, State.DISPATCHED, State.DELIVERED, State.COLLECTED})
RUNS_OUT = frozenset({State.SIGNED, State.POSTED, State.RECEIVED, State.QUERIED, State.DISPENSING})
COUNTS_AS_SUPPLY = RUNS_OUT | SUPPLIED
SIGNED = frozenset(State) - UNSIGNED
# What staff hear from a pharmacy or a courier, and write down as a dated note. The other moves have actions of their own.
TOLD = frozenset(State) - UNSIGNED - {State.SIGNED, State.POSTED, State.CANCELLED, State.EXPIRED}


class Paper(models.TextChoices):
    """The standard form for a private prescription of a controlled drug, by country (domain sheet, 1.1)."""

    FP10PCD = "fp10pcd", "FP10PCD (England)"
    WP10PCD = "wp10pcd", "WP10PCD (Wales)"
    PPCD1 = "ppcd1", "PPCD(1) (Scotland)"
    PCD1 = "pcd1", "PCD1 (Northern Ireland)"


PAPER_OF: dict[str, Paper] = {
    Country.ENGLAND: Paper.FP10PCD,
    Country.WALES: Paper.WP10PCD,
    Country.SCOTLAND: Paper.PPCD1,
    Country.NORTHERN_IRELAND: Paper.PCD1,
}


class Told(models.TextChoices):
    """How we were told."""

    PHONE = "phone", "By phone"
    EMAIL = "email", "By secure email"
    PORTAL = "portal", "On the pharmacy’s or courier’s website"
    POST = "post", "By post"
    IN_PERSON = "in_person", "In person"
    OURS = "ours", "Decided here"


class Listed(models.TextChoices):
    """Whose pharmacy it is."""

    LIST = "list", "From the clinic’s list"
    OWN = "own", "Their own"


class Answer(models.TextChoices):
    """What a clinician makes of a request. The software neither gives nor refuses one."""

    WRITING = "writing", "The next prescription is being written"
    TALK = "talk", "Talk with the patient first"
    NOT_NOW = "not_now", "Not now"


class Mood(models.TextChoices):
    """How somebody has been, in plain words."""

    WELL = "well", "Well, or as usual"
    LOW = "low", "Lower or more worried than usual"
    UNREAL = "unreal", "I see, hear or believe things that others do not"
    DARK = "dark", "I have thoughts of ending my life or hurting myself"


class Pregnancy(models.TextChoices):
    """Whether a baby could be harmed."""

    NO = "no", "No, or this does not apply to me"
    YES = "yes", "Yes, or it may be so"
    TRYING = "trying", "I, or my partner, hope for a baby soon"
    FEEDING = "feeding", "I am breastfeeding"


class YesNo(models.TextChoices):
    """A plain answer."""

    NO = "no", "No"
    YES = "yes", "Yes"
    NOT_SURE = "not_sure", "I am not sure"


class Driving(models.TextChoices):
    """Whether they drive, and whether it goes well."""

    NOT = "not", "I do not drive"
    FINE = "fine", "I drive, and I am as able to as before"
    WORSE = "worse", "I drive, and I feel less able to, or sleepy"
