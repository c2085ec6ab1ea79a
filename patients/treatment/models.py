"""The treatment plan of a person: versions, each a draft of its author and then frozen in what it says."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.clock import when_text
from clinic.db.frozen import FROZEN, FrozenRecord, StateChange, all_but
from clinic.db.sealed import SealedJSONField, SealedTextField
from clinic.db.states import Moves, guard
from patients.access.models import in_care
from patients.treatment.enums import AGREED_ON, FOR_THE_PATIENT, IN_FORCE, MOVES, SIGNED, UNDER_WAY, State
from patients.treatment.policy import Goal, read_goals
from patients.treatment.products import ProductLine, read_lines

MOVED = ("state", "signed_at", "decision_id", "met_on", "agreed_at", "agreed_by_id", "agreed_name")
SET_ONCE = "OLD.{0} IS NOT NULL AND (OLD.{0}, OLD.{1}) IS DISTINCT FROM (NEW.{0}, NEW.{1})"


class PlanQuerySet(models.QuerySet["PlanVersion"]):
    """Words for asking about plans."""

    def visible_to(self, user: Any) -> "PlanQuerySet":
        """A clinician sees those of people in their care, and of drafts their own; a patient theirs that are to be read."""
        if user.role == Role.CLINICIAN:
            return self.filter(in_care(user)).exclude(~Q(author__user=user), state=State.DRAFT)
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user, state__in=sorted(FOR_THE_PATIENT))
        return self.none()

    def in_force(self) -> "PlanQuerySet":
        """Those that are active or paused: one a person at most."""
        return self.filter(state__in=sorted(IN_FORCE))

    def under_way(self) -> "PlanQuerySet":
        """Those that are on their way to being active: one a person at most."""
        return self.filter(state__in=sorted(UNDER_WAY))


@pghistory.track(append_only=True)
class PlanVersion(Record):
    """One version of a person's plan. ``said`` is read with ``policy`` and ``products``: the words and codes as typed."""

    MOVES: ClassVar[Moves] = MOVES

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one version.")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveIntegerField(help_text="From 1 for each person.")
    author = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    said = SealedJSONField(place="patients.planversion.said", default=dict)
    starts_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=0, help_text="Rises with every save: the second of two tabs is told.")
    decision = models.ForeignKey(
        "patients.TeamDecision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    met_on = models.DateField(null=True, blank=True, help_text="The day of the meeting that supports it.")
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey("clinic.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agreed_name = SealedTextField(place="patients.planversion.agreed_name", blank=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        triggers = [
            guard(MOVES),
            pgtrigger.ReadOnly(
                name="whose_plan_stays", fields=["key", "patient", "number", "author", "copied_from", "created_at"]
            ),
            pgtrigger.Protect(
                name="signed_plan_stays",
                operation=pgtrigger.Update,
                condition=all_but(*MOVED, where="OLD.state <> 'draft'"),
            ),
            pgtrigger.Protect(
                name="plan_changes_by_moves",
                operation=pgtrigger.Update,
                condition=all_but(where="OLD.state <> 'draft' AND OLD.state = NEW.state"),
            ),
            *(
                pgtrigger.Protect(
                    name=name, operation=pgtrigger.Update, condition=pgtrigger.Condition(SET_ONCE.format(*columns))
                )
                for name, columns in {
                    "team_support_stays": ("decision_id", "met_on"),
                    "plan_agreement_stays": ("agreed_at", "agreed_by_id"),
                    "agreed_name_stays": ("agreed_at", "agreed_name"),
                    "plan_signing_stays": ("signed_at", "signed_at"),
                }.items()
            ),
            pgtrigger.Protect(name="plan_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="plan_state_known"),
            models.UniqueConstraint(fields=["patient", "number"], name="one_plan_of_a_number"),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(state__in=sorted(IN_FORCE)), name="one_plan_in_force_a_person"
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(state__in=sorted(UNDER_WAY)), name="one_plan_under_way_a_person"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFT, State.DISCARDED])
                | Q(
                    signed_at__isnull=False,
                    starts_on__isnull=False,
                    review_on__isnull=False,
                    review_on__gt=F("starts_on"),
                ),
                name="signed_plan_has_its_days",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DISCARDED)
                | Q(
                    state__in=sorted(FOR_THE_PATIENT),
                    decision__isnull=False,
                    met_on__isnull=False,
                    starts_on__gte=F("met_on"),
                )
                | Q(state__in=[State.DRAFT, State.TEAM_PENDING], decision__isnull=True, met_on__isnull=True),
                name="supported_plan_starts_after_the_team_met",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DISCARDED)
                | Q(state__in=sorted(AGREED_ON), agreed_at__isnull=False, agreed_by__isnull=False)
                | Q(
                    state__in=[State.DRAFT, State.TEAM_PENDING, State.SUPPORTED],
                    agreed_at__isnull=True,
                    agreed_by__isnull=True,
                ),
                name="agreed_plan_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"Plan, version {self.number}"

    @property
    def lines(self) -> tuple[ProductLine, ...]:
        """Its products, in their order."""
        return read_lines(self.said)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """Its goals, in their order."""
        return read_goals(self.said)

    @property
    def is_signed(self) -> bool:
        """Whether what it says is frozen."""
        return self.state in SIGNED


class PlanVersionStateChange(StateChange):
    """One move of a version."""

    record = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class PlanReasonQuerySet(models.QuerySet["PlanReason"]):
    """Words for asking about reasons."""

    def visible_to(self, user: Any) -> "PlanReasonQuerySet":
        """Those of the versions that ``user`` may read."""
        return self.filter(plan__in=PlanVersion.objects.visible_to(user))


class PlanReason(FrozenRecord):
    """Why a version was paused, stopped or not used, and what the patient reads about it."""

    plan = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="reasons")
    to_state = models.CharField(max_length=12, choices=State.choices)
    why = SealedTextField(place="patients.planreason.why")
    told = SealedTextField(place="patients.planreason.told", blank=True)
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = PlanReasonQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        triggers = FROZEN
        ordering = ["-at"]
        constraints = [models.CheckConstraint(condition=Q(to_state__in=State.values), name="plan_reason_state_known")]

    def __str__(self) -> str:
        return f"{State(self.to_state).label}, {when_text(self.at)}"
