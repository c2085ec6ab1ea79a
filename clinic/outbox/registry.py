"""Who writes which message.

The outbox knows nothing of patients or visits. An app that owns a message registers a composer for
the rule's code in its ``apps.py``; at the moment of sending the composer looks again whether the
message is still wanted, and writes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from clinic.outbox.enums import Stop
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
Standing = Callable[[UUID], frozenset[Stop]]
_composers: dict[str, Composer] = {}
_standings: list[Standing] = []


def register(code: str, composer: Composer) -> None:
    """Have ``composer`` write the messages of the rule ``code``.

    The composer gets the Message and returns a Letter, or NotWanted (None means the same, without
    a reason). Raises ValueError where another composer has the code already.
    """
    if _composers.setdefault(code, composer) is not composer:
        raise ValueError(f"Two composers for {code!r}")


def is_in_use(code: str) -> bool:
    """Tell whether somebody writes the messages of the rule ``code``. Else its feature is still to come."""
    return code in _composers


def compose(message: Message) -> Letter | NotWanted:
    """Return what ``message`` says now, or that it is not wanted. Raises KeyError without a composer."""
    return _composers[message.rule](message) or NotWanted("not wanted any more")


def register_standing(standing: Standing) -> None:
    """Have ``standing`` say what is known of a patient, by their key, that stops messages."""
    if standing not in _standings:
        _standings.append(standing)


def standing_of(person: UUID | None) -> frozenset[Stop]:
    """Return what is known of somebody that stops messages."""
    return frozenset().union(*(standing(person) for standing in _standings)) if person else frozenset()
