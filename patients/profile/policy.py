"""What a person's details must be. Pure: no database, no clock, no settings."""

import re
import unicodedata
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import nhs_number as nhs_numbers
import phonenumbers

from patients.profile.enums import Status

ADULT = 18
BORN_SINCE = date(1900, 1, 1)
LONGEST_PHONE = 40  # as typed; reading a huge string as a number is slow
LONGEST_POSTCODE = 20
LONGEST_NEEDS = 500
TYPED_PHONE = re.compile(r"[0-9+() ./-]+")  # no letters: 0800 FLOWERS would be read as digits
UK = 44
NATIONAL_DIGITS = (9, 10)  # without the leading 0
# Geographic, UK-wide, mobile, freephone and shared cost. 09 and 118 cost the caller; 070 is a paid redirect.
PREFIXES = ("1", "2", "3", "7", "8")
REFUSED_PREFIXES = ("70", "118")
# UK mobile numbers: 071 to 075 and 077 to 079 (Ofcom's numbering plan; 076 is mostly pagers, 070 forwards calls).
MOBILE = re.compile(r"\+447[1-57-9][0-9]{8}")
# Ofcom's numbers for drama: nobody has them. (first, last) in international form without the plus.
DRAMA = (
    (447700900000, 447700900999),
    (442079460000, 442079460999),
    (441632960000, 441632960999),
    (448081570000, 448081570999),
    (443069990000, 443069990999),
)
# Format only, from the UK's postcode scheme (GOV.UK): it does not say that the postcode exists.
POSTCODE = re.compile(
    r"(GIR ?0AA|[A-PR-UWYZ]([0-9]{1,2}|([A-HK-Y][0-9]([0-9ABEHMNPRV-Y])?)|[0-9][A-HJKPS-UW]) ?[0-9][ABD-HJLNP-UW-Z]{2})"
)
INWARD = 3  # the letters and digits after the space
NHS_DIGITS = 10
NHS_TESTS = "999"  # numbers that begin so are never given to anybody
LONGEST_NHS_NUMBER = 20
NATIONAL_INSURANCE = re.compile(r"[A-Z]{2}\d{6}[A-D]", re.ASCII)
TWO_MUST_MATCH = 2
CLAIM_LETTERS = "ABCDEFGHJKMNPQRTUVWXY346789"  # none that is read as another: no 0 O, 1 I L, 2 Z, 5 S
CLAIM_LENGTH = 8
CLAIM_DAYS = 14
CLAIM_TRIES = 5

Anybody = TypeVar("Anybody", bound="Someone")


class Details(Protocol):
    """A person's details, as ``Patient`` has them."""

    family_name: str
    date_of_birth: date
    phone: str
    postcode: str
    gp_practice: str


def uk_phone(text: str, *, drama: bool) -> str | None:
    """Return a UK phone number in international form, like +447700900123; None where it is not one.

    ``drama`` accepts Ofcom's numbers for drama: in the demonstration and in tests only.
    """
    if len(text) > LONGEST_PHONE or not TYPED_PHONE.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return None
    national = str(number.national_number)
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if not possible or number.country_code != UK or number.extension or len(national) not in NATIONAL_DIGITS:
        return None
    if not national.startswith(PREFIXES) or national.startswith(REFUSED_PREFIXES):
        return None
    return None if is_drama(f"+{UK}{national}") and not drama else f"+{UK}{national}"


def is_drama(phone: str) -> bool:
    """Tell whether a number in international form is one of Ofcom's for drama."""
    return any(first <= int(phone.removeprefix("+")) <= last for first, last in DRAMA)


def phone_text(phone: str) -> str:
    """Return a stored UK number as people read it, like 07700 900123."""
    try:
        number = phonenumbers.parse(phone, "GB")
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def is_mobile(phone: str) -> bool:
    """Tell whether a text message can go to ``phone`` (in international form)."""
    return MOBILE.fullmatch(phone) is not None


def postcode(text: str) -> str | None:
    """Return a full UK postcode in capitals with one space, however it was typed; None where it is not one."""
    if len(text) > LONGEST_POSTCODE:
        return None
    bare = re.sub(r"[^A-Z0-9]", "", text.upper())
    written = f"{bare[:-INWARD]} {bare[-INWARD:]}"
    return written if text.isascii() and POSTCODE.fullmatch(written) else None


class NotAnNhsNumber(ValueError):
    """What was typed is no NHS number; its words say why."""


def nhs_number(text: str, *, drama: bool) -> str:
    """Return an NHS number as its ten digits, however it was typed. Raises NotAnNhsNumber.

    Its last digit is a check by modulus 11 (NHS Data Dictionary). ``drama`` accepts the numbers for tests.
    """
    bare = re.sub(r"[\W_]", "", text).upper()
    if NATIONAL_INSURANCE.fullmatch(bare):
        raise NotAnNhsNumber("This is a National Insurance number. An NHS number has 10 digits, like 999 123 4567")
    if not (bare.isascii() and bare.isdigit()):
        raise NotAnNhsNumber("Enter the NHS number in digits, without letters, like 999 123 4567")
    if len(bare) != NHS_DIGITS:
        size = "short" if len(bare) < NHS_DIGITS else "long"
        raise NotAnNhsNumber(f"This NHS number is too {size}: it must have 10 digits, and you typed {len(bare)}")
    if not nhs_numbers.is_valid(bare):
        raise NotAnNhsNumber("One of the digits of this NHS number is wrong. Check it, then type it again")
    if bare.startswith(NHS_TESTS) and not drama:
        raise NotAnNhsNumber("NHS numbers that start with 999 are for tests. Enter the person's own number")
    return bare


def nhs_number_text(number: str) -> str:
    """Return a stored NHS number as people read it, like 999 000 0018; nothing for none."""
    return f"{number[:3]} {number[3:6]} {number[6:]}".strip()


@dataclass(frozen=True)
class Sought:
    """What is known of somebody who is looked for, as it is stored; empty is not known."""

    name: str = ""
    born: date | None = None
    phone: str = ""
    nhs_number: str = ""

    @property
    def facts(self) -> int:
        """How many facts are known."""
        return sum(map(bool, (self.name, self.born, self.phone, self.nhs_number)))


class Person(Protocol):
    """Whom a search may find, as ``Patient`` is."""

    first_names: str
    family_name: str
    preferred_name: str
    date_of_birth: date
    phone: str
    nhs_number: str


def matches(sought: Sought, person: Person) -> list[str]:
    """Return which facts of ``sought`` fit ``person``, in words. Fewer than two are not enough to know somebody by.

    An NHS number alone is never enough either (NHS service manual: never match a patient on it alone).
    """
    names = f"{person.first_names} {person.family_name} {person.preferred_name}"
    fits = {
        "name": name_fits(sought.name, names),
        "date of birth": sought.born == person.date_of_birth,
        "phone number": bool(sought.phone) and sought.phone == person.phone,
        "NHS number": bool(sought.nhs_number) and sought.nhs_number == person.nhs_number,
    }
    return [fact for fact, same in fits.items() if same]


def name_fits(typed: str, names: str) -> bool:
    """Tell whether every word typed begins a word of ``names``; case and accents make no difference."""
    words, known = name_words(typed), name_words(names)
    return bool(words) and all(any(each.startswith(word) for each in known) for word in words)


def name_words(text: str) -> list[str]:
    """Return the words of a name in small letters without accents, hyphens and apostrophes."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", re.sub("['’]", "", plain.casefold()))


def claim_code_text(code: str) -> str:
    """Return a claim code as people read it, like ABCD-EFGH."""
    return f"{code[: CLAIM_LENGTH // 2]}-{code[CLAIM_LENGTH // 2 :]}"


def claim_code(text: str) -> str:
    """Return a claim code as it is kept, however it was typed."""
    return re.sub(r"[\W_]", "", text).upper()


class Someone(Person, Protocol):
    """A person with a key, as ``Patient`` is."""

    pk: UUID


@dataclass(frozen=True)
class Pair(Generic[Anybody]):
    """Two records that may be of one person, and what they share."""

    one: Anybody
    other: Anybody
    shared: tuple[str, ...]


def possible_duplicates(people: Sequence[Anybody], told_apart: Container[tuple[UUID, UUID]]) -> list[Pair[Anybody]]:
    """Return the pairs of ``people`` with one name and date of birth, or one phone number; in the order they come.

    ``told_apart`` are pairs of keys, the smaller first, whom staff know to be two persons. Nothing is ever
    merged by itself: two people may share all of this.
    """
    shared: dict[tuple[UUID, UUID], list[str]] = {}
    for what, key_of in SAME.items():
        groups: dict[object, list[Anybody]] = {}
        for person in people:
            groups.setdefault(key_of(person), []).append(person)
        for group in groups.values():
            for one, other in combinations(group, 2):
                shared.setdefault(in_order(one.pk, other.pk), []).append(what)
    by_key = {person.pk: person for person in people}
    return [
        Pair(by_key[pair[0]], by_key[pair[1]], tuple(what)) for pair, what in shared.items() if pair not in told_apart
    ]


def in_order(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Return two keys with the smaller first."""
    return min(one, other), max(one, other)


# What makes two records look like one person. Case, spaces and accents of names make no difference.
SAME: dict[str, Callable[[Person], object]] = {
    "name and date of birth": lambda person: (
        "".join(name_words(f"{person.first_names} {person.family_name}")),
        person.date_of_birth,
    ),
    "phone number": lambda person: person.phone,
}


def age(born: date, today: date) -> int:
    """Return the whole years since ``born``. Somebody born on 29 February is a year older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def is_adult(born: date, today: date) -> bool:
    """Tell whether a person is 18 or over. The clinic sees adults only (GMC: within own specialty)."""
    return age(born, today) >= ADULT


def status_text(status: str, since: date | None) -> str:
    """Return a status with its day in words, like "Discharged since 3 December 2026"."""
    label = Status(status).label
    if since is None:
        return label
    day = f"{since.day} {since:%B} {since.year}"
    return f"Died on {day}" if status == Status.DECEASED else f"{label} since {day}"


def why_not_since(day: date, *, born: date, today: date) -> str:
    """Return why no status can hold since ``day``, or nothing: not in the future, and not before they were born."""
    if day > today:
        return "Enter a date that is not in the future"
    return "Enter a date that is not before they were born" if day < born else ""


def is_complete(details: Details | None) -> bool:
    """Tell whether everything needed before a form or a visit is there."""
    return details is not None and all(
        (details.family_name, details.date_of_birth, details.phone, details.postcode, details.gp_practice)
    )
