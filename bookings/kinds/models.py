"""Kinds of appointment, with their rules and fees."""

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from bookings.kinds.enums import Audience, Mode
from bookings.kinds.policy import modes_text, pounds
from clinic.accounts.enums import Role
from clinic.db.base import Record


class KindQuerySet(models.QuerySet["AppointmentKind"]):
    """Words for asking about kinds."""

    def offered(self) -> "KindQuerySet":
        """Those that can be booked now."""
        return self.filter(is_active=True)

    def visible_to(self, user: Any) -> "KindQuerySet":
        """The public sees what can be booked; the diary's keepers see all."""
        return self if user.is_authenticated and user.role in {Role.RECEPTION, Role.MANAGER} else self.offered()


@pghistory.track(append_only=True)
class AppointmentKind(Record):
    """What can be booked: how long, how much room around it, how far ahead, with whom, for how much."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    summary = models.CharField(max_length=200)
    minutes = models.PositiveSmallIntegerField()
    buffer_before = models.PositiveSmallIntegerField("minutes kept free before", default=0)
    buffer_after = models.PositiveSmallIntegerField("minutes kept free after", default=0)
    align_minutes = models.PositiveSmallIntegerField(
        "starts every … minutes", default=30, help_text="Counted from the full hour: 5, 10, 15, 20, 30 or 60."
    )
    notice_hours = models.PositiveSmallIntegerField(
        "hours of notice", default=24, help_text="Elapsed hours, whatever the clocks do."
    )
    horizon_days = models.PositiveSmallIntegerField("days ahead", default=56)
    fee_pence = models.PositiveIntegerField("total fee in pence")
    modes = ArrayField(
        models.CharField(max_length=10, choices=Mode.choices), help_text="How it can happen: video, phone, in person."
    )
    audience = models.CharField("who may book it", max_length=10, choices=Audience.choices, default=Audience.EVERYBODY)
    prepare = models.TextField(
        "what to prepare", blank=True, help_text="A line each. Patients read it before they confirm, and afterwards."
    )
    clinicians = models.ManyToManyField("clinic.Clinician", related_name="kinds")
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField("can be booked", default=True)

    objects = KindQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name = "appointment kind"
        constraints = [
            models.CheckConstraint(condition=models.Q(minutes__range=(5, 480)), name="kind_lasts_5_to_480_minutes"),
            models.CheckConstraint(
                condition=models.Q(align_minutes__in=[5, 10, 15, 20, 30, 60]), name="kind_aligns_to_the_hour"
            ),
            models.CheckConstraint(condition=models.Q(horizon_days__range=(1, 366)), name="kind_horizon_up_to_a_year"),
            models.CheckConstraint(
                condition=models.Q(buffer_before__lte=120, buffer_after__lte=120), name="kind_buffers_up_to_2_hours"
            ),
            models.CheckConstraint(
                condition=models.Q(modes__len__gte=1, modes__contained_by=Mode.values), name="kind_has_a_mode"
            ),
            models.CheckConstraint(condition=models.Q(audience__in=Audience.values), name="kind_audience_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fee_text(self) -> str:
        """The total fee, like "£180" or "£62.50"."""
        return pounds(self.fee_pence)

    @property
    def price(self) -> str:
        """What a visit costs, as a phrase, like "£180 in total" or "no fee"."""
        return f"{self.fee_text} in total" if self.fee_pence else "no fee"

    @property
    def modes_text(self) -> str:
        """How it can happen, in a few words, like "Video, phone or in person"."""
        return modes_text(self.modes)

    @property
    def preparations(self) -> list[str]:
        """What to prepare, line by line."""
        return [line.strip() for line in self.prepare.splitlines() if line.strip()]

    def mode_choices(self) -> list[tuple[str, str]]:
        """The modes this kind can happen in, as a form's choices."""
        return [(mode, Mode(mode).label) for mode in self.modes]
