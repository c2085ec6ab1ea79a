"""Handing one message over to the mail server, or to who carries texts, and what their answer means."""

import contextlib
import time
from dataclasses import dataclass
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from clinic.outbox import policy, texts
from clinic.outbox.deadline import within
from clinic.outbox.enums import Answer
from clinic.outbox.models import PROVIDER_ID_LENGTH, Message
from clinic.outbox.registry import Letter, Text


@dataclass(frozen=True)
class Failure:
    """Why a message did not go out, in words without values, and whether the server may have it all the same."""

    answer: Answer
    why: str
    may_have_arrived: bool = False


def post(message: Any, letter: Letter | Text, connection: Any) -> Failure | None:
    """Hand ``letter`` to the mail server or the carrier of texts; return None when it was taken.

    EMAIL_TIMEOUT is for one read: a server that answers byte by byte could hold the message, and us, beyond the lease.
    """
    if isinstance(letter, Text):
        return _text(message, letter)
    reached, mail = False, mail_of(message, letter)
    try:
        with within(message.send_by - time.monotonic()):
            connection.open()
            reached = True
            if connection.send_messages([mail]) != 1:
                return Failure(Answer.SLOW, "not taken")
        message.provider_id = _name_at_the_provider(mail)
        return None
    except OSError as error:  # the errors of smtplib and of a provider's interface are OSErrors too
        close(connection)
        arrived = reached and policy.may_have_arrived(error)
        return Failure(policy.answer_to(error), policy.failure_text(error), arrived)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 - a header or an address that cannot be sent
        close(connection)
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


def mail_of(message: Message, letter: Letter) -> EmailMultiAlternatives:
    """Return the mail: one recipient, no copies, and the row's own Message-ID."""
    mail = EmailMultiAlternatives(
        letter.subject, letter.text, to=[letter.to], headers={"Message-ID": message.message_id}
    )
    if letter.html:
        mail.attach_alternative(letter.html, "text/html")
    for name, content, mimetype in letter.attachments:
        mail.attach(name, content, mimetype)
    return mail


def close(connection: Any) -> None:
    """Close it; a server that does not take its leave is not waited for."""
    with contextlib.suppress(OSError), within(settings.OUTBOX_LEASE_SECONDS / 10):
        connection.close()
