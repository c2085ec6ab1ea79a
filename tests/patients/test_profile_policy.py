"""What a person's details must be."""

import time
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from types import SimpleNamespace

import pytest

from patients.profile import policy


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("020 7123 4567", "+442071234567"),
        ("+44 7400 123456", "+447400123456"),
        ("0044 7400 123456", "+447400123456"),
        ("(0113) 212-3456", "+441132123456"),
        ("+44 (0) 7400 123456", "+447400123456"),
        ("0300 123 4567", "+443001234567"),
        ("0800 123 456", "+44800123456"),
        ("01204 12345", "+44120412345"),
    ],
)
def test_uk_numbers_are_stored_in_one_form(typed, stored):
    assert policy.uk_phone(typed, drama=False) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0906 123 4567",
        "118118",
        "070 1234 5678",
        "999",
        "12345",
        "+33 1 23 45 67 89",
        "07400 123456 ext 4",
        "07400 1234567",
        "0740012",
        "0800 FLOWERS",
        "٠٧٤٠٠١٢٣٤٥٦",
        "😀",
        "07400\n123456",
        "0" * 100_000,
        "(" * 100_000,
    ],
)
def test_other_numbers_are_refused_quickly(typed):
    before = time.monotonic()

    found = policy.uk_phone(typed, drama=True)

    assert (found, time.monotonic() - before < 0.1) == (None, True)


@pytest.mark.parametrize(
    "typed", ["07700 900000", "07700 900999", "020 7946 0123", "01632 960001", "08081 570000", "03069 990999"]
)
def test_numbers_for_drama_count_in_the_demonstration_only(typed):
    assert (policy.uk_phone(typed, drama=False), policy.uk_phone(typed, drama=True)) == (
        None,
        "+44" + typed.replace(" ", "")[1:],
    )


@pytest.mark.parametrize("typed", ["07700 899999", "07700 901000"])
def test_neighbours_of_the_drama_range_are_real(typed):
    assert policy.uk_phone(typed, drama=False) == "+44" + typed.replace(" ", "")[1:]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("aa11aa", "AA1 1AA"),
        (" ec1a  1bb ", "EC1A 1BB"),
        ("w1a-0ax", "W1A 0AX"),
        ("BT1 5GS", "BT1 5GS"),
        ("m1 1ae", "M1 1AE"),
        ("GIR0AA", "GIR 0AA"),
        ("QQ1 1QQ", None),
        ("ZZ99 3CZ", None),
        ("AA1", None),
        ("AA1 1A", None),
        ("AA1 1AAA", None),
        ("", None),
        ("😀", None),
        ("A" * 100_000, None),
    ],
)
def test_postcodes(typed, stored):
    assert policy.postcode(typed) == stored


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        (date(2001, 11, 24), date(2026, 11, 23), 24),
        (date(2001, 11, 23), date(2026, 11, 23), 25),
        (date(2008, 11, 24), date(2026, 11, 23), 17),
        (date(2008, 11, 23), date(2026, 11, 23), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
    ],
)
def test_age_changes_on_the_birthday(born, today, years):
    assert policy.age(born, today) == years
    assert policy.is_adult(born, today) == (years >= 18)


@pytest.mark.parametrize("name", ["family_name", "date_of_birth", "phone", "postcode", "gp_practice"])
def test_a_profile_is_complete_with_everything_needed(name):
    whole = {
        "family_name": "Example",
        "date_of_birth": date(1980, 3, 27),
        "phone": "+447700900123",
        "postcode": "AA1 1AA",
        "gp_practice": "Exampleton Surgery",
    }

    assert policy.is_complete(SimpleNamespace(**whole)) is True
    assert policy.is_complete(SimpleNamespace(**whole | {name: ""})) is False
    assert policy.is_complete(None) is False


VALID_NHS_NUMBERS = [
    "9990000018",
    "9990000026",
    "9990000034",
    "9990000042",
    "9990000050",
    "9990000069",
    "9990000077",
    "9990000085",
    "9990000093",
    "9990000107",
    "9990000115",
    "9990000123",
    "9434765919",
]


@pytest.mark.parametrize("number", VALID_NHS_NUMBERS)
def test_nhs_numbers_that_pass(number):
    assert policy.nhs_number(number, drama=True) == number


@pytest.mark.parametrize(
    "typed", ["999 000 0018", "999-000-0018", " 9990000018 ", "999.000.0018", "(999) 0000018", "999\u00a0000\u20090018"]
)
def test_nhs_numbers_however_typed(typed):
    assert policy.nhs_number(typed, drama=True) == "9990000018"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("4857773456", "One of the digits"),
        ("9991234567", "One of the digits"),
        ("9990000019", "One of the digits"),
        ("999000001", "too short: it must have 10 digits, and you typed 9"),
        ("99900000181", "too long: it must have 10 digits, and you typed 11"),
        ("999000001X", "without letters"),
        ("my number", "without letters"),
        ("٩٩٩٠٠٠٠٠١٨", "without letters"),
        ("...", "without letters"),
        ("QQ 12 34 56 C", "National Insurance number"),
    ],
)
def test_what_is_no_nhs_number(typed, says):
    with pytest.raises(policy.NotAnNhsNumber, match=says):
        policy.nhs_number(typed, drama=True)


def test_every_check_digit_but_one_is_wrong():
    passing = []
    for digit in range(10):
        try:
            passing.append(policy.nhs_number(f"943476591{digit}", drama=True))
        except policy.NotAnNhsNumber:
            continue

    assert passing == ["9434765919"]


def test_test_numbers_are_nobodys_in_production():
    with pytest.raises(policy.NotAnNhsNumber, match="for tests"):
        policy.nhs_number("9990000018", drama=False)
    assert policy.nhs_number("9434765919", drama=False) == "9434765919"


def test_nhs_numbers_are_shown_in_groups():
    assert policy.nhs_number_text("9990000018") == "999 000 0018"
    assert policy.nhs_number_text("") == ""


@dataclass(frozen=True)
class Known:
    first_names: str = "Zoë Anne"
    family_name: str = "O’Hara-Núñez"
    preferred_name: str = "Zee"
    date_of_birth: date = date(1980, 3, 27)
    phone: str = "+447700900123"
    nhs_number: str = "9990000018"


RIGHT = {"name": "zoe nunez", "born": date(1980, 3, 27), "phone": "+447700900123", "nhs_number": "9990000018"}
WRONG = {"name": "amina", "born": date(1981, 3, 27), "phone": "+447700900999", "nhs_number": "9990000026"}
WORDS = {"name": "name", "born": "date of birth", "phone": "phone number", "nhs_number": "NHS number"}


@pytest.mark.parametrize("right", [set(each) for size in range(5) for each in combinations(RIGHT, size)])
@pytest.mark.parametrize("others", ["wrong", "left out"])
def test_which_of_the_four_facts_match(right, others):
    asked = {
        name: RIGHT[name] if name in right else WRONG[name] for name in RIGHT if name in right or others == "wrong"
    }

    found = policy.matches(policy.Sought(**asked), Known())

    assert found == [words for name, words in WORDS.items() if name in right]


def test_nothing_known_matches_nothing_known():
    assert policy.matches(policy.Sought(), Known(phone="", nhs_number="", family_name="", first_names="")) == []


@pytest.mark.parametrize("typed", ["zoe", "ZOË", "ohara", "o'hara", "nun", "zee", "nunez zoe", "anne o’h", "núñez"])
def test_names_that_fit(typed):
    assert policy.name_fits(typed, "Zoë Anne O’Hara-Núñez Zee")


@pytest.mark.parametrize("typed", ["", " ", "oe", "zoe x", "hara", "%", "_", "'"])
def test_names_that_do_not_fit(typed):
    assert not policy.name_fits(typed, "Zoë Anne O’Hara-Núñez Zee")
