"""The drain: takes some due messages at a time and sends them one by one.

A message is first taken (a lease) and written; then its try begins (state ``sending``, one more attempt), and that is
committed before anything goes out, all by the database's clock. Where a worker dies, the leases run out and the same
statement takes the rows again, under the same Message-IDs. So nothing is lost, and at most the one message whose try
had begun may arrive twice; its row says so.
"""

import logging
import time
from typing import Any
from uuid import uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import get_connection
from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database
from django.db.models.functions import Now

from clinic.addresses import actions as addresses
from clinic.outbox import policy, reasons
from clinic.outbox.actions import ask_reception, ask_to_tell
from clinic.outbox.enums import BY_HAND, Answer, Channel, MessageState, Outcome
from clinic.outbox.models import Attempt, Message, switched_off
from clinic.outbox.posting import Failure, close, post
from clinic.outbox.registry import Letter, NotWanted, Text, compose, reach_of, read_together
from clinic.outbox.rules import BY_CODE

Written = Letter | Text | NotWanted | Failure  # what a message says, or why it does not go

log = logging.getLogger("clinic.outbox")

# That the last one went, and that the next one goes: one journey and one commit for nearly every message.
SENT = """
  with gone as (
       update clinic_message
          set state = 'sent', sent_at = now(), why = '', closed_at = null, lease_until = null, provider_id = %(name)s
        where id = %(gone)s and attempts = %(number)s),
       noted as (
       insert into clinic_attempt (id, message_id, number, at, outcome, why)
       values (%(key)s, %(gone)s, %(number)s, now(), 'sent', ''))
"""
TAKE = """
update clinic_message
   set state = 'due',
       lease_until = now() + make_interval(secs => %(lease)s),
       maybe_repeated = maybe_repeated or state = 'sending'
 where id = any(array(
       select id from clinic_message
        where state in ('due', 'sending') and due_at <= now() and (lease_until is null or lease_until < now())
        order by due_at limit %(many)s
          for update skip locked))
returning *, now() as taken_at,
          exists (select from clinic_rulesetting where code = rule and not is_on) as is_off,
          (select json_build_object('subject', w.subject, 'opening', w.opening, 'closing', w.closing, 'text', w.text)
             from clinic_wordingsetting w where w.code = rule) as own_words
"""
BEGIN = """
update clinic_message
   set state = 'sending', attempts = attempts + 1, lease_until = now() + make_interval(secs => %(lease)s)
 where id = %(ours)s and state = 'due' and lease_until = %(until)s
"""
MANY = 10  # messages taken at a time: what they are about is read with one question
FRESH = 1.0  # seconds for which what was read then holds


def drain(seconds: float) -> int:
    """Handle due messages until none is left or ``seconds`` have passed; return how many were handled.

    One bad message never stops the others; only a database that does not answer does.
    """
    sender, until = _Sender(), time.monotonic() + seconds
    try:
        while time.monotonic() < until and (taken := _take()):
            fresh_until = time.monotonic() + FRESH
            while taken and time.monotonic() < min(until, fresh_until):
                sender.handle(taken.pop(0))
            _put_back(taken)
    finally:
        sender.finish()
    return sender.handled


class _Sender:
    """Sends one message after the other over one connection. ``gone``: went, which is not written down yet."""

    def __init__(self) -> None:
        self.connection, self.stopped = get_connection(), addresses.stopped()
        self.gone: Any = None
        self.handled = 0

    def handle(self, message: Any) -> None:
        """Write and send what was taken, or write down why not. Nothing happens where it is not ours any more."""
        letter, reach = _letter(message, is_off=message.is_off)
        is_ours, self.gone = _begin(message, self.gone), None
        if not is_ours:
            return
        self.handled += 1
        to_post = _to_post(message, letter, reach, self.stopped)
        if to_post is None:
            return
        if failure := post(message, to_post, self.connection):
            _after_failure(message, failure)
        else:
            self.gone = message

    def finish(self) -> None:
        """Write down that the last one went, and leave the server."""
        if self.gone is not None:
            _mark_sent(self.gone)
        close(self.connection)


def _take() -> list[Any]:
    """Take the next due messages, ours for the length of a lease, with what they are about.

    Each carries ``taken_at``: the database's clock, by which all that follows is decided; ``is_off``: whether the
    clinic has switched its rule off; and ``own_words``: the clinic's for it, or None.
    """
    values = {"lease": settings.OUTBOX_LEASE_SECONDS, "many": MANY}
    taken = sorted(Message.objects.raw(TAKE, values), key=lambda message: message.due_at)
    read_together(taken)
    return taken


def _put_back(messages: list[Any]) -> None:
    """Let go of what was taken and not begun: for whoever takes it next, to be read and written anew."""
    if messages:
        still_ours = {"pk__in": [message.pk for message in messages], "lease_until": messages[0].lease_until}
        Message.objects.filter(state=MessageState.DUE, **still_ours).update(lease_until=None)


def _begin(message: Any, gone: Any) -> bool:
    """Begin to send a message; write down that ``gone`` was sent. Return whether it may go.

    It may not where it was called off since it was taken, or is somebody else's by now. ``send_by`` (monotonic
    seconds): half the lease is for sending. Later another worker may have it soon, and both would send it.
    """
    message.send_by = time.monotonic() + settings.OUTBOX_LEASE_SECONDS / 2
    values = {"lease": settings.OUTBOX_LEASE_SECONDS, "ours": message.pk, "until": message.lease_until}
    with database.cursor() as cursor:
        cursor.execute((SENT if gone else "") + BEGIN, values | (_sent(gone) if gone else {}))
        is_ours = cursor.rowcount == 1
    message.attempts += is_ours
    return is_ours


def _to_post(
    message: Any, letter: Written, reach: policy.Reach | None, stopped: frozenset[str]
) -> Letter | Text | None:
    """Return what is to be posted; where nothing is, write down why, and return None."""
    if message.taken_at >= message.useful_until:
        _close_row(message, MessageState.MISSED, "later than it is of use")
    elif isinstance(letter, NotWanted):
        _close_row(message, MessageState.CANCELLED, letter.why)
    elif hand := _hand_of(message, letter, reach):
        _hand_over(message, hand)
    elif isinstance(letter, Failure):
        _after_failure(message, letter)
    elif fault := _fault(message, letter, stopped):
        _after_failure(message, fault)
    else:
        return letter
    return None


def letter_of(message: Message) -> Written:
    """Return what ``message`` would say now, or why it does not go. It changes nothing."""
    letter, _ = _letter(message, is_off=message.rule in switched_off())
    return letter if isinstance(letter, NotWanted | Failure) else _fault(message, letter, addresses.stopped()) or letter


def _letter(message: Message, *, is_off: bool) -> tuple[Written, policy.Reach | None]:
    """Return what ``message`` says, or why it does not go, with how its patient may be reached."""
    letter = _written(message)
    if isinstance(letter, NotWanted):
        return letter, None
    reach = getattr(letter, "reach", None) or _reach(message)
    return _stopped(message, reach, is_off) or letter, reach


def _reach(message: Message) -> policy.Reach | None:
    return reach_of([message.person])[message.person] if message.person else None


def _stopped(message: Message, reach: policy.Reach | None, is_off: bool) -> NotWanted | None:
    """Return why the message does not go although its fact may still hold: the patient, or the clinic's settings."""
    rule = BY_CODE.get(message.rule)
    why = policy.why_stopped(rule, Channel(message.channel), reach, is_off=is_off) if rule else ""
    return NotWanted(why) if why else None


def _hand_of(message: Any, letter: Letter | Text | Failure, reach: policy.Reach | None) -> Channel | None:
    """Return how reception tells it instead of an e-mail; None where nobody has to."""
    rule = BY_CODE.get(message.rule)
    if rule is None or not isinstance(letter, Letter):
        return None
    how = policy.carried_by(rule, Channel(message.channel), reach, message.taken_at, message.useful_until)
    return how if how in BY_HAND else None


def _written(message: Message) -> Written:
    """Return the message's words as of now. A composer that raises fails this row alone, by its class's name."""
    try:
        letter = compose(message)
    except (SoftTimeLimitExceeded, OperationalError, InterfaceError):
        raise  # not this row's fault: its lease runs out and it is taken again
    except Exception as error:  # noqa: BLE001 - one bad row must not stop the others
        log.error("The composer of %s failed: %s", message.rule, type(error).__name__)
        return Failure(Answer.NEVER, type(error).__name__)
    return letter


def _fault(message: Message, letter: Letter | Text, stopped: frozenset[str]) -> Failure | None:
    """Return why ``letter`` cannot go out, or None. A text message that is too long would come in pieces, or not.

    ``stopped``: the addresses to which nothing is sent, as they were when the drain began, some seconds ago. What
    reception tells by phone or on paper needs no address.
    """
    if message.channel in BY_HAND:
        return None
    if isinstance(letter, Text) != (message.channel == Channel.SMS):
        return Failure(Answer.NEVER, "not written for this channel")
    if isinstance(letter, Text) and policy.text_length(letter.text) > policy.LONGEST_TEXT:
        return Failure(Answer.NEVER, "longer than a text message may be")
    if not letter.to:
        return Failure(Answer.NEVER, "no address")
    if letter.to.lower() in stopped:
        return Failure(Answer.NEVER, "the address does not work")
    return None


def _hand_over(message: Any, hand: Channel) -> None:
    """Ask reception to tell what the message says. From here on the task is the truth about it."""
    message.channel = hand
    changes = {"state": MessageState.HANDED, "channel": hand, "closed_at": Now(), "lease_until": None}
    with transaction.atomic():
        if _update(message, **changes):
            ask_to_tell(message, at=message.taken_at)


def _after_failure(message: Any, failure: Failure) -> None:
    """Plan the next try, or give up and ask reception to reach the person another way."""
    again = policy.next_try(failure.answer, message.attempts, message.taken_at, message.useful_until)
    twice = message.maybe_repeated or failure.may_have_arrived
    seen = {"last_answer": failure.answer, "why": failure.why, "maybe_repeated": twice}
    with transaction.atomic():
        if again is not None:
            _update(message, state=MessageState.DUE, due_at=again, lease_until=None, **seen)
        elif _update(message, state=MessageState.FAILED, closed_at=Now(), lease_until=None, **seen):
            ask_reception(
                message,
                f"{message} could not be sent: {reasons.why_failed(failure.why, failure.answer)}",
                at=message.taken_at,
            )
        _write_down(message, Outcome(failure.answer), failure.why)


def _close_row(message: Any, state: MessageState, why: str) -> None:
    _update(message, state=state, why=why, closed_at=Now(), lease_until=None)


def _mark_sent(message: Any) -> None:
    with database.cursor() as cursor:
        cursor.execute(f"{SENT} select", _sent(message))


def _sent(message: Any) -> dict[str, Any]:
    """What ``SENT`` needs. It writes that a message went even where it was called off meanwhile: so it happened."""
    return {"gone": message.pk, "number": message.attempts, "name": message.provider_id, "key": uuid4()}


def _write_down(message: Message, outcome: Outcome, why: str = "") -> None:
    """Write how this try ended, also where somebody else has the message by now."""
    Attempt.objects.create(message_id=message.pk, number=message.attempts, at=Now(), outcome=outcome, why=why)


def _update(message: Message, **changes: Any) -> int:
    """Change the row if it is still ours: not taken again by another worker, not called off meanwhile."""
    return Message.objects.filter(pk=message.pk, attempts=message.attempts, state=MessageState.SENDING).update(
        **changes
    )
