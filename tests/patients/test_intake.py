"""Filling in the form over HTTP, to the frozen version."""

import re
import threading
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import resolve, reverse

from clinic.worklist.models import Task
from patients.consents.models import Consent
from patients.intake import actions, carried, refusals, walk
from patients.intake.enums import MOVES, IntakeState
from patients.intake.form.whole import FORM, PAGES
from patients.intake.models import FlagHit, Intake, IntakeStateChange, IntakeVersion
from tests.factories import intakes, people
from tests.factories.intakes import ANSWERS, entry, page_of
from tests.factories.people import NOW
from tests.patients.filling import entry_url, fill_in, save, send, url

pytestmark = pytest.mark.django_db

SYMPTOMS, PROBLEM, TESTS, GOALS = (PAGES[slug] for slug in ("symptoms", "problem", "tests", "goals"))
TREATMENTS, MEDICINES, HEALTH, CONSENT = (
    PAGES[slug] for slug in ("treatments-list", "medicines", "health", "consents")
)
MORE, SAFE, MEASURED, MOVING = (PAGES[slug] for slug in ("taking-more", "health-safe", "measured", "ms-moving"))
EMERGENCIES = {"RF30": "numb_or_weak", "RF31": "stroke_signs", "RF41": "chest_signs", "RF48": "face_swelling"}


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


def saved():
    """The answers of the one form there is, without what the form keeps for itself."""
    return {name: value for name, value in Intake.objects.get().answers.items() if not name.startswith("_")}


def asked(answers=ANSWERS):
    """What of ``answers`` is asked of Amina, who is 46 and has MS."""
    known = walk.known(answers, age=46, sex="")
    return {name: value for name, value in FORM.asked(known).items() if not name.startswith("@")}


def unkeyed(answers):
    """The same without the keys of entries, which are random."""
    return {
        name: [{part: words for part, words in each.items() if part != "id"} for each in value]
        if name in {"tried", "medicines"}
        else value
        for name, value in answers.items()
    }


def phq9_of_20():
    return {f"phq9_{item}": "3" if item < 7 else "1" if item < 9 else "0" for item in range(1, 10)}


def hits():
    return list(FlagHit.objects.order_by("code").values_list("code", flat=True))


def test_from_the_first_page_to_the_frozen_version(amina, as_user):
    client = as_user(amina.user)

    met = fill_in(client)
    response = send(client)

    version = IntakeVersion.objects.get()
    assert (response.status_code, response["Location"]) == (302, "/intake/sent/")
    assert (version.intake.patient, version.number, version.at) == (amina, 1, NOW)
    assert unkeyed(version.answers) == unkeyed(asked())
    assert (version.intake.state, version.intake.submitted_at) == ("submitted", NOW)
    assert list(IntakeStateChange.objects.values_list("from_state", "to_state", "by")) == [
        ("draft", "submitted", amina.user.pk)
    ]
    assert hits() == []
    assert sorted(Consent.objects.values_list("purpose", "given")) == [
        ("no_guarantee", True),
        ("obtain_records", True),
        ("privacy", True),
        ("share_with_gp", True),
        ("video", True),
    ]
    assert list(Task.objects.values_list("kind", "role", "about", "due_at")) == [
        ("decision_due", "clinician", version.intake.pk, datetime(2026, 11, 25, 17, tzinfo=UTC)),
    ]
    each_page_leads_to_the_next_and_a_list_straight_to_its_first_entry(met)


def each_page_leads_to_the_next_and_a_list_straight_to_its_first_entry(met):
    asked_of_her = [page for _, page in walk.Way(walk.known(ANSWERS, age=46, sex=""), details_done=True).pages]
    slugs = [resolve(address).kwargs["section"] for address in met]
    assert list(dict.fromkeys(slugs)) == [page.slug for page in asked_of_her]
    assert next(address for address in met if address.startswith("/intake/medicines/")).count("/") == 4
    assert [slugs.count(page.slug) for page in asked_of_her if not page.list_of] == [1] * (len(asked_of_her) - 2)


def test_no_page_has_an_answer_chosen_before(amina, as_user):
    client = as_user(amina.user)
    intakes.draft(amina)
    Intake.objects.update(answers={"main_reason": "tn", "has_ms": "yes"})

    pages = {address: client.get(address) for address in (url(page) for page in PAGES.values())}

    html = "".join(page.content.decode() for address, page in pages.items() if address != url(PROBLEM))
    assert " checked" not in html
    assert html.count('type="radio"') > 150


def test_the_patient_sees_no_code_level_or_verdict(amina, as_user):
    client = as_user(amina.user)
    intakes.draft(amina, psychosis_self="yes", numb_or_weak="yes", tried_any="no", **phq9_of_20())

    pages = [client.get(reverse(name)) for name in ("intake", "intake_check")]
    send(client)
    pages += [client.get(reverse(name)) for name in ("intake", "intake_sent", "care")]

    assert [response.status_code for response in pages] == [200] * 5
    text = " ".join(response.content.decode() for response in pages)
    assert hits() == ["RF01", "RF05-R", "RF17", "RF30"]
    assert re.findall(r"\bRF\d|\bSmPC\b|suitable|eligib|total|severe|\bAmber\b|cauda", text) == []


def test_saved_answers_are_there_on_coming_back(amina, as_user):
    save(as_user(amina.user), PROBLEM)

    later = Client()
    later.force_login(amina.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    form = later.get(url(PROBLEM)).context["form"]

    assert {field.name: field.value() for field in form if field.value()} == asked(page_of(PROBLEM))


def test_stopping_in_the_middle_of_a_page_keeps_what_there_is(amina, as_user):
    client = as_user(amina.user)

    response = client.post(url(PROBLEM), {"main_reason": "jaw", "later": "1"})

    statuses = {task["label"]: task["status"] for task in client.get(reverse("intake")).context["tasks"]}
    assert (response.status_code, response["Location"]) == (302, "/intake/")
    assert saved() == {"main_reason": "jaw"}
    assert {label for label, status in statuses.items() if status != "Not started"} == {
        "Your details",
        "Your main problem",
    }
    assert statuses["Your main problem"] == "Started"
    assert "Your face pain" in statuses  # which she has just made one to fill in


TOO_LONG = "x" * 10_000


@pytest.mark.parametrize(
    ("page", "changes", "field", "message"),
    [
        (PAGES["scores"], {"pain_average": ""}, "pain_average", "Choose an answer about your pain on average"),
        (PAGES["scores"], {"pain_average": "11"}, "pain_average", "Choose an answer about your pain on average"),
        (PROBLEM, {"main_reason": "a\0b"}, "main_reason", "Choose an answer about the main reason"),
        (TESTS, {"tests": []}, "tests", "Choose an answer about scans and tests"),
        (TESTS, {"tests": ["mri", "<b>"]}, "tests", "Choose an answer about scans and tests"),
        (
            TESTS,
            {"tests": ["mri", "none"]},
            "tests",
            "Choose all that is true about scans and tests, or only “None of these”",
        ),
        (
            GOALS,
            {"goals": TOO_LONG},
            "goals",
            "What you want must be 2,000 characters or fewer. You typed 10,000.",
        ),
        (
            GOALS,
            {"goals": "a\0b"},
            "goals",
            "What you want holds a character that cannot be saved. Type it again.",
        ),
        (GOALS, {"goals": " \n "}, "goals", "Write what you want"),
        (MORE, {"takes_other": "yes", "takes_other_what": ""}, "takes_other_what", "Write what you take"),
        (HEALTH, {"bipolar": "😀"}, "bipolar", "Choose an answer about bipolar disorder"),
        (MOVING, {"falls": "often"}, "falls", "Write a whole number for falls, like 49"),
        (MOVING, {"falls": "-1"}, "falls", "Write a whole number for falls, like 49"),
        (MOVING, {"falls": "100"}, "falls", "Write a number from 0 to 99 for falls"),
        (MOVING, {"falls": "9" * 5000}, "falls", "Write a number from 0 to 99 for falls"),
        (MEASURED, {"height": "5"}, "height", "Write a number from 100 to 250 cm for your height"),
        (
            MEASURED,
            {"bloods_on": "last summer"},
            "bloods_on",
            "Write your last blood test as a year, like 2024, or a month, like March 2024",
        ),
        (
            MEASURED,
            {"bloods_on": "13 2024"},
            "bloods_on",
            "Write your last blood test as a year, like 2024, or a month, like March 2024",
        ),
        (MEASURED, {"bloods_on": "12 2026"}, "bloods_on", "Your last blood test must be in the past"),
        (MEASURED, {"bloods_on": "9999"}, "bloods_on", "Your last blood test must be in the past"),
        (MEASURED, {"bloods_on": "1899"}, "bloods_on", "The year of your last blood test must be 1900 or later"),
        (
            CONSENT,
            {"privacy_seen": ""},
            "privacy_seen",
            "Tick the box to say that you have read what we do with your answers",
        ),
        (
            CONSENT,
            {"share_gp": "no", "share_gp_reason": TOO_LONG},
            "share_gp_reason",
            "Your reason must be 1,000 characters or fewer. You typed 10,000.",
        ),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(amina, as_user, page, changes, field, message):
    intakes.draft(amina)
    client = as_user(amina.user)

    response = save(client, page, **changes)

    form = response.context["form"]
    assert (response.status_code, form.errors) == (422, {field: [message]})
    sent = {name: value for name, value in (page_of(page) | changes).items() if name not in {"has_ms", "privacy_seen"}}
    assert {name: form[name].value() for name in sent} == sent
    assert unescape(response.content.decode()).count(message) == 2
    others = {name: value for name, value in sent.items() if name != field}
    assert {name: saved().get(name) for name in others} == others  # the other answers of the page are safe already


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("2024", "2024", "2024"),
        (" 3 2024 ", "2024-03", "March 2024"),
        ("03/2024", "2024-03", "March 2024"),
        ("march 2024", "2024-03", "March 2024"),
        ("Sept. 2024", "2024-09", "September 2024"),
        ("2024-03", "2024-03", "March 2024"),
        ("November 2026", "2026-11", "November 2026"),
    ],
)
def test_a_month_is_understood_as_people_write_it(amina, as_user, typed, kept, shown):
    intakes.draft(amina)
    client = as_user(amina.user)

    save(client, MEASURED, bloods_on=typed)

    rows = [row for part in client.get(reverse("intake_check")).context["parts"] for row in part["rows"]]
    assert saved()["bloods_on"] == kept
    assert [row["value"] for row in rows if row["name"] == "bloods_on"] == [shown]
    assert (
        save(client, MEASURED, bloods_on=client.get(url(MEASURED)).context["form"]["bloods_on"].value()).status_code
        == 302
    )
    assert saved()["bloods_on"] == kept


def test_emoji_and_other_scripts_are_kept_as_typed(amina, as_user):
    save(as_user(amina.user), GOALS, goals="Physio 😀\r\nمساج")

    assert saved()["goals"] == "Physio 😀\nمساج"


def test_a_reason_is_not_needed_to_refuse(amina, as_user):
    client = as_user(amina.user)

    asked_more = client.post(url(CONSENT), page_of(CONSENT) | {"share_gp": "no", "unseen": "share_gp_reason"})
    refused = save(client, CONSENT, share_gp="no")

    assert asked_more["Location"] == url(CONSENT)  # the box for a reason is shown once
    assert (refused.status_code, refused["Location"]) == (302, url(PAGES["before-we-meet"]))


def test_what_was_answered_before_becomes_the_draft_on_the_way(amina, as_user):
    client = as_user(amina.user)
    session = client.session
    carried.keep(session, {"main_reason": "jaw"}, at=NOW)
    session.save()

    client.get(reverse("intake_next"))
    Session.objects.all().delete()
    client.force_login(amina.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    shown = client.get(url(PROBLEM))
    assert shown.context["form"]["main_reason"].value() == "jaw"
    assert "We have filled in what you told us" in shown.content.decode()
    assert saved() == {}


# Questions that appear only when they apply ---------------------------------------------------------


def test_without_a_script_a_page_asks_more_after_it_was_saved(amina, as_user):
    client = as_user(amina.user)
    first = client.get(url(MORE))

    response = client.post(
        url(MORE), {"takes_other": "yes", "recent_changes": "no", "unseen": hidden(first)}, follow=True
    )

    assert hidden(first) == ["takes_other_what", "recent_changes_what"]
    assert response.redirect_chain == [(url(MORE), 302)]
    assert hidden(response) == ["recent_changes_what"]
    assert "we ask a little more on this page" in response.content.decode()
    assert response.context["form"]["takes_other"].value() == "yes"


def test_what_was_asked_more_has_to_be_answered_then(amina, as_user):
    client = as_user(amina.user)
    save(client, MORE, takes_other="yes")

    response = save(client, MORE, takes_other="yes", takes_other_what="", unseen=["recent_changes_what"])

    assert response.context["form"].errors == {"takes_other_what": ["Write what you take"]}


def hidden(response):
    return [row.field.name for row in response.context["form"].rows if row.hides]


def test_an_answer_to_what_is_not_asked_is_neither_kept_nor_complained_about(amina, as_user):
    client = as_user(amina.user)

    response = save(client, SAFE, self_harm="no", self_harm_recent="yes", keeps_safe="yes")
    broken = save(client, CONSENT, share_gp="yes", share_gp_reason=TOO_LONG)

    assert (response.status_code, broken.status_code) == (302, 302)
    assert "self_harm_recent" not in saved()
    assert "share_gp_reason" not in saved()


def test_what_was_answered_comes_back_with_the_answer_that_asks_it(amina, as_user):
    client = as_user(amina.user)
    save(client, MORE, takes_other="yes", takes_other_what="Hemp tea")

    save(client, MORE, takes_other="no")
    shown = {row["key"] for row in client.get(reverse("intake_check")).context["parts"][4]["rows"]}
    save(client, MORE, takes_other="yes", unseen=["takes_other_what"])

    assert "What do you take?" not in shown
    assert client.get(url(MORE)).context["form"]["takes_other_what"].value() == "Hemp tea"


def test_a_page_that_is_not_asked_leads_back(amina, as_user):
    client = as_user(amina.user)
    intakes.draft(amina)

    response = client.get(url(PAGES["face"]))

    assert (response.status_code, response["Location"]) == (302, "/intake/")


# Lists ----------------------------------------------------------------------------------------------


def medicine(client, key, name, **more):
    return client.post(entry_url(MEDICINES, key), {"name": name, "prescriber": "gp"} | more)


def names():
    return [each["name"] for each in Intake.objects.get().answers.get("medicines", [])]


def test_entries_are_added_changed_and_removed(amina, as_user):
    client = as_user(amina.user)
    save(client, PAGES["taking"])

    medicine(client, "one", "Baclofen 10 mg")
    medicine(client, "two", "Paracetamol")
    medicine(client, "one", "Baclofen 20 mg")
    both = names()
    client.post(entry_url(MEDICINES, "two"), {"remove": "1"})

    shown = client.get(url(MEDICINES))
    assert (both, names()) == (["Baclofen 20 mg", "Paracetamol"], ["Baclofen 20 mg"])
    assert [each["words"] for each in shown.context["entries"]] == ["Baclofen 20 mg, My GP"]
    assert client.post(url(MEDICINES))["Location"] == url(PAGES["taking-more"])


def test_an_entry_sent_twice_stands_there_once(amina, as_user):
    client = as_user(amina.user)

    for _ in range(2):
        medicine(client, "one", "Baclofen")

    assert names() == ["Baclofen"]


def test_entries_of_two_devices_both_stand(amina, as_user):
    client = as_user(amina.user)
    keys = {client.get(reverse("intake_section", args=["medicines"])).status_code for _ in range(2)}
    save(client, PAGES["taking"])
    addresses = [client.get(url(MEDICINES)).context["new_url"] for _ in range(2)]

    for address, name in zip(addresses, ("Baclofen", "Sertraline"), strict=True):
        client.post(address, {"name": name, "prescriber": "gp", "opened": ""})

    assert keys == {302}
    assert names() == ["Baclofen", "Sertraline"]


def test_an_entry_changed_elsewhere_is_not_undone(amina, as_user):
    client = as_user(amina.user)
    medicine(client, "one", "Baclofen")
    stale = client.get(entry_url(MEDICINES, "one")).context["opened"]
    medicine(client, "one", "Baclofen 20 mg")

    response = medicine(client, "one", "Baclofen 5 mg", opened=stale)

    assert (response.status_code, len(response.context["form"].non_field_errors())) == (422, 1)
    assert "Baclofen 5 mg" in response.content.decode()
    assert names() == ["Baclofen 20 mg"]


def test_a_list_needs_an_entry_and_every_entry_to_be_whole(amina, as_user):
    client = as_user(amina.user)
    save(client, PAGES["taking"])

    empty = client.post(url(MEDICINES))
    Intake.objects.update(answers=Intake.objects.get().answers | {"medicines": [{"id": "x", "name": "Half"}]})
    half = client.post(url(MEDICINES))

    assert (empty.status_code, empty.context["form"].non_field_errors()) == (422, ["Add at least one medicine"])
    assert (half.status_code, half.context["form"].non_field_errors()) == (422, ["Finish “Half”, or remove it"])
    assert "Not finished" in half.content.decode()


def test_a_list_has_an_end(amina, as_user):
    client = as_user(amina.user)
    save(client, PAGES["taking"])
    many = [entry(f"Name {number}") for number in range(refusals.MOST_ENTRIES)]
    Intake.objects.update(answers={"takes_medicines": "yes", "medicines": many})

    response = medicine(client, "last", "One more")

    assert response.context["form"].non_field_errors() == [
        "You have added 60 already. Put the rest together into your last medicine."
    ]
    assert len(names()) == 60


def test_an_entry_with_a_mistake_loses_nothing(amina, as_user):
    response = as_user(amina.user).post(
        entry_url(MEDICINES, "one"), {"name": "", "dose": "2 a day", "prescriber": "gp"}
    )

    assert (response.status_code, response.context["form"].errors) == (422, {"name": ["Write its name"]})
    assert response.context["form"]["dose"].value() == "2 a day"


def test_names_are_offered_while_somebody_types(amina, as_user):
    html = as_user(amina.user).get(entry_url(MEDICINES, "one")).content.decode()

    assert 'list="names-medicines"' in html
    assert '<option value="Baclofen">' in html.split('<datalist id="names-medicines">')[1]


def test_entries_are_of_lists_only(amina, as_user):
    assert as_user(amina.user).get(entry_url(PROBLEM, "one")).status_code == 404
    assert as_user(amina.user).get("/intake/nothing/one/").status_code == 404


# Emergencies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "name"), EMERGENCIES.items())
def test_an_emergency_answer_interrupts_at_once_and_goes_on_after_reading(amina, as_user, code, name):
    client = as_user(amina.user)

    response = save(client, SYMPTOMS, **{name: "yes"})
    stopped = {view: client.get(reverse(view))["Location"] for view in ("intake", "intake_check")}
    stopped["section"] = client.get(url(PROBLEM))["Location"]
    stopped["entry"] = client.get(entry_url(MEDICINES, "one"))["Location"]
    card = client.get(reverse("intake_urgent"))
    going_on = client.post(reverse("intake_urgent"))

    assert response["Location"] == "/intake/urgent/"
    assert set(stopped.values()) == {"/intake/urgent/"}
    assert "Call 999 or go to A&E now" in unescape(card.content.decode())
    assert "Nobody reads answers at night" in card.content.decode()
    assert saved() == page_of(SYMPTOMS) | {name: "yes"}
    assert Intake.objects.get().answers[walk.CARD_SEEN] == [code]
    assert going_on["Location"] == url(PAGES["symptoms-new"])
    assert client.get(url(PROBLEM)).status_code == 200


def test_an_emergency_answer_interrupts_even_where_the_rest_of_the_page_is_empty(amina, as_user):
    response = as_user(amina.user).post(url(SYMPTOMS), {"chest_signs": "yes"})

    assert (response.status_code, response["Location"]) == (302, "/intake/urgent/")
    assert saved() == {"chest_signs": "yes"}


def test_an_emergency_answer_asks_staff_for_a_call_at_once_and_only_once(amina, as_user):
    client = as_user(amina.user)
    intakes.draft(amina)
    save(client, SYMPTOMS, numb_or_weak="yes", face_swelling="yes")
    client.post(reverse("intake_urgent"))
    for page in (PROBLEM, HEALTH, GOALS):
        save(client, page)
    before = list(Task.objects.values_list("kind", "due_at"))

    send(client)

    assert before == [("urgent_answers", NOW + timedelta(minutes=30))]
    assert sorted(Task.objects.values_list("kind", flat=True)) == ["decision_due", "urgent_answers"]
    assert "symptom" not in Task.objects.get(kind="urgent_answers").title


def test_at_night_the_card_says_when_somebody_is_there(amina, as_user):
    with time_machine.travel(
        datetime(2026, 12, 24, 22, tzinfo=UTC), tick=False
    ):  # the eve of four days without a workday
        client = as_user(amina.user)
        save(client, SYMPTOMS, chest_signs="yes")
        text = client.get(reverse("intake_urgent")).content.decode()

    assert "Tuesday 29 December 2026 at 9am, UK time" in text
    assert Task.objects.get().due_at == datetime(2026, 12, 29, 9, 30, tzinfo=UTC)


def test_the_card_lets_people_change_a_wrong_answer(amina, as_user):
    client = as_user(amina.user)
    save(client, SYMPTOMS, chest_signs="yes")

    response = client.post(reverse("intake_urgent"), {"change": "1"})

    assert response["Location"] == url(SYMPTOMS)
    assert client.get(url(SYMPTOMS)).context["form"]["chest_signs"].value() == "yes"


def test_a_second_emergency_shows_its_own_card(amina, as_user):
    client = as_user(amina.user)
    save(client, SYMPTOMS, chest_signs="yes")
    client.post(reverse("intake_urgent"))

    save(client, SYMPTOMS, chest_signs="yes", stroke_signs="yes")
    card = client.get(reverse("intake_urgent"))

    assert card.context["points"] == [
        "you have a drooping face, a weak arm, trouble speaking, a sudden worst headache, a fit, or sudden loss of sight"
    ]


def test_without_an_emergency_there_is_no_card(amina, as_user):
    assert as_user(amina.user).get(reverse("intake_urgent"))["Location"] == "/intake/"


def test_dark_thoughts_show_who_listens_and_ask_for_a_call(amina, as_user):
    client = as_user(amina.user)

    response = save(client, SAFE, self_harm="yes", self_harm_recent="yes")
    card = unescape(client.get(response["Location"]).content.decode())

    assert response["Location"] == "/intake/urgent/"
    assert "Talk to somebody now" in card
    assert "116 123" in card
    assert "Call 999 or go to A&E now" not in card
    assert list(Task.objects.values_list("kind", flat=True)) == ["urgent_answers"]
    assert client.post(reverse("intake_urgent"), {"change": "1"})["Location"] == url(SAFE)


def test_each_emergency_card_leads_back_to_the_answer_that_set_it_off(amina, as_user):
    client = as_user(amina.user)
    mood = PAGES["mood-more"]
    intakes.draft(amina, self_harm="tell")

    save(client, mood, phq9_9="1")

    assert client.post(reverse("intake_urgent"), {"change": "1"})["Location"] == url(mood)


def test_an_emergency_that_only_a_second_page_makes_is_seen_there(as_user, db):
    older = people.patient("older@example.com", date_of_birth=date(1960, 1, 1))
    client = as_user(older.user)
    head = PAGES["symptoms-head"]

    response = client.post(url(head), page_of(head) | {"scalp_sore": "yes", "head_signs_new": "yes"})

    assert response["Location"] == "/intake/urgent/"
    assert Task.objects.get().kind == "urgent_answers"


def test_the_flag_keeps_the_exact_answer_and_the_rules_version(amina):
    intakes.sent(amina, psychosis_family="yes")

    flag = FlagHit.objects.get()
    assert (flag.code, flag.level, flag.rules_version, flag.at) == ("RF02", "R", "2026-12", NOW)
    assert flag.answer == "Has a parent, brother, sister or child of yours ever had psychosis or schizophrenia? Yes"


def test_an_unfinished_form_cannot_be_sent(amina, as_user):
    client = as_user(amina.user)
    save(client, SYMPTOMS)

    shown, response = client.get(reverse("intake_check")), send(client)

    left = [task["label"] for task in shown.context["left"]]
    assert left[:3] == ["Symptoms that need help today", "Your main problem", "Treatments you have tried"]
    assert "Height, weight and blood tests" not in left  # where nothing has to be answered
    assert (response.status_code, response.context["form"].non_field_errors()) == (
        422,
        [f"Finish these parts before you send the form: {', '.join(left)}."],
    )
    assert IntakeVersion.objects.count() == 0


def test_the_declaration_has_to_be_ticked(amina, as_user):
    client = as_user(amina.user)
    intakes.draft(amina)

    response = client.post(reverse("intake_check"), {})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["signed", "done_by", "declared"])
    assert IntakeVersion.objects.count() == 0


def test_a_form_with_an_unread_card_cannot_be_sent(amina):
    intake = intakes.draft(amina)
    actions.save_page(intake, SYMPTOMS, {"chest_signs": "yes"}, opened="", at=NOW)

    with pytest.raises(refusals.CardNotRead):
        actions.submit(intake, **intakes.SIGNED, by=amina.user, at=NOW)


def test_the_check_shows_every_answer_with_a_way_to_change_it(amina, as_user):
    client = as_user(amina.user)
    intakes.draft(amina, share_gp="no")

    page_of_answers = client.get(reverse("intake_check"))

    rows = [row for part in page_of_answers.context["parts"] for row in part["rows"]]
    named = {row["name"]: (row["key"], row["value"], row["change_url"]) for row in rows}
    optional = {question.name for question in FORM.questions.values() if not question.required}
    assert set(named) - optional == set(asked(ANSWERS | {"share_gp": "no"})) - optional
    assert named["share_gp_reason"] == ("What is your reason?", "", "/intake/consents/")
    assert named["tests"] == ("Which scans and tests have you had for this?", "MRI scan\nBlood tests", "/intake/tests/")
    assert [(row["key"], row["value"]) for row in rows if row["name"] == "tried"] == [
        (
            "Treatment 1",
            "Carbamazepine, Medicine, 200 mg twice a day, from: 2020, until: June 2021, Helped a little, Side effects",
        ),
        ("Treatment 2", "Physiotherapy, Physiotherapy or exercise, Helped a little, I still use it"),
    ]
    details = {row["key"]: row for row in page_of_answers.context["details"]}
    assert details["Date of birth"] == {
        "key": "Date of birth",
        "value": "27 March 1980",
        "change_url": "/care/details/about-you/?next=%2Fintake%2Fcheck%2F",
        "change_about": "your date of birth",
    }


def test_pressing_send_twice_gives_one_version(amina, as_user):
    client = as_user(amina.user)
    intakes.draft(amina)

    answers = [send(client)["Location"] for _ in range(2)]

    assert (answers, IntakeVersion.objects.count(), Consent.objects.count()) == (["/intake/sent/"] * 2, 1, 5)


@pytest.mark.django_db(transaction=True)
def test_sending_from_two_tabs_at_once_gives_one_version(amina):
    intake = intakes.draft(amina)
    gate, outcomes = threading.Barrier(2), []

    def press():
        gate.wait()
        try:
            actions.submit(intake, **intakes.SIGNED, by=amina.user, at=NOW)
            outcomes.append("sent")
        except refusals.AlreadySent:
            outcomes.append("already sent")
        finally:
            connection.close()

    tabs = [threading.Thread(target=press) for _ in range(2)]
    [tab.start() for tab in tabs]
    [tab.join() for tab in tabs]

    assert (sorted(outcomes), IntakeVersion.objects.count()) == (["already sent", "sent"], 1)


def test_a_sent_form_is_read_only(amina, as_user):
    client = as_user(amina.user)
    intakes.draft(amina)
    stale = client.get(url(GOALS)).context["opened"]
    send(client)

    response = client.post(url(GOALS), {"goals": "Something new", "opened": stale})
    listed = medicine(client, "one", "Something new")

    words = "You have sent this form already. To change something in it, choose “Change or add something” first."
    for answer in (response, listed):
        assert (answer.status_code, answer.context["form"].non_field_errors()) == (422, [words])
        assert "Something new" in answer.content.decode()
    assert unkeyed(saved()) == unkeyed(asked())
    assert client.get(url(GOALS))["Location"] == client.get(entry_url(MEDICINES, "one"))["Location"] == "/intake/"
    assert client.get(reverse("intake_check"))["Location"] == "/intake/sent/"


def test_after_sending_the_answers_can_be_read_in_the_words_they_were_asked(amina, as_user):
    client = as_user(amina.user)
    intakes.draft(amina)
    send(client)

    shown = client.get(reverse("intake"))

    rows = {row["key"]: row["value"] for part in shown.context["parts"] for row in part["rows"]}
    assert shown.templates[0].name == "patients/intake/answers.html"
    assert rows["What do you want most from seeing us?"] == ANSWERS["goals"]
    assert rows["Over the past 24 hours, how bad was your muscle stiffness or spasm?"] == "5"
    assert "Monday 23 November 2026 at 9am, UK time" in shown.content.decode()


def test_what_is_not_asked_is_not_sent(amina, as_user):
    client = as_user(amina.user)
    intakes.draft(amina)
    save(client, MORE, takes_other="yes", takes_other_what="Hemp tea")
    save(client, MORE, takes_other="no")
    send(client)

    version = IntakeVersion.objects.get()
    assert "takes_other_what" not in version.answers
    assert "Hemp tea" not in str(version.record)
    assert hits() == []


def test_two_tabs_on_different_pages_keep_both(amina, as_user):
    client = as_user(amina.user)
    opened = {page: client.get(url(page)).context["opened"] for page in (PROBLEM, HEALTH)}

    for page, mark in opened.items():
        client.post(url(page), page_of(page) | {"opened": mark})

    both = page_of(PROBLEM) | page_of(HEALTH)
    assert saved() == {name: value for name, value in both.items() if name != "has_ms"}  # not asked for her reason


def test_a_page_opened_before_a_change_does_not_undo_it(amina, as_user):
    client = as_user(amina.user)
    stale = client.get(url(GOALS)).context["opened"]
    save(client, GOALS)

    response = client.post(url(GOALS), {"goals": "Older words", "opened": stale})
    again = client.post(url(GOALS), {"goals": "Older words", "opened": response.context["opened"]})

    assert (response.status_code, len(response.context["form"].non_field_errors())) == (422, 1)
    assert (again.status_code, saved()["goals"]) == (302, "Older words")


def test_an_empty_box_takes_the_old_words_away_only_on_a_fresh_page(amina, as_user):
    client = as_user(amina.user)
    save(client, TESTS)
    client.post(url(TESTS), {"tests": ["mri"], "tests_when": ""})
    kept = saved()["tests_when"]

    fresh = client.get(url(TESTS)).context["opened"]
    client.post(url(TESTS), {"tests": ["mri"], "tests_when": "", "opened": fresh})

    assert (kept, saved()) == (ANSWERS["tests_when"], {"tests": ["mri"]})


def test_an_emergency_answer_is_saved_from_a_stale_page_too(amina, as_user):
    client = as_user(amina.user)
    stale = client.get(url(SYMPTOMS)).context["opened"]
    save(client, SYMPTOMS)

    response = client.post(url(SYMPTOMS), page_of(SYMPTOMS) | {"chest_signs": "yes", "opened": stale})

    assert (response["Location"], Intake.objects.get().answers["chest_signs"]) == ("/intake/urgent/", "yes")


def test_fields_of_other_pages_and_of_nobody_are_ignored(amina, as_user):
    save(
        as_user(amina.user), SYMPTOMS, pregnant="yes", _card_seen="RF30", _saved="all", state="decided", **{"@age": "9"}
    )

    intake = Intake.objects.get()
    assert (saved(), intake.state) == (page_of(SYMPTOMS), "draft")
    assert walk.CARD_SEEN not in intake.answers


def test_details_come_first(as_user, db):
    newcomer = people.user("new@example.com")
    client = as_user(newcomer)

    shown, opened, posted = client.get(reverse("intake")), client.get(url(PROBLEM)), save(client, PROBLEM)

    assert {task["status"] for task in shown.context["tasks"]} == {"Not started"}
    assert shown.context["next_url"] == "/intake/details/"
    assert client.get("/intake/details/")["Location"] == "/care/details/?next=%2Fintake%2Fnext%2F"
    assert {opened["Location"], posted["Location"]} == {"/care/details/?next=%2Fintake%2Fproblem%2F"}
    assert client.get(reverse("intake_check"))["Location"] == "/intake/"
    assert client.get(reverse("intake_sent"))["Location"] == "/intake/"


def test_an_unknown_page_is_404(amina, as_user):
    assert as_user(amina.user).get("/intake/nothing/").status_code == 404


def test_what_the_form_wants_of_the_details_comes_a_part_at_a_time(as_user, db):
    newcomer = people.newcomer(first_names="Nia", family_name="New")
    client = as_user(newcomer.user)

    led_to, there = [], client.get(reverse("intake_next"))["Location"]
    for changes in (
        {"sex": "female"},
        {"address_1": "1 Example Street", "town": "Exampleton", "country": "wales"},
        {"gp_registered": "yes"},
        {"voicemail": True},
        {"emergency_name": "Sam", "emergency_phone": "+447700900124"},
    ):
        led_to.append(client.get(there)["Location"])
        type(newcomer).objects.filter(pk=newcomer.pk).update(**changes)

    assert led_to == [
        f"/care/details/{part}/?next=%2Fintake%2Fnext%2F"
        for part in ("about-you", "address-and-phone", "gp-practice", "taking-part", "emergency-contact")
    ]
    assert client.get(reverse("intake_next"))["Location"] == url(SYMPTOMS)
    assert client.get(reverse("intake_details"))["Location"] == "/care/details/?next=%2Fintake%2F"


@pytest.mark.parametrize("name", ["intake", "intake_urgent", "intake_check", "intake_sent"])
def test_the_form_is_for_patients(rosa, manager, okafor, as_user, client, name):
    assert [as_user(user).get(reverse(name)).status_code for user in (rosa, manager, okafor.user)] == [403] * 3
    client.logout()
    assert client.get(reverse(name))["Location"] == f"/accounts/login/?next={reverse(name)}"


def test_sections_are_for_patients(rosa, okafor, as_user, client):
    assert [save(as_user(user), PROBLEM).status_code for user in (rosa, okafor.user)] == [403] * 2
    client.logout()
    assert save(client, PROBLEM)["Location"] == "/accounts/login/?next=/intake/problem/"


def test_nobody_meets_somebody_elses_answers(amina, ben, as_user):
    intakes.sent(amina)

    client = as_user(ben.user)

    assert client.get(reverse("intake")).context["tasks"][1]["status"] == "Not started"
    assert client.get(url(GOALS)).context["form"].initial == {}


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(amina, as_user, method):
    names = ["intake", "intake_urgent", "intake_check", "intake_sent"]

    assert [getattr(as_user(amina.user), method)(reverse(name)).status_code for name in names] == [405] * 4
    assert as_user(amina.user).post(reverse("intake")).status_code == 405


def test_answers_are_sealed_at_rest_also_in_the_history(amina):
    secret = "Zebra-striped tablets"
    intakes.sent(amina, medicines=[entry(secret)], share_gp="no", share_gp_reason="Zebra reasons")

    with connection.cursor() as cursor:
        cursor.execute(
            "select answers from patients_intake union all select answers from patients_intakeversion"
            " union all select record from patients_intakeversion"
            " union all select answers from patients_intakeevent union all select answer from patients_flaghit"
        )
        cells = [cell for (cell,) in cursor.fetchall()]

    assert len(cells) > 5
    assert [cell for cell in cells if "Zebra" in cell or "medicines" in cell or "May we" in cell] == []
    assert IntakeVersion.objects.get().answers["medicines"][0]["name"] == secret


@pytest.mark.parametrize("model", [IntakeVersion, FlagHit, IntakeStateChange])
def test_what_was_sent_cannot_be_changed(amina, model):
    intakes.sent(amina, psychosis_self="yes")
    table = model._meta.db_table

    for sql in (f"update {table} set at = now()", f"delete from {table}"):  # noqa: S608 - our own table names
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert model.objects.get().at == NOW


# Written out again: a change of the table in the source is seen here.
ALLOWED = {
    "draft": {"submitted"},
    "submitted": {"in_review"},
    "in_review": {"more_asked", "decided"},
    "more_asked": {"submitted", "in_review"},
    "decided": set(),
}


@pytest.mark.parametrize("before", IntakeState.values)
@pytest.mark.parametrize("after", IntakeState.values)
def test_the_database_allows_only_the_moves_of_the_table(amina, okafor, before, after):
    reached = {"draft": intakes.draft, "submitted": intakes.sent}.get(before)
    intake = reached(amina) if reached else intakes.in_review(amina, okafor)
    if before in {"decided", "more_asked"}:
        Intake.objects.filter(pk=intake.pk).update(state=before)

    def write():
        with transaction.atomic():
            Intake.objects.filter(pk=intake.pk).update(state=after, submitted_at=NOW, reviewer=okafor)

    assert MOVES.get(before, set()) == ALLOWED[before]
    if after == before or after in ALLOWED[before]:
        write()
        assert Intake.objects.get().state == after
    else:
        with pytest.raises(InternalError):
            write()
        assert Intake.objects.get().state == before


def test_a_patient_has_one_open_form(amina):
    first = actions.start(amina, at=NOW)

    assert actions.start(amina, at=NOW + timedelta(days=1)) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Intake.objects.create(patient=amina, form_version="x", started_at=NOW, saved_at=NOW)
