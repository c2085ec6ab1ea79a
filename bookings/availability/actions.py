"""Every write to opening hours. Visits that stand neither move nor hide, whatever the hours become.

Each takes the locks of the clinicians it is about, as a booking does: a booking comes before or after it.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from bookings.availability.models import HoursException, WeeklyHours
from bookings.availability.policy import Planned, left_of, overlap
from clinic.accounts.models import User
from clinic.db.contention import patiently
from clinic.db.refusal import Refusal
from clinic.staff.models import Clinician

Result = TypeVar("Result")


class Overlapping(Refusal):
    """Two rows for the same time."""

    def __init__(self, other: object) -> None:
        super().__init__(f"This overlaps what is there already: {other}. Change that row, or enter other times.")


class HoursBusy(Refusal):
    """The locks cannot be had."""

    words = "Others are booking at this moment. Nothing was changed. Try again in a minute."


def with_diaries_locked(work: Callable[[], Result], clinician: UUID | None) -> Result:
    """Return ``work()``, done in one transaction while nobody books with ``clinician`` (None: with anybody).

    Raises HoursBusy where the locks cannot be had.
    """

    def locked() -> Result:
        with transaction.atomic():
            rows = Clinician.objects.select_for_update(no_key=True).order_by("pk").values_list("pk")
            list(rows.filter(pk=clinician) if clinician else rows)
            return work()

    return patiently(locked, HoursBusy())


def save_week(
    clinician: Clinician, plan: Sequence[Planned], *, first: date, last: date | None, by: User, at: datetime
) -> None:
    """Make ``plan`` the clinician's weekly hours from ``first`` to ``last`` (None: for good).

    Hours before ``first`` and after ``last`` stay as they were. Raises Overlapping where two ranges of
    the plan share a time, and HoursBusy.
    """
    if found := overlap(plan):
        raise Overlapping(WeeklyHours(weekday=found[0].weekday, starts=found[0].starts, ends=found[0].ends))

    def work() -> None:
        for row in WeeklyHours.objects.filter(clinician=clinician):
            _give_way(row, first, last)
        WeeklyHours.objects.bulk_create(
            WeeklyHours(
                clinician=clinician,
                weekday=each.weekday,
                starts=each.starts,
                ends=each.ends,
                modes=each.modes,
                valid_from=first,
                valid_until=last,
            )
            for each in plan
        )

    with_diaries_locked(work, clinician.pk)


def _give_way(row: WeeklyHours, first: date, last: date | None) -> None:
    """Shorten ``row`` to what a plan leaves of it, or remove it; its history stays in the trail."""
    pieces = left_of(row, first, last)
    if not pieces:
        row.delete()
        return
    if pieces[0] != (row.valid_from, row.valid_until):
        row.valid_from, row.valid_until = pieces[0]
        row.save()
    for start, end in pieces[1:]:
        WeeklyHours.objects.create(
            clinician_id=row.clinician_id,
            weekday=row.weekday,
            starts=row.starts,
            ends=row.ends,
            modes=row.modes,
            valid_from=start,
            valid_until=end,
        )


def save_exception(exception: HoursException, *, by: User, at: datetime) -> None:
    """Save a day's difference. Raises Overlapping where the same kind of it is there at that time already."""

    def work() -> None:
        same = HoursException.objects.filter(clinician=exception.clinician, day=exception.day, kind=exception.kind)
        if other := same.filter(starts__lt=exception.ends, ends__gt=exception.starts).exclude(pk=exception.pk).first():
            raise Overlapping(other)
        exception.save()

    with_diaries_locked(work, exception.clinician_id)
