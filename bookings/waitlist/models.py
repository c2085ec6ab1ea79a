"""The waiting list: who asks for an earlier time, what they were offered, and why they were passed over."""

from datetime import date, datetime
from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from bookings.appointments.enums import UPCOMING, State
from bookings.waitlist.enums import ENTRY_MOVES, OFFER_MOVES, EntryState, Notice, OfferState, Part, Why
from bookings.waitlist.policy import days_text
from clinic.accounts.enums import Role
from clinic.accounts.policy import runs_the_diary
from clinic.db.base import Record
from clinic.db.clock import day_text, when_text
from clinic.db.frozen import FrozenRecord, StateChange
from clinic.db.states import Moves, guard


class WaitingEntryQuerySet(models.QuerySet["WaitingEntry"]):
    """Words for asking about entries."""

    def waiting(self) -> "WaitingEntryQuerySet":
        """Those that wait, who asked first before the others."""
        return self.filter(state=EntryState.WAITING).order_by("created_at", "id")

    def over(self, today: date) -> "WaitingEntryQuerySet":
        """Those that wait for nothing: their last day has passed, or the visit they are about is not to come."""
        visit_gone = Q(instead_of__isnull=False) & ~Q(instead_of__state__in=UPCOMING)
        return self.waiting().filter(Q(last_day__lt=today) | visit_gone)

    def visible_to(self, user: Any) -> "WaitingEntryQuerySet":
        """A patient sees their own, reception and managers all."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        return self if runs_the_diary(user) else self.none()


@pghistory.track(append_only=True)
class WaitingEntry(Record):
    """Somebody asks for a time of a kind. With ``instead_of`` they have a visit and want an earlier one."""

    MOVES: ClassVar[Moves] = ENTRY_MOVES

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="waiting_entries")
    kind = models.ForeignKey("bookings.AppointmentKind", on_delete=models.PROTECT, related_name="waiting_entries")
    state = models.CharField(max_length=10, choices=EntryState.choices, default=EntryState.WAITING)
    clinicians = models.ManyToManyField(
        "clinic.Clinician",
        blank=True,
        related_name="+",
        verbose_name="specialists",
        help_text="Empty means anybody who offers the kind.",
    )
    weekdays = ArrayField(models.PositiveSmallIntegerField(), help_text="0 is Monday.")
    part = models.CharField("part of the day", max_length=10, choices=Part.choices, default=Part.ANY)
    notice_hours = models.PositiveSmallIntegerField("hours of notice they need", choices=Notice.choices)
    first_day = models.DateField()
    last_day = models.DateField()
    instead_of = models.ForeignKey(
        "bookings.Appointment",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="waiting_entries",
        help_text="The visit that moves when an earlier time is taken.",
    )
    created_at = models.DateTimeField("asked")

    objects = WaitingEntryQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = "waiting list entry"
        verbose_name_plural = "waiting list entries"
        triggers = [guard(ENTRY_MOVES)]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind"],
                condition=Q(state=EntryState.WAITING),
                name="one_waiting_entry_per_kind",
            ),
            models.CheckConstraint(
                condition=Q(weekdays__len__gte=1, weekdays__contained_by=list(range(7))),
                name="entry_has_days_of_the_week",
            ),
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="entry_first_day_before_last"),
            models.CheckConstraint(condition=Q(notice_hours__in=Notice.values), name="entry_notice_known"),
            models.CheckConstraint(condition=Q(part__in=Part.values), name="entry_part_known"),
            models.CheckConstraint(condition=Q(state__in=EntryState.values), name="entry_state_known"),
        ]

    def __str__(self) -> str:
        return f"Asked on {self.created_at:%Y-%m-%d}"

    def asked_for(self) -> tuple[Any, ...]:
        """What is asked for, to tell whether it has changed."""
        who = frozenset(clinician.pk for clinician in self.clinicians.all())
        asked = (self.part, self.notice_hours, self.first_day, self.last_day, self.instead_of_id)
        return frozenset(self.weekdays), who, *asked

    @property
    def days(self) -> str:
        """The days of the week in words."""
        return days_text(self.weekdays)

    @property
    def who(self) -> str:
        """Whom they would like to see, by name."""
        return ", ".join(clinician.name for clinician in self.clinicians.all()) or "Anyone"

    @property
    def last_day_text(self) -> str:
        """The last day in words."""
        return day_text(self.last_day)


class WaitingEntryStateChange(StateChange):
    """One move of an entry from a state to the next."""

    record = models.ForeignKey(WaitingEntry, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class OfferQuerySet(models.QuerySet["Offer"]):
    """Words for asking about offers."""

    def open(self) -> "OfferQuerySet":
        """Those that wait for an answer."""
        return self.filter(state=OfferState.OFFERED)

    def to_settle(self, at: datetime) -> "OfferQuerySet":
        """Open ones whose hold has become something else, or whose time is up at ``at``."""
        return self.open().filter(~Q(hold__state=State.HELD) | Q(expires_at__lte=at))

    def visible_to(self, user: Any) -> "OfferQuerySet":
        """A patient sees their own, reception and managers all."""
        if user.role == Role.PATIENT:
            return self.filter(entry__patient__user=user)
        return self if runs_the_diary(user) else self.none()


@pghistory.track(append_only=True)
class Offer(Record):
    """A freed time, held for one person until ``expires_at``. What became of the hold decides (``actions.sweep`` and ``join``)."""

    MOVES: ClassVar[Moves] = OFFER_MOVES

    entry = models.ForeignKey(WaitingEntry, on_delete=models.PROTECT, related_name="offers")
    hold = models.OneToOneField("bookings.Appointment", on_delete=models.PROTECT, related_name="offer")
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.OFFERED)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField("answer until")

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["-offered_at", "id"]
        verbose_name = "waiting list offer"
        triggers = [guard(OFFER_MOVES)]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state=OfferState.OFFERED), name="one_open_offer_per_entry"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("offered_at")), name="offer_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(state__in=OfferState.values), name="offer_state_known"),
        ]

    def __str__(self) -> str:
        return f"Offered at {self.offered_at:%Y-%m-%d %H:%M}Z"

    @property
    def until_text(self) -> str:
        """The end in words."""
        return when_text(self.expires_at)

    def may_be_answered(self, at: datetime) -> bool:
        """Tell whether it is still open at ``at`` (asks for ``hold``)."""
        return self.state == OfferState.OFFERED and self.hold.state == State.HELD and at < self.expires_at


class OfferStateChange(StateChange):
    """One move of an offer from a state to the next."""

    record = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class SkipQuerySet(models.QuerySet["Skip"]):
    """Words for asking about the log."""

    def visible_to(self, user: Any) -> "SkipQuerySet":
        """Reception and managers see all."""
        return self if runs_the_diary(user) else self.none()


class Skip(FrozenRecord):
    """Why a freed time was not offered to somebody who waits: once for each reason and each time it became free."""

    entry = models.ForeignKey(WaitingEntry, on_delete=models.PROTECT, related_name="skips")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    freed_at = models.DateTimeField()
    why = models.CharField(max_length=20, choices=Why.choices)
    at = models.DateTimeField("written down")

    objects = SkipQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["-at", "id"]
        verbose_name = "person passed over"
        verbose_name_plural = "people passed over on the waiting list"
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "clinician", "starts_at", "freed_at", "why"], name="one_row_for_each_reason"
            ),
            models.CheckConstraint(condition=Q(why__in=Why.values), name="skip_reason_known"),
        ]
        indexes = [models.Index(fields=["starts_at"], name="skips_by_time")]

    def __str__(self) -> str:
        return Why(self.why).label
