"""The pages of prescriptions: clinicians', the patient's, the managers' files; what was typed stays."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.outbox.models import Message
from clinic.staff.models import Clinician
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.incidents.models import Incident
from patients.prescriptions.letters import prescription_news
from patients.prescriptions.models import DispensingUpdate, PharmacyChoice, Prescription, PrescriptionRequest
from tests.clinic.test_keeping import late, sign_in
from tests.factories import plans
from tests.factories import prescriptions as rx
from tests.factories.people import NOW
from tests.factories.prescriptions import ANSWERS, PHARMACY, fresh

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DRAFT = {
    "line": "0",
    "paper": "fp10pcd",
    "serial": "ab 123-456",
    "product": "Example Pharma balanced oil",
    "dose": "0.25 ml twice a day",
    "quantity": "30",
    "days": "30",
    "long_why": "",
    "version": "0",
}
SIGNED = {"signed_on_day": "23", "signed_on_month": "11", "signed_on_year": "2026", "wet_ink": "on", "copy_given": "on"}


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def doctors(client, amina, okafor, lind):
    """Both clinicians care for Amina, for whom nothing stands in the way."""
    for clinician in (okafor, lind):
        open_care(amina, clinician, CareRelationship.Reason.BOOKED, at=NOW)
    rx.ready(amina, okafor)
    return okafor, lind


def day(name, value):
    return {
        f"{name}_{part}": str(number)
        for part, number in zip(("day", "month", "year"), (value.day, value.month, value.year), strict=True)
    }


def words(response):
    return response.content.decode()


def the_only():
    return fresh(Prescription.objects.get())


class TestWorkspace:
    def test_from_the_draft_to_the_door(self, client, amina, doctors):
        okafor, lind = doctors
        client.force_login(okafor.user)
        listed = reverse("review_prescriptions", args=[amina.pk])
        assert "It is not the prescription" in words(client.get(listed))

        answer = client.post(reverse("review_prescriptions_add", args=[amina.pk]), {"key": str(uuid4())})
        page = reverse("review_prescription", args=[the_only().pk])
        assert answer.url == page
        assert "Write the serial number of the form" in words(client.get(page))
        assert client.post(page, DRAFT).status_code == 302
        assert (the_only().serial, the_only().unit) == ("AB123456", "ml")
        shown = words(client.get(page))
        assert "thirty millilitres" in shown
        assert "No point is open" in shown

        client.force_login(lind.user)
        assert "mark it as checked" in words(client.get(page))
        client.post(reverse("review_prescription_act", args=[the_only().pk]), {"act": "check", "version": "1"})
        assert the_only().state == "checked"

        client.force_login(okafor.user)
        signing = reverse("review_prescription_signed", args=[the_only().pk])
        client.post(signing, SIGNED | {"version": "1"})
        assert (the_only().state, the_only().valid_until) == ("signed", date(2026, 12, 21))
        posting = reverse("review_prescription_posted", args=[the_only().pk])
        client.post(posting, day("posted_on", NOW) | {"tracking": "AB1GB"})
        assert (the_only().state, the_only().tracking) == ("posted", "AB1GB")
        news = {"state": "dispensed", "seen": "posted", "told_by": "Nora", "how": "phone", "key": str(uuid4())}
        told = reverse("review_prescription_news", args=[the_only().pk])
        assert (
            client.post(
                told, news | day("on", NOW) | {"quantity": "30", "price": "149.50", "id_checked": "yes"}
            ).status_code
            == 302
        )
        note = DispensingUpdate.objects.get()
        assert (the_only().state, note.price_pence, note.id_checked, note.quantity) == ("dispensed", 14950, True, 30)
        assert "£149.50" in words(client.get(page))
        assert "good until Monday 21 December 2026" in words(client.get(listed))

    def test_a_double_click_begins_one(self, client, amina, doctors):
        client.force_login(doctors[0].user)
        key = str(uuid4())

        for _ in range(2):
            client.post(reverse("review_prescriptions_add", args=[amina.pk]), {"key": key})

        assert Prescription.objects.count() == 1

    @pytest.mark.parametrize("key", ["", "x", "\0"])
    def test_nonsense_begins_none(self, client, amina, doctors, key):
        client.force_login(doctors[0].user)

        answer = client.post(reverse("review_prescriptions_add", args=[amina.pk]), {"key": key})

        assert (answer.status_code, Prescription.objects.count()) == (302, 0)

    def test_without_a_plan_the_page_says_so(self, client, amina, okafor):
        open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
        client.force_login(okafor.user)

        answer = client.post(reverse("review_prescriptions_add", args=[amina.pk]), {"key": str(uuid4())}, follow=True)

        assert "Write the plan first" in words(answer)

    def test_nothing_typed_is_lost_where_another_tab_saved(self, client, amina, doctors):
        found = rx.drafted(amina, doctors[0])
        client.force_login(doctors[0].user)

        answer = client.post(reverse("review_prescription", args=[found.pk]), DRAFT | {"dose": "1 ml at night"})

        assert answer.status_code == 422
        assert "saved in another tab" in words(answer)
        assert "1 ml at night" in words(answer)
        assert fresh(found).dose == rx.TEXT["dose"]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"quantity": "x"}, "as a number with 2 decimals"),
            ({"quantity": "1e9"}, "as a number with 2 decimals"),
            ({"days": "400"}, "whole number of days"),
            ({"serial": "%%"}, "6 to 20 letters and figures"),
            ({"line": "7"}, "Choose a product of the plan"),
            ({"version": "-3"}, "greater than or equal"),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field(self, client, amina, doctors, change, said):
        found = rx.opened(amina, doctors[0])
        client.force_login(doctors[0].user)

        answer = client.post(reverse("review_prescription", args=[found.pk]), DRAFT | change)

        assert answer.status_code == 422
        assert said in words(answer)

    def test_a_used_serial_number_is_said(self, client, amina, doctors):
        rx.drafted(amina, doctors[0], serial="AB123456")
        found = rx.opened(amina, doctors[0])
        client.force_login(doctors[0].user)

        answer = client.post(reverse("review_prescription", args=[found.pk]), DRAFT)

        assert "stands on another prescription already" in words(answer)

    def test_its_writer_cannot_check_it(self, client, amina, doctors):
        found = rx.drafted(amina, doctors[0])
        client.force_login(doctors[0].user)

        page = client.get(reverse("review_prescription", args=[found.pk]))
        answer = client.post(
            reverse("review_prescription_act", args=[found.pk]), {"act": "check", "version": "1"}, follow=True
        )

        assert "mark it as checked" not in words(page)
        assert "Somebody else must check it" in words(answer)

    @pytest.mark.parametrize("version", ["", "x", "9" * 50])
    def test_a_check_of_nothing_seen_is_refused(self, client, amina, doctors, version):
        found = rx.drafted(amina, doctors[0])
        client.force_login(doctors[1].user)

        answer = client.post(
            reverse("review_prescription_act", args=[found.pk]), {"act": "check", "version": version}, follow=True
        )

        assert "Compare it with the paper again" in words(answer)

    def test_a_breach_is_recorded_with_its_open_points(self, client, amina, doctors):
        found = rx.drafted(amina, doctors[0])
        Clinician.objects.filter(pk=doctors[0].pk).update(verified_on=NOW.date() - 100 * DAY)
        client.force_login(doctors[0].user)
        page = reverse("review_prescription_signed", args=[found.pk])
        assert "must have been checked within 90 days" in words(client.get(page))

        refused = client.post(page, SIGNED | {"version": "1"})
        assert refused.status_code == 422
        assert "Points are open" in words(refused)
        breach = SIGNED | {"version": "1", "is_breach": "on", "breach_why": "Signed at the clinic in a hurry"}
        assert client.post(page, breach).status_code == 302

        shown = words(client.get(reverse("review_prescription", args=[found.pk])))
        assert "Signed although points were open" in shown
        assert "must have been checked within 90 days" in shown
        assert "Signed at the clinic in a hurry" in shown
        assert Task.objects.filter(kind="incident", role="manager").count() == Incident.objects.count() == 1

    def test_a_substitution_is_refused_and_stays_typed(self, client, amina, doctors):
        found = rx.in_state("received", amina, doctors[0])
        client.force_login(doctors[0].user)
        sent = {"state": "dispensed", "seen": "received", "told_by": "Nora", "how": "phone", "key": str(uuid4())}

        answer = client.post(
            reverse("review_prescription_news", args=[found.pk]),
            sent | day("on", NOW) | {"substitution": "Another brand entirely"},
        )

        assert answer.status_code == 422
        assert "never accepted without a new prescription" in words(answer)
        assert "Another brand entirely" in words(answer)

    def test_a_request_shows_why_it_may_not_be_issued(self, client, amina, doctors):
        plan = amina.plans.get(state="active")
        plans.actions.pause(plan, doctors[0], by=doctors[0].user, at=NOW, **plans.REASON)
        request = rx.asked(amina, mood="low", more="I sleep badly")
        client.force_login(doctors[1].user)
        page = reverse("review_prescription_request", args=[request.pk])

        shown = words(client.get(page))
        assert "The plan is paused" in shown
        assert "I sleep badly" in shown
        answer = {"answer": "not_now", "why": "The plan is paused", "told": "We call you tomorrow."}
        assert client.post(page, answer).status_code == 302

        assert "We call you tomorrow." in words(client.get(page))
        client.force_login(amina.user)
        mine = words(client.get(reverse("care_prescription_asked", args=[request.pk])))
        assert "We call you tomorrow." in mine
        assert "The plan is paused" not in mine

    def test_the_serials_name_nobody(self, client, amina, doctors):
        found = rx.signed(amina, doctors[0])
        client.force_login(doctors[1].user)

        shown = words(client.get(reverse("review_prescription_serials")))

        assert found.serial in shown
        assert "Amina" not in shown

    def test_a_stranger_from_a_task_is_offered_the_way_in(self, client, amina, doctors):
        found = rx.in_state("queried", amina, doctors[0])
        CareRelationship.objects.filter(clinician=doctors[1]).update(ended_at=NOW)
        client.force_login(doctors[1].user)

        answer = client.get(reverse("review_prescription", args=[found.pk]))

        assert answer.status_code == 403
        assert reverse("review_open", args=[amina.pk]) in words(answer)


class TestPatient:
    def test_they_see_where_it_is_in_plain_words(self, client, amina, doctors):
        rx.posted(amina, doctors[0])
        client.force_login(amina.user)

        shown = words(client.get(reverse("care_prescriptions")))

        assert "In the post to your pharmacy" in shown
        assert "Example Pharma" not in shown
        assert "repeat" not in shown.lower()

    @pytest.mark.parametrize(("state", "is_said"), [("received", True), ("dispensed", False), ("delivered", False)])
    def test_until_when_it_can_be_used_is_said_while_it_matters(self, client, amina, doctors, state, is_said):
        rx.in_state(state, amina, doctors[0])
        client.force_login(amina.user)

        assert ("can use it until" in words(client.get(reverse("care_prescriptions")))) == is_said

    def test_a_draft_is_not_theirs_to_see(self, client, amina, doctors):
        rx.checked(amina, doctors[0])
        client.force_login(amina.user)

        assert "There is no prescription to show" in words(client.get(reverse("care_prescriptions")))

    def test_they_choose_one_we_name_and_then_their_own(self, client, amina):
        client.force_login(amina.user)
        page = reverse("care_pharmacy")
        assert "You are free to choose any pharmacy" in words(client.get(page))

        client.post(page, {"which": "north", "was_read": "on", "key": str(uuid4())})
        own = {name: PHARMACY[name] for name in ("name", "address", "phone", "email")}
        client.post(page, own | {"which": "own", "number": "000 0009", "was_read": "on", "key": str(uuid4())})

        first, second = PharmacyChoice.objects.order_by("at")
        assert (first.listed, first.number, second.listed, second.number) == ("list", "0000001", "own", "0000009")
        assert "Exampleton Own Pharmacy" in words(client.get(reverse("care_prescriptions")))

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"was_read": ""}, "Say that you have read"),
            ({"number": "12345"}, "as 7 numbers"),
            ({"name": ""}, "Write the name of the pharmacy"),
            ({"which": ""}, "Choose a pharmacy"),
            ({"email": "x"}, "like name@example.com"),
        ],
    )
    def test_what_is_missing_is_said(self, client, amina, change, said):
        client.force_login(amina.user)
        own = {name: PHARMACY[name] for name in ("name", "address", "phone", "email", "number")}

        answer = client.post(
            reverse("care_pharmacy"), own | {"which": "own", "was_read": "on", "key": str(uuid4())} | change
        )

        assert answer.status_code == 422
        assert said in words(answer)

    def test_staff_write_it_down(self, client, amina, doctors):
        client.force_login(doctors[0].user)

        client.post(
            reverse("review_prescriptions_pharmacy", args=[amina.pk]),
            {"which": "south", "was_read": "on", "method": "phone", "key": str(uuid4())},
        )

        newest = PharmacyChoice.objects.first()
        assert (newest.number, newest.method, newest.by) == ("0000002", "phone", doctors[0].user)

    def test_a_request_is_taken_and_promises_nothing(self, client, amina):
        client.force_login(amina.user)

        answer = client.post(reverse("care_prescription_ask"), ANSWERS | {"key": str(uuid4())}, follow=True)

        assert "We have what you sent" in words(answer)
        assert "no promise of a prescription" in words(answer)
        assert PrescriptionRequest.objects.get().answers["mood"] == "well"

    @pytest.mark.parametrize(
        ("change", "card"),
        [({"mood": "dark"}, "Talk to somebody now"), ({"effects": "yes", "terms": ["chest_pain"]}, "Call 999")],
    )
    def test_an_emergency_shows_who_to_call(self, client, amina, change, card):
        client.force_login(amina.user)

        answer = client.post(reverse("care_prescription_ask"), ANSWERS | change | {"key": str(uuid4())}, follow=True)

        assert "Get help now" in words(answer)
        assert card in words(answer)
        assert PrescriptionRequest.objects.count() == 1

    @pytest.mark.parametrize("name", ["effects", "medicines", "illness", "pregnancy", "driving", "mood", "other_use"])
    def test_each_question_is_answered(self, client, amina, name):
        client.force_login(amina.user)

        answer = client.post(reverse("care_prescription_ask"), ANSWERS | {name: "", "key": str(uuid4())})

        assert (answer.status_code, PrescriptionRequest.objects.count()) == (422, 0)

    def test_the_mail_says_that_there_is_news_and_no_more(self, amina, doctors):
        rx.posted(amina, doctors[0])

        mail = prescription_news(Message.objects.get(rule="prescription_news"))

        assert mail.subject == "There is news about your care"
        assert not any(word in mail.text.lower() for word in ("prescription", "pharmacy", "oil"))


class TestManagersFiles:
    def test_the_audit_has_what_is_asked_for_and_no_name(self, client, amina, doctors, manager):
        found = rx.signed(amina, doctors[0])
        client.force_login(manager)

        answer = client.post(reverse("desk_prescribing_export"), {"month": "2026-11"})

        head, line = b"".join(answer.streaming_content).decode().splitlines()
        assert head.count(",") == line.count(",") == 17
        for part in (doctors[0].name, "2026-11-23", "10.0", "mg/ml", "1.0", "30", "2027-02-15"):
            assert part in line
        for secret in ("Amina", "Example,", found.serial, "AA1 1AA"):
            assert secret not in line

    def test_another_month_has_none(self, client, amina, doctors, manager):
        rx.signed(amina, doctors[0])
        client.force_login(manager)

        answer = client.post(reverse("desk_prescribing_export"), {"month": "2026-10"})

        assert len(b"".join(answer.streaming_content).splitlines()) == 1

    def test_the_serials_have_three_things(self, client, amina, doctors, manager):
        found = rx.signed(amina, doctors[0])
        client.force_login(manager)

        answer = client.post(reverse("desk_prescribing_serials"), {"month": "2026-11"})

        _, line = b"".join(answer.streaming_content).decode().splitlines()
        assert line == f'"FP10PCD (England)","{found.serial}","2026-11-23","Signed on paper"'

    @pytest.mark.parametrize("month", ["", "x", "1999-01"])
    def test_no_month_is_said(self, client, manager, month):
        client.force_login(manager)

        assert client.post(reverse("desk_prescribing_export"), {"month": month}).status_code == 422


def test_the_pages_ask_as_often_whatever_there_is(client, amina, doctors):
    client.force_login(doctors[0].user)
    listed = reverse("review_prescriptions", args=[amina.pk])
    client.get(listed)
    with CaptureQueriesContext(connection) as few:
        client.get(listed)
    for number in range(5):
        rx.drafted(amina, doctors[0], serial=f"QQ{number:06}")
        rx.answered(rx.asked(amina), doctors[0])

    with CaptureQueriesContext(connection) as many:
        client.get(listed)

    assert len(many) <= len(few)


def test_what_was_typed_after_the_session_ended_is_kept(client, amina, doctors):
    found = rx.drafted(amina, doctors[0])
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, doctors[0])

    late(browser, reverse("review_prescription", args=[found.pk]), dose="1 ml after the break")
    sign_in(browser, doctors[0])

    assert "1 ml after the break" in words(browser.get(reverse("review_prescription", args=[found.pk])))
