"""What an intake asks staff to do."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from clinic.accounts.enums import Role
from clinic.db.workdays import next_open, workdays_after
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.intake.enums import Level
from patients.intake.flags import RULES_VERSION, Rule
from patients.intake.models import Intake, IntakeVersion
from patients.intake.questions import Answers
from patients.intake.rules.table import emergencies

URGENT_WITHIN = timedelta(minutes=30)  # of the team being at work
DECISION_WITHIN = 2  # workdays
WARN_BEFORE = timedelta(days=30)  # of a rule's review
DAYS_TO_REVIEW = 10  # workdays


def call_about_emergencies(draft: Intake, asked: Answers, before: IntakeVersion | None, at: datetime) -> None:
    """Open the urgent task for emergencies that were not among what was sent ``before``.

    Once a version, on the day the team is at work. Its title names no symptom.
    """
    old = set(before.flags.filter(level=Level.EMERGENCY).values_list("code", flat=True)) if before else set()
    if not {hit.rule.code for hit in emergencies(asked)} - old:
        return
    worklist.ask(
        TaskKind.URGENT_ANSWERS,
        "Urgent answers: call this person today",
        key=f"urgent_answers:{draft.pk}" + (f":{before.number}" if before else ""),
        about=draft.pk,
        role=Role.CLINICIAN,
        due_at=next_open(at) + URGENT_WITHIN,
        at=at,
    )


def decide_on(intake: Intake, version: IntakeVersion, at: datetime) -> None:
    """Ask for a decision on what was sent."""
    worklist.ask(
        TaskKind.DECISION_DUE,
        "A form waits for a decision",
        key=f"decision_due:{intake.pk}:{version.number}",
        about=intake.pk,
        role=Role.CLINICIAN,
        due_at=workdays_after(at, DECISION_WITHIN),
        at=at,
    )


def read_again(intake: Intake, version: IntakeVersion, at: datetime) -> None:
    """Tell the clinician who is reading a form that it was changed; nobody where none does."""
    if intake.reviewer is None:
        return
    task = worklist.ask(
        TaskKind.FORM_CHANGED,
        "A form that you are reading was changed",
        key=f"form_changed:{intake.pk}:{version.number}",
        about=intake.pk,
        role=Role.CLINICIAN,
        due_at=workdays_after(at, 1),
        at=at,
    )
    worklist.take(task, by=intake.reviewer.user, at=at)


def review_rules(rules: Iterable[Rule], *, today: date, at: datetime) -> int:
    """Ask the clinicians to review the red-flag rules whose review is near, once a month; return how many they are.

    A rule that nobody has looked at for a year may be wrong by now (domain sheet, 5.3: owner and review date).
    """
    due = [rule.code for rule in rules if rule.review_by <= today + WARN_BEFORE]
    if due:
        worklist.ask(
            TaskKind.RULES_REVIEW,
            f"Review the red-flag rules: {len(due)} are due, from {due[0]}",
            key=f"rules_review:{RULES_VERSION}:{today:%Y-%m}",
            about=uuid5(NAMESPACE_OID, f"red-flag rules {RULES_VERSION}"),
            role=Role.CLINICIAN,
            due_at=workdays_after(at, DAYS_TO_REVIEW),
            at=at,
        )
    return len(due)
