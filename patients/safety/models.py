"""Adverse events: what was reported, how clinicians assessed it, and whether the next prescription is held."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models

from clinic.accounts.enums import Role
from clinic.accounts.policy import is_reception
from clinic.db.base import Record
from clinic.db.frozen import FrozenRecord, StateChange, all_but
from clinic.db.sealed import SealedJSONField, SealedTextField
from clinic.db.states import Moves, guard
from patients.access.models import in_care
from patients.safety import policy, terms
from patients.safety.enums import (
    EVENT_MOVES,
    HOLD_MOVES,
    Action,
    EventOutcome,
    EventState,
    Grade,
    HoldState,
    Hospital,
    HowBad,
    Relatedness,
    ReportedBy,
    Taking,
    YellowCard,
)


class EventQuerySet(models.QuerySet["AdverseEvent"]):
    """Words for asking about adverse events."""

    def visible_to(self, user: Any) -> "EventQuerySet":
        """A patient sees their own; a clinician those of people in their care; nobody else any."""
        own = {Role.PATIENT: models.Q(patient__user=user), Role.CLINICIAN: in_care(user)}.get(user.role)
        return self.none() if own is None else self.filter(own)

    def whose_visible_to(self, user: Any) -> "EventQuerySet":
        """Whose event it is, and nothing else: for a clinician who comes from its task and has to give a reason first."""
        return self.only("id", "patient") if user.role == Role.CLINICIAN else self.none()

    def standing_visible_to(self, user: Any) -> "EventQuerySet":
        """That there are some, since when and how they stand: reception writes reports down and reads none."""
        return self.only("id", "reported_at", "state", "patient") if is_reception(user) else self.none()

    def as_they_stand(self) -> "EventQuerySet":
        """The same, each with ``grade`` and ``coded`` (terms) of its newest assessment and with ``hold``, the newest state."""
        newest = Assessment.objects.filter(event=models.OuterRef("pk")).order_by("-number")
        holds = HoldProposal.objects.filter(event=models.OuterRef("pk")).order_by("-proposed_at")
        return self.annotate(
            grade=models.Subquery(newest.values("grade")[:1]),
            coded=models.Subquery(newest.values("terms")[:1]),
            hold=models.Subquery(holds.values("state")[:1]),
        )


@pghistory.track(append_only=True)
class AdverseEvent(Record):
    """A side effect, or something bad that happened, as it was reported: only its state ever changes."""

    MOVES: ClassVar[Moves] = EVENT_MOVES

    key = models.UUIDField(help_text="One a form: sent twice, it is one report.")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="adverse_events")
    state = models.CharField(max_length=10, choices=EventState.choices, default=EventState.REPORTED)
    started_on = models.DateField("began on")
    is_about = models.BooleanField("the day is not exact", default=False)
    is_ongoing = models.BooleanField("still there", default=True)
    ended_on = models.DateField("ended on", null=True, blank=True)
    terms = SealedJSONField("what it was", place="patients.adverseevent.terms", default=list)
    description = SealedTextField("in their words", place="patients.adverseevent.description", blank=True)
    how_bad = SealedTextField(
        "how bad it was", place="patients.adverseevent.how_bad", choices=HowBad.choices, blank=True
    )
    hospital = SealedTextField(
        "in hospital", place="patients.adverseevent.hospital", choices=Hospital.choices, blank=True
    )
    taking = SealedTextField(
        "still taking the medicine", place="patients.adverseevent.taking", choices=Taking.choices, blank=True
    )
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
            models.UniqueConstraint(fields=["patient", "key"], name="one_event_a_form"),
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


class AdverseEventStateChange(StateChange):
    """One move of an event."""

    record = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Words for asking about assessments."""

    def visible_to(self, user: Any) -> "AssessmentQuerySet":
        """A clinician sees those of people in their care; nobody else any."""
        return self.filter(in_care(user, "event__patient")) if user.role == Role.CLINICIAN else self.none()


class Assessment(FrozenRecord):
    """How a clinician assessed an event, once. The newest counts; the older ones stay."""

    key = models.UUIDField(help_text="One a form: sent twice, it is one assessment.")
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
            models.UniqueConstraint(fields=["event", "key"], name="one_assessment_a_form"),
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


class HoldQuerySet(models.QuerySet["HoldProposal"]):
    """Words for asking about holds."""

    def visible_to(self, user: Any) -> "HoldQuerySet":
        """A clinician sees those of people in their care; nobody else any."""
        return self.filter(in_care(user)) if user.role == Role.CLINICIAN else self.none()

    def holding(self, patient: Any) -> "HoldQuerySet":
        """Those that hold the next prescription of ``patient``, because a clinician said so."""
        return self.filter(patient=patient, state=HoldState.HELD)

    def still_there(self) -> "HoldQuerySet":
        """Those to decide, and those that hold."""
        return self.filter(state__in=[HoldState.PROPOSED, HoldState.HELD])


@pghistory.track(append_only=True)
class HoldProposal(Record):
    """That the next prescription might be held because of an event. The software holds nothing by itself."""

    MOVES: ClassVar[Moves] = HOLD_MOVES

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="hold_proposals")
    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="holds")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=HoldState.choices, default=HoldState.PROPOSED)
    decided_by = models.ForeignKey("clinic.Clinician", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    why = SealedTextField(place="patients.holdproposal.why", null=True)
    lifted_by = models.ForeignKey("clinic.Clinician", null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_why = SealedTextField(place="patients.holdproposal.lifted_why", null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "id"]
        triggers = [
            guard(HOLD_MOVES),
            pgtrigger.Protect(
                name="decided_hold_stays",
                operation=pgtrigger.Update,
                condition=all_but("state", "lifted_by_id", "lifted_at", "lifted_why", where="OLD.state <> 'proposed'"),
            ),
            pgtrigger.Protect(
                name="lifted_hold_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=[HoldState.NOT_HELD, HoldState.LIFTED]),
            ),
            pgtrigger.ReadOnly(name="proposal_stays", fields=["patient", "event", "proposed_at"]),
            pgtrigger.Protect(name="hold_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=HoldState.values), name="hold_state_known"),
            models.UniqueConstraint(
                fields=["event"],
                condition=models.Q(state__in=[HoldState.PROPOSED, HoldState.HELD]),
                name="one_open_hold_an_event",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=HoldState.PROPOSED, decided_by__isnull=True, decided_at__isnull=True, why__isnull=True
                )
                | ~models.Q(state=HoldState.PROPOSED)
                & models.Q(decided_by__isnull=False, decided_at__isnull=False, why__isnull=False),
                name="decided_hold_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=HoldState.LIFTED,
                    lifted_by__isnull=False,
                    lifted_at__isnull=False,
                    lifted_why__isnull=False,
                )
                | ~models.Q(state=HoldState.LIFTED)
                & models.Q(lifted_by__isnull=True, lifted_at__isnull=True, lifted_why__isnull=True),
                name="lifted_hold_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Hold proposed {self.proposed_at:%d %B %Y}"


class HoldProposalStateChange(StateChange):
    """One move of a hold."""

    record = models.ForeignKey(HoldProposal, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass
