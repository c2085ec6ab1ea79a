"""Incidents: what happened, who looks into it, what was learned (domain 6.9, lesson 7). Not always about a patient."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models

from clinic.accounts.policy import is_clinician, manages_the_clinic, works_here
from clinic.db.base import Record
from clinic.db.frozen import FrozenRecord, StateChange, all_but
from clinic.db.sealed import SealedTextField
from clinic.db.states import Moves, guard
from patients.access.models import in_care
from patients.incidents.enums import MOVES, Harm, Needed, State


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Words for asking about incidents."""

    def visible_to(self, user: Any) -> "IncidentQuerySet":
        """Managers see all; a clinician those they own or reported, and of people in their care; nobody else any."""
        if manages_the_clinic(user):
            return self
        if not is_clinician(user):
            return self.none()
        return self.filter(models.Q(owner=user) | models.Q(found_by=user) | in_care(user))

    def standing_visible_to(self, user: Any) -> "IncidentQuerySet":
        """Those that somebody of staff reported: the day and how it stands, without its words."""
        found = self.filter(found_by=user) if works_here(user) else self.none()
        return found.only("id", "happened_on", "reported_at", "state")


@pghistory.track(append_only=True)
class Incident(Record):
    """What happened, as it was reported. Only its state and its owner change; what is found out is in its entries."""

    MOVES: ClassVar[Moves] = MOVES

    key = models.UUIDField(
        unique=True,
        help_text="One a form, or the key of the event that it was opened with: asked for twice, it is one.",
    )
    patient = models.ForeignKey(
        "patients.Patient", null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    state = models.CharField(max_length=14, choices=State.choices, default=State.OPEN)
    happened_on = models.DateField("happened on")
    what_happened = SealedTextField("what happened", place="patients.incident.what_happened")
    immediate_action = SealedTextField("done at once", place="patients.incident.immediate_action", blank=True)
    found_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField("reported")
    due_at = models.DateTimeField("to be closed by")
    owner = models.ForeignKey("clinic.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "id"]
        triggers = [
            guard(MOVES),
            pgtrigger.Protect(
                name="incident_report_stays", operation=pgtrigger.Update, condition=all_but("state", "owner_id")
            ),
            pgtrigger.Protect(name="incident_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="incident_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state=State.CLOSED) | models.Q(owner__isnull=False),
                name="closed_incident_has_an_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"Incident of {self.happened_on:%d %B %Y}"


class IncidentStateChange(StateChange):
    """One move of an incident."""

    record = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class IncidentEntry(FrozenRecord):
    """What is known at one time: every entry carries all findings, and the newest counts. None is overwritten."""

    key = models.UUIDField(help_text="One a form: sent twice, it is one entry.")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = SealedTextField(place="patients.incidententry.note", blank=True)
    owner = models.ForeignKey("clinic.User", null=True, on_delete=models.PROTECT, related_name="+")
    harm = models.CharField(max_length=8, choices=Harm.choices, blank=True)
    candour = models.CharField(max_length=8, choices=Needed.choices, default=Needed.TO_CHECK)
    candour_why = SealedTextField(place="patients.incidententry.candour_why", blank=True)
    candour_on = models.DateField(null=True, blank=True)
    cqc = models.CharField(max_length=8, choices=Needed.choices, default=Needed.TO_CHECK)
    cqc_why = SealedTextField(place="patients.incidententry.cqc_why", blank=True)
    cqc_on = models.DateField(null=True, blank=True)
    cqc_reference = models.CharField(max_length=60, blank=True)
    learning = SealedTextField(place="patients.incidententry.learning", blank=True)
    changed = SealedTextField(place="patients.incidententry.changed", blank=True)

    class Meta(FrozenRecord.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="one_incident_entry_a_number"),
            models.UniqueConstraint(fields=["incident", "key"], name="one_incident_entry_a_form"),
            models.CheckConstraint(condition=models.Q(harm__in=["", *Harm.values]), name="incident_harm_known"),
            models.CheckConstraint(condition=models.Q(candour__in=Needed.values), name="incident_candour_known"),
            models.CheckConstraint(condition=models.Q(cqc__in=Needed.values), name="incident_cqc_known"),
        ]

    def __str__(self) -> str:
        return f"Entry {self.number}"
