"""The form as data, the way through it, and the red flags: pure."""

from datetime import date

import pytest

from patients.intake import flags, walk
from patients.intake.enums import Level
from patients.intake.flags import Facts
from patients.intake.questions import (
    CONSENTS,
    DETAILS,
    FOUR_WAYS,
    HEALTH,
    PROBLEM,
    QUESTIONS,
    SECTIONS,
    SYMPTOMS,
    TAKING,
    TREATMENTS,
)
from tests.factories.intakes import ANSWERS

TODAY = date(2026, 11, 23)
GROWN = Facts(born=date(1980, 3, 27), today=TODAY)


def codes(answers=None, facts=GROWN):
    return [hit.rule.code for hit in flags.hits(ANSWERS | (answers or {}), facts)]


def test_plain_answers_set_off_nothing():
    assert codes() == []


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"numb_or_weak": "yes"}, ["RF30"]),
        ({"numb_or_weak": "unsure"}, ["RF30-A"]),
        ({"numb_or_weak": "tell"}, ["RF30-A"]),
        ({"stroke_signs": "yes"}, ["RF31"]),
        ({"stroke_signs": "unsure"}, ["RF31-A"]),
        ({"stroke_signs": "tell"}, ["RF31-A"]),
        ({"chest_signs": "yes"}, ["RF41"]),
        ({"chest_signs": "unsure"}, ["RF41-A"]),
        ({"chest_signs": "tell"}, ["RF41-A"]),
        ({"face_swelling": "yes"}, ["RF48"]),
        ({"face_swelling": "unsure"}, ["RF48-A"]),
        ({"face_swelling": "tell"}, ["RF48-A"]),
        ({"psychosis_self": "yes"}, ["RF01"]),
        ({"psychosis_self": "unsure"}, ["RF01"]),
        ({"psychosis_self": "tell"}, ["RF01-A"]),
        ({"psychosis_family": "yes"}, ["RF02"]),
        ({"psychosis_family": "unsure"}, ["RF02-A"]),
        ({"psychosis_family": "tell"}, ["RF02-A"]),
        ({"pregnant": "yes"}, ["RF06"]),
        ({"pregnant": "unsure"}, ["RF06-A"]),
        ({"pregnant": "tell"}, ["RF06-A"]),
        ({"diagnosed": "no"}, ["RF17"]),
        ({"diagnosed": "unsure"}, ["RF17-A"]),
        ({"diagnosed": "tell"}, ["RF17-A"]),
        ({"tried_number": "none"}, ["RF17"]),
        ({"tried_number": "one"}, ["RF17"]),
        ({"share_gp": "no"}, ["RF18"]),
        ({"obtain_records": "no"}, ["RF18"]),
        ({"diagnosed": "unsure", "tried_number": "one"}, ["RF17", "RF17-A"]),
        (
            {"numb_or_weak": "tell", "psychosis_self": "yes", "stroke_signs": "yes", "share_gp": "no"},
            ["RF31", "RF01", "RF18", "RF30-A"],
        ),
    ],
)
def test_what_sets_off_which_rule_loudest_first(answers, expected):
    assert codes(answers) == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2008, 11, 23), ["RF14"]),  # 18 today
        (date(2001, 11, 24), ["RF14"]),  # 25 tomorrow
        (date(2001, 11, 23), []),  # 25 today
        (date(1951, 11, 24), []),  # 75 tomorrow
        (date(1951, 11, 23), ["RF15"]),  # 75 today
        (date(1900, 1, 1), ["RF15"]),
    ],
)
def test_age_rules_at_their_birthdays(born, expected):
    assert codes(facts=Facts(born=born, today=TODAY)) == expected


def test_a_hit_holds_the_exact_answers():
    both = flags.hits(ANSWERS | {"diagnosed": "no", "tried_number": "one"}, Facts(born=date(2001, 11, 24), today=TODAY))

    assert [(hit.rule.code, hit.answer) for hit in both] == [
        (
            "RF17",
            "Has a doctor told you what causes this pain? No\nHow many treatments have you tried for this pain? 1",
        ),
        ("RF14", "Aged 24 on 23 November 2026"),
    ]


def test_every_rule_says_where_it_comes_from_and_who_answers_for_it():
    assert len({rule.code for rule in flags.RULES}) == len(flags.RULES)
    assert [
        rule.code
        for rule in flags.RULES
        if not all((rule.title, rule.source, rule.owner, rule.version, rule.review_by))
    ] == []
    assert [rule.code for rule in flags.RULES if (rule.level == Level.EMERGENCY) != bool(rule.told)] == []
    assert [rule.code for rule in flags.RULES if len(rule.code) > 8 or len(rule.title) > 200] == []


def test_every_question_of_four_ways_can_be_left_to_the_doctor_without_counting_as_no():
    four = [
        name
        for name, question in QUESTIONS.items()
        if question.choices == FOUR_WAYS and name != "takes_medicines" and question.kind == "choice"
    ]

    quiet = [name for name in four for answer in ("unsure", "tell") if not codes({name: answer})]

    assert (len(four), quiet) == (8, [])


def test_the_walk_leads_through_every_section_in_order():
    answers, met, here = {}, [], DETAILS
    while here := walk.next_section(here, answers, details_done=True):
        met.append(here.slug)
        answers |= {question.name: ANSWERS.get(question.name, "") for question in here.questions}

    assert met == ["symptoms", "problem", "treatments", "taking", "health", "consents"]
    assert walk.unfinished(answers, details_done=True) == []


def test_what_was_skipped_comes_at_the_end():
    answers = {name: value for name, value in ANSWERS.items() if name != "pain_average"}

    assert walk.next_section(CONSENTS, answers, details_done=True) == PROBLEM
    assert walk.next_section(CONSENTS, ANSWERS, details_done=False) == DETAILS
    assert walk.next_section(PROBLEM, ANSWERS, details_done=True) is None


@pytest.mark.parametrize(
    ("section", "answers", "status"),
    [
        (SYMPTOMS, {}, "Not started"),
        (SYMPTOMS, {"numb_or_weak": "tell"}, "Started"),
        (SYMPTOMS, ANSWERS, "Done"),
        (TREATMENTS, {"tried_number": "none"}, "Done"),
        (TAKING, {"takes_medicines": "no"}, "Done"),
        (TAKING, {"takes_medicines": "yes"}, "Started"),
        (TAKING, {"takes_medicines": "yes", "medicines": "Baclofen"}, "Done"),
        (HEALTH, {"psychosis_self": "no", "psychosis_family": "no"}, "Started"),
        (CONSENTS, {"share_gp": "no", "obtain_records": "yes"}, "Started"),
        (CONSENTS, {"privacy_seen": "yes", "share_gp": "no", "obtain_records": "yes"}, "Done"),
    ],
)
def test_how_far_a_section_is(section, answers, status):
    assert walk.status(section, answers, details_done=True) == status


def test_0_is_an_answer():
    assert walk.status(PROBLEM, ANSWERS | {"pain_average": "0"}, details_done=True) == "Done"
    assert walk.parts({"pain_average": "0"})[1].rows[2]["value"] == "0"


def test_a_summary_shows_what_was_asked_and_what_was_written_all_the_same():
    def keys(answers):
        return [row["key"] for row in walk.parts(answers)[SECTIONS.index(TAKING) - 1].rows]

    assert keys({"takes_medicines": "no"}) == ["Do you take any medicines?"]
    assert keys({"takes_medicines": "yes"}) == [question.label for question in TAKING.questions]
    assert keys({"takes_medicines": "no", "medicines": "Only at night"}) == [
        question.label for question in TAKING.questions
    ]


def test_a_card_is_unread_until_its_own_code_was_seen():
    answers = ANSWERS | {"numb_or_weak": "yes", "chest_signs": "yes", walk.CARD_SEEN: ["RF30"]}

    unread = walk.unread_cards(answers, flags.emergencies(answers, GROWN))

    assert [hit.rule.code for hit in unread] == ["RF41"]


def test_a_mark_changes_with_the_sections_own_answers_only():
    mark = walk.mark(PROBLEM, ANSWERS)

    assert walk.mark(PROBLEM, ANSWERS | {"pregnant": "yes"}) == mark
    assert walk.mark(PROBLEM, ANSWERS | {"pain_average": "7"}) != mark
