"""Appointments. A hold is an appointment in state HELD, inside the same constraints as the others."""

from copy import copy
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from bookings.appointments.enums import CANCELLED, HOLD_STATES, MOVES, TO_PATIENT, State
from bookings.appointments.policy import ALL, Refund, Terms, cut_off, may_move, needs_early_start, refund
from bookings.appointments.queryset import LIVE, AppointmentQuerySet
from bookings.charges.policy import after_cancelling, cancelled_words, standing_words
from bookings.kinds.enums import Mode
from bookings.kinds.models import AppointmentKind
from bookings.kinds.policy import pounds
from clinic.db.base import Record
from clinic.db.clock import MINUTES_IN_A_DAY, when_text
from clinic.db.frozen import FrozenRecord, StateChange
from clinic.db.ranges import span
from clinic.db.states import Moves, guard

MINUTE = timedelta(minutes=1)


@pghistory.track(append_only=True)
class Appointment(Record):
    """A time with a clinician. ``busy_from`` to ``busy_until`` is the visit with its buffers."""

    MOVES: ClassVar[Moves] = MOVES
    has_form: bool  # this and the next on the rows of ``with_papers()`` only
    has_records: bool
    task: UUID  # on the rows of ``to_follow_up()`` only

    kind = models.ForeignKey("bookings.AppointmentKind", on_delete=models.PROTECT, related_name="appointments")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="appointments")
    patient = models.ForeignKey(
        "patients.Patient",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appointments",
        help_text="Empty only while somebody not signed in holds the time.",
    )
    state = models.CharField(max_length=24, choices=State.choices)
    mode = models.CharField(max_length=10, choices=Mode.choices, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    busy_from = models.DateTimeField()
    busy_until = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    hold_extended = models.BooleanField(default=False, help_text="A hold can be made longer once.")
    held_from = models.CharField(
        max_length=64, blank=True, help_text="A keyed hash of the network address a signed-out hold came from."
    )
    held_for_offer = models.BooleanField(
        default=False, help_text="Kept for somebody on the waiting list: choosing another time does not let it go."
    )
    fee_pence = models.PositiveIntegerField("total fee in pence")
    cut_off_minute = models.PositiveSmallIntegerField(
        default=Terms.cut_off_minute, help_text="The terms for cancelling, as they were when its time was chosen."
    )
    refund_before_percent = models.PositiveSmallIntegerField(default=Terms.before_percent)
    refund_after_percent = models.PositiveSmallIntegerField(default=Terms.after_percent)
    charge = models.OneToOneField(
        "bookings.Charge",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Made with the contract. Empty for a hold, and where there is no fee.",
    )
    note = models.OneToOneField(
        "patients.ConsultationNote", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sequence = models.PositiveSmallIntegerField(
        default=0, help_text="Rises with every move: calendars and messages go by it."
    )
    replaces = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="For a hold from the waiting list: the visit that moves here when its patient says yes.",
    )
    created_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True, blank=True, help_text="When the contract was made.")
    move_asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the clinic asked the patient to choose another time than this."
    )
    early_start_requested_at = models.DateTimeField(
        null=True, blank=True, help_text="When the patient asked for the service within the 14 days."
    )
    early_start_text = models.CharField(
        max_length=20, blank=True, help_text="The version of the words they asked for it in."
    )
    join_url = models.CharField("video link", max_length=300, blank=True, help_text="For a video call.")
    outside_hours_reason = models.CharField(
        max_length=200, blank=True, help_text="Why staff booked a time that was not offered."
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        triggers = [guard(MOVES)]
        indexes = [
            models.Index(fields=["clinician", "busy_from"], name="diary_of_a_clinician"),
            models.Index(fields=["starts_at"], name="appointments_by_time"),
            models.Index(fields=["patient", "starts_at"], name="appointments_of_a_patient"),
        ]
        constraints = [
            ExclusionConstraint(
                name="clinician_is_in_one_place",
                expressions=[
                    (F("clinician"), RangeOperators.EQUAL),
                    (span("busy_from", "busy_until"), RangeOperators.OVERLAPS),
                ],
                condition=LIVE,
                violation_error_message="This clinician has another appointment at that time.",
            ),
            ExclusionConstraint(
                name="patient_is_in_one_place",
                expressions=[
                    (F("patient"), RangeOperators.EQUAL),
                    (span("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=LIVE & Q(patient__isnull=False),
                violation_error_message="This patient has another appointment at that time.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at"), busy_from__lte=F("starts_at"), busy_until__gte=F("ends_at")),
                name="appointment_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(HOLD_STATES))
                | Q(patient__isnull=False, booked_at__isnull=False) & ~Q(mode=""),
                name="visit_has_patient_and_mode",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.HELD) | Q(held_until__isnull=False), name="hold_has_an_end"
            ),
            models.CheckConstraint(
                condition=Q(early_start_requested_at__isnull=True, early_start_text="")
                | Q(early_start_requested_at__isnull=False) & ~Q(early_start_text=""),
                name="early_start_names_its_words",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | Q(held_for_offer=True, state__in=sorted(HOLD_STATES)),
                name="only_an_offer_replaces_a_visit",
            ),
            models.CheckConstraint(
                condition=Q(
                    cut_off_minute__lte=MINUTES_IN_A_DAY, refund_before_percent__lte=ALL, refund_after_percent__lte=ALL
                ),
                name="appointment_terms_make_sense",
            ),
            models.CheckConstraint(condition=Q(join_url="") | Q(join_url__startswith="https://"), name="join_is_https"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="appointment_state_known"),
        ]

    def __str__(self) -> str:
        return when_text(self.starts_at)

    @property
    def minutes(self) -> int:
        """How long it lasts, as agreed: its kind may have become longer or shorter since."""
        return (self.ends_at - self.starts_at) // MINUTE

    @property
    def kind_as_booked(self) -> AppointmentKind:
        """Its kind with the length and the buffers that were agreed, whatever the kind has become since. Not to be saved.

        A kind that nobody new can book is one that its own visits can still be moved by.
        """
        kind = copy(self.kind)
        kind.is_active = True
        kind.minutes = self.minutes
        kind.buffer_before = (self.starts_at - self.busy_from) // MINUTE
        kind.buffer_after = (self.busy_until - self.ends_at) // MINUTE
        return kind

    @property
    def fee_text(self) -> str:
        """The total fee agreed at booking, like "£180"."""
        return pounds(self.fee_pence)

    @property
    def state_for_patient(self) -> str:
        """The state in words to the patient; staff read ``get_state_display``."""
        return TO_PATIENT.get(self.state) or State(self.state).label

    @property
    def terms(self) -> Terms:
        """The terms for cancelling that were agreed, whatever the clinic's have become since."""
        return Terms(self.cut_off_minute, self.refund_before_percent, self.refund_after_percent)

    @property
    def cut_off(self) -> datetime:
        """Until when it may be moved, and the larger refund holds."""
        return cut_off(self.starts_at, self.terms)

    @property
    def is_asked_to_move(self) -> bool:
        """Whether the clinic has asked its patient for another time."""
        return self.move_asked_at is not None

    def lacks_early_start(self, starts_at: datetime) -> bool:
        """Tell whether its patient must first ask for an early start, to have it at ``starts_at``: inside the 14 days."""
        asked = self.early_start_requested_at is not None
        return not asked and self.booked_at is not None and needs_early_start(starts_at, self.booked_at)

    def has_run_out(self, at: datetime) -> bool:
        """Tell whether it is a hold whose time is up."""
        return self.state == State.HELD and self.held_until is not None and self.held_until <= at

    def may_move(self, at: datetime) -> bool:
        """Tell whether its patient may still move it at ``at``."""
        return may_move(self.starts_at, at, self.terms, asked=self.is_asked_to_move)

    def refund_at(self, at: datetime, *, by_clinic: bool = False) -> Refund:
        """What goes back of the fee when it is cancelled at ``at``, by the patient or by the clinic."""
        return refund(
            fee_pence=self.fee_pence,
            starts_at=self.starts_at,
            booked_at=self.booked_at or at,
            at=at,
            terms=self.terms,
            by_clinic=by_clinic,
            asked_to_move=self.is_asked_to_move,
        )

    @property
    def payment(self) -> str:
        """How its payment stands, in a few words to the patient."""
        return self.charge.words if self.charge else standing_words(None)

    def words_if_cancelled(self, due: Refund) -> str:
        """What cancelling it with the refund ``due`` means for the patient's money, said to them."""
        after = after_cancelling(self.charge, due.pence)
        return cancelled_words(after, give_back_pence=due.pence, rule=due.rule)

    def words_cancelled(self) -> str:
        """What its cancelling means for the patient's money, said to them; empty where none is written down."""
        change = self.state_changes.filter(to_state__in=CANCELLED).first()
        if change is None:
            return ""
        due = self.refund_at(change.at, by_clinic=self.state == State.CANCELLED_BY_CLINIC)
        return cancelled_words(self.charge, give_back_pence=due.pence, rule=due.rule)


class AppointmentStateChange(StateChange):
    """One move of an appointment from a state to the next."""

    record = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class AppointmentMove(FrozenRecord):
    """One change of an appointment's time or clinician."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="moves")
    from_starts_at = models.DateTimeField()
    from_clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    to_starts_at = models.DateTimeField()
    to_clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta(FrozenRecord.Meta):
        ordering = ["at"]

    def __str__(self) -> str:
        return f"Moved at {self.at:%Y-%m-%d %H:%M}Z"


class Submission(FrozenRecord):
    """A form that was acted on, by its key: sent again, it gives the same result and no second act."""

    key = models.UUIDField(unique=True)
    act = models.CharField(max_length=20)
    fingerprint = models.CharField(
        max_length=64, help_text="A hash of who sent what: the same key with other values is refused."
    )
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="submissions")
    at = models.DateTimeField()

    class Meta(FrozenRecord.Meta):
        pass

    def __str__(self) -> str:
        return self.act
