"""What a patient's new status does to their messages: it calls some off, and lets others go after all.

The log says at once why nothing comes. The drain asks the same once more when it sends, for what is planned later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinic.outbox.enums import ON_THE_WAY, MessageState, Stop
from clinic.outbox.models import Message
from clinic.outbox.policy import out_of_quiet_hours
from clinic.outbox.registry import NotWanted, compose, is_in_use
from clinic.outbox.rules import BY_CODE, RULES
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind


@dataclass(frozen=True)
class Turn:
    """The messages that are called off, and those that go after all."""

    stopped: list[Message]
    resumed: list[Message]


def codes_stopped_for(stop: Stop) -> list[str]:
    """Return the rules that are not sent to somebody of whom ``stop`` is known."""
    return [rule.code for rule in RULES if stop in rule.stops_for]


def turn(person: UUID, *, before: Stop | None, now: Stop | None, at: datetime) -> Turn:
    """Return what becomes of a person's messages when what stops them turns from ``before`` to ``now``. Reading only.

    What was called off goes after all where it is still of use, and its own composer still wants it.
    """
    off = codes_stopped_for(now) if now else []
    theirs = Message.objects.filter(person=person).order_by("due_at", "id")
    stopped = theirs.filter(state__in=ON_THE_WAY, rule__in=off)
    called_off = theirs.filter(state=MessageState.CANCELLED, why=before.why) if before else theirs.none()
    back = called_off.filter(useful_until__gt=at).exclude(rule__in=off)
    return Turn(list(stopped), [message for message in back if _is_wanted(message)])


def follow(person: UUID, *, before: Stop | None, now: Stop | None, at: datetime) -> None:
    """Do what ``turn`` tells. Called inside the transaction that changes the person's status."""
    if before:
        _resume(turn(person, before=before, now=now, at=at).resumed, at=at)
    if now:
        off = codes_stopped_for(now)
        known = Message.objects.filter(person=person, rule__in=off)
        if before:  # so that a later change of the status finds them
            known.filter(state=MessageState.CANCELLED, why=before.why).update(why=now.why)
        for handed in known.filter(state=MessageState.HANDED):  # nobody calls the family of the dead about a visit
            worklist.finish_about(handed.pk, TaskKind.BY_HAND, f"Not told: {now.why}", by=None, at=at)
        known.filter(state__in=ON_THE_WAY).update(
            state=MessageState.CANCELLED, why=now.why, closed_at=at, lease_until=None
        )


def _resume(messages: Iterable[Message], *, at: datetime) -> None:
    """Let messages wait for their time again; one whose time has passed goes now, outside the quiet hours."""
    for message in messages:
        due = max(message.due_at, at)
        if due == at and not BY_CODE[message.rule].at_any_hour:
            due = out_of_quiet_hours(at, message.useful_until)
        same = Message.objects.filter(pk=message.pk, state=MessageState.CANCELLED)
        same.update(state=MessageState.DUE, why="", closed_at=None, due_at=due, wanted_at=due)


def _is_wanted(message: Message) -> bool:
    return is_in_use(message.rule) and not isinstance(compose(message), NotWanted)
