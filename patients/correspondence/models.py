"""Letters to a patient's GP: a draft, then approved and frozen; staff send them, and write down how."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.clock import day_text, uk_day
from clinic.db.frozen import StateChange
from clinic.db.sealed import SealedJSONField, SealedTextField
from clinic.db.states import Moves, guard
from patients.access.models import in_care
from patients.correspondence.enums import MOVES, OUT, About, Method, State

TEXT = (
    "about",
    "note_id",
    "to_practice",
    "to_address",
    "cc",
    "copy_to_patient",
    "body",
    "with_statement",
    "replaces_id",
)
SENDING = ("sent_on", "method", "sent_by_id")
CHANGED = "({})".format(" OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in (*TEXT, "version")))
SENT_OTHERWISE = "({})".format(" OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in SENDING))


class GpLetterQuerySet(models.QuerySet["GpLetter"]):
    """Words for asking about letters."""

    def visible_to(self, user: Any) -> "GpLetterQuerySet":
        """A patient sees the copies meant for them; a clinician those of people in their care, of drafts their own."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user, copy_to_patient=True, state__in=sorted(OUT))
        if user.role != Role.CLINICIAN:
            return self.none()
        return self.filter(in_care(user)).filter(~Q(state=State.DRAFT) | Q(clinician__user=user))


@pghistory.track(append_only=True)
class GpLetter(Record):
    """One letter. To whom it goes is a copy of the profile, as the clinician left it. ``body`` is text by part."""

    MOVES: ClassVar[Moves] = MOVES

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one letter.")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="gp_letters")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=12, choices=About.choices)
    note = models.ForeignKey(
        "patients.ConsultationNote", null=True, blank=True, on_delete=models.PROTECT, related_name="letters"
    )
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    to_practice = models.CharField(max_length=200, blank=True)
    to_address = models.CharField(max_length=400, blank=True)
    cc = models.CharField(max_length=400, blank=True)
    copy_to_patient = models.BooleanField(null=True, blank=True, help_text="Empty: not chosen yet.")
    body = SealedJSONField(place="patients.gpletter.body", default=dict)
    with_statement = models.BooleanField(default=False, help_text="That the medicine is unlicensed and in Schedule 2.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=0, help_text="Rises with every save: the second of two tabs is told.")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    method = models.CharField(max_length=12, choices=Method.choices, blank=True)
    sent_by = models.ForeignKey("clinic.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_on = models.DateField(null=True, blank=True)
    acknowledged_how = models.CharField(max_length=200, blank=True)
    withdrawn_why = SealedTextField(place="patients.gpletter.withdrawn_why", blank=True)

    objects = GpLetterQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        verbose_name = "letter to a GP"
        verbose_name_plural = "letters to GPs"
        triggers = [
            guard(MOVES),
            pgtrigger.ReadOnly(name="whose_letter_stays", fields=["key", "patient", "clinician", "created_at"]),
            pgtrigger.Protect(
                name="approved_text_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(f"OLD.state <> 'draft' AND {CHANGED}"),
            ),
            pgtrigger.Protect(
                name="how_it_was_sent_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(f"OLD.sent_on IS NOT NULL AND {SENT_OTHERWISE}"),
            ),
            pgtrigger.Protect(
                name="finished_letter_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=[State.ACKNOWLEDGED, State.WITHDRAWN]),
            ),
            pgtrigger.Protect(name="letter_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="letter_state_known"),
            models.CheckConstraint(condition=Q(about__in=About.values), name="letter_about_known"),
            models.CheckConstraint(condition=Q(method__in=["", *Method.values]), name="letter_method_known"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT)
                | Q(approved_at__isnull=False, copy_to_patient__isnull=False) & ~Q(to_practice=""),
                name="approved_letter_says_to_whom",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OUT), sent_on__isnull=False, sent_by__isnull=False) & ~Q(method="")
                | ~Q(state__in=sorted(OUT)) & Q(sent_on__isnull=True, sent_by__isnull=True, method=""),
                name="sent_letter_says_how",
            ),
            models.CheckConstraint(
                condition=Q(state=State.ACKNOWLEDGED, acknowledged_on__isnull=False)
                | ~Q(state=State.ACKNOWLEDGED) & Q(acknowledged_on__isnull=True),
                name="acknowledged_letter_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Letter to the GP of {day_text(self.day)}"

    @property
    def day(self) -> Any:
        """The day it bears: of its approval; of a draft, of its beginning."""
        return uk_day(self.approved_at or self.created_at)


class GpLetterStateChange(StateChange):
    """One move of a letter."""

    record = models.ForeignKey(GpLetter, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass
