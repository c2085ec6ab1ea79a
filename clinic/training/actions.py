"""Keeping the register of training, and asking for what ends."""

from datetime import date, datetime

from clinic.accounts.enums import STAFF_ROLES, Role
from clinic.accounts.models import User
from clinic.db.refusal import Refusal
from clinic.training import policy
from clinic.training.models import Training, TrainingDone
from clinic.training.policy import LACKING, Standing
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind, TaskState


class NotYetDone(Refusal):
    """A training is written down once it was done."""

    words = "The day cannot be later than today."


def save_training(training: Training) -> None:
    """Save what a training is. What was done before keeps the last day it had."""
    training.save()


def record(
    training: Training, person: User, done_on: date, evidence: str, *, by: User, today: date, at: datetime
) -> TrainingDone:
    """Write down that ``person`` did a training, and end the tasks about it. Raises NotYetDone."""
    if done_on > today:
        raise NotYetDone
    done = TrainingDone.objects.create(
        training=training,
        person=person,
        done_on=done_on,
        ends_on=policy.ends_on(done_on, training.months),
        evidence=evidence,
        recorded_by=by,
        at=at,
    )
    if policy.standing(done.ends_on, today) == Standing.HOLDS:
        for kind in (TaskKind.TRAINING_ENDS, TaskKind.TRAINING_OVER):
            worklist.finish_keyed(_key(kind, training, person), "Done again", by=by, at=at)
    return done


def standings(person: User, on: date) -> dict[Training, Standing]:
    """Return how ``person`` stands on the day ``on`` with each training that their role asks for."""
    asked = list(Training.objects.asked_of(person.role))
    newest = dict(
        TrainingDone.objects.filter(person=person, training__in=asked)
        .order_by("training", "at", "pk")
        .values_list("training", "ends_on")
    )
    return {each: policy.standing(newest.get(each.pk), on) for each in asked}


def lacking(person: User, on: date) -> list[str]:
    """Return the names of the trainings without which ``person`` may not sign a plan or a prescription on ``on``.

    A competency register gates roles (domain sheet, 6.9, lesson 8).
    """
    return [str(training) for training, how in standings(person, on).items() if how in LACKING]


def remind(*, today: date, at: datetime) -> None:
    """Ask whoever has a training that ends within 30 days to do it, and the managers where it has ended or was never done."""
    for person in User.objects.filter(is_active=True, role__in=sorted(STAFF_ROLES)):
        for training, how in standings(person, today).items():
            if how == Standing.SOON:
                _warn(training, person, at)
            elif how in LACKING:
                _ask_manager(training, person, at)


def _warn(training: Training, person: User, at: datetime) -> None:
    task = worklist.ask(
        TaskKind.TRAINING_ENDS,
        f"A training of yours ends soon: {training}",
        key=_key(TaskKind.TRAINING_ENDS, training, person),
        about=training.pk,
        role=Role(person.role),
        due_at=at,
        at=at,
        again=True,
    )
    if task.state == TaskState.OPEN:
        worklist.take(task, by=person, at=at)


def _ask_manager(training: Training, person: User, at: datetime) -> None:
    worklist.ask(
        TaskKind.TRAINING_OVER,
        f"A member of staff needs a training: {training}",
        key=_key(TaskKind.TRAINING_OVER, training, person),
        about=person.pk,
        role=Role.MANAGER,
        due_at=at,
        at=at,
        again=True,
    )


def _key(kind: TaskKind, training: Training, person: User) -> str:
    return f"{kind}:{training.pk.hex}:{person.pk.hex}"
