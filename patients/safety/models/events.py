"""Adverse events: what was reported, how clinicians assessed it, and whether the next prescription is held."""

from datetime import date
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models

from clinic.accounts.enums import Role
from clinic.accounts.policy import is_reception
from clinic.db.base import Record
from clinic.db.clock import day_text
from clinic.db.frozen import FrozenRecord, StateChange
from clinic.db.sealed import SealedJSONField, SealedTextField
from clinic.db.states import Moves, guard
from patients.safety import policy, terms
from patients.safety.enums import (
    EVENT_MOVES,
    Action,
    EventOutcome,
    EventState,
    Grade,
    HowBad,
    Relatedness,
    ReportedBy,
    YellowCard,
)
from patients.safety.models.parts import all_but, in_care


class EventQuerySet(models.QuerySet["AdverseEvent"]):
    """Words for asking about adverse events."""

    def visible_to(self, user: Any) -> "EventQuerySet":
        """A patient sees their own; a clinician those of people in their care; nobody else any."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        return self.filter(in_care(user)).distinct() if user.role == Role.CLINICIAN else self.none()

    def standing_visible_to(self, user: Any) -> "EventQuerySet":
        """That there are some, since when and how they stand: reception writes reports down and reads none."""
        return self.only("id", "reported_at", "state", "patient") if is_reception(user) else self.none()


@pghistory.track(append_only=True)
class AdverseEvent(Record):
    """A side effect, or something bad that happened, as it was reported: only its state ever changes."""

    MOVES: ClassVar[Moves] = EVENT_MOVES

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one report.")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="adverse_events")
    state = models.CharField(max_length=10, choices=EventState.choices, default=EventState.REPORTED)
    started_on = models.DateField("began on")
    is_about = models.BooleanField("the day is not exact", default=False)
    is_ongoing = models.BooleanField("still there", default=True)
    ended_on = models.DateField("ended on", null=True, blank=True)
    terms = SealedJSONField("what it was", place="patients.adverseevent.terms", default=list)
    description = SealedTextField("in their words", place="patients.adverseevent.description", blank=True)
    how_bad = SealedTextField("how bad it was", place="patients.adverseevent.how_bad", blank=True)
    hospital = SealedTextField("in hospital", place="patients.adverseevent.hospital", blank=True)
    taking = SealedTextField("still taking the medicine", place="patients.adverseevent.taking", blank=True)
    done = SealedTextField("what was done", place="patients.adverseevent.done", blank=True)
    product = SealedTextField("medicine as they call it", place="patients.adverseevent.product", blank=True)
    batch = SealedTextField("batch number", place="patients.adverseevent.batch", blank=True)
    reported_by = models.CharField(max_length=10, choices=ReportedBy.choices)
    reported_at = models.DateTimeField("reported")
    written_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "id"]
        triggers = [
            guard(EVENT_MOVES),
            pgtrigger.Protect(name="report_stays", operation=pgtrigger.Update, condition=all_but("state")),
            pgtrigger.Protect(name="event_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=EventState.values), name="event_state_known"),
            models.CheckConstraint(
                condition=models.Q(reported_by__in=ReportedBy.values), name="event_reported_by_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True)
                | models.Q(is_ongoing=False, ended_on__gte=models.F("started_on")),
                name="event_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"Event reported {self.reported_at:%d %B %Y}"

    @property
    def emergency(self) -> policy.Emergency:
        """Which card the report asks for."""
        return policy.emergency_of(self.terms, self.how_bad, self.hospital)

    @property
    def is_serious(self) -> bool:
        """Whether the report is looked at today."""
        return policy.report_is_serious(self.terms, self.how_bad, self.hospital)

    @property
    def began_text(self) -> str:
        """The day it began, in words."""
        return f"{'about ' if self.is_about else ''}{day_text(self.started_on)}"

    @property
    def ended_text(self) -> str:
        """Whether it is over, in words."""
        if self.is_ongoing:
            return "It is still there"
        return f"Ended {day_text(self.ended_on)}" if isinstance(self.ended_on, date) else "It is over"

    @property
    def how_bad_text(self) -> str:
        """The sentence they chose, in quotation marks."""
        return f"“{HowBad(self.how_bad).label}”" if self.how_bad else ""


class AdverseEventStateChange(StateChange):
    """One move of an event."""

    record = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Words for asking about assessments."""

    def visible_to(self, user: Any) -> "AssessmentQuerySet":
        """A clinician sees those of people in their care; nobody else any."""
        return self.filter(in_care(user, "event__patient")).distinct() if user.role == Role.CLINICIAN else self.none()


class Assessment(FrozenRecord):
    """How a clinician assessed an event, once. The newest counts; the older ones stay."""

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one assessment.")
    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="assessments")
    number = models.PositiveSmallIntegerField()
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    terms = SealedJSONField(place="patients.assessment.terms")
    grade = models.PositiveSmallIntegerField(choices=Grade.choices)
    seriousness = SealedJSONField(place="patients.assessment.seriousness", default=list)
    relatedness = models.CharField(max_length=10, choices=Relatedness.choices)
    action = models.CharField(max_length=15, choices=Action.choices)
    outcome = models.CharField(max_length=15, choices=EventOutcome.choices)
    yellow_card = models.CharField(max_length=10, choices=YellowCard.choices)
    yellow_card_why = SealedTextField(place="patients.assessment.yellow_card_why", blank=True)
    yellow_card_on = models.DateField(null=True, blank=True)
    yellow_card_reference = models.CharField(max_length=60, blank=True)
    gp_informed_on = models.DateField(null=True, blank=True)
    notes = SealedTextField(place="patients.assessment.notes", blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="one_assessment_a_number"),
            models.CheckConstraint(condition=models.Q(grade__gte=1, grade__lte=5), name="assessment_grade_known"),
            models.CheckConstraint(
                condition=models.Q(relatedness__in=Relatedness.values), name="assessment_relatedness_known"
            ),
            models.CheckConstraint(condition=models.Q(action__in=Action.values), name="assessment_action_known"),
            models.CheckConstraint(condition=models.Q(outcome__in=EventOutcome.values), name="event_outcome_known"),
            models.CheckConstraint(
                condition=models.Q(
                    yellow_card=YellowCard.SUBMITTED, yellow_card_on__isnull=False, yellow_card_reference__gt=""
                )
                | models.Q(
                    yellow_card__in=[YellowCard.TO_DO, YellowCard.NOT_NEEDED],
                    yellow_card_on__isnull=True,
                    yellow_card_reference="",
                ),
                name="submitted_yellow_card_has_a_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"Assessment {self.number}"

    @property
    def is_serious(self) -> bool:
        """Whether it is serious by grade or seriousness."""
        return policy.assessment_is_serious(self.grade, self.seriousness)

    @property
    def terms_text(self) -> str:
        """The coded words."""
        return terms.words(self.terms)
