"""Questions asked of a patient before a review, and their answers."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.clock import uk_day
from clinic.db.frozen import FrozenRecord, StateChange
from clinic.db.sealed import SealedJSONField
from clinic.db.states import Moves, guard
from patients.access.models import in_care
from patients.outcomes import policy
from patients.outcomes.enums import MOVES, DoneBy, Moment, Standing, State
from patients.outcomes.instruments import BY_CODE


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    """Words for asking about sets of questions."""

    def visible_to(self, user: Any) -> "QuestionnaireQuerySet":
        """A patient sees their own; a clinician those of people in their care, never a draft; nobody else any."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        if user.role == Role.CLINICIAN:
            return self.filter(in_care(user)).defer("answers")
        return self.none()

    def status_visible_to(self, user: Any) -> "QuestionnaireQuerySet":
        """Who was asked and how it stands: reception and managers see that of everybody, and no answer."""
        seen = user.is_staff and user.role in {Role.RECEPTION, Role.MANAGER}
        return self.defer("answers") if seen else self.none()


@pghistory.track(exclude=["answers"], append_only=True)
class Questionnaire(Record):
    """One asking. ``answers`` is a draft that nobody reads: it goes when the questions are closed, and has no history."""

    MOVES: ClassVar[Moves] = MOVES

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="questionnaires")
    asked_by = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField("day of the review", help_text="On the UK calendar.")
    after_treatment = models.BooleanField(
        default=False, help_text="Whether treatment here had begun: then they are asked how they have been since."
    )
    is_check_in = models.BooleanField(
        default=False, help_text="The check-in of the first week: nothing else is asked of them with it."
    )
    opens_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    answers = SealedJSONField(place="patients.questionnaire.answers", null=True, default=dict)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        triggers = [guard(MOVES)]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=models.Q(state=State.ASKED), name="one_open_questionnaire_a_patient"
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="questionnaire_state_known"),
            models.CheckConstraint(
                condition=models.Q(opens_at__gte=models.F("asked_at"), expires_at__gt=models.F("opens_at")),
                name="questionnaire_opens_then_expires",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.ANSWERED, completed_at__isnull=False, started_at__isnull=False)
                | ~models.Q(state=State.ANSWERED) & models.Q(completed_at__isnull=True),
                name="answered_questionnaire_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(started_at__isnull=True)
                | models.Q(started_at__gte=models.F("opens_at"), started_at__lt=models.F("expires_at")),
                name="questionnaire_starts_while_open",
            ),
            models.CheckConstraint(
                condition=models.Q(completed_at__isnull=True)
                | models.Q(completed_at__gte=models.F("started_at"), completed_at__lt=models.F("expires_at")),
                name="questionnaire_ends_while_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.ASKED, answers__isnull=False)
                | ~models.Q(state=State.ASKED) & models.Q(answers__isnull=True),
                name="closed_questionnaire_keeps_no_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"Questions for {self.due_on:%d %B %Y}"

    def standing(self, at: datetime) -> Standing:
        """Return how it stands at ``at``."""
        is_patient = self.patient.may_be_written_to
        return policy.standing(self.state, self.opens_at, self.expires_at, is_patient=is_patient, at=at)

    @property
    def so_far(self) -> policy.Draft:
        """The answers so far; none where the questions are closed."""
        return self.answers or {}

    @property
    def last_day(self) -> date:
        """The last day on which they can be answered, on the UK calendar."""
        return uk_day(self.expires_at - timedelta(seconds=1))

    @property
    def pages(self) -> tuple[policy.Page, ...]:
        """The questions, in their order."""
        return policy.pages(after_treatment=self.after_treatment, unclear=settings.OUTCOMES_UNCLEAR_LICENCES)


class QuestionnaireStateChange(StateChange):
    """One move of a set of questions."""

    record = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class AnsweredQuerySet(models.QuerySet[Any]):
    """Words for asking about answers, and about what is shown of them."""

    def visible_to(self, user: Any) -> "AnsweredQuerySet":
        """A patient's own; a clinician's of people in their care; nobody else any."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        if user.role == Role.CLINICIAN:
            return self.filter(in_care(user))
        return self.none()


class Response(FrozenRecord):
    """The answers to one instrument, as they were sent: they never change.

    Before a review they belong to the questions that were asked. Else they come from a form (``form``, its key: the
    intake is a later feature), which can be sent again with other answers: of one form the newest count (``history``).
    An item that was not asked is not among ``answers``; one that they would rather not answer is None.
    """

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="responses")
    moment = models.CharField(max_length=12, choices=Moment.choices)
    questionnaire = models.ForeignKey(
        Questionnaire, null=True, blank=True, on_delete=models.PROTECT, related_name="responses"
    )
    form = models.UUIDField("key of the form", null=True, blank=True)
    instrument = models.CharField(max_length=20)
    version = models.CharField(max_length=20)
    answers = SealedJSONField(place="patients.response.answers")
    done_by = models.CharField("who answered", max_length=8, choices=DoneBy.choices)
    completed_at = models.DateTimeField()

    objects = AnsweredQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["-completed_at", "instrument"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "instrument"], name="one_response_an_instrument"),
            models.UniqueConstraint(fields=["form", "instrument", "completed_at"], name="one_response_a_sent_form"),
            models.CheckConstraint(
                condition=models.Q(moment=Moment.REVIEW, questionnaire__isnull=False, form__isnull=True)
                | models.Q(
                    moment__in=[Moment.BASELINE, Moment.REVIEW_FORM], questionnaire__isnull=True, form__isnull=False
                ),
                name="response_is_of_questions_or_of_a_form",
            ),
            models.CheckConstraint(condition=models.Q(instrument__in=list(BY_CODE)), name="response_instrument_known"),
            models.CheckConstraint(condition=models.Q(done_by__in=DoneBy.values), name="response_done_by_known"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.version}"


class ScoreRelease(FrozenRecord):
    """A clinician shows a patient the totals of GAD-7 and PHQ-9, or hides them again: the newest row counts.

    It covers the answers that were there by ``at``: a total that nobody has looked at yet is not shown.
    """

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="score_releases")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    is_shown = models.BooleanField()
    at = models.DateTimeField()

    objects = AnsweredQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["-at", "is_shown"]  # of one moment, hidden counts

    def __str__(self) -> str:
        return f"{'Shown' if self.is_shown else 'Hidden'} on {self.at:%d %B %Y}"
