"""What a person tells us before a first assessment, and what of it a clinician must not miss."""

from datetime import datetime
from typing import Any, ClassVar

import pghistory
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.frozen import FrozenRecord, StateChange
from clinic.db.sealed import SealedJSONField, SealedTextField
from clinic.db.states import Moves, guard
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task
from patients.access.models import in_care
from patients.intake.enums import MOVES, WITH_THE_CLINIC, IntakeState, Level
from patients.intake.flags import Hit
from patients.intake.upgrades import upgraded
from patients.outcomes.enums import DoneBy


class IntakeQuerySet(models.QuerySet["Intake"]):
    """Words for asking about intakes."""

    def waiting(self) -> "IntakeQuerySet":
        """Those a clinician has to deal with, oldest first."""
        return self.filter(state__in=[IntakeState.SUBMITTED, IntakeState.IN_REVIEW]).order_by("submitted_at", "id")

    def visible_to(self, user: Any) -> "IntakeQuerySet":
        """A patient sees their own; a clinician what people in their care have sent; nobody else any."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        if user.role == Role.CLINICIAN:
            return self.exclude(state=IntakeState.DRAFT).filter(in_care(user))
        return self.none()

    def status_visible_to(self, user: Any) -> "IntakeQuerySet":
        """Whose form is where: reception and managers see that of everybody, and no answer."""
        seen = user.is_staff and user.role in {Role.RECEPTION, Role.MANAGER}
        return self.defer("answers", "question") if seen else self.none()


class ListedIntakeQuerySet(models.QuerySet["Intake"]):
    """Intakes as they stand in a clinician's list, before the person is in their care: who and since when, never the answers."""

    def visible_to(self, user: Any) -> "ListedIntakeQuerySet":
        """All that was sent, and drafts somebody has to be called about; for clinicians only."""
        if user.role != Role.CLINICIAN:
            return self.none()
        call = Task.objects.waiting().filter(about=models.OuterRef("pk"), kind=TaskKind.URGENT_ANSWERS)
        return self.filter(~models.Q(state=IntakeState.DRAFT) | models.Exists(call)).defer("answers", "question")

    def with_urgency(self) -> "ListedIntakeQuerySet":
        """The same, each with ``is_urgent``: an emergency answer was sent, or a call about one is still to be made."""
        # Each list once, not a look for each row: the queue sorts thousands by it.
        call = Task.objects.waiting().order_by().filter(kind=TaskKind.URGENT_ANSWERS).values("about")
        emergency = FlagHit.objects.filter(level=Level.EMERGENCY).values("version__intake")
        is_urgent = models.Q(pk__in=emergency) | models.Q(pk__in=call)
        return self.annotate(is_urgent=models.ExpressionWrapper(is_urgent, output_field=models.BooleanField()))


@pghistory.track(append_only=True)
class Intake(Record):
    """One filling-in of the form. The answers are sealed; a draft is read by its writer alone."""

    MOVES: ClassVar[Moves] = MOVES
    is_urgent: bool  # on the rows of ``listed.with_urgency()`` only

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="intakes")
    state = models.CharField(max_length=12, choices=IntakeState.choices, default=IntakeState.DRAFT)
    form_version = models.CharField(max_length=20)
    answers = SealedJSONField(place="patients.intake.answers", default=dict)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    question = SealedTextField(
        place="patients.intake.question", blank=True, help_text="What a specialist asked last, after it was sent."
    )
    changing_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when they change what they sent; it counts until they send it again."
    )
    filled_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The form before, where this one asks what has changed before a review.",
    )
    reviewer = models.ForeignKey("clinic.Clinician", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = IntakeQuerySet.as_manager()
    listed = ListedIntakeQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        triggers = [guard(MOVES)]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=~models.Q(state=IntakeState.DECIDED), name="one_open_intake_a_patient"
            ),
            models.CheckConstraint(
                condition=models.Q(state=IntakeState.DRAFT) | models.Q(submitted_at__isnull=False),
                name="sent_intake_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[IntakeState.DRAFT, IntakeState.SUBMITTED])
                | models.Q(reviewer__isnull=False),
                name="reviewed_intake_has_a_reviewer",
            ),
            models.CheckConstraint(
                condition=models.Q(changing_since__isnull=True) | models.Q(state__in=sorted(WITH_THE_CLINIC)),
                name="only_a_sent_intake_is_changed",
            ),
        ]

    def __str__(self) -> str:
        return f"Intake of {self.started_at:%d %B %Y}"

    @property
    def is_open(self) -> bool:
        """Whether the patient is filling it in: it was never sent, or they are changing what they sent."""
        return self.state == IntakeState.DRAFT or self.changing_since is not None

    @property
    def is_review(self) -> bool:
        """Whether it asks what has changed since a form before."""
        return self.filled_from_id is not None

    @property
    def answers_now(self) -> dict[str, Any]:
        """The answers as the form asks now, whatever the form was when they were given."""
        return upgraded(self.answers, self.form_version)


class IntakeStateChangeQuerySet(models.QuerySet["IntakeStateChange"]):
    """Words for asking about moves."""

    def visible_to(self, user: Any) -> "IntakeStateChangeQuerySet":
        """For clinicians in whose care the person is."""
        return self.filter(in_care(user, "record__patient")) if user.role == Role.CLINICIAN else self.none()


class IntakeStateChange(StateChange):
    """One move of an intake."""

    record = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="state_changes")

    objects = IntakeStateChangeQuerySet.as_manager()

    class Meta(StateChange.Meta):
        pass


class IntakeVersionQuerySet(models.QuerySet["IntakeVersion"]):
    """Words for asking about what was sent."""

    def visible_to(self, user: Any) -> "IntakeVersionQuerySet":
        """For clinicians in whose care the person is; a patient reads theirs through the form."""
        return self.filter(in_care(user, "intake__patient")) if user.role == Role.CLINICIAN else self.none()


class IntakeVersion(FrozenRecord):
    """What was submitted, as it was submitted: decisions point here.

    ``record`` is the same in words, as it was asked and answered (``walk.Part``): no later form changes how it reads.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    form_version = models.CharField(max_length=20)
    answers = SealedJSONField(place="patients.intakeversion.answers")
    record = SealedJSONField(place="patients.intakeversion.record")
    signed_name = SealedTextField(place="patients.intakeversion.signed_name", help_text="The full name, as typed.")
    done_by = models.CharField("who filled it in", max_length=8, choices=DoneBy.choices)
    at = models.DateTimeField()

    objects = IntakeVersionQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "number"], name="one_version_a_number"),
            models.CheckConstraint(condition=models.Q(done_by__in=DoneBy.values), name="form_done_by_known"),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class FlagHit(FrozenRecord):
    """A red flag that a submitted answer set off: the exact answer, the rule's version, the time. Never recomputed."""

    version = models.ForeignKey(IntakeVersion, on_delete=models.PROTECT, related_name="flags")
    code = models.CharField(max_length=8)
    level = models.CharField(max_length=1, choices=Level.choices)
    title = SealedTextField(place="patients.flaghit.title", help_text="It names an illness, so it is sealed too.")
    answer = SealedTextField(place="patients.flaghit.answer")
    rules_version = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta(FrozenRecord.Meta):
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="one_hit_a_rule")]
        indexes = [
            models.Index(fields=["version"], name="emergencies", condition=models.Q(level=Level.EMERGENCY)),
        ]

    @classmethod
    def of(cls, version: IntakeVersion, hit: Hit, at: datetime) -> "FlagHit":
        """Return the row, not saved yet, of a rule that the answers of ``version`` set off."""
        rule = hit.rule
        return cls(
            version=version,
            code=rule.code,
            level=rule.level,
            title=rule.title,
            answer=hit.answer,
            rules_version=rule.version,
            at=at,
        )

    def __str__(self) -> str:
        return self.code
