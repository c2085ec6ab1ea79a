"""The team's meetings, the cases brought to them, and what was concluded: frozen."""

from datetime import date, timedelta
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import GreaterThanOrEqual

from clinic.accounts.enums import Role as AccountRole
from clinic.db.base import Record
from clinic.db.clock import day_text, when_text
from clinic.db.frozen import FrozenRecord, StateChange, all_but
from clinic.db.sealed import SealedJSONField, SealedTextField
from clinic.db.states import Moves, guard
from patients.access.models import in_care
from patients.teamreview import policy
from patients.teamreview.enums import (
    CASE_MOVES,
    MEETING_MOVES,
    OPEN,
    SUPPORTING,
    CaseState,
    MeetingState,
    Outcome,
)


class MeetingQuerySet(models.QuerySet["TeamMeeting"]):
    """Words for asking about meetings."""

    def visible_to(self, user: Any) -> "MeetingQuerySet":
        """Clinicians see all: a meeting says no more than when and who."""
        return self if user.role == AccountRole.CLINICIAN else self.none()


@pghistory.track(append_only=True)
class TeamMeeting(Record):
    """A meeting of the team. Its members read the cases on its agenda without being in care of the people."""

    MOVES: ClassVar[Moves] = MEETING_MOVES

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one meeting.")
    meets_at = models.DateTimeField()
    chair = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    members = models.ManyToManyField("clinic.Clinician", related_name="+")
    state = models.CharField(max_length=10, choices=MeetingState.choices, default=MeetingState.PLANNED)
    created_at = models.DateTimeField()

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["meets_at", "id"]
        triggers = [guard(MEETING_MOVES), pgtrigger.Protect(name="meeting_stays", operation=pgtrigger.Delete)]
        constraints = [models.CheckConstraint(condition=Q(state__in=MeetingState.values), name="meeting_state_known")]

    def __str__(self) -> str:
        return f"Team meeting of {when_text(self.meets_at)}"


class TeamMeetingStateChange(StateChange):
    """One move of a meeting."""

    record = models.ForeignKey(TeamMeeting, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class CaseQuerySet(models.QuerySet["TeamCase"]):
    """Words for asking about cases."""

    def visible_to(self, user: Any) -> "CaseQuerySet":
        """A clinician sees those of people in their care, and those on the agenda of a meeting they are a member of."""
        if user.role != AccountRole.CLINICIAN:
            return self.none()
        on_my_agenda = TeamMeeting.objects.filter(members__user=user).exclude(state=MeetingState.CANCELLED)
        return self.filter(in_care(user) | Q(meeting__in=on_my_agenda.values("pk")))


@pghistory.track(append_only=True)
class TeamCase(Record):
    """What a clinician brings to the team about one person. Nobody changes it once it was discussed."""

    MOVES: ClassVar[Moves] = CASE_MOVES

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one case.")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="team_cases")
    proposer = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(TeamMeeting, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    summary = SealedTextField(place="patients.teamcase.summary")
    question = SealedTextField(place="patients.teamcase.question", help_text="What is proposed, and asked of the team.")
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.SUBMITTED)
    version = models.PositiveIntegerField(default=0, help_text="Rises with every save: the second of two tabs is told.")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        triggers = [
            guard(CASE_MOVES),
            pgtrigger.ReadOnly(name="whose_case_stays", fields=["key", "patient", "proposer", "created_at"]),
            pgtrigger.Protect(
                name="discussed_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=[CaseState.DISCUSSED, CaseState.WITHDRAWN]),
            ),
            pgtrigger.Protect(
                name="listing_changes_no_text",
                operation=pgtrigger.Update,
                condition=all_but("state", "meeting_id", where="OLD.state IS DISTINCT FROM NEW.state"),
            ),
            pgtrigger.Protect(name="case_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[CaseState.LISTED, CaseState.DISCUSSED], meeting__isnull=False)
                | Q(state__in=[CaseState.SUBMITTED, CaseState.WITHDRAWN], meeting__isnull=True),
                name="case_on_an_agenda_has_a_meeting",
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(state__in=sorted(OPEN)), name="one_open_case_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"Case of {when_text(self.created_at)}"


class TeamCaseStateChange(StateChange):
    """One move of a case."""

    record = models.ForeignKey(TeamCase, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class TeamDecisionQuerySet(models.QuerySet["TeamDecision"]):
    """Words for asking about decisions of the team."""

    def visible_to(self, user: Any) -> "TeamDecisionQuerySet":
        """Those about the cases that ``user`` may read."""
        return self.filter(case__in=TeamCase.objects.visible_to(user))

    def supporting(self, patient: Any, on: date) -> "TeamDecisionQuerySet":
        """Those that support a treatment of ``patient`` on the day ``on``, unless a later one says otherwise."""
        last = self.filter(case__patient=patient).exclude(outcome=Outcome.DEFERRED).order_by("-held_on", "-at")[:1]
        return self.filter(pk__in=last.values("pk"), outcome__in=sorted(SUPPORTING), valid_until__gte=on)


class TeamDecision(FrozenRecord):
    """What a meeting concluded about a case. ``said`` is read with ``policy.lines``; ``summary`` is what was discussed."""

    case = models.ForeignKey(TeamCase, on_delete=models.PROTECT, related_name="decisions")
    held_on = models.DateField()
    chair_name = models.CharField(max_length=policy.LONGEST_NAME)
    attendees = models.JSONField(help_text="Name, role and clinician of everybody who took part.")
    summary = SealedTextField(place="patients.teamdecision.summary")
    question = SealedTextField(place="patients.teamdecision.question")
    said = SealedJSONField(place="patients.teamdecision.said")
    outcome = models.CharField(max_length=14, choices=Outcome.choices)
    valid_until = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = TeamDecisionQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["-held_on", "-at"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="team_outcome_known"),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(
                    Func(F("attendees"), function="jsonb_array_length", output_field=models.IntegerField()),
                    Value(policy.FEWEST_ATTENDEES),
                ),
                name="a_team_is_two_at_least",
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome__in=sorted(SUPPORTING),
                    valid_until__gt=F("held_on"),
                    valid_until__lte=F("held_on") + timedelta(days=366),
                )
                | Q(outcome__in=sorted(set(Outcome) - SUPPORTING), valid_until__isnull=True),
                name="support_ends_within_a_year",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=~Q(outcome=Outcome.DEFERRED), name="one_conclusion_a_case"
            ),
        ]

    def __str__(self) -> str:
        return f"Team review of {day_text(self.held_on)}"

    @property
    def attendees_text(self) -> str:
        """Who took part, in words."""
        rows = (policy.Attendee(each["name"], each["role"]) for each in self.attendees)
        return ", ".join(row.text for row in rows)

    def is_valid(self, on: date) -> bool:
        """Whether it supports a treatment on the day ``on``."""
        return policy.is_valid(self.outcome, self.valid_until, on)
