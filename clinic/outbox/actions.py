"""Planning, calling off and repeating messages.

``plan`` and ``cancel`` are called inside the transaction of the fact: with it they stand or fall.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from clinic.db.refusal import Refusal
from clinic.outbox.enums import ON_THE_WAY, MessageState
from clinic.outbox.models import Heartbeat, Message
from clinic.outbox.policy import due_time
from clinic.outbox.rules import AtOnce, Rule, rules_for
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind


def plan(
    fact: str,
    *,
    about: UUID,
    person: UUID | None,
    anchor: datetime,
    at: datetime,
    round: int = 0,
    without_at_once: bool = False,
) -> None:
    """Write the messages that ``fact`` sends.

    ``about`` is the record, ``person`` the patient it goes to, ``anchor`` what offsets count from
    (a visit's start; else ``at``), ``at`` when the fact came to be. ``round`` rises when the same
    fact comes again (a visit's sequence): within a round the same message is written once.
    ``without_at_once`` leaves out what would go at once: staff have told the person themselves.
    """
    rules = [rule for rule in rules_for(fact) if not (without_at_once and isinstance(rule.when, AtOnce))]
    wanted = [_message(rule, about, person, anchor, at, round) for rule in rules]
    Message.objects.bulk_create([message for message in wanted if message], ignore_conflicts=True)


def cancel(about: UUID, *, why: str, at: datetime, rules: Iterable[str] | None = None) -> int:
    """Call off what is on its way about a record (all of it, or the ``rules`` named); return how many."""
    waiting = Message.objects.filter(about=about, state__in=ON_THE_WAY)
    if rules is not None:
        waiting = waiting.filter(rule__in=list(rules))
    return waiting.update(state=MessageState.CANCELLED, why=why, closed_at=at, lease_until=None)


def resend(message: Message, *, by: Any, at: datetime) -> Message:
    """Return a new message that says the same again, asked for by the staff member ``by``.

    The old one stays as it is in the log, and its task is done. Raises Refusal where it is still on
    its way, called off, too late, or has been sent again already.
    """
    if why := why_not_again(message, at):
        raise Refusal(why)
    with transaction.atomic():
        again, is_new = Message.objects.get_or_create(key=f"{message.key}:again", defaults=_same_again(message, by, at))
        if not is_new:
            raise Refusal("This message has been sent again already. Look for the newer one in the list.")
        worklist.finish_about(message.pk, TaskKind.MESSAGE_FAILED, "Sent again", by=by, at=at)
    return again


def why_not_again(message: Message, at: datetime) -> str:
    """Return why ``message`` may not be sent again at ``at``, or nothing."""
    if message.state in ON_THE_WAY:
        return "This message is still on its way."
    if message.state == MessageState.CANCELLED:
        return "This message is no longer wanted: what it tells has changed."
    return "It is too late for this message to be of use." if message.useful_until <= at else ""


def beat(name: str) -> None:
    """Write down that the scheduler's ``name`` reached a worker now, by the database's clock."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=Now())], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def _message(
    rule: Rule, about: UUID, person: UUID | None, anchor: datetime, at: datetime, round: int
) -> Message | None:
    window = due_time(rule, anchor, at)
    if window is None:
        return None
    return Message(
        key=f"{rule.code}:{about}:{round}",
        rule=rule.code,
        round=round,
        channel=rule.channel,
        about=about,
        person=person,
        due_at=window.due,
        useful_until=window.useful_until,
        message_id=_new_message_id(),
        created_at=at,
    )


def _same_again(message: Message, by: Any, at: datetime) -> dict[str, Any]:
    same = {name: getattr(message, name) for name in ("rule", "round", "channel", "about", "person", "useful_until")}
    return same | {"due_at": at, "created_at": at, "asked_by": by, "message_id": _new_message_id()}


def _new_message_id() -> str:
    """Return a Message-ID header; it stays with the row, so that a repeat after a crash can be told."""
    return f"<{uuid4()}@{urlsplit(settings.SITE_ORIGIN).hostname}>"
