"""Who writes which message.

The outbox knows nothing of patients or visits. An app that owns a message registers a composer for
the rule's code in its ``apps.py``; at the moment of sending the composer looks again whether the
message is still wanted, and writes it.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from clinic.outbox.models import Message, WordingSetting
from clinic.outbox.policy import Reach
from clinic.outbox.words import Words, filled

Attachment = tuple[str, str | bytes, str]  # file name, content, mimetype


@dataclass(frozen=True)
class Letter:
    """A message as it goes out: one recipient, a subject, plain text, and perhaps the same as HTML.

    ``reach`` of the patient, where the composer has read them anyway; else the sender asks for it.
    """

    to: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    reach: Reach | None = None


@dataclass(frozen=True)
class Text:
    """A text message as it goes out: a number in international form, at most 160 characters of GSM-7."""

    to: str
    text: str
    reach: Reach | None = None


@dataclass(frozen=True)
class NotWanted:
    """The message must not go out any more, and why in a few words without personal details."""

    why: str


Composer = Callable[[Message], Letter | Text | NotWanted | None]
Reaches = Callable[[list[UUID]], dict[UUID, Reach]]
Records = Callable[[list[UUID]], dict[UUID, Any]]
_composers: dict[str, Composer] = {}
_built: "dict[str, Built]" = {}
_reaches: list[Reaches] = []
_records: dict[str, Records] = {}


@dataclass(frozen=True)
class Built:
    """The words a message is built with, and a sample of each fact that may stand in them, as long as it may become."""

    words: Words
    samples: dict[str, str]


def register(
    code: str,
    composer: Composer,
    words: Words | None = None,
    samples: dict[str, str] | None = None,
    records: Records | None = None,
) -> None:
    """Have ``composer`` write the messages of the rule ``code``.

    The composer gets the Message and returns a Letter (a Text where the message goes by text), or NotWanted (None
    means the same, without a reason). ``words`` are those the clinic may change, with the ``samples`` of their facts.
    ``records`` reads what many messages are about at once, for ``record_of``.
    Raises ValueError where another composer has the code already.
    """
    if _composers.setdefault(code, composer) is not composer:
        raise ValueError(f"Two composers for {code!r}")
    if records:
        _records[code] = records
    if words:
        _built[code] = Built(words, (samples or {}) | of_the_clinic())


def built(code: str) -> Built | None:
    """Return the words that a message is built with; None where the clinic may not change any."""
    return _built.get(code)


def of_the_clinic() -> dict[str, str]:
    """Return the facts that may stand in every message."""
    return {"clinic": settings.CLINIC["name"], "phone": settings.CLINIC["phone"]}


def words_of(message: Message, facts: dict[str, str]) -> Words:
    """Return the words of ``message`` as the clinic has them now, filled with ``facts`` and the clinic's own.

    The sender has read them with the message (``own_words``); for anybody else they are looked up.
    """
    own = message.own_words if hasattr(message, "own_words") else _own_words(message.rule)
    return filled(Words(**own) if own else _built[message.rule].words, facts | of_the_clinic())


def _own_words(code: str) -> dict[str, str] | None:
    own = WordingSetting.objects.filter(code=code).values("subject", "opening", "closing", "text").first()
    return dict(own) if own else None  # type: ignore[arg-type]


def is_in_use(code: str) -> bool:
    """Tell whether somebody writes the messages of the rule ``code``. An old row may be of a rule that is no more."""
    return code in _composers


def compose(message: Message) -> Letter | Text | NotWanted:
    """Return what ``message`` says now, or that it is not wanted. Raises KeyError without a composer."""
    return _composers[message.rule](message) or NotWanted("not wanted any more")


def read_together(messages: list[Message]) -> None:
    """Read what ``messages`` are about, for ``record_of``; one question a kind of record, however many they are."""
    together = defaultdict(list)
    for message in messages:
        if records := _records.get(message.rule):
            together[records].append(message)
    for records, theirs in together.items():
        found = records([message.about for message in theirs])
        for message in theirs:
            message.record = found.get(message.about)  # type: ignore[attr-defined]


def record_of(message: Message) -> Any:
    """Return what ``message`` is about, as its rule's ``records`` reads it. Raises LookupError where there is none.

    The sender has read it with the message (``read_together``); for anybody else it is read now, each time.
    """
    about = message.about
    found = {about: message.record} if hasattr(message, "record") else _records[message.rule]([about])
    if (record := found.get(about)) is None:
        raise LookupError("What the message is about is not there")
    return record


def register_reach(reaches: Reaches) -> None:
    """Have ``reaches`` say how patients, by their keys, may be reached, and what stops messages to them.

    Who is not in its answer gets e-mail.
    """
    if reaches not in _reaches:
        _reaches.append(reaches)


def reach_of(people: list[UUID]) -> dict[UUID, Reach]:
    """Return how each of ``people`` may be reached; one query however many they are."""
    known = {person: reach for reaches in _reaches for person, reach in reaches(people).items()}
    return {person: known.get(person, Reach()) for person in people}
