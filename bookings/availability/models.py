"""When clinicians work: weekly hours in UK clock time, dated exceptions, and time off."""

from datetime import datetime, timedelta
from typing import Any, Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from bookings.kinds.enums import Mode
from clinic.db.base import Record
from clinic.db.clock import MINUTES_IN_A_DAY, clock, day_text, instant, uk_day
from clinic.db.ranges import span


def every_mode() -> list[str]:
    """Return all the ways to meet: what hours are for unless somebody says otherwise."""
    return list(Mode.values)


_SPAN = span("starts_at", "ends_at")


class StaffQuerySet(models.QuerySet[Any]):
    """Hours and time off: staff see all, nobody else any."""

    def visible_to(self, user: Any) -> Self:
        """Return the rows ``user`` may open."""
        return self if user.is_staff else self.none()


class Weekday(models.IntegerChoices):
    """As Python counts them."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@pghistory.track(append_only=True)
class WeeklyHours(Record):
    """One range of one weekday. Minutes count from midnight on the UK clock; 1440 is the day's end."""

    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    starts = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="The last day; empty for no end.")
    modes = ArrayField(models.CharField(max_length=10, choices=Mode.choices), default=every_mode)

    objects = StaffQuerySet.as_manager()

    class Meta:
        ordering = ["weekday", "starts"]
        verbose_name = verbose_name_plural = "weekly hours"
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_known"),
            models.CheckConstraint(
                condition=Q(starts__lt=F("ends"), ends__lte=MINUTES_IN_A_DAY),
                name="hours_start_before_they_end",
                violation_error_message="The end must be after the start.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="hours_valid_from_before_until",
                violation_error_message="The last day must not be before the first.",
            ),
            models.CheckConstraint(
                condition=Q(modes__len__gte=1, modes__contained_by=Mode.values), name="hours_have_a_mode"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {clock_text(self.starts)} to {clock_text(self.ends)}"


class TimeOffQuerySet(StaffQuerySet):
    """Words for asking about time off."""

    def to_come(self, at: datetime) -> Self:
        """Those that hold and are not over."""
        return self.filter(cancelled_at=None, ends_at__gt=at)

    def during(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Those that hold and share an instant with the span."""
        return self.filter(cancelled_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at)


@pghistory.track(append_only=True)
class TimeOff(Record):
    """A clinician away, or (without a clinician) the whole clinic closed. Its days are ``HoursException`` rows."""

    clinician = models.ForeignKey(
        "clinic.Clinician", null=True, blank=True, on_delete=models.PROTECT, related_name="times_off"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120, help_text="For staff. Nothing about anybody's health.")
    key = models.UUIDField(unique=True, help_text="The form it was sent with: sent again, it is the same time off.")
    created_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = TimeOffQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="time_off_starts_before_it_ends"),
            models.CheckConstraint(condition=~Q(reason=""), name="time_off_has_a_reason"),
            ExclusionConstraint(
                name="time_off_of_a_clinician_once",
                expressions=[
                    (F("clinician"), RangeOperators.EQUAL),
                    (_SPAN, RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None),
            ),
            ExclusionConstraint(
                name="clinic_closure_once",
                expressions=[(_SPAN, RangeOperators.OVERLAPS)],
                condition=Q(cancelled_at=None, clinician=None),
            ),
        ]

    def __str__(self) -> str:
        return self.period

    @property
    def whose(self) -> str:
        """Who is away, like "Dr Ada Okafor" or "The whole clinic"."""
        return self.clinician.name if self.clinician else "The whole clinic"

    @property
    def period(self) -> str:
        """From when to when, in words; a clock time stands only where it is not midnight."""
        last = self.ends_at - timedelta(microseconds=1)
        first, final = uk_day(self.starts_at), uk_day(last)
        begins, ends = self.starts_at == instant(first, 0), self.ends_at == instant(final, MINUTES_IN_A_DAY)
        if begins and ends:
            return day_text(first) if first == final else f"{day_text(first)} to {day_text(final)}"
        if first == final:
            return f"{day_text(first)}, {clock(self.starts_at)} to {'midnight' if ends else clock(self.ends_at)}"
        return (
            f"{day_text(first)}{'' if begins else f', {clock(self.starts_at)}'} to "
            f"{day_text(final)}{'' if ends else f', {clock(self.ends_at)}'}"
        )


@pghistory.track(append_only=True)
class HoursException(Record):
    """A day that differs: extra hours or a closure, for one clinician or (empty) the whole clinic."""

    class Kind(models.TextChoices):
        EXTRA = "extra", "Extra hours"
        CLOSED = "closed", "Closed"

    clinician = models.ForeignKey(
        "clinic.Clinician",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="exceptions",
        help_text="Empty means the whole clinic.",
    )
    day = models.DateField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    starts = models.PositiveSmallIntegerField(default=0)
    ends = models.PositiveSmallIntegerField(default=MINUTES_IN_A_DAY)
    modes = ArrayField(
        models.CharField(max_length=10, choices=Mode.choices),
        default=every_mode,
        help_text="What extra hours are for. A closure closes all.",
    )
    reason = models.CharField(max_length=120, blank=True)
    time_off = models.ForeignKey(
        TimeOff, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="days"
    )

    objects = StaffQuerySet.as_manager()

    class Meta:
        ordering = ["day", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__lt=F("ends"), ends__lte=MINUTES_IN_A_DAY),
                name="exception_starts_before_it_ends",
                violation_error_message="The end must be after the start.",
            ),
            models.CheckConstraint(
                condition=Q(clinician__isnull=False) | Q(kind="closed"),
                name="clinic_wide_exceptions_close",
                violation_error_message="Extra hours need a clinician.",
            ),
            models.CheckConstraint(
                condition=Q(modes__len__gte=1, modes__contained_by=Mode.values), name="exception_has_a_mode"
            ),
            models.CheckConstraint(condition=Q(time_off=None) | Q(kind="closed"), name="time_off_closes"),
        ]
        indexes = [models.Index(fields=["day"], name="exceptions_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day:%d %B %Y}"


def clock_text(minute: int) -> str:
    """Return minutes after midnight as staff type them, like "09:00" or "24:00"."""
    return f"{minute // 60:02}:{minute % 60:02}"
