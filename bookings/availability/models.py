"""When clinicians work: weekly hours in UK clock time, and dated exceptions."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from bookings.kinds.enums import Mode
from clinic.db.base import Record
from clinic.db.clock import MINUTES_IN_A_DAY


def every_mode() -> list[str]:
    """Return all the ways to meet: what hours are for unless somebody says otherwise."""
    return list(Mode.values)


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
        ]
        indexes = [models.Index(fields=["day"], name="exceptions_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day:%d %B %Y}"


def clock_text(minute: int) -> str:
    """Return minutes after midnight as staff type them, like "09:00" or "24:00"."""
    return f"{minute // 60:02}:{minute % 60:02}"
