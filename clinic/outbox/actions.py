"""Planning messages, calling them off, and what is heard of them afterwards.

``plan`` and ``cancel`` are called inside the transaction of the fact: with it they stand or fall.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from clinic.accounts.enums import Role
from clinic.addresses import actions as addresses
from clinic.addresses.models import StoppedAddress
from clinic.outbox.enums import ON_THE_WAY, WENT_OUT, Channel, MessageState
from clinic.outbox.models import Heartbeat, Message, RuleSetting
from clinic.outbox.policy import as_set, due_time, ways
from clinic.outbox.registry import reach_of
from clinic.outbox.rules import BY_CODE, AtOnce, Rule, rules_for
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task

BATCH = 1_000
LONGEST_TITLE = 200
NOTHING = UUID(int=0)  # what a task is about that is about no record
TIME_TO_LOOK = timedelta(minutes=30)
TIME_FOR_STAFF = timedelta(hours=4)


@dataclass(frozen=True)
class Happened:
    """One fact to plan messages of.

    ``about`` is the record, ``person`` the patient it goes to, ``anchor`` what offsets count from (a visit's start;
    else the moment of the fact). ``round`` rises when the same fact comes again (a visit's sequence): within a round
    the same message is written once.
    """

    about: UUID
    person: UUID | None
    anchor: datetime
    round: int = 0


def plan(
    fact: str,
    *,
    about: UUID,
    person: UUID | None,
    anchor: datetime,
    at: datetime,
    round: int = 0,
    without_at_once: bool = False,
    again: bool = False,
) -> list[Message]:
    """Write the messages that ``fact`` sends, and return those that were new. See ``Happened`` for what it is about.

    ``at`` is when the fact came to be. ``without_at_once`` leaves out what would go at once: staff have told the
    person themselves. ``again`` writes another where the one of this round is no longer on its way: it was asked
    for anew.
    """
    happened = Happened(about, person, anchor, round)
    rules = [rule for rule in rules_as_set(fact) if not (without_at_once and isinstance(rule.when, AtOnce))]
    messages = _messages(rules, [happened], at)
    if again:
        for message in messages:
            message.key = _free_key(message.key)
    return _write(messages)


def plan_many(fact: str, happened: Iterable[Happened], *, at: datetime) -> int:
    """Write the messages of many facts of one kind; return how many were new. The number of queries is that of one."""
    return len(_write(_messages(rules_as_set(fact), happened, at)))


def rules_as_set(fact: str) -> list[Rule]:
    """Return the rules of ``fact`` at the times the clinic has set. One that is switched off is planned all the same.

    Whether it is on is asked when it is sent: so what waits goes out again when a rule is switched on.
    """
    return _all_as_set(rules_for(fact))


def replan(person: UUID, *, at: datetime) -> int:
    """Write what waits for somebody for those channels too that they have chosen since; return how many were new.

    What they have chosen no more is asked when it is sent; where a worker has asked already, it asks again. Called
    inside the transaction that changes their choices.
    """
    theirs = Message.objects.filter(person=person, state=MessageState.DUE)
    list(theirs.select_for_update().values_list("pk"))  # nobody takes one, with the old choices, before we are done
    theirs.filter(lease_until__isnull=False).update(lease_until=None)
    waiting = theirs.filter(due_at__gt=at, rule__in=BY_CODE)
    facts = sorted(set(waiting.values_list("rule", "about", "anchor", "round")))
    rules = {rule.code: rule for rule in _all_as_set(BY_CODE[code] for code in {code for code, *_ in facts})}
    wanted = [
        message
        for code, about, anchor, round in facts
        for message in _messages([rules[code]], [Happened(about, person, anchor, round)], at)
    ]
    return len(_write(wanted))


def cancel(about: UUID, *, why: str, at: datetime, rules: Iterable[str] | None = None) -> int:
    """Call off what is on its way about a record (all of it, or the ``rules`` named); return how many."""
    known = Message.objects.filter(about=about)
    if rules is not None:
        known = known.filter(rule__in=list(rules))
    for handed in known.filter(state=MessageState.HANDED):
        worklist.finish_about(handed.pk, TaskKind.BY_HAND, f"No longer wanted: {why}", by=None, at=at)
    waiting = known.filter(state__in=ON_THE_WAY)
    return waiting.update(state=MessageState.CANCELLED, why=why, closed_at=at, lease_until=None)


def may_have_gone(about: UUID, rule: str, *, round: int) -> bool:
    """Tell whether a person may have a message of a round already: sent, or in a worker's hands now or before.

    It locks the messages, so that none of them goes before the caller's transaction ends.
    """
    known = Message.objects.select_for_update().filter(about=about, rule=rule, round=round)
    gone = {*WENT_OUT, MessageState.HANDED, MessageState.SENDING}
    return any(message.state in gone or message.maybe_repeated for message in known)


def on_its_way(about: UUID, rule: str) -> bool:
    """Tell whether a message about a record is still to be sent."""
    return Message.objects.filter(about=about, rule=rule, state__in=ON_THE_WAY).exists()


def beat(name: str) -> None:
    """Write down that ``name`` was at work now, by the database's clock. See ``Heartbeat`` for the names."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=Now())], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def note_delivered(provider_id: str, *, at: datetime) -> None:
    """Write down that the provider delivered the message it calls ``provider_id``. A repeated report changes nothing."""
    gone = Message.objects.filter(provider_id=provider_id, state=MessageState.SENT).exclude(provider_id="")
    gone.update(state=MessageState.DELIVERED, delivered_at=at)


def note_not_delivered(provider_id: str, address: str, why: StoppedAddress.Why, *, at: datetime) -> None:
    """Write down that a message did not reach its reader, send nothing to ``address`` any more, and ask reception.

    ``address`` is empty where it was the provider itself that refused: the address may be fine. A message that is
    none of ours (an account mail) stops its address all the same. A repeated report changes nothing.
    """
    with transaction.atomic():
        if address:
            addresses.stop(address, why, at=at)
        gone = Message.objects.select_for_update().filter(provider_id=provider_id, state__in=WENT_OUT)
        for message in gone.exclude(provider_id=""):
            if why == StoppedAddress.Why.COMPLAINED:  # it did arrive
                ask_reception(message, f"{message} was marked as unwanted. Ask how to reach the person", at=at)
                continue
            Message.objects.filter(pk=message.pk).update(state=MessageState.FAILED, why=why, closed_at=at)
            ask_reception(message, f"{message} could not be delivered", at=at)


def ask_reception(message: Message, title: str, *, at: datetime) -> None:
    """Ask reception to reach the reader of a message another way. What the person needs stands in the task."""
    worklist.ask(
        TaskKind.MESSAGE_FAILED,
        _with_needs(title, message),
        key=f"message_failed:{message.pk}",
        about=message.pk,
        role=Role.RECEPTION,
        due_at=at + TIME_FOR_STAFF,
        at=at,
    )


def ask_to_tell(message: Message, *, at: datetime) -> None:
    """Ask reception to tell what a message says: by phone, or on paper, as its ``channel`` says.

    What the person needs stands in the task, so that whoever takes it is ready for it.
    """
    worklist.ask(
        TaskKind.BY_HAND,
        _with_needs(f"{message.get_channel_display()}: {message}", message),
        key=f"by_hand:{message.pk}",
        about=message.pk,
        role=Role.RECEPTION,
        due_at=min(at + TIME_FOR_STAFF, message.useful_until),
        at=at,
    )


def report_late(*, at: datetime) -> int:
    """Return how many messages are late (``MessageQuerySet.late``); ask reception to look where any is."""
    count = Message.objects.late().count()
    if count and not Task.objects.waiting().filter(kind=TaskKind.MESSAGES_LATE).exists():
        worklist.ask(
            TaskKind.MESSAGES_LATE,
            f"Messages are more than 15 minutes late: {count}. Call whoever has a visit soon",
            key="messages_late",
            about=NOTHING,
            role=Role.RECEPTION,
            due_at=at + TIME_TO_LOOK,
            at=at,
            again=True,
        )
    return count


def _with_needs(title: str, message: Message) -> str:
    """Return a task's title with what the person needs; cut where it does not fit: all of it stands in their record."""
    needs = reach_of([message.person])[message.person].needs if message.person else ()
    whole = f"{title}. Needs: {' · '.join(needs)}" if needs else title
    return whole if len(whole) <= LONGEST_TITLE else f"{whole[: LONGEST_TITLE - 1]}…"


def _free_key(key: str) -> str:
    """Return ``key`` while it is free or its message on its way, else one that is free."""
    known = Message.objects.filter(Q(key=key) | Q(key__startswith=f"{key}:"))
    written = known.count()
    return f"{key}:{written}" if written and not known.filter(state__in=ON_THE_WAY).exists() else key


def _all_as_set(rules: Iterable[Rule]) -> list[Rule]:
    rules = list(rules)
    settings = {setting.code: setting for setting in RuleSetting.objects.filter(code__in=[rule.code for rule in rules])}
    return [rule_as_set(rule, settings.get(rule.code)) for rule in rules]


def rule_as_set(rule: Rule, setting: RuleSetting | None) -> Rule:
    return as_set(rule, setting.amount, setting.minute) if setting else rule


def _messages(rules: Iterable[Rule], happened: Iterable[Happened], at: datetime) -> list[Message]:
    happened = list(happened)
    reaches = reach_of([each.person for each in happened if each.person])
    wanted = [
        _message(rule, channel, each, at)
        for each in happened
        for rule in rules
        for channel in ways(rule, reaches.get(each.person) if each.person else None)
    ]
    return [message for message in wanted if message]


def _message(rule: Rule, channel: Channel, happened: Happened, at: datetime) -> Message | None:
    window = due_time(rule, happened.anchor, at, channel)
    if window is None:
        return None
    return Message(
        key=f"{rule.code}:{channel}:{happened.about}:{happened.round}",
        rule=rule.code,
        round=happened.round,
        channel=channel,
        about=happened.about,
        person=happened.person,
        anchor=happened.anchor,
        wanted_at=window.due,
        due_at=window.due,
        useful_until=window.useful_until,
        message_id=new_message_id(),
        created_at=at,
    )


def _write(messages: list[Message]) -> list[Message]:
    """Write those that are not there yet, and return them. The unique key decides where two write at once."""
    known = set(Message.objects.filter(key__in=[message.key for message in messages]).values_list("key", flat=True))
    fresh = [message for message in messages if message.key not in known]
    Message.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=BATCH)
    return fresh


def new_message_id() -> str:
    """Return a Message-ID header; it stays with the row, so that a repeat after a crash can be told."""
    return f"<{uuid4()}@{urlsplit(settings.SITE_ORIGIN).hostname}>"
