"""What was said and decided at a visit or on the phone: a draft of its writer, then signed and frozen."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from clinic.accounts.enums import Role
from clinic.accounts.policy import manages_the_clinic
from clinic.db.base import Record
from clinic.db.clock import when_text
from clinic.db.frozen import FROZEN, FrozenRecord, StateChange
from clinic.db.sealed import SealedJSONField, SealedTextField
from clinic.db.states import Moves, guard
from patients.access.models import in_care
from patients.consultations.enums import MOVES, Mode, State


class ConsultationNoteQuerySet(models.QuerySet["ConsultationNote"]):
    """Words for asking about notes."""

    def visible_to(self, user: Any) -> "ConsultationNoteQuerySet":
        """A clinician sees the signed ones of people in their care, and their own drafts; nobody else any."""
        if user.role != Role.CLINICIAN:
            return self.none()
        return self.filter(in_care(user)).filter(Q(state=State.SIGNED) | Q(clinician__user=user))

    def counted_visible_to(self, user: Any) -> "ConsultationNoteQuerySet":
        """Signed ones as managers count them: when and by whom, never what they say nor of whom."""
        found = self.filter(state=State.SIGNED) if manages_the_clinic(user) else self.none()
        return found.only("clinician", "signed_at")


@pghistory.track(append_only=True)
class ConsultationNote(Record):
    """One consultation. ``said`` is read with ``policy.lines``; what it holds are the words and codes as they were typed."""

    MOVES: ClassVar[Moves] = MOVES

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one note.")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="consultation_notes")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="consultation_notes")
    visited_at = models.DateTimeField(null=True, blank=True, help_text="When the visit or the call was.")
    mode = models.CharField(max_length=10, choices=Mode.choices, blank=True)
    said = SealedJSONField(place="patients.consultationnote.said", default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=0, help_text="Rises with every save: the second of two tabs is told.")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)

    objects = ConsultationNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        triggers = [
            guard(MOVES),
            pgtrigger.ReadOnly(name="whose_note_stays", fields=["key", "patient", "clinician", "created_at"]),
            pgtrigger.Protect(
                name="signed_is_frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state=State.SIGNED)
            ),
            pgtrigger.Protect(name="note_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="note_state_known"),
            models.CheckConstraint(condition=Q(mode__in=["", *Mode.values]), name="note_mode_known"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT, signed_at__isnull=True)
                | Q(state=State.SIGNED, signed_at__isnull=False, visited_at__isnull=False) & ~Q(mode=""),
                name="signed_note_says_when_and_how",
            ),
        ]

    def __str__(self) -> str:
        return f"Note of {when_text(self.visited_at or self.created_at)}"

    @property
    def is_signed(self) -> bool:
        """Whether it is the record, and frozen."""
        return self.state == State.SIGNED

    @property
    def has_indication(self) -> bool:
        """Whether it says what was treated or assessed: a visit is not completed without (domain.md 6.9)."""
        return bool(self.said.get("indications"))


class ConsultationNoteStateChange(StateChange):
    """One move of a note."""

    record = models.ForeignKey(ConsultationNote, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class NoteAddendumQuerySet(models.QuerySet["NoteAddendum"]):
    """Words for asking about addenda."""

    def visible_to(self, user: Any) -> "NoteAddendumQuerySet":
        """Those to the notes that ``user`` may read."""
        return self.filter(note__in=ConsultationNote.objects.visible_to(user))


class NoteAddendum(FrozenRecord):
    """What was added to a signed note: by whom, when, and frozen."""

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one addendum.")
    note = models.ForeignKey(ConsultationNote, on_delete=models.PROTECT, related_name="addenda")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    text = SealedTextField(place="patients.noteaddendum.text")
    at = models.DateTimeField()

    objects = NoteAddendumQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        triggers = FROZEN
        ordering = ["at", "id"]
        verbose_name_plural = "note addenda"

    def __str__(self) -> str:
        return f"Addendum of {when_text(self.at)}"
