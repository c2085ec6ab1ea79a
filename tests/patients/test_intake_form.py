"""The form as data: what every question, page and section must be, whatever is asked."""

import re

import pytest

from clinic.wording.readability import grade
from patients.intake.form.whole import FORM, PAGES, QUESTIONS
from patients.intake.models import Intake
from patients.intake.names import LISTS
from patients.intake.questions import FACTS, All, Either, If, Kind, Reaches, Unless
from tests.factories import intakes
from tests.factories.intakes import page_of
from tests.loops import browser, undone
from tests.patients.filling import entry_url, url

EVERY = [*QUESTIONS.values(), *(column for question in QUESTIONS.values() for column in question.columns)]
PUBLISHED = re.compile(r"^(gad7_|phq9_|peg_)")  # whose words may not be edited


def reads(condition):
    """The names a condition looks at."""
    if isinstance(condition, All | Either):
        return {name for each in condition.conditions for name in reads(each)}
    if isinstance(condition, Unless):
        return reads(condition.condition)
    return {condition.name} if isinstance(condition, If) else set(condition.names) if condition else set()


def test_names_and_addresses_are_there_once():
    pages = [page for section in FORM.sections for page in section.pages]
    names = [question.name for page in pages for question in page.questions]

    assert len({page.slug for page in pages}) == len(pages)
    assert len(set(names)) == len(names)
    assert {"check", "sent", "urgent", "details", "change", "keep", "reply", "review"} & set(PAGES) == set()
    assert [name for name in names if name.startswith(("_", "@")) or not re.fullmatch(r"[a-z0-9_]+", name)] == []


def test_what_is_asked_depends_on_earlier_answers_and_the_profile_only():
    before, late = set(FACTS), []
    for section in FORM.sections:
        late += [section.slug] if not reads(section.asked_if) <= before else []
        for page in section.pages:
            late += [page.slug] if not reads(page.asked_if) <= before else []
            for question in page.questions:
                late += [question.name] if not reads(question.asked_if) <= before else []
                before.add(question.name)

    assert late == []


def test_conditions_name_answers_that_can_be_given():
    def unknown(condition):
        if isinstance(condition, All | Either):
            return [fault for each in condition.conditions for fault in unknown(each)]
        if isinstance(condition, Unless):
            return unknown(condition.condition)
        if isinstance(condition, If) and condition.name not in FACTS:
            return sorted(condition.values - set(dict(QUESTIONS[condition.name].choices)))
        return []

    conditions = [each.asked_if for each in (*FORM.sections, *PAGES.values(), *QUESTIONS.values()) if each.asked_if]

    assert len(conditions) > 25
    assert [fault for condition in conditions for fault in unknown(condition)] == []
    assert {type(condition) for condition in conditions} == {If, All, Either, Reaches, Unless}


def test_one_topic_a_page_and_a_list_on_a_page_of_its_own():
    assert [page.slug for page in PAGES.values() if len(page.questions) > 7] == []
    assert [page.slug for page in PAGES.values() if len(page.questions) > 1 and page.list_of] == []
    assert [
        page.slug
        for page in PAGES.values()
        if len(page.questions) > 1 and any(question.columns for question in page.questions)
    ] == []


@pytest.mark.parametrize("question", EVERY, ids=lambda question: question.name)
def test_every_question_can_be_asked_and_told_of(question):
    assert question.label
    assert question.about
    assert question.about[0] == question.about[0].lower() or question.about.split()[0] in {"MS", "CBD", "DVLA", "an"}
    assert not question.suggest or question.suggest in LISTS
    if question.kind in {Kind.CHOICE, Kind.SEVERAL}:
        codes = [code for code, _ in question.choices]
        assert len(set(codes)) == len(codes) > 1
    if question.kind == Kind.TEXT:
        assert question.longest >= 1000
    if question.kind == Kind.NUMBER:
        assert question.lowest < question.highest
    if question.kind == Kind.ENTRIES:
        assert question.columns[0].required
        assert question.one
        assert "id" not in {column.name for column in question.columns}


def test_questions_are_in_plain_words():
    """Grade 6 is a reading age of 11, grade 9 of 14, where medical words force it (domain sheet 7.4)."""
    words = {
        section.slug: " ".join(
            f"{question.label.rstrip('?.')}. {question.hint}"
            for page in section.pages
            for each in page.questions
            for question in (each, *each.columns)
            if not PUBLISHED.match(question.name)
        )
        for section in FORM.sections[1:]
    }

    assert {slug: round(grade(text), 1) for slug, text in words.items() if grade(text) > 9} == {}
    assert grade(" ".join(words.values())) < 6


def test_the_two_published_scales_have_all_their_items():
    assert [name for name in QUESTIONS if name.startswith("gad7_")] == [f"gad7_{item}" for item in range(1, 8)]
    assert [name for name in QUESTIONS if name.startswith("phq9_")] == [f"phq9_{item}" for item in range(1, 10)]
    assert {QUESTIONS[name].choices for name in QUESTIONS if name.startswith(("gad7_", "phq9_"))} == {
        (
            ("0", "Not at all"),
            ("1", "Several days"),
            ("2", "More than half the days"),
            ("3", "Nearly every day"),
        )
    }


# Whatever is typed into whichever box ------------------------------------------------------------------

MARKS = "e" + "\u0301" * 200
HOSTILE = {
    "names": ("O'Neill-Ó Súilleabháin, 李", "O'Neill-Ó Súilleabháin, 李"),
    "marks": (MARKS, None),
    "turned around": ("abc\u202edef", "abcdef"),
    "nul": ("a\0b", None),
    "digits": ("9" * 5000, None),
    "no such day": ("31 February 2024", None),
    "far": ("December 9999", None),
    "tags": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
}
BOXES = [
    (page, question)
    for page in PAGES.values()
    for each in page.questions
    for question in (each.columns or (each,))
    if not question.has_choices
]


PAGES_WITH_BOXES = [page for page in PAGES.values() if any(each is page for each, _ in BOXES)]


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES_WITH_BOXES, ids=lambda page: page.slug)
def test_the_boxes_of_a_page_keep_what_they_can_and_say_what_they_cannot(amina, page):
    """Each value in all boxes of the page at once."""
    client, boxes, faults = browser(amina.user), [question for each, question in BOXES if each is page], {}
    intakes.draft(amina, **SEEN)

    for what in HOSTILE:
        with undone():
            faults |= {(what, name): fault for name, fault in typed_into(client, page, boxes, what).items()}

    assert faults == {}


@pytest.mark.proof
@pytest.mark.django_db
@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize(("page", "question"), BOXES, ids=lambda each: getattr(each, "name", getattr(each, "slug", "")))
def test_a_box_keeps_what_it_can_and_says_what_it_cannot(amina, as_user, page, question, what):
    client = as_user(amina.user)
    intakes.draft(amina, **SEEN)

    assert typed_into(client, page, [question], what) == {}


def typed_into(client, page, boxes, what):
    """Send a page with one of HOSTILE in ``boxes``; return what each did that it must not."""
    typed, kept = HOSTILE[what]
    base = page_of(page, SEEN)
    path, given = (entry_url(page, "x1"), {}) if page.list_of else (url(page), base)

    response = client.post(path, given | dict.fromkeys((box.name for box in boxes), typed))

    if response.status_code not in {302, 422}:
        return {box.name: response.status_code for box in boxes}
    errors = response.context["form"].errors if response.status_code == 422 else {}
    stored = {box.name: value_of(page, box) for box in boxes}
    told = {box.name: errors[box.name] for box in boxes if box.name in errors}
    saved = {} if page.list_of else {name: value for name, value in stored.items() if name not in told}
    return (
        {name: messages for name, messages in told.items() if len(messages) != 1 or len(messages[0]) >= 200}
        | {name: stored[name] for name in told if stored[name] != base.get(name, "")}
        | {name: value for name, value in saved.items() if value != (kept or value) or {*"\0\u202e"} & {*value}}
    )


# Every box that depends on an answer is there.
SEEN = {
    "tests": ["mri"],
    "ms_treatment": ["other"],
    "ms_treatment_other": "One",
    "pain_places": ["other"],
    "pain_place_other": "Elbow",
    "face_procedures": ["block"],
    "has_face_pain": "yes",
    "takes_other": "yes",
    "takes_other_what": "Tea",
    "recent_changes": "yes",
    "recent_changes_what": "Less",
    "has_allergies": "yes",
    "cannabis_use": "current",
    "cannabis_source": "tell",
    "cannabis_often": "tell",
    "other_clinic": "yes",
    "other_clinic_name": "A clinic",
    "travel": "yes",
    "travel_where": "Wales",
    "share_gp": "no",
}


def value_of(page, question):
    answers = Intake.objects.get().answers
    if page.list_of:
        found = [each for each in answers.get(page.list_of.name, []) if each["id"] == "x1"]
        return found[0].get(question.name, "") if found else ""
    return answers.get(question.name, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "question"),
    [(page, question) for page, question in BOXES if question.kind in {Kind.LINE, Kind.TEXT} and not page.list_of],
    ids=lambda each: getattr(each, "name", getattr(each, "slug", "")),
)
def test_the_longest_text_is_kept_whole(amina, as_user, page, question):
    longest = ("Ó " * question.longest)[: question.longest].strip()
    intakes.draft(amina, **SEEN)

    response = as_user(amina.user).post(url(page), page_of(page, SEEN) | {question.name: longest})

    assert response.status_code == 302
    assert value_of(page, question) == longest
