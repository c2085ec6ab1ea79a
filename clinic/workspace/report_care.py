"""How soon letters go and cases are discussed, week by week: counted from when and by whom, never from what they say."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Max, Min, Q

from bookings.figures.policy import Period, Share, Waits, Week, week_of
from clinic.db.clock import uk_day
from clinic.staff.models import Clinician
from patients.consultations.models import ConsultationNote
from patients.teamreview.enums import CaseState, Outcome
from patients.teamreview.models import TeamCase

IN_TIME = timedelta(days=2)  # a letter is due within 48 hours (domain sheet, 6.9, lesson 6); it is sent on a day


class Note(NamedTuple):
    """A note: when it was signed, and on which day its first letter was sent."""

    signed_at: datetime
    sent_on: date | None


class Case(NamedTuple):
    """A case: when it was brought, and on which day it was concluded."""

    brought_at: datetime
    concluded_on: date | None


@dataclass(frozen=True)
class CareFacts:
    """What is counted of a period."""

    notes: Sequence[Note]
    cases: Sequence[Case]


@dataclass(frozen=True)
class Letters:
    """Notes with a letter in time, of all; and how many have none yet."""

    in_time: Share
    open: int


@dataclass(frozen=True)
class Reviews:
    """Cases brought, and the days until those that were concluded."""

    brought: int
    waits: Waits


def read(user: Any, period: Period, clinicians: Sequence[Clinician]) -> CareFacts:
    """Return what is counted of ``period``, of what ``clinicians`` signed and brought, in two queries."""
    signed = ConsultationNote.objects.counted_visible_to(user).filter(
        clinician__in=clinicians, signed_at__gte=period.starts_at, signed_at__lt=period.ends_at
    )
    cases = TeamCase.objects.counted_visible_to(user).filter(
        proposer__in=clinicians, created_at__gte=period.starts_at, created_at__lt=period.ends_at
    )
    final = Max("decisions__held_on", filter=~Q(decisions__outcome=Outcome.DEFERRED))
    notes = signed.order_by().annotate(sent_on=Min("letters__sent_on")).values_list("signed_at", "sent_on")
    brought = cases.exclude(state=CaseState.WITHDRAWN).order_by().annotate(concluded_on=final)
    return CareFacts(
        notes=[Note(signed_at, sent_on) for signed_at, sent_on in notes if signed_at],
        cases=[Case(*row) for row in brought.values_list("created_at", "concluded_on")],
    )


def letters(weeks: Iterable[Week], notes: Iterable[Note]) -> dict[Week, Letters]:
    """Return for each week of signing how many letters went within 2 days."""
    found: dict[date, list[Note]] = defaultdict(list)
    for note in notes:
        found[week_of(note.signed_at)].append(note)
    return {week: _letters(found[week.monday]) for week in weeks}


def _letters(notes: Sequence[Note]) -> Letters:
    sent = [note.sent_on - uk_day(note.signed_at) for note in notes if note.sent_on]
    return Letters(Share(sum(1 for wait in sent if wait <= IN_TIME), len(notes)), len(notes) - len(sent))


def team_reviews(weeks: Iterable[Week], cases: Iterable[Case]) -> dict[Week, Reviews]:
    """Return for each week how many cases were brought, and for how many days each waited until it was concluded."""
    found: dict[date, list[Case]] = defaultdict(list)
    for case in cases:
        found[week_of(case.brought_at)].append(case)
    return {week: _reviews(found[week.monday]) for week in weeks}


def _reviews(cases: Sequence[Case]) -> Reviews:
    days = [(case.concluded_on - uk_day(case.brought_at)).days for case in cases if case.concluded_on]
    return Reviews(len(cases), Waits(tuple(sorted(days))))
