"""What happened with a person, as a specialist reads it: of everything a line, and of nothing a word."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.workspace.timeline import timeline_of
from patients.monitoring import actions as checks
from patients.safety import actions as events
from patients.treatment import actions as treatment
from tests.factories import diary, letters, notes, people, plans, prescriptions, team
from tests.factories import events as reports
from tests.factories.people import NOW
from tests.patients.test_monitoring import sign

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told(user, patient, most=None):
    return [(each["title"], each["text"]) for each in timeline_of(user, patient, most)]


@pytest.fixture
def a_year(amina, okafor, lind):
    """Somebody with something of each kind, a day after another."""
    kind = diary.kind(okafor)
    diary.appointment(amina, okafor, kind, NOW - 9 * DAY, state="completed")
    prescriptions.told(prescriptions.posted(amina, okafor), "dispensed", at=NOW + DAY)
    notes.signed(amina, okafor, NOW + 2 * DAY)
    letters.sent(amina, okafor, at=NOW + 3 * DAY)
    checks.sweep(at=NOW + 7 * DAY)
    sign(amina.plan_checks.planned().first(), okafor, at=NOW + 8 * DAY)
    event = reports.reported(amina, at=NOW + 9 * DAY)
    reports.assessed(event, okafor, at=NOW + 10 * DAY, grade=3)
    hold = amina.hold_proposals.get()
    events.decide_on_hold(hold, okafor, is_held=True, reason="Fell twice", by=okafor.user, at=NOW + 11 * DAY)
    treatment.stop(amina.plans.get(), okafor, by=okafor.user, at=NOW + 12 * DAY, **plans.REASON)
    team.brought(amina, okafor, at=NOW + 13 * DAY)


def test_has_a_line_for_each_thing(a_year, amina, okafor):
    assert told(okafor.user, amina) == [
        ("Case for the team: Waits for a meeting", "By Dr Ada Okafor"),
        ("Plan, version 1: Stopped", "By Dr Ada Okafor"),
        ("Hold on the next prescription: Held", "By Dr Ada Okafor"),
        ("Side effect or other event: Assessed", "By Dr Ada Okafor"),
        ("Side effect or other event: Reported, not assessed", "By the patient"),
        ("Check, after 1 week: Done", "By Dr Ada Okafor"),
        ("Letter to the GP: Sent", "By Dr Ada Okafor"),
        ("Letter to the GP: Approved, not sent yet", "By Dr Ada Okafor"),
        ("Note: Signed", "By Dr Ada Okafor"),
        ("Prescription: Dispensed", "By Dr Ada Okafor"),
        ("Form: A specialist is reading it", "By Dr Ada Okafor"),  # a second after the rest of its day
        ("Prescription: Posted to the pharmacy", "By Dr Ada Okafor"),
        ("Prescription: Signed on paper", "By Dr Ada Okafor"),
        ("Prescription: Checked, waits for the ink", "By Dr Erik Lind"),
        ("Plan, version 1: Active", "By Dr Ada Okafor"),
        ("Plan, version 1: Agreed with the patient", "By the patient"),
        ("Plan, version 1: Waits for the patient", "By Dr Ada Okafor"),
        ("Plan, version 1: Waits for the team", "By Dr Ada Okafor"),
        ("Team review: Supported", "Signed by Dr Ada Okafor"),
        ("Case for the team: On an agenda", "By Dr Ada Okafor"),
        ("Case for the team: Waits for a meeting", "By Dr Ada Okafor"),
        ("Form: Waiting for a specialist", "By the patient"),
        ("First assessment: Completed", "With Dr Ada Okafor"),
    ]  # fmt: skip


def test_the_record_shows_the_newest_in_one_query(a_year, amina, okafor):
    timeline_of(okafor.user, amina)
    with CaptureQueriesContext(connection) as queries:
        newest = told(okafor.user, amina, 3)

    assert newest == told(okafor.user, amina)[:3]
    assert len(queries) == 1


def test_is_for_those_in_whose_care_the_person_is_and_tells_of_nobody_else(a_year, amina, ben, okafor):
    other = people.clinician()
    prescriptions.open_care_of(ben, other)

    assert told(other.user, amina) == told(okafor.user, ben) == told(other.user, ben) == []
    prescriptions.open_care_of(amina, other)
    assert told(other.user, amina) == told(okafor.user, amina)


def test_tells_of_no_draft(amina, okafor):
    prescriptions.open_care_of(amina, okafor)
    notes.draft(amina, okafor)
    letters.draft(amina, okafor)
    plans.draft(amina, okafor)

    assert told(okafor.user, amina) == []


def test_what_ran_out_did_so_by_the_computer(amina, okafor, lind):
    prescriptions.in_state("expired", amina, okafor)

    assert ("Prescription: Ran out before it was dispensed", "By the computer") in told(okafor.user, amina)


def test_reception_who_wrote_a_report_down_is_named_by_address(amina, okafor):
    rosa = people.user("rosa@example.com", role="reception")
    prescriptions.open_care_of(amina, okafor)
    reports.reported(amina, by=rosa, who="phone")

    assert told(okafor.user, amina) == [("Side effect or other event: Reported, not assessed", "By rosa@example.com")]


def test_the_page_shows_all_of_it_without_a_word_of_it(a_year, amina, okafor, as_user):
    page = as_user(okafor.user).get(reverse("review_timeline", args=[amina.pk]))

    text = page.content.decode()
    assert text.count('class="timeline-when"') == len(told(okafor.user, amina))
    assert [word for word in (plans.REASON["why"], "Fell twice", team.SUMMARY, "Example Pharma") if word in text] == []
