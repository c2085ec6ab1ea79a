"""What a person's details must be."""

import time
from datetime import date
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
