"""Guards of a prescription: each once open and once not, with words a doctor can act on; days; amounts in words."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from clinic.db.clock import day_text
from patients.consents.enums import Purpose
from patients.prescriptions import policy
from patients.prescriptions.enums import State
from patients.prescriptions.policy import Before, Facts, Text
from patients.prescriptions.words import number_in_words, quantity_in_words
from patients.treatment.products import read_lines
from tests.factories.plans import FLOWER, OIL
from tests.factories.prescriptions import TEXT

ON = date(2026, 11, 23)
DAY = timedelta(days=1)
LINE = read_lines({"lines": [OIL]})[0]
GOOD = Text(**{name: value for name, value in TEXT.items() if name != "line"})
ALL_WELL = Facts(
    on=ON,
    starts_on=ON,
    born=date(1980, 3, 27),
    details_changed=False,
    form_sent=True,
    decision="proceed",
    unanswered=(),
    records_received_on=ON,
    gp_answered=True,
    plan_state="active",
    review_on=ON + 84 * DAY,
    consents_needed=(Purpose.UNLICENSED, Purpose.DRIVING),
    consents_given={"unlicensed", "driving"},
    team_outcome="supported",
    team_until=ON + 365 * DAY,
    prescriber="Dr Ada Okafor",
    verified_on=ON,
    cd_number="612345",
    lacking=(),
    has_pharmacy=True,
    holds=(),
    others=(),
    second_signed=False,
)


def open_points(text=GOOD, line=LINE, **facts):
    return policy.points(text, line, replace(ALL_WELL, **facts))


def test_where_nothing_is_open_it_is_ready():
    assert open_points() == []


# Each guard: facts with which it holds, facts with which it is refused, and what the doctor reads.
GUARDS = {
    "form": ({"form_sent": True}, {"form_sent": False}, "has not sent the form"),
    "decision": ({"decision": "face_to_face"}, {"decision": None}, "Nobody has decided on the patient’s newest form"),
    "final": ({"decision": "proceed"}, {"decision": "more_information"}, "Read it and decide first"),
    "positive": ({"decision": "proceed"}, {"decision": "decline"}, "is “Not able to help here”"),
    "team": ({"team_outcome": "conditions"}, {"team_outcome": None, "team_until": None}, "Bring the case to the team."),
    "team against": ({}, {"team_outcome": "not_supported", "team_until": None}, "does not support the plan"),
    "renewal": (
        {"team_until": ON},
        {"team_until": ON - DAY},
        "The team’s decision held until Sunday 22 November 2026. Bring the case to the team again",
    ),
    "consents": (
        {"consents_given": {"unlicensed", "driving", "fees"}},
        {"consents_given": {"driving"}},
        "has not agreed to: A medicine without a licence",
    ),
    "flags": ({"unanswered": ()}, {"unanswered": ("RF01", "RF31")}, "an answer in words: RF01, RF31. Answer them"),
    "plan": ({"plan_state": "active"}, {"plan_state": "agreed"}, "The plan is not active. Start it first."),
    "paused": ({}, {"plan_state": "paused"}, "The plan is paused. Start it again first"),
    "stopped": ({}, {"plan_state": "stopped"}, "The plan is stopped. Write a new version"),
    "superseded": ({}, {"plan_state": "superseded"}, "A newer version of the plan holds"),
    "review": ({"review_on": ON}, {"review_on": ON - DAY}, "overdue since Sunday 22 November 2026. Review it"),
    "records": ({"records_received_on": ON}, {"records_received_on": None}, "records are not here. Write down when"),
    "records later": ({}, {"records_received_on": ON + DAY}, "records are not here"),
    "gp": ({"gp_answered": True}, {"gp_answered": False}, "whether we may write to their GP. Ask them"),
    "age": ({"born": date(2008, 11, 23)}, {"born": date(2008, 11, 24)}, "The patient is under 18"),
    "specialist": (
        {"verified_on": ON - 90 * DAY},
        {"verified_on": ON - 91 * DAY},
        "must have been checked within 90 days: ask a manager",
    ),
    "never a specialist": ({}, {"verified_on": None}, "was never checked"),
    "number": ({"cd_number": "000001"}, {"cd_number": ""}, "no private CD prescriber number (6 digits)"),
    "pharmacy": ({"has_pharmacy": True}, {"has_pharmacy": False}, "has not chosen a pharmacy"),
    "hold": ({"holds": ()}, {"holds": ("Dr Bo Lind",)}, "Dr Bo Lind has put a hold on the next prescription. Lift"),
    "training": ({"lacking": ()}, {"lacking": ("Controlled drugs",)}, "lacks a training: Controlled drugs. Ask"),
    "details": ({"details_changed": False}, {"details_changed": True}, "has changed since this was written. Write it"),
    "overlap": (
        {"others": (Before("AB1", ON - 23 * DAY, ON + 6 * DAY),)},
        {"others": (Before("AB1", ON - 22 * DAY, ON + 7 * DAY),)},
        "It overlaps by 8 days with the supply of AB1, which lasts until Monday 30 November 2026. 7 days at most",
    ),
    "later one": (
        {"others": (Before("AB1", ON + 30 * DAY, ON + 59 * DAY),)},
        {"others": (Before("AB1", ON + 10 * DAY, ON + 39 * DAY),)},
        "It overlaps by 20 days",
    ),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_each_guard_lets_through_and_says_what_is_open(guard):
    holds, refused, words = GUARDS[guard]

    assert open_points(**holds) == []
    assert [words in point for point in open_points(**refused)] == [True]


@pytest.mark.parametrize(("last", "is_early"), [(ON + 6 * DAY, False), (ON + 7 * DAY, True), (ON - DAY, False)])
def test_a_request_long_before_a_supply_ends_is_early(last, is_early):
    found = policy.early_points(replace(ALL_WELL, others=(Before("AB1", ON - 30 * DAY, last),)))

    assert [f"The supply of AB1 lasts until {day_text(last)}" in words for words in found] == [True] * is_early


def test_every_open_point_is_said_at_once():
    worst = {name: value for _, refused, _ in GUARDS.values() for name, value in refused.items()}

    assert len(open_points(**worst)) >= 14


@pytest.mark.parametrize(
    ("days", "why", "second", "expected"),
    [
        (30, "", False, []),
        (31, "Travels for six weeks", True, []),
        (31, "Travels for six weeks", False, ["need a second clinician"]),
        (31, "", True, ["Write why more than 30 are needed"]),
        (60, "short", False, ["Write why more than 30 are needed", "need a second clinician"]),
    ],
)
def test_more_than_30_days(days, why, second, expected):
    found = open_points(replace(GOOD, days=days, long_why=why), second_signed=second)

    assert [words in point for words, point in zip(expected, found, strict=True)] == [True] * len(expected)


@pytest.mark.parametrize(
    ("dose", "is_open"),
    [
        ("As directed", True),
        ("Take as directed by the doctor", True),
        ("When needed", True),
        ("Take 1 as directed", False),
        ("One spray at night", False),
        ("0.25 ml twice a day", False),
        ("half a gram", False),
    ],
)
def test_a_dose_has_an_amount(dose, is_open):
    assert (
        any("“As directed” alone is not allowed" in point for point in open_points(replace(GOOD, dose=dose))) == is_open
    )


@pytest.mark.parametrize(
    ("dose", "is_open"),
    [
        ("Smoke 0.1 g", True),
        ("0.1 g in a joint", True),
        ("0.1 g in a pipe", True),
        ("0.1 g with a vaporiser", False),
        ("0.1 g with a vaporiser. Do not smoke it", False),
        ("0.1 ml, 1 pipette", False),
    ],
)
def test_smoking_is_no_route(dose, is_open):
    assert any("Smoking is unlawful" in point for point in open_points(replace(GOOD, dose=dose))) == is_open


@pytest.mark.parametrize(
    ("quantity", "days", "is_open"), [(30, 30, False), (31, 30, True), (14, 14, False), (15, 14, True)]
)
def test_the_quantity_fits_the_plan(quantity, days, is_open):
    found = open_points(replace(GOOD, quantity=Decimal(quantity), days=days))

    assert any("more than the plan’s most a day" in point for point in found) == is_open


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"paper": ""}, "paper"),
        ({"serial": ""}, "serial"),
        ({"serial": "AB1"}, "serial"),
        ({"serial": "ab123456"}, "serial"),
        ({"product": "  "}, "product"),
        ({"dose": ""}, "dose"),
        ({"quantity": None}, "quantity"),
        ({"quantity": Decimal(0)}, "quantity"),
        ({"unit": "g"}, "unit"),
        ({"days": None}, "days"),
        ({"days": 91}, "days"),
    ],
)
def test_what_the_record_must_say(change, field):
    assert list(policy.gaps(replace(GOOD, **change), LINE)) == [field]
    assert policy.gaps(GOOD, LINE) == {}


def test_it_is_of_a_product_of_the_plan():
    assert list(policy.gaps(GOOD, None)) == ["line"]
    assert list(policy.gaps(replace(GOOD, unit="g"), read_lines({"lines": [FLOWER]})[0])) == []


@pytest.mark.parametrize(
    ("signed_on", "starts_on", "last"),
    [
        (date(2026, 3, 1), None, date(2026, 3, 29)),
        (date(2026, 10, 1), None, date(2026, 10, 29)),  # the clocks change in between
        (date(2028, 2, 1), None, date(2028, 2, 29)),
        (date(2027, 2, 1), None, date(2027, 3, 1)),
        (date(2026, 12, 31), None, date(2027, 1, 28)),
        (date(2026, 3, 1), date(2026, 3, 10), date(2026, 4, 7)),
    ],
)
def test_it_is_good_for_28_days(signed_on, starts_on, last):
    assert policy.valid_until(signed_on, starts_on) == last


def test_a_supply_ends_on_its_last_day():
    assert policy.supply_until(date(2026, 12, 1), 30) == date(2026, 12, 30)


@pytest.mark.parametrize(
    ("typed", "kept"), [("ab 123 456", "AB123456"), ("AB-123456", "AB123456"), (" ab123456\t", "AB123456")]
)
def test_a_serial_is_kept_in_one_form(typed, kept):
    assert policy.serial_as_kept(typed) == kept


@pytest.mark.parametrize(
    ("state", "on", "late"),
    [
        (State.DISPENSED, ON + DAY, True),
        (State.DISPENSED, ON, False),
        (State.PARTLY, ON + DAY, True),
        (State.DELIVERED, ON + DAY, False),
    ],
)
def test_what_is_dispensed_late(state, on, late):
    assert policy.is_late(state, on, ON) == late


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0", "zero"),
        ("1", "one"),
        ("10", "ten"),
        ("11", "eleven"),
        ("12", "twelve"),
        ("14", "fourteen"),
        ("15", "fifteen"),
        ("18", "eighteen"),
        ("19", "nineteen"),
        ("20", "twenty"),
        ("21", "twenty-one"),
        ("30", "thirty"),
        ("40", "forty"),
        ("84", "eighty-four"),
        ("90", "ninety"),
        ("99", "ninety-nine"),
        ("100", "one hundred"),
        ("101", "one hundred and one"),
        ("105", "one hundred and five"),
        ("110", "one hundred and ten"),
        ("270", "two hundred and seventy"),
        ("999", "nine hundred and ninety-nine"),
        ("1000", "one thousand"),
        ("1001", "one thousand and one"),
        ("1010", "one thousand and ten"),
        ("1100", "one thousand one hundred"),
        ("2345", "two thousand three hundred and forty-five"),
        ("9999", "nine thousand nine hundred and ninety-nine"),
        ("0.5", "zero point five"),
        ("2.50", "two point five"),
        ("22.05", "twenty-two point zero five"),
        ("30.00", "thirty"),
        ("1E+1", "ten"),
        ("9999.99", "nine thousand nine hundred and ninety-nine point nine nine"),
    ],
)
def test_numbers_in_words(number, words):
    assert number_in_words(Decimal(number)) == words


def test_every_whole_number_has_words_of_its_own():
    assert len({number_in_words(Decimal(number)) for number in range(10_000)}) == 10_000


@pytest.mark.parametrize("number", ["-1", "10000", "0.001", "NaN", "Infinity"])
def test_what_has_no_words_is_refused(number):
    with pytest.raises(ValueError, match="No words"):
        number_in_words(Decimal(number))


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        ("30", "ml", "thirty millilitres"),
        ("1", "ml", "one millilitre"),
        ("10", "g", "ten grams"),
        ("1", "g", "one gram"),
        ("60", "capsule", "sixty capsules"),
        ("1", "capsule", "one capsule"),
        ("2.5", "ml", "two point five millilitres"),
        ("270", "spray", "two hundred and seventy sprays"),
    ],
)
def test_amounts_in_words(number, unit, words):
    assert quantity_in_words(Decimal(number), unit) == words
