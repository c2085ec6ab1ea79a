"""The words of a message that the clinic may change, and what they must hold to. Pure.

Facts stand in braces, like ``{when}``, and are filled in when a message is sent. What the law wants said, the facts of
a visit and the links stand in the templates and cannot be changed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from clinic.outbox.policy import LONGEST_TEXT, text_length
from clinic.wording.enums import Place
from clinic.wording.policy import check

PLACE = re.compile(r"\{([^{}]*)\}")
LONGEST_SUBJECT, LONGEST_PART = 70, 600
A_NAME = "clinician"


@dataclass(frozen=True)
class Words:
    """The parts of one message: its subject and heading, what stands before and after its facts, and the text message."""

    subject: str
    opening: str
    closing: str = ""
    text: str = ""


def fill(words: str, facts: Mapping[str, str]) -> str:
    """Return ``words`` with each name in braces replaced by its fact. An unknown name stays as it stands."""
    return PLACE.sub(lambda place: facts.get(place[1], place[0]), words)


def filled(words: Words, facts: Mapping[str, str]) -> Words:
    """Return ``words`` with all their facts."""
    return Words(**{name: fill(part, facts) for name, part in asdict(words).items()})


def faults(words: Words, samples: Mapping[str, str], *, has_text: bool, names: Iterable[str]) -> dict[str, str]:
    """Return what is wrong with ``words``, by the name of the part; nothing where they may be sent.

    ``samples`` has a value for each fact that may stand in them, as long as it may become; ``names`` are the
    clinic's own, in which no word is looked for.
    """
    against = {}
    for name, part in asdict(words).items():
        if why := _fault(name, part, samples, has_text, names):
            against[name] = why
    return against


def _fault(name: str, part: str, samples: Mapping[str, str], has_text: bool, names: Iterable[str]) -> str:
    if not part.strip():
        return "Enter some words" if name in {"subject", "opening"} or (name == "text" and has_text) else ""
    if unknown := [place for place in PLACE.findall(part) if place not in samples]:
        return (
            f"{{{unknown[0]}}} is no fact of this message. Choose from: {', '.join(f'{{{each}}}' for each in samples)}"
        )
    if name == "text" and A_NAME in PLACE.findall(part):
        return f"Leave {{{A_NAME}}} out: a name may be long, or hold letters that a text message cannot carry"
    if re.search(r"[{}]", PLACE.sub("", part)):
        return "A brace { or } stands alone. Facts stand in a pair of them, like {when}"
    if hits := check(part, Place.MAIL, names=names):
        return str(hits[0])
    return _too_long(name, fill(part, samples))


def _too_long(name: str, part: str) -> str:
    if name == "text":
        return _no_text_message(part)
    longest = LONGEST_SUBJECT if name == "subject" else LONGEST_PART
    if name == "subject" and "\n" in part:
        return "Write this in one line"
    return f"Use {longest} characters or fewer. With its facts it has up to {len(part)}" if len(part) > longest else ""


def _no_text_message(part: str) -> str:
    strange = sorted({letter for letter in part if text_length(letter) > 2})
    if strange:
        return f"A text message cannot carry “{strange[0]}”. Use plain letters, digits and signs"
    length = int(text_length(part))
    return (
        f"Use {LONGEST_TEXT} characters or fewer. With its facts it has up to {length}" if length > LONGEST_TEXT else ""
    )
