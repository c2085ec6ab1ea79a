"""The drain: takes due messages one by one and sends them.

A message is claimed (state ``sending``, a lease, one more attempt) and that is committed before
anything goes out, all by the database's clock. Where a worker dies, the lease runs out and the same
statement takes the row again, under the same Message-ID. So nothing is lost, and at most the
message that was just being sent may arrive twice; its row says so.
"""

import contextlib
import logging
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database
from django.db.models.functions import Now

from clinic.addresses import actions as addresses
from clinic.outbox import policy, texts
from clinic.outbox.actions import ask_reception, ask_to_tell
from clinic.outbox.deadline import within
from clinic.outbox.enums import BY_HAND, Answer, Channel, MessageState, Outcome
from clinic.outbox.models import PROVIDER_ID_LENGTH, Attempt, Message, switched_off
from clinic.outbox.registry import Letter, NotWanted, Text, compose, reach_of
from clinic.outbox.rules import BY_CODE

log = logging.getLogger("clinic.outbox")

NOT_CHOSEN = {
    Channel.EMAIL: "a text message says it",
    Channel.SMS: "the patient has not chosen text messages",
    Channel.COPY: "the patient has named nobody for copies",
}

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


@dataclass(frozen=True)
class Failure:
    """Why a message did not go out, in words without values, and whether the server may have it all the same."""

    answer: Answer
    why: str
    may_have_arrived: bool = False


def drain(seconds: float) -> int:
    """Handle due messages until none is left or ``seconds`` have passed; return how many were handled.

    One bad message never stops the others; only a database that does not answer does.
    """
    handled, until, connection, gone = 0, time.monotonic() + seconds, get_connection(), None
    try:
        while time.monotonic() < until:
            message, gone = _claim(gone), None
            if message is None:
                break
            gone = message if _handle(message, connection) else None
            handled += 1
    finally:
        if gone is not None:
            _mark_sent(gone)
        _close(connection)
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


def _handle(message: Any, connection: Any) -> bool:
    """Send the message, or write down why not. Return whether it went: that is to be written down still."""
    if message.claimed_at >= message.useful_until:
        _close_row(message, MessageState.MISSED, "later than it is of use")
        return False
    reach = _reach(message)
    letter = _letter(message, reach, is_off=message.is_off)
    if isinstance(letter, NotWanted):
        _close_row(message, MessageState.CANCELLED, letter.why)
        return False
    if reach and reach.by_hand and isinstance(letter, Letter) and message.channel == Channel.EMAIL:
        _hand_over(message, reach.by_hand)
        return False
    failure = letter if isinstance(letter, Failure) else _fault(message, letter) or _post(message, letter, connection)
    if failure is not None:
        _after_failure(message, failure)
    return failure is None


def letter_of(message: Message) -> Letter | Text | NotWanted | Failure:
    """Return what ``message`` would say now, or why it does not go. It changes nothing."""
    letter = _letter(message, _reach(message), is_off=message.rule in switched_off())
    return letter if isinstance(letter, NotWanted | Failure) else _fault(message, letter) or letter


def _letter(message: Message, reach: policy.Reach | None, *, is_off: bool) -> Letter | Text | NotWanted | Failure:
    return _stopped(message, reach, is_off) or _written(message)


def _reach(message: Message) -> policy.Reach | None:
    return reach_of([message.person])[message.person] if message.person else None


def _stopped(message: Message, reach: policy.Reach | None, is_off: bool) -> NotWanted | None:
    """Return why the message does not go although its fact may still hold: the patient, or the clinic's settings."""
    rule = BY_CODE.get(message.rule)
    if rule is None:
        return None
    for stop in sorted(rule.stops_for & reach.stops) if reach else ():
        return NotWanted(stop.why)
    channel = Channel(message.channel)
    if channel not in BY_HAND and channel not in policy.ways(rule, reach):
        return NotWanted(NOT_CHOSEN[channel])
    return NotWanted("this message is switched off") if is_off else None


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


def _fault(message: Message, letter: Letter | Text) -> Failure | None:
    """Return why ``letter`` cannot go out, or None. A text message that is too long would come in pieces, or not."""
    if isinstance(letter, Text) != (message.channel == Channel.SMS):
        return Failure(Answer.NEVER, "not written for this channel")
    if isinstance(letter, Text) and policy.text_length(letter.text) > policy.LONGEST_TEXT:
        return Failure(Answer.NEVER, "longer than a text message may be")
    if not letter.to:
        return Failure(Answer.NEVER, "no address")
    if isinstance(letter, Letter) and addresses.is_stopped(letter.to):
        return Failure(Answer.NEVER, "the address does not work")
    return None


def _hand_over(message: Any, hand: Channel) -> None:
    """Ask reception to tell what the message says. From here on the task is the truth about it."""
    rule = BY_CODE[message.rule]
    message.channel = policy.by_hand(rule, hand, message.claimed_at, message.useful_until)
    changes = {"state": MessageState.HANDED, "channel": message.channel, "closed_at": Now(), "lease_until": None}
    with transaction.atomic():
        if _update(message, **changes):
            ask_to_tell(message, at=message.claimed_at)


def _post(message: Any, letter: Letter | Text, connection: Any) -> Failure | None:
    """Hand ``letter`` to the mail server or the carrier of texts; return None when it was taken.

    EMAIL_TIMEOUT is for one read: a server that answers byte by byte could hold the message, and us, beyond the lease.
    """
    if isinstance(letter, Text):
        return _text(message, letter)
    reached, mail = False, _mail(message, letter)
    try:
        with within(message.send_by - time.monotonic()):
            connection.open()
            reached = True
            if connection.send_messages([mail]) != 1:
                return Failure(Answer.SLOW, "not taken")
        message.provider_id = _name_at_the_provider(mail)
        return None
    except OSError as error:  # the errors of smtplib and of a provider's interface are OSErrors too
        _close(connection)
        arrived = reached and policy.may_have_arrived(error)
        return Failure(policy.answer_to(error), policy.failure_text(error), arrived)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 - a header or an address that cannot be sent
        _close(connection)
        return Failure(Answer.NEVER, type(error).__name__)


def _text(message: Any, text: Text) -> Failure | None:
    """Hand ``text`` to its carrier, under the message's own key; return None when it was taken."""
    try:
        with within(message.send_by - time.monotonic()):
            message.provider_id = texts.gateway().send(text, str(message.pk))[:PROVIDER_ID_LENGTH]
    except OSError as error:
        return Failure(policy.answer_to(error), policy.failure_text(error), policy.may_have_arrived(error))
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 - a gateway of somebody else's making must not stop the others
        return Failure(Answer.NEVER, type(error).__name__)
    return None


def _name_at_the_provider(mail: Any) -> str:
    """What the provider calls a mail it has taken, or nothing: of a mail server there is no such name."""
    name = getattr(getattr(mail, "anymail_status", None), "message_id", None)
    return "" if name is None else str(name)[:PROVIDER_ID_LENGTH]


def _mail(message: Message, letter: Letter) -> EmailMultiAlternatives:
    """Return the mail: one recipient, no copies, and the row's own Message-ID."""
    mail = EmailMultiAlternatives(
        letter.subject, letter.text, to=[letter.to], headers={"Message-ID": message.message_id}
    )
    if letter.html:
        mail.attach_alternative(letter.html, "text/html")
    for name, content, mimetype in letter.attachments:
        mail.attach(name, content, mimetype)
    return mail


def _after_failure(message: Any, failure: Failure) -> None:
    """Plan the next try, or give up and ask reception to reach the person another way."""
    again = policy.next_try(failure.answer, message.attempts, message.claimed_at, message.useful_until)
    twice = message.maybe_repeated or failure.may_have_arrived
    seen = {"last_answer": failure.answer, "why": failure.why, "maybe_repeated": twice}
    with transaction.atomic():
        if again is not None:
            _update(message, state=MessageState.DUE, due_at=again, lease_until=None, **seen)
        elif _update(message, state=MessageState.FAILED, closed_at=Now(), lease_until=None, **seen):
            ask_reception(message, f"{message} could not be sent: {failure.why}", at=message.claimed_at)
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


def _close(connection: Any) -> None:
    """Close it; a server that does not take its leave is not waited for."""
    with contextlib.suppress(OSError), within(settings.OUTBOX_LEASE_SECONDS / 10):
        connection.close()
