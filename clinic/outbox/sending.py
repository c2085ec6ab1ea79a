"""The drain: takes due messages one by one and sends them.

A message is claimed (state ``sending``, a lease, one more attempt) and that is committed before
anything goes out, all by the database's clock. Where a worker dies, the lease runs out and the same
statement takes the row again, under the same Message-ID. So nothing is lost, and at most the
message that was just being sent may arrive twice; its row says so.
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
from clinic.outbox.registry import Letter, NotWanted, Text, compose, reach_of
from clinic.outbox.rules import BY_CODE

log = logging.getLogger("clinic.outbox")

# That the last one went, and the next one please: one journey and one commit for nearly every message.
SENT = """
  with gone as (
       update clinic_message
          set state = 'sent', sent_at = now(), why = '', closed_at = null, lease_until = null, provider_id = %(name)s
        where id = %(gone)s and attempts = %(number)s),
       noted as (
       insert into clinic_attempt (id, message_id, number, at, outcome, why)
       values (%(key)s, %(gone)s, %(number)s, now(), 'sent', ''))
"""
CLAIM = """
update clinic_message
   set state = 'sending',
       attempts = attempts + 1,
       lease_until = now() + make_interval(secs => %(lease)s),
       maybe_repeated = maybe_repeated or state = 'sending'
 where id = (
       select id from clinic_message
        where state in ('due', 'sending') and due_at <= now() and (state = 'due' or lease_until < now())
          and id is distinct from %(gone)s
        order by due_at limit 1
          for update skip locked)
returning *, now() as claimed_at,
          exists (select from clinic_rulesetting where code = rule and not is_on) as is_off,
          (select json_build_object('subject', w.subject, 'opening', w.opening, 'closing', w.closing, 'text', w.text)
             from clinic_wordingsetting w where w.code = rule) as own_words
"""


def drain(seconds: float) -> int:
    """Handle due messages until none is left or ``seconds`` have passed; return how many were handled.

    One bad message never stops the others; only a database that does not answer does.
    """
    handled, until, connection, gone = 0, time.monotonic() + seconds, get_connection(), None
    stopped = addresses.stopped()
    try:
        while time.monotonic() < until:
            message, gone = _claim(gone), None
            if message is None:
                break
            gone = message if _handle(message, connection, stopped) else None
            handled += 1
    finally:
        if gone is not None:
            _mark_sent(gone)
        close(connection)
    return handled


def _claim(gone: Any = None) -> Any:
    """Return the next due message, now ours for the length of a lease, or None. Write down that ``gone`` was sent.

    It carries ``claimed_at``: the database's clock, by which all that follows is decided; ``is_off``: whether the
    clinic has switched its rule off; ``own_words``: the clinic's for it, or None; and ``send_by`` (monotonic
    seconds): half the lease is for sending. Later another worker may have it soon, and both would send it.
    """
    send_by = time.monotonic() + settings.OUTBOX_LEASE_SECONDS / 2
    values = {"lease": settings.OUTBOX_LEASE_SECONDS, "gone": None} | (_sent(gone) if gone else {})
    message: Any = next(iter(Message.objects.raw((SENT if gone else "") + CLAIM, values)), None)
    if message is not None:
        message.send_by = send_by
    return message


def _handle(message: Any, connection: Any, stopped: frozenset[str]) -> bool:
    """Send the message, or write down why not. Return whether it went: that is to be written down still."""
    if message.claimed_at >= message.useful_until:
        _close_row(message, MessageState.MISSED, "later than it is of use")
        return False
    letter, reach = _letter(message, is_off=message.is_off)
    if isinstance(letter, NotWanted):
        _close_row(message, MessageState.CANCELLED, letter.why)
        return False
    if hand := _hand_of(message, letter, reach):
        _hand_over(message, hand)
        return False
    if isinstance(letter, Failure):
        failure: Failure | None = letter
    else:
        failure = _fault(message, letter, stopped) or post(message, letter, connection)
    if failure is not None:
        _after_failure(message, failure)
    return failure is None


def letter_of(message: Message) -> Letter | Text | NotWanted | Failure:
    """Return what ``message`` would say now, or why it does not go. It changes nothing."""
    letter, _ = _letter(message, is_off=message.rule in switched_off())
    return letter if isinstance(letter, NotWanted | Failure) else _fault(message, letter, addresses.stopped()) or letter


def _letter(message: Message, *, is_off: bool) -> tuple[Letter | Text | NotWanted | Failure, policy.Reach | None]:
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
    how = policy.carried_by(rule, Channel(message.channel), reach, message.claimed_at, message.useful_until)
    return how if how in BY_HAND else None


def _written(message: Message) -> Letter | Text | NotWanted | Failure:
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
            ask_to_tell(message, at=message.claimed_at)


def _after_failure(message: Any, failure: Failure) -> None:
    """Plan the next try, or give up and ask reception to reach the person another way."""
    again = policy.next_try(failure.answer, message.attempts, message.claimed_at, message.useful_until)
    twice = message.maybe_repeated or failure.may_have_arrived
    seen = {"last_answer": failure.answer, "why": failure.why, "maybe_repeated": twice}
    with transaction.atomic():
        if again is not None:
            _update(message, state=MessageState.DUE, due_at=again, lease_until=None, **seen)
        elif _update(message, state=MessageState.FAILED, closed_at=Now(), lease_until=None, **seen):
            ask_reception(
                message,
                f"{message} could not be sent: {reasons.why_failed(failure.why, failure.answer)}",
                at=message.claimed_at,
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
    """Change the row if it is still ours: not claimed again by another worker, not called off meanwhile."""
    return Message.objects.filter(pk=message.pk, attempts=message.attempts, state=MessageState.SENDING).update(
        **changes
    )
