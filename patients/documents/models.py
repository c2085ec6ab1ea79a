"""Documents of a patient: what is known of each. The files themselves are in the vault."""

from typing import Any, ClassVar

import pghistory
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.frozen import FrozenRecord, StateChange
from clinic.db.sealed import SealedTextField
from clinic.db.states import Moves, guard
from patients.access.models import in_care
from patients.documents.enums import MOVES, READABLE, SHORT, WITH_A_FILE, IdKind, Kind, Made, State
from patients.documents.policy import MOST_BYTES, download_name, size_text

STAYING = sorted(WITH_A_FILE)


class DocumentQuerySet(models.QuerySet["Document"]):
    """Words for asking about documents."""

    def visible_to(self, user: Any) -> "DocumentQuerySet":
        """A patient sees their own; a clinician those of people in their care; nobody else any."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        if user.role == Role.CLINICIAN:
            return self.filter(in_care(user))
        return self.none()

    def names_visible_to(self, user: Any) -> "DocumentQuerySet":
        """Which documents there are, by name: reception sees that of everybody, and no content."""
        return self if user.is_staff and user.role == Role.RECEPTION else self.none()

    def with_a_file(self) -> "DocumentQuerySet":
        """Those that are kept."""
        return self.filter(state__in=STAYING)

    def by_kind(self) -> list[dict[str, Any]]:
        """Return how many are kept of each kind, with its words: what may be told without opening or naming one."""
        found = dict(self.with_a_file().order_by().values_list("kind").annotate(many=models.Count("pk")))
        return [{"label": SHORT[kind], "many": found[kind]} for kind in Kind if kind in found]


@pghistory.track(append_only=True)
class Document(Record):
    """One file that was added. When the file goes, the row stays and says why."""

    MOVES: ClassVar[Moves] = MOVES

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = SealedTextField(place="patients.document.name", help_text="As the person gave it.")
    made = models.CharField("made of", max_length=20, choices=Made.choices)
    size = models.PositiveIntegerField(help_text="In bytes, as it is kept.")
    sha256 = models.CharField(max_length=64, help_text="Of the file as it was sent.")
    pages = models.PositiveSmallIntegerField()
    stored = models.CharField(
        max_length=32, blank=True, help_text="The file's name in the vault; empty where it is gone."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    used_at = models.DateTimeField(
        null=True, blank=True, help_text="When a clinician first opened it, or decided while it was there."
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "id"]
        triggers = [guard(MOVES)]
        indexes = [models.Index(fields=["state"], name="documents_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "sha256"], condition=models.Q(state__in=STAYING), name="one_document_of_each_file"
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="document_state_known"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="document_kind_known"),
            models.CheckConstraint(condition=models.Q(made__in=Made.values), name="document_made_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=STAYING) & ~models.Q(stored="")
                | ~models.Q(state__in=STAYING) & models.Q(stored=""),
                name="document_has_a_file_while_kept",
            ),
            models.CheckConstraint(condition=models.Q(pages__gte=1), name="document_has_pages"),
            models.CheckConstraint(
                condition=models.Q(size__gte=1, size__lte=10 * MOST_BYTES), name="document_size_makes_sense"
            ),
        ]

    def __str__(self) -> str:
        return SHORT[Kind(self.kind)]

    @property
    def short(self) -> str:
        """The kind in a word or two."""
        return SHORT[Kind(self.kind)]

    @property
    def is_readable(self) -> bool:
        """Whether it may be opened: it is kept, and does not wait for the virus check."""
        return self.state in READABLE

    @property
    def may_be_removed(self) -> bool:
        """Whether the patient may take it back: no clinician has used it yet."""
        return self.state in WITH_A_FILE and self.used_at is None

    @property
    def size_text(self) -> str:
        """The size as people read it."""
        return size_text(self.size)

    @property
    def download_name(self) -> str:
        """The name under which it is saved on somebody's machine."""
        return download_name(self.name, Made(self.made))


class DocumentStateChange(StateChange):
    """One move of a document."""

    record = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class IdentityCheckQuerySet(models.QuerySet["IdentityCheck"]):
    """Words for asking about checks."""

    def visible_to(self, user: Any) -> "IdentityCheckQuerySet":
        """The result: a patient's own; reception's and managers'; a clinician's of people in their care."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        if user.role in {Role.RECEPTION, Role.MANAGER}:
            return self
        return self.filter(in_care(user))


class IdentityCheck(FrozenRecord):
    """That somebody looked at a photo ID: the result is kept, an image goes after 30 days (domain 3.1, step 2)."""

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="identity_checks")
    document = models.ForeignKey(
        Document,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="identity_checks",
        help_text="Empty: it was shown at the clinic or in a call.",
    )
    kind = models.CharField("what it is", max_length=10, choices=IdKind.choices)
    valid_until = models.DateField()
    checked_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    objects = IdentityCheckQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["-checked_at"]
        constraints = [models.CheckConstraint(condition=models.Q(kind__in=IdKind.values), name="id_kind_known")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.checked_at:%Y-%m-%d}"
