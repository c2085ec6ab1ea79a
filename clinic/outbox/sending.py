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

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from clinic.addresses import actions as addresses
from clinic.outbox import policy, texts
from clinic.outbox.actions import ask_reception, ask_to_tell
from clinic.outbox.enums import BY_HAND, Answer, Channel, MessageState, Outcome, Reader
from clinic.outbox.models import PROVIDER_ID_LENGTH, Attempt, Message, switched_off
from clinic.outbox.registry import Letter, NotWanted, Text, compose, reach_of, standing_of
from clinic.outbox.rules import BY_CODE

log = logging.getLogger("clinic.outbox")

NOT_CHOSEN = {
    Channel.EMAIL: "a text message says it",
    Channel.SMS: "the patient has not chosen text messages",
    Channel.COPY: "the patient has named nobody for copies",
}

CLAIM = """
update clinic_message
   set state = 'sending',
       attempts = attempts + 1,
       lease_until = now() + make_interval(secs => %(lease)s),
       maybe_repeated = maybe_repeated or state = 'sending'
 where id = (
       select id from clinic_message
        where state in ('due', 'sending') and due_at <= now() and (state = 'due' or lease_until < now())
        order by due_at limit 1
          for update skip locked)
returning *, now() as claimed_at
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
    handled, until, connection = 0, time.monotonic() + seconds, get_connection()
    try:
        while time.monotonic() < until and (message := _claim()):
            _handle(message, connection)
            handled += 1
    finally:
        _close(connection)
    return handled


def _claim() -> Any:
    """Return the next due message, now ours for the length of a lease, or None.

    It carries ``claimed_at``: the database's clock, by which all that follows is decided.
    """
    return next(iter(Message.objects.raw(CLAIM, {"lease": settings.OUTBOX_LEASE_SECONDS})), None)


def _handle(message: Any, connection: Any) -> None:
    if message.claimed_at >= message.useful_until:
        return _close_row(message, MessageState.MISSED, "later than it is of use")
    reach = _reach(message)
    letter = _letter(message, reach)
    if isinstance(letter, NotWanted):
        return _close_row(message, MessageState.CANCELLED, letter.why)
    if reach and reach.by_hand and isinstance(letter, Letter) and message.channel == Channel.EMAIL:
        return _hand_over(message, reach.by_hand)
    failure = letter if isinstance(letter, Failure) else _fault(message, letter) or _post(message, letter, connection)
    if failure is None:
        return _mark_sent(message)
    return _after_failure(message, failure)


def letter_of(message: Message) -> Letter | Text | NotWanted | Failure:
    """Return what ``message`` would say now, or why it does not go. It changes nothing."""
    letter = _letter(message, _reach(message))
    return letter if isinstance(letter, NotWanted | Failure) else _fault(message, letter) or letter


def _letter(message: Message, reach: policy.Reach | None) -> Letter | Text | NotWanted | Failure:
    return _stopped(message, reach) or _written(message)


def _reach(message: Message) -> policy.Reach | None:
    """How the reader may be reached; None for staff, who get e-mail also where it is about a patient."""
    rule = BY_CODE.get(message.rule)
    if message.person is None or (rule and rule.reader == Reader.STAFF):
        return None
    return reach_of([message.person])[message.person]


def _stopped(message: Message, reach: policy.Reach | None) -> NotWanted | None:
    """Return why the message does not go although its fact may still hold: the patient, or the clinic's settings."""
    rule = BY_CODE.get(message.rule)
    if rule is None:
        return None
    for stop in sorted(rule.stops_for & standing_of(message.person)):
        return NotWanted(stop.why)
    channel = Channel(message.channel)
    if channel not in BY_HAND and channel not in policy.ways(rule, reach):
        return NotWanted(NOT_CHOSEN[channel])
    return NotWanted("this message is switched off") if rule.code in switched_off() else None


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


def _post(message: Message, letter: Letter | Text, connection: Any) -> Failure | None:
    """Hand ``letter`` to the mail server or the carrier of texts; return None when it was taken."""
    if isinstance(letter, Text):
        return _text(message, letter)
    reached, mail = False, _mail(message, letter)
    try:
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


def _text(message: Message, text: Text) -> Failure | None:
    """Hand ``text`` to its carrier, under the message's own key; return None when it was taken."""
    try:
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


def _mark_sent(message: Message) -> None:
    """Write that it went out, even where it was called off while we sent it: the log tells what happened."""
    mine = Message.objects.filter(pk=message.pk, attempts=message.attempts)
    with transaction.atomic():
        mine.update(
            state=MessageState.SENT,
            sent_at=Now(),
            why="",
            closed_at=None,
            lease_until=None,
            provider_id=message.provider_id,
        )
        _write_down(message, Outcome.SENT)


def _write_down(message: Message, outcome: Outcome, why: str = "") -> None:
    """Write how this try ended, also where somebody else has the message by now."""
    Attempt.objects.create(message_id=message.pk, number=message.attempts, at=Now(), outcome=outcome, why=why)


def _update(message: Message, **changes: Any) -> int:
    """Change the row if it is still ours: not claimed again by another worker, not called off meanwhile."""
    return Message.objects.filter(pk=message.pk, attempts=message.attempts, state=MessageState.SENDING).update(
        **changes
    )


def _close(connection: Any) -> None:
    with contextlib.suppress(OSError):
        connection.close()
