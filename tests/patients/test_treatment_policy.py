"""What a plan must say: every guard once met and once not, the sums, and what two versions say differently."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from patients.consents.enums import Purpose
from patients.treatment import policy
from patients.treatment.enums import Form, Route
from patients.treatment.products import number, read_lines, shown
from tests.factories.plans import FLOWER, GOAL, OIL, SAID, SPRAY

TODAY = date(2026, 11, 23)
STARTS, REVIEW = TODAY, TODAY + timedelta(days=84)
FACTS = {"is_first": True, "lung_answer": "", "author_name": "Dr Ada Okafor"}
CARTRIDGE = FLOWER | {
    "form": "cartridge",
    "thc": "400",
    "cultivar": "",
    "max_day": "10",
    "quantity": "3",
    "inhalation_ml": "0.01",
    "steps": [{"day_from": "1", "day_to": "", "dose": "1", "times": "4", "instruction": "One breath."}],
}


def gaps(starts_on=STARTS, review_on=REVIEW, **said):
    facts = {name: said.pop(name, value) for name, value in FACTS.items()}
    return policy.gaps(SAID | said, starts_on=starts_on, review_on=review_on, today=TODAY, **facts)


def line(**changes):
    return {"lines": [OIL | changes]}


def steps(*rows):
    names = ("day_from", "day_to", "dose", "times", "instruction")
    return line(steps=[dict(zip(names, (*row, "With food."), strict=True)) for row in rows])


def test_nothing_is_missing_of_a_whole_plan():
    assert gaps() == {}


@pytest.mark.parametrize("product", [OIL, FLOWER, SPRAY, CARTRIDGE, OIL | {"form": "pastille", "route": "swallowed"}])
def test_nor_with_each_form_of_product(product):
    whole = [{"day_from": "1", "day_to": "", "dose": "1", "times": "1", "instruction": "With food."}]
    steps = whole if product["form"] == "pastille" else product["steps"]

    assert gaps(lines=[product | {"steps": steps}]) == {}


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"indications": []}, "indications", "at least one indication"),
        ({"indications": ["other"]}, "indication_text", "write the indication"),
        ({"unsuitable": " \n"}, "unsuitable", "why licensed options do not suit"),
        ({"interactions": ""}, "interactions", "or that there are none"),
        ({"taper": ""}, "taper", "stopped safely"),
        ({"goals": []}, "goals", "at least one goal"),
        ({"goals": [GOAL | {"measure": ""}]}, "goal0_measure", "how goal 1 is measured"),
        ({"goals": [GOAL, GOAL | {"measure": "words"}]}, "goal1_words", "goal 2 in words"),
        ({"goals": [GOAL | {"baseline": ""}]}, "goal0_baseline", "the baseline of goal 1"),
        ({"goals": [GOAL | {"target": "11"}]}, "goal0_target", "from 0 to 10"),
        ({"goals": [GOAL | {"target": "less"}]}, "goal0_target", "from 0 to 10"),
        ({"goals": [GOAL | {"by": ""}]}, "goal0_by", "by when goal 1"),
        ({"lines": []}, "lines", "at least one product"),
        ({"driving": ""}, "driving", "advice on driving"),
        ({"storage": "not_given"}, "storage_why", "write why"),
        ({"contraception_why": ""}, "contraception_why", "write why"),
        ({"checks": []}, "checks", "when the patient is checked"),
        ({"stop": []}, "stop", "at least one reason to stop"),
        ({"starts_on": None}, "starts_on", "the plan starts"),
        ({"review_on": None}, "review_on", "is reviewed"),
        ({"review_on": STARTS}, "review_on", "later than the start"),
        (line(form=""), "line0_form", "form of product 1"),
        (line(route="inhaled"), "line0_route", "fits the form"),
        (line(chemotype=""), "line0_chemotype", "the type of product 1"),
        (line(brand=" "), "line0_brand", "brand or supplier"),
        (line(thc=""), "line0_thc", "0 for none"),
        (line(thc="0", cbd="0"), "line0_thc", "both are 0"),
        (line(cbd="100.1"), "line0_cbd", "100 is the highest"),
        (line(max_day=""), "line0_max_day", "the most a day"),
        (line(quantity=""), "line0_quantity", "for 30 days"),
        (line(quantity="30.1"), "line0_quantity", "more than the most a day for 30 days, 30 ml"),
        (line(steps=[]), "line0_steps", "at least one step"),
        ({"lines": [FLOWER | {"cultivar": ""}]}, "line0_cultivar", "the cultivar"),
        ({"lines": [FLOWER | {"thc": "40.1", "max_day": "1"}], "is_first": False}, "line0_thc", "40 is the highest"),
        ({"lines": [CARTRIDGE | {"inhalation_ml": ""}]}, "line0_inhalation_ml", "as the maker says"),
        ({"lines": [CARTRIDGE | {"quantity": "3.1"}]}, "line0_quantity", "30 days, 3 ml"),
        (steps(("2", "", "0.1", "1")), "line0_step0_day_from", "must begin on day 1"),
        (steps(("1", "7", "0.1", "1"), ("9", "", "0.1", "1")), "line0_step1_day_from", "must begin on day 8"),
        (steps(("1", "7", "0.1", "1"), ("7", "", "0.1", "1")), "line0_step1_day_from", "must begin on day 8"),
        (steps(("1", "", "0.1", "1"), ("8", "", "0.1", "1")), "line0_step1_day_from", "goes on without an end"),
        (steps(("1", "0", "0.1", "1")), "line0_step0_day_to", "day 1 or later"),
        (steps(("1", "", "", "1")), "line0_step0_dose", "the dose of step 1"),
        (steps(("1", "", "0.12", "1")), "line0_step0_dose", "in steps of 0.05 ml"),
        (steps(("1", "", "0.1", "")), "line0_step0_times", "how many times a day"),
        (
            steps(("1", "", "0.35", "3")),
            "line0_step0_dose",
            "is 1.05 ml a day, more than the most a day you wrote, 1 ml",
        ),
        (
            line(steps=[OIL["steps"][0] | {"day_to": "", "instruction": ""}]),
            "line0_step0_instruction",
            "how it is taken",
        ),
        ({"lines": [SPRAY | {"max_day": "1", "quantity": "30"}]}, "line0_step0_dose", "more than the most a day"),
    ],
)
def test_each_lack_is_said_beside_its_field(said, field, words):
    found = gaps(**said)

    assert list(found) == [field]
    assert words in found[field]


@pytest.mark.parametrize(
    "said",
    [
        {"indications": ["other"], "indication_text": "Cluster headache"},
        {"stop": [], "stop_words": "No fall in pain by Easter"},
        {"goals": [GOAL | {"measure": "words", "words": "Walk to the shop", "baseline": "never", "target": "weekly"}]},
        {"goals": [GOAL | {"baseline": "10", "target": "0"}]},
        line(thc="0"),
        line(quantity="30"),
        steps(("1", "", "0.5", "2")),
        steps(("1", "1", "0.05", "1"), ("2", "2", "0.05", "1"), ("3", "", "0.05", "2")),
        {"lines": [SPRAY | {"max_day": "14", "quantity": "420"}]},  # more than the SmPC says: shown, not refused
    ],
)
def test_and_what_stands_at_a_bound_is_taken(said):
    assert gaps(**said) == {}


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"lines": [FLOWER | {"thc": "25"}]}, []),
        ({"lines": [FLOWER | {"thc": "25.1"}]}, ["peer_name", "peer_on"]),
        ({"lines": [FLOWER | {"max_day": "2"}]}, []),
        ({"lines": [FLOWER | {"max_day": "2.05"}]}, ["peer_name", "peer_on"]),
        ({"lines": [FLOWER | {"max_day": "1.5"}] * 2}, ["peer_name", "peer_on"]),
        ({"lines": [FLOWER | {"thc": "30"}], "is_first": False}, []),
        ({"lines": [OIL | {"thc": "30"}]}, []),
        ({"lines": [FLOWER | {"thc": "30"}], "peer_name": "Dr Lind", "peer_on": "2026-11-23"}, []),
        ({"lines": [FLOWER | {"thc": "30"}], "peer_name": "dr ada okafor", "peer_on": "2026-11-23"}, ["peer_name"]),
        ({"lines": [FLOWER | {"thc": "30"}], "peer_name": "Dr Lind", "peer_on": "2026-11-24"}, ["peer_on"]),
    ],
)
def test_a_strong_first_plan_needs_another_doctor(said, fields):
    assert list(gaps(**said)) == fields


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"lines": [FLOWER], "lung_answer": "Asthma"}, ["inhaled_why"]),
        ({"lines": [CARTRIDGE], "lung_answer": "Asthma"}, ["inhaled_why"]),
        ({"lines": [FLOWER], "lung_answer": "Asthma", "inhaled_why": "Mild, as a child; seen by the lung clinic"}, []),
        ({"lines": [OIL], "lung_answer": "Asthma"}, []),
        ({"lines": [FLOWER], "lung_answer": ""}, []),
    ],
)
def test_rf24_inhaled_with_lung_disease_needs_a_reason(said, fields):
    found = gaps(**said)

    assert list(found) == fields
    assert all("RF24" in words for words in found.values())


@pytest.mark.parametrize(
    ("outcome", "held", "until", "starts", "expected"),
    [
        ("supported", 0, 300, 0, ""),
        ("conditions", -10, 0, 0, ""),
        (None, None, None, 0, "No decision of the team"),
        ("not_supported", 0, None, 0, "does not support"),
        ("supported", 1, 300, 0, "before the team met"),
        ("supported", -10, 5, 5, ""),
        ("supported", -10, 5, 6, "holds until"),
        ("supported", -300, -1, -100, "holds until"),
    ],
)
def test_the_team(outcome, held, until, starts, expected):
    day = [None if days is None else TODAY + timedelta(days=days) for days in (held, until, starts)]

    found = policy.team_points(outcome, day[0], day[1], starts_on=day[2], today=TODAY)

    assert [expected in words for words in found] == ([True] if expected else [])


@pytest.mark.parametrize(
    ("lines", "indications", "expected"),
    [
        ([OIL], ["ms_pain"], {"unlicensed", "schedule_2", "driving", "pregnancy", "monitoring"}),
        ([OIL, SPRAY], ["ms_spasticity"], {"unlicensed", "schedule_2", "driving", "pregnancy", "monitoring"}),
        ([SPRAY], ["ms_spasticity"], {"driving", "pregnancy", "monitoring"}),
        ([SPRAY], ["ms_spasticity", "ms_pain"], {"unlicensed", "driving", "pregnancy", "monitoring"}),
        ([], [], {"unlicensed", "schedule_2", "driving", "pregnancy", "monitoring"}),
    ],
)
def test_what_is_agreed_to_follows_from_the_products(lines, indications, expected):
    needed = policy.consents_needed({"lines": lines, "indications": indications})

    assert set(needed) == expected
    assert policy.consent_points(needed, expected) == []
    assert "Driving" in policy.consent_points(needed, expected - {Purpose.DRIVING})[0]


def test_agreement_and_register():
    assert policy.agreement_points(True) == []
    assert "own account" in policy.agreement_points(False)[0]
    assert policy.author_points("Dr A", TODAY, TODAY) == []
    assert "was never checked" in policy.author_points("Dr A", None, TODAY)[0]


@pytest.mark.parametrize(
    ("product", "taken", "expected"),
    [
        (OIL, "0.25", ["0.25 ml × 10 mg/ml = 2.5 mg THC", "0.25 ml × 10 mg/ml = 2.5 mg CBD"]),
        (OIL | {"thc": "0.1", "cbd": ""}, "0.3", ["0.3 ml × 0.1 mg/ml = 0.03 mg THC"]),
        (OIL | {"form": "capsule", "cbd": ""}, "1", ["1 capsule × 10 mg = 10 mg THC"]),
        (SPRAY, "12", ["12 sprays × 2.7 mg = 32.4 mg THC", "12 sprays × 2.5 mg = 30 mg CBD"]),
        (
            FLOWER | {"cbd": ""},
            "0.1",
            [
                "0.1 g × 1000 × 18% = 18 mg THC in the plant. This is no dose: much less is taken up, and it varies.",
            ],
        ),
        (
            CARTRIDGE | {"cbd": ""},
            "2",
            ["2 inhalations × 0.01 ml × 400 mg/ml = 8 mg THC, of which less is taken up"],
        ),
        (OIL | {"form": ""}, "1", []),
    ],
)
def test_sums_can_be_checked_by_hand(product, taken, expected):
    (line,) = read_lines({"lines": [product]})

    assert line.sums(Decimal(taken)) == expected


def test_sums_are_exact():
    (line,) = read_lines({"lines": [OIL | {"thc": "0.1"}]})

    assert line.sums(Decimal("0.1") * 3)[0].endswith("= 0.03 mg THC")  # 0.1 × 3 is no 0.30000000000000004
    assert policy.quantity_sum(line) == "1 ml × 30 days = 30 ml"


@pytest.mark.parametrize("text", ["", None, "1e3", "NaN", "-1", "1,5", "Infinity", " ", "1.23456", "9999999", "٣"])
def test_what_is_no_plain_number_is_none(text):
    assert number(text) is None


def test_numbers_read_as_people_write_them():
    assert [shown(Decimal(text)) for text in ("2.50", "100", "0.05", "0")] == ["2.5", "100", "0.05", "0"]


def test_nothing_is_smoked():
    words = " ".join([*Form.labels, *Route.labels]).casefold()

    assert not [bad for bad in ("smoke", "joint", "edible") if bad in words]


def test_what_two_versions_say_differently():
    before = [("Most a day", "1 ml"), ("Review", "March"), ("Gone", "x")]
    after = [("Most a day", "2 ml"), ("Review", "March"), ("New", "y")]

    assert policy.changed(before, after) == [("Most a day", "1 ml", "2 ml"), ("New", "", "y"), ("Gone", "x", "")]
