"""What the clinic changes of its messages: when each goes and whether it does, and its words."""

from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db import transaction

from clinic.accounts.models import User
from clinic.db.refusal import Refusal
from clinic.outbox.actions import BATCH, rule_as_set
from clinic.outbox.enums import Channel, MessageState
from clinic.outbox.models import Message, RuleSetting, WordingSetting
from clinic.outbox.policy import due_time, why_not_set
from clinic.outbox.registry import built
from clinic.outbox.rules import BY_CODE, Rule
from clinic.outbox.words import Words, faults


class NotSet(Refusal):
    """A rule cannot be set so; ``against`` says why, by the name of the setting."""

    def __init__(self, against: dict[str, str]) -> None:
        super().__init__(" ".join(against.values()))
        self.against = against


def set_rule(code: str, *, is_on: bool, amount: int | None, minute: int | None, by: User, at: datetime) -> RuleSetting:
    """Write down when a rule sends, or that it does not, and move what waits to its new time.

    ``amount`` and ``minute``: as for ``policy.as_set``. What would have gone by now at its new time is called off.
    Raises NotSet with what speaks against it.
    """
    rule = BY_CODE[code]
    if against := why_not_set(rule, is_on=is_on, amount=amount, minute=minute):
        raise NotSet(against)
    values = {"is_on": is_on, "amount": amount, "minute": minute, "changed_by": by, "changed_at": at}
    with transaction.atomic():
        before = rule_as_set(rule, RuleSetting.objects.select_for_update().filter(code=code).first())
        setting, _ = RuleSetting.objects.update_or_create(code=code, defaults=values)
        after = rule_as_set(rule, setting)
        if after.when != before.when:
            _move_waiting(after, at)
    return setting


def set_words(code: str, words: Words, *, by: User, at: datetime) -> None:
    """Have the message ``code`` say ``words`` from now on; the words it is built with where they are the same.

    Raises NotSet with what speaks against them, by the name of the part.
    """
    check_words(code, words)
    with transaction.atomic():
        if words == getattr(built(code), "words", None):
            WordingSetting.objects.filter(code=code).delete()
        else:
            values = asdict(words) | {"changed_by": by, "changed_at": at}
            WordingSetting.objects.update_or_create(code=code, defaults=values)


def check_words(code: str, words: Words) -> None:
    """Look whether the message ``code`` may say ``words``. Raises NotSet."""
    first = built(code)
    if first is None:
        raise NotSet({"subject": "The words of this message cannot be changed."})
    has_text = Channel.SMS in BY_CODE[code].channels
    if against := faults(words, first.samples, has_text=has_text, names=[settings.CLINIC["name"]]):
        raise NotSet(against)


def _move_waiting(rule: Rule, at: datetime) -> None:
    """Give what waits its time by ``rule``. What was due already, or a worker has had in its hands, goes as it was."""
    waiting = Message.objects.select_for_update(skip_locked=True).filter(rule=rule.code, state=MessageState.DUE)
    moved = []
    for message in waiting.filter(attempts=0, due_at__gt=at):
        window = due_time(rule, message.anchor, at, Channel(message.channel))
        if window is None:
            message.state, message.why, message.closed_at = MessageState.CANCELLED, "its new time has passed", at
        else:
            message.due_at, message.useful_until = window
            message.wanted_at = window.due
        moved.append(message)
    fields = ["wanted_at", "due_at", "useful_until", "state", "why", "closed_at"]
    Message.objects.bulk_update(moved, fields, batch_size=BATCH)
