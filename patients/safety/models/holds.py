"""Whether the next prescription is held because of an event: proposed by the software, decided by a clinician."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.frozen import StateChange
from clinic.db.sealed import SealedTextField
from clinic.db.states import Moves, guard
from patients.safety.enums import HOLD_MOVES, HoldState
from patients.safety.models.events import AdverseEvent
from patients.safety.models.parts import all_but, in_care


class HoldQuerySet(models.QuerySet["HoldProposal"]):
    """Words for asking about holds."""

    def visible_to(self, user: Any) -> "HoldQuerySet":
        """A clinician sees those of people in their care; nobody else any."""
        return self.filter(in_care(user)).distinct() if user.role == Role.CLINICIAN else self.none()

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
