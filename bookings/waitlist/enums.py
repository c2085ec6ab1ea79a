"""The states of an entry and of an offer, what can be asked for, and why somebody was passed over."""

from django.db import models

from bookings.appointments.enums import PartOfDay


class EntryState(models.TextChoices):
    """An entry waits until a time was taken, the person no longer wants one, or there is nothing to wait for."""

    WAITING = "waiting", "Waiting"
    BOOKED = "booked", "Took a time"
    WITHDRAWN = "withdrawn", "Taken off the list"
    ENDED = "ended", "Ended"


class OfferState(models.TextChoices):
    """``offered`` is open; the others are final."""

    OFFERED = "offered", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "No answer in time"
    WITHDRAWN = "withdrawn", "Taken back"


ENTRY_MOVES: dict[str, frozenset[str]] = {
    EntryState.WAITING: frozenset({EntryState.BOOKED, EntryState.WITHDRAWN, EntryState.ENDED}),
}
OFFER_MOVES: dict[str, frozenset[str]] = {
    OfferState.OFFERED: frozenset({OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED, OfferState.WITHDRAWN}),
}


class Part(models.TextChoices):
    """The part of the day that somebody asks for."""

    ANY = "any", "Any time of day"
    MORNING = PartOfDay.MORNING.value, "Morning, before 12pm"
    AFTERNOON = PartOfDay.AFTERNOON.value, "Afternoon, 12pm to 5pm"
    EVENING = PartOfDay.EVENING.value, "Evening, from 5pm"


class Notice(models.IntegerChoices):
    """How long before a visit the person needs to know, in hours."""

    FOUR_HOURS = 4, "4 hours"
    A_DAY = 24, "1 day"
    THREE_DAYS = 72, "3 days"


class Declined(models.TextChoices):
    """Why a time was not wanted; nothing about health."""

    DAY = "day", "The day or time does not suit me"
    WHO = "who", "I would like to see someone else"
    NOTICE = "notice", "It is too soon for me"
    OTHER = "other", "Another reason"


class Why(models.TextChoices):
    """Why a time was not offered to somebody who waits, as the log says it."""

    ASKED_LATER = "asked_later", "Asked after this time became free"
    NOT_WRITTEN_TO = "not_written_to", "Inactive, discharged or deceased"
    NO_ADDRESS = "no_address", "No email address"
    HAS_OFFER = "has_offer", "Has another offer open"
    OFFERED_BEFORE = "offered_before", "Was offered this time before"
    HAS_VISIT = "has_visit", "Already has a visit of this kind"
    VISIT_FIXED = "visit_fixed", "Their visit can no longer be moved"
    NOT_EARLIER = "not_earlier", "Not earlier than their visit"
    OTHER_CLINICIAN = "other_clinician", "Wants another specialist"
    OTHER_MODE = "other_mode", "Not for how they meet"
    OTHER_DAY = "other_day", "Wants another day of the week"
    OTHER_PART = "other_part", "Wants another part of the day"
    OUTSIDE_DATES = "outside_dates", "Before their first day or after their last"
    BUSY_THEN = "busy_then", "Has a visit at that time"
    KIND_NOTICE = "kind_notice", "Inside the notice this kind needs"
    OWN_NOTICE = "own_notice", "Inside the notice they need"
    NO_TIME_TO_ANSWER = "no_time_to_answer", "Less than an hour left to answer"
