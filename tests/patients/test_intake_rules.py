"""The red flags: what sets each off, on both sides of every boundary, and the table they stand in."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from clinic.worklist.models import Task
from patients.intake.enums import Level
from patients.intake.form.whole import FORM, PAGES, QUESTIONS
from patients.intake.models import FlagHit
from patients.intake.names import NAMES, Group, matches
from patients.intake.questions import FOUR_WAYS, TELL, UNSURE
from patients.intake.rules.table import EMERGENCIES, RULES, found
from patients.intake.work import review_rules
from patients.profile.policy import age
from tests.factories import people
from tests.factories.intakes import ANSWERS, draft, entry, page_of
from tests.factories.people import NOW
from tests.patients.filling import entry_url, fill_in, send, url

TODAY = date(2026, 11, 23)
GROWN = {"date_of_birth": "1980-03-27"}  # 46
FIFTY, FORTY_NINE = {"date_of_birth": "1976-11-23"}, {"date_of_birth": "1976-11-24"}
MAN = {"sex": "male"}
TN, JAW = {"main_reason": "tn"}, {"main_reason": "jaw"}
LOW = dict.fromkeys((f"gad7_{item}" for item in range(1, 8)), "0")


def takes(*names):
    return {"medicines": [entry(name) for name in names]}


def phq(total, dark="0"):
    """Answers to PHQ-9 that come to ``total``; the ninth, of dark thoughts, is ``dark``."""
    left, answers = total - int(dark), {"phq9_9": dark}
    for item in range(1, 9):
        answers[f"phq9_{item}"] = str(min(3, left))
        left -= min(3, left)
    assert left == 0
    return answers


def gad(total):
    left, answers = total, {}
    for item in range(1, 8):
        answers[f"gad7_{item}"] = str(min(3, left))
        left -= min(3, left)
    return answers


# Each case: the codes that come, the answers that differ from ANSWERS, and what of the person.
CASES = [
    (["RF30"], {"numb_or_weak": "yes"}, {}),
    (["RF30-A"], {"numb_or_weak": "unsure"}, {}),
    (["RF31"], {"stroke_signs": "yes"}, {}),
    (["RF31-A"], {"stroke_signs": "tell"}, {}),
    (["RF41"], {"chest_signs": "yes"}, {}),
    (["RF41-A"], {"chest_signs": "unsure"}, {}),
    (["RF48"], {"face_swelling": "yes"}, {}),
    (["RF48-A"], {"face_swelling": "tell"}, {}),
    (["RF49"], {"rash_on_carbamazepine": "yes"}, {}),
    (["RF49-A"], {"rash_on_carbamazepine": "unsure"}, {}),
    (["RF40"], {"sight_change": "yes", "head_signs_new": "yes"}, FIFTY),
    ([], {"sight_change": "yes", "head_signs_new": "yes"}, FORTY_NINE),  # the page is not asked
    (["RF40"], {"scalp_sore": "yes", "head_signs_new": "yes"}, FIFTY),
    ([], {"scalp_sore": "yes", "head_signs_new": "no"}, FIFTY),
    (["RF40-A"], {"scalp_sore": "yes", "head_signs_new": "unsure"}, FIFTY),
    (["RF40-A"], {"scalp_sore": "tell", "head_signs_new": "no"}, FIFTY),
    ([], {"new_headache": "yes", "head_signs_new": "yes"}, FIFTY),
    (["RF40"], {"new_headache": "yes", "chewing_ache": "yes", "head_signs_new": "yes"}, FIFTY),
    (["RF40b"], {"chewing_ache": "yes", "head_signs_new": "yes"}, FIFTY),
    (["RF40b"], {"chewing_ache": "yes", "head_signs_new": "no"}, FIFTY),
    ([], {"chewing_ache": "yes", "head_signs_new": "yes"}, FORTY_NINE),
    (["RF04", "RF05"], phq(15, dark="1"), {}),
    (["RF04"], phq(4, dark="1"), {}),
    ([], phq(4, dark="0"), {}),
    (["RF04"], {"self_harm": "yes", "self_harm_recent": "yes"}, {}),
    (["RF04"], {"keeps_safe": "no"}, {}),
    (["RF04-A"], {"keeps_safe": "unsure"}, {}),
    (["RF04-A"], {"self_harm": "tell"}, {}),
    (["RF04-A"], {"self_harm": "yes", "self_harm_recent": "tell"}, {}),
    (["RF05"], {"self_harm": "yes", "self_harm_recent": "no"}, {}),
    ([], phq(14), {}),
    (["RF05"], phq(15), {}),
    (["RF05"], phq(19), {}),
    (["RF05-R"], phq(20), {}),
    ([], gad(14), {}),
    (["RF05"], gad(15), {}),
    (["RF01"], {"psychosis_self": "yes"}, {}),
    (["RF01"], {"psychosis_self": "unsure"}, {}),
    (["RF01-A"], {"psychosis_self": "tell"}, {}),
    (["RF02"], {"psychosis_family": "yes"}, {}),
    (["RF02-A"], {"psychosis_family": "unsure"}, {}),
    (["RF03"], {"bipolar": "yes"}, {}),
    (["RF03"], {"personality": "yes"}, {}),
    (["RF03"], {"admission": "yes"}, {}),
    (["RF03-A"], {"admission": "tell"}, {}),
    (["RF03-A"], {"mood_conditions": ["unsure"]}, {}),
    (["RF06"], {"pregnant": "yes"}, {}),
    (["RF06"], {"breastfeeding": "yes"}, {}),
    (["RF06-A"], {"breastfeeding": "tell"}, {}),
    ([], {"pregnant": "yes"}, MAN),  # not asked
    (["RF07"], {"trying": "yes"}, {}),
    (["RF07"], {"contraception": ["none"]}, {}),
    (["RF07-A"], {"trying": "unsure"}, {}),
    (["RF07"], {"partner_trying": "yes"}, MAN),
    (["RF07-A"], {"partner_trying": "unsure"}, MAN),
    (["RF08"], {"heart": ["rhythm", "stroke"]}, {}),
    (["RF08-A"], {"heart": ["unsure"]}, {}),
    (["RF09"], {"faints": "yes"}, {}),
    (["RF09-A"], {"faints": "unsure"}, {}),
    ([], {"falls": "1"}, {}),
    (["RF09"], {"falls": "2"}, {}),
    (["RF10"], {"conditions": ["liver"], "liver_how": "worse"}, {}),
    ([], {"conditions": ["liver"], "liver_how": "mild"}, {}),
    (["RF10-A"], {"conditions": ["liver"], "liver_how": "unsure"}, {}),
    (["RF11"], {"conditions": ["kidney"], "kidney_how": "severe"}, {}),
    (["RF11-A"], {"conditions": ["kidney"], "kidney_how": "mild"}, {}),
    (["RF12"], {"dependence": "yes"}, {}),
    (["RF12"], {"painkiller_worry": "yes"}, {}),
    (["RF12-A"], {"dependence": "unsure"}, {}),
    (
        ["RF12"],
        {"cannabis_use": "current", "cannabis_source": "not_prescribed", "cannabis_often": "daily"},
        {},
    ),
    ([], {"cannabis_use": "current", "cannabis_source": "not_prescribed", "cannabis_often": "weekly"}, {}),
    (["RF12-A"], {"cannabis_use": "tell"}, {}),
    ([], {"units": "35"}, {"sex": "female"}),
    (["RF12"], {"units": "36"}, {"sex": "female"}),
    (["RF12"], {"units": "36"}, {"sex": "tell"}),
    ([], {"units": "50"}, MAN),
    (["RF12"], {"units": "51"}, MAN),
    (["RF13"], {"other_clinic": "yes", "other_clinic_name": "A clinic"}, {}),
    (["RF13-A"], {"other_clinic": "unsure"}, {}),
    (["RF13"], {"cannabis_use": "current", "cannabis_source": "prescribed", "cannabis_often": "daily"}, {}),
    (["RF14"], {}, {"date_of_birth": "2008-11-23"}),  # 18 today
    (["RF14"], {}, {"date_of_birth": "2001-11-24"}),  # 25 tomorrow
    ([], {}, {"date_of_birth": "2001-11-23"}),
    ([], {}, {"date_of_birth": "1951-11-24"}),  # 75 tomorrow
    (["RF15"], {}, {"date_of_birth": "1951-11-23"}),
    (["RF16"], {"conditions": ["epilepsy"]}, {}),
    (["RF16-A"], {"conditions": ["tell"]}, {}),
    (["RF17"], {"diagnosed": "no"}, {}),
    (["RF17-A"], {"diagnosed": "unsure"}, {}),
    (["RF17"], {"tried_any": "no"}, {}),
    (["RF17"], {"tried": [entry("Physiotherapy")]}, {}),
    ([], {"tried": [entry("Physiotherapy"), entry("Duloxetine")]}, {}),
    (["RF18"], {"share_gp": "no"}, {}),
    (["RF18"], {"obtain_records": "no"}, {}),
    (["RF19"], {"safety_work": "yes"}, {}),
    (["RF19"], {"vehicle": ["car", "lorry"]}, {}),
    (["RF19"], {"dvla_told": "no"}, {}),
    ([], {"drives": "no"}, {}),
    (["RF19-A"], {"dvla_told": "unsure"}, {}),
    ([], {"vulnerable_home": "yes", "locked_storage": "yes"}, {}),
    ([], {"vulnerable_home": "no", "locked_storage": "no"}, {}),
    (["RF20"], {"vulnerable_home": "yes", "locked_storage": "no"}, {}),
    (["RF20-A"], {"vulnerable_home": "unsure"}, {}),
    (["RF21"], {"safe_home": "no"}, {}),
    (["RF21"], {"safe_home": "tell"}, {}),
    (["RF21-A"], {"safe_home": "unsure"}, {}),
    (["RF22"], {"surgery_soon": "yes"}, {}),
    (["RF22"], {"conditions": ["immune"]}, {}),
    (["RF22-A"], {"surgery_soon": "tell"}, {}),
    (["RF23"], {"conditions": ["vomiting"]}, {}),
    (["RF32"], {"nerve_symptoms": "yes"}, {}),
    (["RF32"], {"fever_worse": "yes"}, {}),
    (["RF32-A"], {"fever_worse": "unsure"}, {}),
    (["RF33"], {"swallowing": "yes"}, {}),
    (["RF33-A"], {"swallowing": "unsure"}, {}),
    (["RF34"], {"worse_with": ["infection", "heat"]}, {}),
    ([], {"worse_with": ["heat"]}, {}),
    (["RF34-A"], {"worse_with": ["unsure"]}, {}),
    (["RF42"], TN | {"numb_face": "yes"}, {}),
    (["RF42-A"], TN | {"numb_face": "unsure"}, {}),
    (["RF43"], TN | {"hearing": "yes"}, {}),
    (["RF43-A"], TN | {"hearing": "tell"}, {}),
    (["RF44"], TN | {"face_area": ["forehead"]}, {}),
    ([], TN | {"face_area": ["forehead", "cheek"]}, {}),
    (["RF44"], TN | {"face_side": "both"}, {}),
    (["RF45"], TN | {"first_age": "39"}, {}),
    ([], TN | {"first_age": "40"}, {}),
    (["RF45"], TN | {"optic_neuritis": "yes"}, {}),
    (["RF45-A"], TN | {"optic_neuritis": "unsure"}, {}),
    (["RF45"], TN | {"ms_family": "yes"}, {}),
    ([], {"ms_family": "yes"}, {}),  # without pain in the face
    (["RF46"], {"alarm_signs": "yes"}, {}),
    (["RF46-A"], {"alarm_signs": "unsure"}, {}),
    (["RF46"], {"conditions": ["cancer"], "cancer_face": "yes"}, {}),
    ([], {"conditions": ["cancer"], "cancer_face": "no"}, {}),
    (["RF46"], JAW | {"jaw_opening": "little"}, {}),
    (["RF47"], TN | {"tried": [entry("Physiotherapy"), entry("Baclofen")]}, {}),
    ([], TN | {"tried": [entry("Physiotherapy"), entry("Trileptal")]}, {}),
    (["RF47"], JAW | {"dental_review": "no"}, {}),
    (["RF47-A"], JAW | {"dental_review": "unsure"}, {}),
    (["RF60"], takes("Warfarin 3 mg"), {}),
    (["RF60-A"], takes("apixaban"), {}),
    (["RF61"], takes("Clobazam"), {}),
    (["RF62"], takes("Epilim Chrono 300"), {}),
    (["RF63"], takes("Co-codamol 30/500"), {}),
    (["RF63-R"], takes("Pregabalin", "Amitriptyline 10 mg"), {}),
    (["RF63"], takes("Lyrica", "Pregabalin"), {}),  # one medicine under two names
    (["RF64"], takes("TEGRETOL Prolonged Release"), {}),
    (["RF64"], {"takes_other": "yes", "takes_other_what": "St. John\u2019s Wort tea"}, {}),
    (["RF65"], takes("clarithromycin"), {}),
    (["RF66"], takes("Adoport"), {}),
    (["RF67"], {"ms_treatment": ["siponimod"]}, {}),
    (["RF67"], {"ms_treatment": ["other"], "ms_treatment_other": "Aubagio"}, {}),
    (["RF68"], takes("Quetiapine"), {}),
    (["RF68"], takes("Priadel"), {}),
    (["RF69"], {"contraception": ["hormonal"]}, {}),
    (["RF69"], takes("Cerazette"), {}),
    (["RF6X-A"], {"takes_medicines": "tell"}, {}),
    (["RF6X-A"], {"takes_other": "unsure"}, {}),
    (["RF70"], {"oil_allergy": "yes"}, {}),
    (["RF70"], {"cannabis_reaction": "yes"}, {}),
    (["RF70-A"], {"has_allergies": "unsure"}, {}),
    ([], takes("Paracetamol", "Warfare tablets", "Lithiumish"), {}),  # only whole words are names
]


def codes(answers, **person):
    person = GROWN | {"sex": ""} | person
    facts = {"@age": age(date.fromisoformat(person["date_of_birth"]), TODAY), "@sex": person["sex"]}
    return sorted(hit.rule.code for hit in found(FORM.asked(ANSWERS | answers | facts)))


@pytest.mark.parametrize(("expected", "answers", "person"), CASES)
def test_what_each_answer_sets_off(expected, answers, person):
    assert codes(answers, **person) == sorted(expected)


def over_http():
    """The first case of each rule; `make proof` has the others, and the further answers that set the same off."""
    seen, cases = set(), []
    for expected, *case in CASES:
        cases.append(pytest.param(expected, *case, marks=[] if {*expected} - seen else pytest.mark.proof))
        seen.update(expected)
    return cases


@pytest.mark.django_db
@pytest.mark.parametrize(("expected", "answers", "person"), over_http())
def test_the_same_over_http(as_user, expected, answers, person):
    """The answers that matter are given on their own pages; the rest of the form was filled in before."""
    reason = {"main_reason": answers.get("main_reason", ANSWERS["main_reason"])}
    with time_machine.travel(NOW, tick=False):
        person = GROWN | person
        born = date.fromisoformat(person["date_of_birth"])
        patient = people.patient("flag@example.com", **person | {"date_of_birth": born})
        client = as_user(patient.user)
        draft(patient, **reason)
        for page in PAGES.values():
            if page.list_of and page.list_of.name in answers:
                answer_a_list(client, page, answers[page.list_of.name])
            elif any(question.name in answers for question in page.questions):
                client.post(url(page), page_of(page, answers))
                client.post(reverse("intake_urgent"))
        fill_in(client, **answers)  # what these answers have made asked besides
        response = send(client)

    assert response["Location"] == reverse("intake_sent")
    assert list(FlagHit.objects.order_by("code").values_list("code", flat=True)) == sorted(expected)


def answer_a_list(client, page, entries):
    for before in ANSWERS[page.list_of.name]:
        client.post(entry_url(page, before["id"]), {"remove": "1"})
    for each in entries:
        client.post(entry_url(page, each["id"]), {name: value for name, value in each.items() if name != "id"})


def test_every_rule_is_set_off_by_a_case():
    assert {rule.code for rule in RULES} == {code for expected, _, _ in CASES for code in expected}


def test_every_rule_reads_questions_that_are_there():
    read = {name for rule in RULES for name in rule.when.reads}

    assert {name for name in read if name not in QUESTIONS} == {"@age", "@sex"}


def test_every_rule_says_where_it_comes_from_and_who_answers_for_it():
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert [
        rule.code for rule in RULES if not all((rule.title, rule.source, rule.owner, rule.version, rule.review_by))
    ] == []
    assert [rule.code for rule in RULES if len(rule.code) > 8 or len(rule.title) > 200] == []
    assert [rule.code for rule in RULES if (rule.level == Level.EMERGENCY) != bool(rule.told)] == []
    assert {rule for rule in RULES if rule.level == Level.EMERGENCY} == set(EMERGENCIES)


def test_what_a_rule_reads_is_never_quiet_about_not_sure_or_rather_tell():
    """Where Yes or No sets a rule off, the two other answers set off at least an amber one."""
    risky = {name for rule in RULES for name in rule.when.reads if name in QUESTIONS} - {
        "has_face_pain"
    }  # no risk of itself
    before = {"conditions": ["liver", "kidney", "cancer"], "liver_how": "mild", "kidney_how": "mild"}
    asked_with = {
        "self_harm_recent": {"self_harm": "yes"},
        "cancer_face": before | {"cancer_face": "no"},
        "head_signs_new": {"new_headache": "yes"},
    }

    quiet = [
        (name, answer)
        for name in risky
        for answer in (UNSURE, TELL)
        if QUESTIONS[name].choices == FOUR_WAYS and QUESTIONS[name].kind == "choice"
        for reason in (TN, JAW, {})
        if name in FORM.asked(full := ANSWERS | reason | asked_with.get(name, {}) | {name: answer, "@age": 60})
        if not {hit.rule.code for hit in found(FORM.asked(full))} - {"RF11-A"}
    ]

    assert quiet == []


def test_a_hit_holds_the_exact_answers():
    both = found(FORM.asked(ANSWERS | {"diagnosed": "no", "tried_any": "no", "@age": 24, "@sex": ""}))

    assert [(hit.rule.code, hit.answer) for hit in both] == [
        (
            "RF17",
            "Has a doctor told you what causes this pain? No\nHave you tried any treatment for this pain? No",
        ),
        ("RF14", "Aged 24"),
    ]


def test_a_match_says_what_was_found_whose_name_it_is_and_what_was_written():
    [hit] = found(FORM.asked(ANSWERS | takes("Zapain 30/500 caplets") | {"@age": 46}))

    assert hit.answer == "Zapain (Co-codamol), written: Zapain 30/500 caplets"


def test_of_a_list_only_what_matters_is_said():
    [hit] = found(FORM.asked(ANSWERS | {"conditions": ["diabetes", "epilepsy"], "@age": 46}))

    assert hit.answer == "Have you ever had any of these? Epilepsy or fits"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("TEGRETOL® 200mg", ["Tegretol"]),
        ("st johns wort", ["St John's wort"]),
        ("St John\u2019s-wort", ["St John's wort"]),
        ("co codamol", ["Co-codamol"]),
        ("Sodium Valproate and lithium", ["Sodium valproate", "Lithium"]),
        ("Warfarín", ["Warfarin"]),
        ("Warfarinx", []),
        ("", []),
        ("\u0301" * 200, []),
        ("a " * 2000, []),
    ],
)
def test_names_are_found_as_whole_words(text, names):
    assert [match.found for match in matches(text)] == names


def test_every_group_has_a_name_and_no_name_is_in_two():
    words = [word.casefold() for name in NAMES for word in (name.generic, *name.brands)]

    assert {name.group for name in NAMES} == set(Group)
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(("day", "due"), [(date(2027, 10, 1), 0), (date(2027, 10, 2), len(RULES))])
def test_rules_are_reviewed_before_their_day(db, day, due):
    for _ in range(2):
        assert review_rules(RULES, today=day, at=NOW) == due

    assert list(Task.objects.values_list("kind", "role")) == [("rules_review", "clinician")] * bool(due)
