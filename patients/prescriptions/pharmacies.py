"""The pharmacies the clinic can name, and the statement that goes with every choice. Pure data.

The statement is kept by version: a text that was read never changes, and the hash in each row proves what was read. Where
the clinic or a doctor has a financial link with a pharmacy it stands in ``link``, is read with the statement, and is part
of the hash (CQC has faulted an opaque choice of pharmacy; domain sheet, 6.9, lesson 5).
"""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Pharmacy:
    """One that the clinic can name. ``number`` is its GPhC premises number; ``link`` what binds the clinic to it."""

    code: str
    name: str
    number: str
    address: str
    phone: str
    email: str
    link: str = ""


# Invented, for the demonstration: a clinic puts its own here.
PHARMACIES = (
    Pharmacy(
        "north",
        "Exampleton North Pharmacy",
        "0000001",
        "1 Example Road, Exampleton, AA1 1AA",
        "01632 960 001",
        "north@pharmacy.example.com",
    ),
    Pharmacy(
        "south",
        "Exampleton South Pharmacy",
        "0000002",
        "2 Example Road, Exampleton, AA1 1AB",
        "01632 960 002",
        "south@pharmacy.example.com",
    ),
)
BY_CODE = {each.code: each for each in PHARMACIES}
STATEMENTS = {
    "2026-11": (
        "You are free to choose any pharmacy in the UK that can supply what is prescribed. Your choice changes nothing "
        "about your care with us. You can change it at any time.\n\n"
        "We name some pharmacies to save you the search. You do not have to use one of them. Neither the clinic nor its "
        "doctors own a part of these pharmacies, and they pay us nothing."
    ),
}
VERSION = list(STATEMENTS)[-1]


def statement() -> tuple[str, ...]:
    """Return what is read with a choice: the paragraphs of the newest version, and each link in a sentence of its own."""
    links = (f"{each.name}: {each.link}" for each in PHARMACIES if each.link)
    return (*STATEMENTS[VERSION].split("\n\n"), *links)


def statement_hash() -> str:
    """Return the SHA-256 of the exact words that are read, as 64 hex digits."""
    return sha256("\n\n".join(statement()).encode()).hexdigest()
