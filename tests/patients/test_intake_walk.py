"""The way through the form, and drafts of an earlier form: pure."""

import pytest

from patients.intake import walk
from patients.intake.form.whole import DETAILS, FORM, PAGES, QUESTIONS
from patients.intake.rules.table import emergencies, found
from patients.intake.upgrades import accepts, upgraded
from tests.factories.intakes import ANSWERS, entry


def way(answers, *, age=46, sex="", details_done=True):
    return walk.Way(walk.known(answers, age=age, sex=sex), details_done=details_done)


def steps(answers, **who):
    return {step.section.slug: str(step.status) for step in way(answers, **who).steps()}


def without(*names):
    return {name: value for name, value in ANSWERS.items() if name not in names}


def test_the_walk_leads_through_every_page_that_is_asked_in_order():
    answers, met, here = {}, [], DETAILS.slug
    while here := way(answers).next_slug(here):
        met.append(here)
        answers |= {question.name: ANSWERS.get(question.name, "") for question in PAGES[here].questions}
        answers = answers | {walk.SAVED: [*answers.get(walk.SAVED, []), here]}

    assert met == [page.slug for _, page in way(ANSWERS).pages]
    assert way(answers).unfinished() == []


@pytest.mark.parametrize(
    ("answers", "who", "there", "not_there"),
    [
        ({"main_reason": "ms_pain"}, {}, {"ms"}, {"face"}),
        ({"main_reason": "tn"}, {}, {"face"}, {"ms"}),
        ({"main_reason": "tn", "has_ms": "yes"}, {}, {"face", "ms"}, set()),
        ({"main_reason": "ms_spasm", "has_face_pain": "yes"}, {}, {"face", "ms"}, set()),
        ({"main_reason": "other"}, {}, set(), {"face", "ms"}),
        ({}, {"sex": "male"}, {"partner"}, {"pregnancy"}),
        ({}, {"sex": "female"}, {"pregnancy"}, {"partner"}),
        ({}, {"sex": "tell"}, {"pregnancy"}, {"partner"}),
        ({}, {"age": 49}, set(), {"symptoms-head"}),
        ({}, {"age": 50}, {"symptoms-head"}, set()),
        ({"phq9_1": "1", "phq9_2": "1"}, {}, set(), {"mood-more"}),
        ({"phq9_1": "2", "phq9_2": "1"}, {}, {"mood-more"}, set()),
        ({"phq9_1": "0", "phq9_2": "0", "self_harm": "yes"}, {}, {"mood-more"}, set()),
        ({"phq9_1": "0", "phq9_2": "0", "self_harm": "tell"}, {}, {"mood-more"}, set()),
        ({"takes_medicines": "no"}, {}, set(), {"medicines"}),
        ({"takes_medicines": "yes"}, {}, {"medicines"}, set()),
        ({"has_allergies": "yes"}, {}, {"allergies-list"}, set()),
    ],
)
def test_pages_that_apply_and_pages_that_do_not(answers, who, there, not_there):
    asked = {page.slug for _, page in way(answers, **who).pages}

    assert (there <= asked, asked & not_there) == (True, set())


def test_an_answer_to_what_is_not_asked_counts_for_nothing():
    hidden = way(ANSWERS | {"main_reason": "tn", "has_ms": "no", "falls": "9", "phq9_9": "3", "liver_how": "worse"})

    assert {"falls", "phq9_9", "liver_how"} & set(hidden.asked) == set()
    assert [hit.rule.code for hit in found(hidden.asked)] == []


def test_what_was_skipped_comes_at_the_end():
    assert way(without("pain_average")).next_slug("consents") == "scores"
    assert way(ANSWERS, details_done=False).next_slug("consents") == "details"
    done = ANSWERS | {walk.SAVED: [page.slug for _, page in way(ANSWERS).pages]}
    assert way(done).next_slug("scores") == ""


@pytest.mark.parametrize(
    ("answers", "section", "status"),
    [
        ({}, "symptoms", "Not started"),
        ({"numb_or_weak": "tell"}, "symptoms", "Started"),
        (ANSWERS, "symptoms", "Done"),
        ({"tried_any": "no"}, "treatments", "Done"),
        ({"tried_any": "yes"}, "treatments", "Started"),
        ({"tried_any": "yes", "tried": [entry("TENS machine")]}, "treatments", "Done"),
        ({"tried_any": "yes", "tried": [{"id": "x", "name": "TENS machine"}]}, "treatments", "Started"),
        ({"share_gp": "no", "obtain_records": "yes"}, "consents", "Started"),
        ({"privacy_seen": "yes", "share_gp": "no", "obtain_records": "yes"}, "consents", "Started"),
        (ANSWERS | {"share_gp": "no", "by_video": "no"}, "consents", "Done"),
        ({}, "measured", "Not started"),
        ({walk.SAVED: ["measured"]}, "measured", "Done"),  # left empty on purpose
        ({"height": "170"}, "measured", "Done"),
    ],
)
def test_how_far_a_section_is(answers, section, status):
    assert steps(answers)[section] == status


def test_where_nothing_has_to_be_answered_nobody_is_held_up():
    empty = way(without("height", "weight"))

    assert empty.unfinished() == []
    assert empty.next_slug("travel") == "measured"


def test_0_is_an_answer():
    answers = ANSWERS | {"pain_average": "0", "falls": "0", "units": "0"}

    rows = {row["name"]: row["value"] for part in way(answers).parts() for row in part.rows}
    assert way(answers).unfinished() == []
    assert (rows["pain_average"], rows["falls"], rows["units"]) == ("0", "0", "0 units a week")


def test_a_card_is_unread_until_its_own_code_was_seen():
    answers = ANSWERS | {"numb_or_weak": "yes", "chest_signs": "yes", walk.CARD_SEEN: ["RF30"]}

    unread = walk.unread_cards(answers, emergencies(way(answers).asked))

    assert [hit.rule.code for hit in unread] == ["RF41"]


def test_a_mark_changes_with_the_pages_own_answers_only():
    mark = walk.mark(PAGES["scores"], ANSWERS)

    assert walk.mark(PAGES["scores"], ANSWERS | {"pregnant": "yes"}) == mark
    assert walk.mark(PAGES["scores"], ANSWERS | {"pain_average": "7"}) != mark


# Drafts of an earlier form --------------------------------------------------------------------------

SHORT = {
    "numb_or_weak": "no",
    "main_reason": "tn",
    "tried_number": "two_or_more",
    "tried_list": "Gabapentin for a year\n\nphysiotherapy",
    "takes_medicines": "yes",
    "medicines": "Baclofen 10 mg\nTegretol",
    "pregnant": "no",
    "share_gp": "no",
    "share_gp_reason": "Mine",
    walk.CARD_SEEN: ["RF30"],
}


def test_a_draft_of_the_short_form_is_brought_to_what_is_asked_now():
    now = upgraded(SHORT, "2026-11-short")

    assert now == {
        "numb_or_weak": "no",
        "main_reason": "tn",
        "tried_any": "yes",
        "tried": [{"id": "line0", "name": "Gabapentin for a year"}, {"id": "line1", "name": "physiotherapy"}],
        "takes_medicines": "yes",
        "medicines": [{"id": "line0", "name": "Baclofen 10 mg"}, {"id": "line1", "name": "Tegretol"}],
        "pregnant": "no",
        "breastfeeding": "no",
        "share_gp": "no",
        "share_gp_reason": "Mine",
        walk.CARD_SEEN: ["RF30"],
    }
    assert "treatments-list" in {page.slug for _, page in way(now).pages if way(now).missing(page)}


def test_an_answer_that_says_two_things_is_asked_again_and_not_lost():
    now = upgraded(SHORT | {"pregnant": "yes"}, "2026-11-short")

    assert "pregnant" not in now
    assert way(now).parts()[-1] == walk.Part(
        "What you told an earlier form", [{"key": "Pregnant or breastfeeding", "value": "yes"}]
    )


@pytest.mark.parametrize(
    ("answers", "kept", "earlier"),
    [
        ({"main_reason": "moon"}, {}, {"main_reason": "moon"}),
        ({"gone": "x", "goals": "Walk"}, {"goals": "Walk"}, {"gone": "x"}),
        ({"heart": "angina"}, {}, {"heart": "angina"}),
        ({"heart": ["angina", "wings"]}, {}, {"heart": ["angina", "wings"]}),
        ({"falls": "100"}, {}, {"falls": "100"}),
        ({"falls": "\u0663"}, {}, {"falls": "\u0663"}),
        ({"falls": 3}, {}, {"falls": 3}),
        ({"ms_year": "2019-13"}, {}, {"ms_year": "2019-13"}),
        ({"medicines": [{"name": "No key"}]}, {}, {"medicines": [{"name": "No key"}]}),
        (
            {"medicines": [{"id": "1", "colour": "red"}]},
            {},
            {"medicines": [{"id": "1", "colour": "red"}]},
        ),
        ({"goals": "x" * 2001}, {}, {"goals": "x" * 2001}),
    ],
)
def test_an_answer_the_form_does_not_know_is_kept_apart(answers, kept, earlier):
    assert upgraded(answers, "1999-01") == kept | {walk.EARLIER: earlier}


def test_answers_of_this_form_stay_as_they_are():
    assert upgraded(ANSWERS, FORM.version) == ANSWERS
    assert upgraded(ANSWERS, "1999-01") == ANSWERS  # all of them fit
    assert [name for name, value in ANSWERS.items() if not accepts(QUESTIONS[name], value)] == []
