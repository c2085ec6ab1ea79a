"""Who writes which message.

The outbox knows nothing of patients or visits. An app that owns a message registers a composer for
the rule's code in its ``apps.py``; at the moment of sending the composer looks again whether the
message is still wanted, and writes it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from clinic.outbox.models import Message

Attachment = tuple[str, str | bytes, str]  # file name, content, mimetype


@dataclass(frozen=True)
class Letter:
    """A message as it goes out: one recipient, a subject, plain text, and perhaps the same as HTML."""

    to: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class NotWanted:
    """The message must not go out any more, and why in a few words without personal details."""

    why: str


Composer = Callable[[Message], Letter | NotWanted | None]
_composers: dict[str, Composer] = {}


def register(code: str, composer: Composer) -> None:
    """Have ``composer`` write the messages of the rule ``code``.

    The composer gets the Message and returns a Letter, or NotWanted (None means the same, without
    a reason). Raises ValueError where another composer has the code already.
    """
    if _composers.setdefault(code, composer) is not composer:
        raise ValueError(f"Two composers for {code!r}")


def compose(message: Message) -> Letter | NotWanted:
    """Return what ``message`` says now, or that it is not wanted. Raises KeyError without a composer."""
    return _composers[message.rule](message) or NotWanted("not wanted any more")
