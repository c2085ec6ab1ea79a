"""The pages of adverse events: the patient's, the clinician's, and what reception may write and never read."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.care.copy_reading import as_json
from clinic.worklist.models import Task
from clinic.workspace.events import listed_for
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.safety import actions as events
from patients.safety.models import AdverseEvent, Assessment, HoldProposal
from tests.clinic.test_keeping import late, sign_in
from tests.factories.events import assessed, now, reported, serious
from tests.factories.people import NOW
from tests.web import main_of

pytestmark = pytest.mark.django_db
SATURDAY = NOW - timedelta(days=2)
SENT = {
    "terms": ["dizziness"],
    "description": "My head went round",
    "started_on_day": "20",
    "started_on_month": "11",
    "started_on_year": "2026",
    "still_there": "yes",
    "ended_on_day": "",
    "ended_on_month": "",
    "ended_on_year": "",
    "how_bad": "less",
    "hospital": "no",
    "product": "the drops",
    "batch": "",
    "taking": "yes",
    "done": "",
}
SIGNED = {
    "terms": ["dizziness"],
    "grade": "2",
    "relatedness": "possible",
    "action": "none",
    "outcome": "recovering",
    "yellow_card": "not_needed",
    "yellow_card_why": "Known before",
    "notes": "",
    "seen": "",
}


@pytest.fixture(autouse=True)
def monday_morning(db):
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def care(amina, okafor):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)


def send(client, **changes):
    return client.post(reverse("care_event_new"), SENT | {"key": uuid4()} | changes)


def page_of(answer):
    return unescape(main_of(answer.content.decode()))


# The patient ----------------------------------------------------------------------------------------


def test_a_patient_tells_and_sees_how_it_stands(amina, okafor, care, as_user):
    client = as_user(amina.user)

    page = page_of(client.get(send(client)["Location"]))
    assert "We have it" in page
    assert "My head went round" in page
    assert "“I could do less than usual”" in page
    assert "Get help now" not in page

    assessed(AdverseEvent.objects.get(), okafor)
    assert "A clinician has looked at it" in page_of(client.get(reverse("care_events")))
    assert "Grade" not in page_of(client.get(reverse("care_event", args=[AdverseEvent.objects.get().pk])))


@pytest.mark.parametrize("name", ["care_events", "care_event_new"])
def test_who_to_call_and_when_we_open_comes_first(name, amina, as_user):
    with time_machine.travel(SATURDAY, tick=False):
        page = page_of(as_user(amina.user).get(reverse(name)))

    assert all(words in page for words in ("999", "111", "116 123", "Nobody reads this straight away."))
    assert "We are closed. Our team is next here on <strong>Monday 23 November 2026 at 9am" in page
    assert page.index("116 123") < page.index("Tell us what happened" if name == "care_events" else "What was it?")


def test_the_front_page_leads_there(amina, as_user):
    assert reverse("care_events") in page_of(as_user(amina.user).get(reverse("care")))


@pytest.mark.parametrize(
    ("changes", "card"),
    [
        ({"terms": ["suicidal"]}, "Talk to somebody now"),
        ({"terms": ["syncope", "chest_pain"]}, "Call 999 or go to A&E now"),
        ({"hospital": "yes"}, "Call 999 or go to A&E now"),
        ({"how_bad": "in_danger"}, "Call 999 or go to A&E now"),
        ({"how_bad": "not_myself"}, "Call 999 or go to A&E now"),
    ],
)
def test_an_emergency_is_met_at_once_with_a_card_and_a_task_of_the_next_morning(changes, card, amina, as_user):
    with time_machine.travel(SATURDAY, tick=False):
        client = as_user(amina.user)
        page = page_of(client.get(send(client, **changes)["Location"]))

    assert page.index("Get help now") < page.index(card) < page.index("What you told us</h2>")
    assert "Our team is next here on <strong>Monday 23 November 2026 at 9am" in page
    assert Task.objects.get(kind="adverse_event").due_at == NOW + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"terms": [], "description": ""}, "Choose what it was from the list, or say it in your own words"),
        ({"terms": ["other"], "description": ""}, "Choose what it was from the list, or say it in your own words"),
        ({"started_on_year": "2027"}, "The day it began must be 23 November 2026 or earlier"),
        ({"started_on_year": "1979"}, "The day it began must be 27 March 1980 or later"),
        (
            {"ended_on_day": "21", "ended_on_month": "11", "ended_on_year": "2026"},
            "Leave this empty if it is still there",
        ),
        (
            {"still_there": "no", "ended_on_day": "19", "ended_on_month": "11", "ended_on_year": "2026"},
            "The day it ended must be after the day it began",
        ),
        ({"how_bad": ""}, "Choose how bad it was at its worst"),
        ({"how_bad": "terrible"}, "Choose how bad it was at its worst"),
        ({"terms": ["plague"]}, "Choose from the list, or use your own words below"),
        ({"description": "x" * 4001}, "must be 4,000 characters or fewer. You typed 4,001."),
    ],
)
def test_what_cannot_be_sent_says_why_and_keeps_what_was_typed(changes, words, amina, as_user):
    answer = send(as_user(amina.user), product="the green bottle", **changes)

    assert answer.status_code == 422
    assert words in page_of(answer)
    assert "the green bottle" in page_of(answer)
    assert not AdverseEvent.objects.exists()


def test_sent_twice_it_is_one_and_too_many_are_told_to_call(amina, as_user):
    client, key = as_user(amina.user), uuid4()

    answers = [send(client, key=key) for _ in range(21)]

    assert AdverseEvent.objects.count() == 1
    assert [answer.status_code for answer in answers[-2:]] == [302, 429]
    assert "Call us instead" in page_of(answers[-1])


def test_what_was_typed_after_the_session_ended_is_kept(amina):
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, amina)
    late(browser, reverse("care_event_new"), description="Typed for long", terms=["fall"])

    sign_in(browser, amina)
    page = page_of(browser.get(reverse("care_event_new")))

    assert "Typed for long" in page
    assert re.search(r'value="fall"[^>]* checked', page)
    assert not AdverseEvent.objects.exists()


def test_a_form_of_somebody_else_does_not_stand_in_the_way(amina, ben, as_user):
    key = uuid4()

    for person in (amina, ben):
        assert send(as_user(person.user), key=key).status_code == 302

    assert set(AdverseEvent.objects.values_list("patient", flat=True)) == {amina.pk, ben.pk}


def test_the_copy_of_ones_data_says_it_in_words(amina):
    reported(amina, terms=["dizziness", "fall"])

    part = next(each for each in as_json(amina, at=NOW)["parts"] if each["table"] == "patients.AdverseEvent")

    assert part["rows"][0]["what it was"] == "Feeling dizzy; A fall"
    assert part["rows"][0]["how bad it was"] == "I could do less than usual"


# The clinician --------------------------------------------------------------------------------------


def test_a_clinician_writes_down_assesses_and_closes(amina, okafor, care, as_user):
    client = as_user(okafor.user)
    told = SENT | {"key": uuid4(), "terms": ["hyperemesis"], "reported_by": "clinician", "how_bad": "", "hospital": ""}
    made = client.post(reverse("review_events_new", args=[amina.pk]), told | {"taking": ""})
    event = AdverseEvent.objects.get()
    assert (made["Location"], event.reported_by) == (reverse("review_event", args=[event.pk]), "clinician")

    client.post(made["Location"], SIGNED | {"key": uuid4()})
    page = page_of(client.get(made["Location"]))
    assert "Signed by Dr Ada Okafor" in page
    assert "Not needed: Known before" in page

    assert client.post(reverse("review_event_close", args=[event.pk])).status_code == 302
    assert now(event).state == "closed"


def test_a_close_that_is_refused_says_why_on_the_page(amina, okafor, care, as_user):
    event = reported(amina)
    assessed(event, okafor, yellow_card="to_do", yellow_card_why="")

    answer = as_user(okafor.user).post(reverse("review_event_close", args=[event.pk]))

    assert answer.status_code == 422
    assert "The Yellow Card is still to do: submit it, or write why it is not needed." in page_of(answer)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"grade": ""}, "Choose a grade from 1 to 5"),
        ({"grade": "6"}, "Choose a grade from 1 to 5"),
        ({"terms": []}, "Choose at least one term"),
        ({"yellow_card_why": ""}, "Write why no Yellow Card is needed"),
        ({"yellow_card": "submitted"}, "Enter the reference that the MHRA gave"),
    ],
)
def test_an_assessment_that_lacks_something_stays_on_the_page(changes, words, amina, okafor, care, as_user):
    event = reported(amina)

    answer = as_user(okafor.user).post(
        reverse("review_event", args=[event.pk]), SIGNED | {"key": uuid4(), "notes": "Typed for long"} | changes
    )

    assert answer.status_code == 422
    assert words in page_of(answer)
    assert "Typed for long" in page_of(answer)
    assert not Assessment.objects.exists()


def test_of_two_clinicians_the_second_reads_the_first_and_then_signs(amina, okafor, lind, care, as_user):
    open_care(amina, lind, CareRelationship.Reason.BOOKED, at=NOW)
    event = reported(amina)
    first = assessed(event, okafor, notes="Read this first")
    client, address = as_user(lind.user), reverse("review_event", args=[event.pk])

    answer = client.post(address, SIGNED | {"key": uuid4(), "notes": "Typed for long"})
    page = page_of(answer)

    assert answer.status_code == 422
    assert "Dr Ada Okafor has written since you opened this page" in page
    assert all(words in page for words in ("Read this first", "Typed for long"))
    assert f'name="seen" value="{first.pk}"' in page  # having read it, they may sign

    assert client.post(address, SIGNED | {"key": uuid4(), "seen": first.pk}).status_code == 302
    assert [made.clinician for made in event.assessments.all()] == [lind, okafor]


def test_a_hold_is_decided_and_lifted_with_reasons(amina, okafor, care, as_user):
    event, client = serious(amina), as_user(okafor.user)
    address = reverse("review_event_hold", args=[event.pk])

    refused = client.post(address, {"reason": "", "decision": "hold"})
    assert (refused.status_code, HoldProposal.objects.get().state) == (422, "proposed")
    assert "Write your reason" in page_of(refused)
    neither = client.post(address, {"reason": "Wait", "decision": ""})
    assert "Choose one of the buttons below your reason." in page_of(neither)
    client.post(address, {"reason": "Until we know more", "decision": "hold"})
    assert list(HoldProposal.objects.holding(amina)) == [HoldProposal.objects.get()]
    assert "Until we know more" in page_of(client.get(reverse("review_event", args=[event.pk])))
    client.post(address, {"reason": "It is over", "decision": "lift"})
    assert HoldProposal.objects.get().state == "lifted"
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("decision", ["not", "lift"])
def test_a_button_that_does_not_fit_the_state_changes_nothing(decision, amina, okafor, care, as_user):
    event, client = serious(amina), as_user(okafor.user)
    if decision == "not":
        events.decide_on_hold(event.holds.get(), okafor, is_held=True, reason="x", by=okafor.user, at=NOW)
    before = HoldProposal.objects.get().state

    answer = client.post(reverse("review_event_hold", args=[event.pk]), {"reason": "x", "decision": decision})

    assert (answer.status_code, HoldProposal.objects.get().state) == (422, before)


def test_a_clinicians_words_typed_after_the_session_ended_are_kept(amina, okafor, care):
    address = reverse("review_event", args=[reported(amina).pk])
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, okafor)
    late(browser, address, notes="Typed for long", grade="3")

    sign_in(browser, okafor)

    assert "Typed for long" in page_of(browser.get(address))


def test_a_form_sent_for_another_event_signs_that_one(amina, okafor, care, as_user):
    client, key = as_user(okafor.user), uuid4()

    for event in (reported(amina), reported(amina)):
        assert client.post(reverse("review_event", args=[event.pk]), SIGNED | {"key": key}).status_code == 302

    assert Assessment.objects.count() == 2


def test_readings_and_refusals_are_written_down(amina, okafor, lind, care, as_user):
    event = reported(amina)

    as_user(okafor.user).get(reverse("review_event", args=[event.pk]))
    as_user(lind.user).get(reverse("review_event", args=[event.pk]))

    looks = AccessLog.objects.filter(about=event.pk).order_by("what").values_list("what", "about_type", "actor__email")
    assert list(looks) == [
        ("read", "adverseevent", "okafor@example.com"),
        ("refused", "adverseevent", "lind@example.com"),
    ]


def test_the_list_for_the_record_page_takes_two_queries_at_most(amina, okafor, lind, care):
    for number in range(5):
        assessed(serious(amina), okafor, grade=number + 1)

    with CaptureQueriesContext(connection) as queries:
        found = listed_for(okafor.user, amina)

    assert len(queries) <= 2
    assert sorted(row["grade"][:1] for row in found["events"]) == list("12345")
    assert {row["hold"] for row in found["events"]} == {"A hold is proposed"}
    assert {row["what"] for row in found["events"]} == {"Dizziness"}
    assert not found["held"]
    assert listed_for(lind.user, amina)["events"] == []


# Reception ------------------------------------------------------------------------------------------

TOLD = SENT | {"reported_by": "phone", "description": "She feels the secret room spin"}


def test_reception_writes_down_what_a_caller_tells_and_never_reads_it(amina, rosa, as_user):
    client, address = as_user(rosa), reverse("desk_event_told", args=[amina.pk])

    assert client.post(address, TOLD | {"key": uuid4()}).status_code == 302
    event = AdverseEvent.objects.get()
    assert (event.reported_by, event.written_by) == ("phone", rosa)
    page = client.get(address).content.decode()
    assert "Reported, not assessed" in page
    assert "Monday 23 November 2026" in page

    pages = [address, f"/admin/patients/patient/{amina.pk}/change/", "/admin/patients/patient/?q=secret", "/admin/"]
    pages += [f"/admin/clinic/task/{Task.objects.get().pk}/change/", "/admin/clinic/task/?q=secret"]
    for each in pages:
        assert b"secret room" not in client.get(each).content
        assert b"Dizziness" not in client.get(each).content or each == address
    for name, key in (("review_event", event.pk), ("review_events", amina.pk), ("review_event_hold", event.pk)):
        assert client.get(reverse(name, args=[key])).status_code == 403
    assert client.get(f"/admin/patients/adverseevent/{event.pk}/change/").status_code == 404


def test_reception_is_told_what_to_do_where_it_is_an_emergency(amina, rosa, as_user):
    client = as_user(rosa)

    answer = client.post(
        reverse("desk_event_told", args=[amina.pk]), TOLD | {"key": uuid4(), "how_bad": "in_danger"}, follow=True
    )

    assert "give them the numbers on this page" in answer.content.decode()
    assert "116 123" in answer.content.decode()


def test_a_report_that_lacks_something_stays_on_the_desks_page(amina, rosa, as_user):
    answer = as_user(rosa).post(
        reverse("desk_event_told", args=[amina.pk]), TOLD | {"key": uuid4(), "started_on_day": "", "reported_by": ""}
    )

    assert answer.status_code == 422
    assert "The day it began must include a day" in answer.content.decode()
    assert "secret room" in answer.content.decode()


@pytest.mark.parametrize("who", ["manager", "okafor"])
def test_only_reception_has_the_desks_page(who, amina, manager, okafor, as_user):
    user = {"manager": manager, "okafor": okafor.user}[who]

    assert as_user(user).get(reverse("desk_event_told", args=[amina.pk])).status_code == 403
