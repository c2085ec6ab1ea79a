"""Every page: axe and the rest of look.py at 360 px, its shape at 1280 px too, in groups by who sees it."""

from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bookings.appointments import links
from bookings.choosing.forms import SlotField
from clinic.accounts.models import User
from clinic.addresses import actions as addresses
from clinic.addresses.models import StoppedAddress
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.consents.actions import give_consents
from patients.consents.enums import Purpose
from patients.documents.enums import Kind
from patients.incidents.models import Incident
from patients.intake.form.whole import PAGES
from patients.outcomes import links as question_links
from patients.rights.actions import answer as answer_request
from patients.rights.models import DataCopy
from patients.suitability.enums import Outcome
from tests.browser import mails
from tests.browser.conftest import DESK, PHONE
from tests.browser.hands import Pointer
from tests.conftest import APP_ROLE
from tests.factories import diary, documents, events, everything, intakes, money, outcomes, people, rights, waiting
from tests.factories.documents import kept
from tests.factories.messages import due
from tests.patients.filling import entry_url, url

# How a page is looked at: what the window is told, and its sizes. `make proof` has the last three.
WAYS = {
    "light": ({}, (PHONE,)),
    "at a desk": ({}, (DESK,)),
    "dark": ({"color_scheme": "dark"}, (DESK, PHONE)),
    "at 200 %": ({"device_scale_factor": 2}, ({"width": 640, "height": 450},)),
}


@pytest.fixture(params=["light", *(pytest.param(way, marks=pytest.mark.proof) for way in list(WAYS)[1:])])
def way(request):
    """In what light, and how large."""
    return WAYS[request.param]


@pytest.fixture
def look_at(look, way):
    """Look at the page that is open, as it came at 1280 px and then in each size."""

    def in_each_size(page):
        look.shape(page)
        for size in way[1]:
            page.set_viewport_size(size)
            look(page)
        page.set_viewport_size(DESK)

    return in_each_size


@pytest.fixture
def walk(visit, look_at, way):
    """Open addresses one after the other as ``user``; gives a hand that can go on from there."""

    def through(user, *addresses, status=200):
        hand = Pointer(visit(user=user, **way[0]), look_at)
        for address in addresses:
            assert hand.page.goto(address).status == status, address
            assert urlsplit(hand.page.url).path == urlsplit(address).path  # not somewhere else, like the sign-in page
            look_at(hand.page)
        return hand

    return through


@pytest.fixture
def visits(amina, okafor, kind):
    """Amina's visits: one to come, one past, one cancelled."""
    soon = (timezone.now() + timedelta(days=12)).replace(hour=10, minute=0, second=0, microsecond=0)
    return {
        "coming": diary.appointment(amina, okafor, kind, soon),
        "past": diary.appointment(amina, okafor, kind, soon - timedelta(days=40), state="completed"),
        "cancelled": diary.appointment(amina, okafor, kind, soon + timedelta(days=1), state="cancelled_by_patient"),
    }


def test_pages_before_signing_in(walk, amina):
    hand = walk(None, "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")

    hand.write("Email", amina.user.email)
    hand.follow("Send me a code")
    hand.write("Code", mails.code_for(amina.user.email))
    hand.follow("Continue")
    hand.write("New ", "1234")
    hand.follow("Save my new password")
    assert hand.page.title().startswith("Error: ")


def test_the_questions_before_anybody_signs_up(walk):
    hand = walk(None, "/eligibility/")
    answers = [
        ("Are you 18 or over?", "Yes", "No"),
        ("Do you live in the UK?", "Yes", "Yes"),
        ("Are you registered with a GP?", "Yes", "Yes"),
        ("What is the main reason", "Pain in the jaw joint or muscles", "Something else"),
        ("Has a doctor told you", "Yes", "Yes"),
        ("How many treatments", "2 or more", "None"),
        ("Have you ever had psychosis", "No", "Not sure"),
        ("Has a parent, brother", "No", "No"),
        ("Are you pregnant", "No", "No"),
        ("Are you or your partner", "No", "I would rather tell the doctor"),
        ("Do you have serious heart", "No", "No"),
    ]

    hand.follow("See what to do next")
    assert hand.page.title().startswith("Error: ")
    hand.tick("You have a drooping face")
    hand.follow("See what to do next")
    assert hand.page.title().startswith("Get help now")
    hand.follow("Change my answers")
    hand.tick("You have a drooping face")
    hand.tick("None of these")
    for question, fits, _ in answers:
        hand.choose(question, fits)
    hand.follow("See what to do next")
    assert hand.page.get_by_role("heading", level=1).inner_text() == "You can book an assessment"
    hand.follow("Change my answers")
    for question, _, other in answers[3:]:
        hand.choose(question, other)
    hand.follow("See what to do next")
    assert hand.page.get_by_role("heading", level=1).inner_text() == "We may not be the right service for you"
    hand.follow("Change my answers")
    hand.choose("What is the main reason", "Pain in the jaw joint or muscles")
    hand.follow("See what to do next")
    assert hand.page.get_by_role("heading", level=1).inner_text() == "Talk to us before you book"
    hand.follow("Go on to the form")
    assert urlsplit(hand.page.url).path == "/accounts/signup/"


def test_pages_of_ones_own_account(walk, amina):
    own = [
        "/accounts/2fa/",
        "/accounts/sessions/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/logout/",
    ]
    hand = walk(amina.user, *own, "/accounts/reauthenticate/")

    hand.write("Password", people.PASSWORD)
    hand.follow("Continue")
    for address in ("totp/activate/", "webauthn/", "webauthn/add/"):
        hand.arrive(f"/accounts/2fa/{address}")
        assert hand.page.url.endswith(address)


def test_pages_of_a_second_factor_that_is_on(walk, rosa):
    hand = walk(rosa, "/accounts/2fa/", "/accounts/reauthenticate/")

    hand.write("Password", people.PASSWORD)
    hand.follow("Continue")
    for address in ("recovery-codes/generate/", "totp/deactivate/"):
        hand.arrive(f"/accounts/2fa/{address}")
        assert hand.page.url.endswith(address)


def test_a_patients_own_pages(walk, visits, amina):
    intakes.draft(amina)
    medicines = PAGES["medicines"]  # every other page of the form is looked at in test_form_pages.py
    each = (
        f"/appointments/{visit.pk}/{place}" for visit in visits.values() for place in ("", "cancel/", "reschedule/")
    )

    walk(
        amina.user,
        "/care/",
        "/care/details/",
        "/care/claim/",
        "/intake/",
        url(medicines),
        entry_url(medicines, "m1"),
        "/intake/check/",
        *each,
    )


def test_messages_and_how_we_reach_somebody(walk, amina):
    due(person=amina.pk, since=timedelta(days=-1))
    due(person=amina.pk, state="failed")
    hand = walk(amina.user, "/care/messages/", "/care/contact/")

    hand.page.get_by_label("By a letter in the post").check()
    hand.write("Name of somebody", "Sam")
    hand.follow("Save my choices")
    assert hand.page.title().startswith("Error: ")
    hand.write("Postal address", "1 Example Street")
    hand.write("Their email address", "sam@example.com")
    hand.follow("Save my choices")
    assert hand.page.url.endswith("/care/messages/")


def test_what_somebody_asks_about_their_data(walk, amina, manager):
    asked = rights.asked(amina)
    answer_request(rights.asked(amina, text="An old one"), "We have put it right.", by=manager, at=timezone.now())
    hand = walk(amina.user, "/care/data/", "/care/data/correct/", "/care/data/complain/")
    hand.follow("Send your complaint")
    assert hand.page.title().startswith("Error: ")
    hand.write("What is your complaint?", "You wrote to my old address.")
    hand.follow("Send your complaint")
    assert hand.page.url.endswith("/care/data/")

    hand = walk(manager, "/admin/patients/datarequest/", f"/admin/patients/datarequest/{asked.pk}/change/")
    hand.follow("Send this answer")
    assert "Write your answer" in hand.page.content()


def test_a_copy_of_somebodys_data_and_who_has_looked(walk, kind, amina, okafor, rosa):
    everything.of(amina, okafor, rosa, kind)
    for minute in range(51):
        audit.record(AccessLog.What.READ, "patient", amina.pk, by=rosa, at=people.NOW + timedelta(minutes=minute))
    hand = walk(amina.user, "/care/seen/", "/care/copy/")

    hand.write("Password", "not this one")
    hand.follow("Make a copy of my data")
    assert hand.page.title().startswith("Error: ")
    hand.write("Password", people.PASSWORD)
    hand.follow("Make a copy of my data")
    assert hand.page.get_by_role("heading", level=1).inner_text().startswith("The data we hold about")

    DataCopy.objects.update(made_at=people.NOW, expires_at=people.NOW + timedelta(hours=24))
    walk(amina.user, f"/care/copy/{DataCopy.objects.first().pk}/", status=410)


def test_the_link_of_a_reminder(walk, visits):
    hand = walk(None, links.address(visits["coming"]).removeprefix(settings.SITE_ORIGIN))
    for year, title in (("1981", "Error: "), ("1980", "Will you come?")):
        for part, value in (("Day", "27"), ("Month", "3"), ("Year", year)):
            hand.write(part, value)
        hand.follow("Continue")
        assert hand.page.title().startswith(title)
    hand.follow("I will be there")
    assert hand.page.title().startswith("Thank you")
    hand.follow("I cannot come")
    hand.follow("Cancel this appointment")
    assert hand.page.title().startswith("Your appointment is cancelled")


def test_the_questions_by_their_link(walk, amina, okafor):
    asked = outcomes.asked(amina, okafor)
    link = question_links.address(asked).removeprefix(settings.SITE_ORIGIN)
    hand = walk(None, link)
    for year, title in (("1981", "Error: "), ("1980", "A few questions")):
        for part, value in (("Day", "27"), ("Month", "3"), ("Year", year)):
            hand.write(part, value)
        hand.follow("Continue")
        assert hand.page.title().startswith(title)
    hand.follow("Start the questions")
    hand.follow("Save and continue")
    assert hand.page.title().startswith("Error: ")
    for answer in ("4", "I would rather not answer", "0", "10", "A little better"):
        hand.page.get_by_role("radio", name=answer, exact=True).check()
        hand.follow("Save and continue")
    hand.follow("Send my answers")
    assert hand.page.title().startswith("Error: ")
    hand.page.get_by_role("radio", name="I did, on my own").check()
    hand.follow("Send my answers")
    assert hand.page.title().startswith("We have your answers")


def test_the_questions_of_somebody_signed_in(walk, amina, okafor):
    outcomes.answer(outcomes.asked(amina, okafor))

    walk(amina.user, "/care/", "/care/questions/", "/care/questions/sleep/", "/care/questions/send/")


@pytest.mark.parametrize("how", ["withdrawn", "expired", "early"])
def test_questions_that_are_over(walk, amina, okafor, how):
    asked = outcomes.over(outcomes.asked(amina, okafor), how)

    walk(None, question_links.address(asked).removeprefix(settings.SITE_ORIGIN))


def test_asking_and_reading_the_answers(walk, amina, okafor, rosa):
    record = intakes.in_review(amina, okafor)
    own = f"/review/people/{amina.pk}/questions/"
    hand = walk(okafor.user, own)
    hand.follow("Ask these questions")
    assert hand.page.title().startswith("Error: ")
    outcomes.answered(amina, okafor, at=timezone.now() - timedelta(days=90))
    outcomes.answered(amina, okafor, pain_average="3", pain_worst="none", sleep="4")
    outcomes.asked(amina, okafor)

    for address in (own, f"/review/{record.pk}/"):
        hand.arrive(address)
        assert "Change on this questionnaire" in hand.page.locator("main").inner_text()
    walk(rosa, "/admin/patients/questionnaire/")


def test_scores_through_time(walk, amina, okafor):
    walk(amina.user, "/care/scores/")
    now = timezone.now()
    record = intakes.in_review(amina, okafor, **{f"phq9_{item}": "2" for item in range(1, 9)})
    for months, worst in ((4, "9"), (3, "none"), (2, "10"), (1, "8")):
        outcomes.answered(amina, okafor, at=now - timedelta(days=30 * months), pain_worst=worst)
    hand = walk(okafor.user, f"/review/people/{amina.pk}/questions/")
    hand.follow("Show them all totals on this page")
    assert "The patient now sees the totals" in hand.page.locator("main").inner_text()
    hand.arrive(f"/review/{record.pk}/")
    assert "Farrar 2001" in hand.page.locator("main").inner_text()
    hand.arrive(f"/review/people/{amina.pk}/questions/")
    hand.page.get_by_text("PHQ-9 (mood): every answer", exact=True).click()
    walk(amina.user, "/care/scores/")


def test_the_waiting_list(walk, visits, kind, okafor, amina):
    entry = waiting.entry(amina, kind, instead_of=visits["coming"], last_day=timezone.now() + timedelta(days=30))
    until = timezone.now() + timedelta(hours=3)
    held = diary.appointment(
        amina, okafor, kind, visits["coming"].starts_at - timedelta(days=1), state="held", held_until=until
    )
    offer = waiting.offer(entry, held)

    hand = walk(
        amina.user,
        "/waiting-list/",
        f"/waiting-list/offers/{offer.pk}/",
        f"/waiting-list/offers/{offer.pk}/decline/",
        "/waiting-list/new/?kind=first-assessment",
    )
    hand.follow("Join the waiting list")
    assert hand.page.title().startswith("Error: ")
    hand.arrive(f"/waiting-list/offers/{offer.pk}/decline/")
    hand.follow("I do not want this time")
    hand.arrive(f"/waiting-list/offers/{offer.pk}/")


def test_documents(walk, amina, okafor, rosa, tmp_path):
    record = intakes.in_review(amina, okafor)
    long = kept(amina, f"{'a-very-long-name-of-a-letter' * 6}.pdf", data=documents.pdf(7))
    card = kept(amina, "passport.jpg", kind=Kind.PHOTO_ID, data=documents.picture(size=(900, 600)))
    (tmp_path / "notes.docx").write_bytes(b"PK")
    hand = walk(amina.user, "/care/documents/", f"/care/documents/{long.pk}/remove/")

    hand.arrive("/care/documents/")
    hand.follow("Add these files")
    assert hand.page.title().startswith("Error: ")

    hand = walk(
        okafor.user,
        f"/review/{record.pk}/",
        f"/review/people/{amina.pk}/documents/",
        f"/review/documents/{long.pk}/",
        f"/review/documents/{card.pk}/",
    )
    hand.follow("Save this check")
    assert hand.page.title().startswith("Error: ")

    hand = walk(rosa, f"/admin/people/{amina.pk}/documents/")
    hand.follow("Add these files")
    assert hand.page.title().startswith("Error: ")
    hand.arrive(f"/admin/patients/patient/{amina.pk}/change/")


def test_consents(walk, amina, okafor, rosa):
    intakes.in_review(amina, okafor)
    plan_and_booking = [Purpose.UNLICENSED, Purpose.DRIVING, Purpose.FEES, Purpose.EARLY_START]
    give_consents(amina, dict.fromkeys(plan_and_booking, True), by=amina.user, at=timezone.now())
    hand = walk(amina.user, "/care/consents/", "/care/consents/research/", "/care/consents/share_with_gp/")
    hand.page.evaluate("document.querySelector('[name=answer]').value = 'perhaps'")
    hand.follow("Withdraw it")
    assert hand.page.title().startswith("Error: ")
    hand.arrive("/care/consents/share_with_gp/")
    hand.follow("Withdraw it")
    assert hand.page.url.endswith("/care/consents/")

    walk(okafor.user, f"/review/people/{amina.pk}/consents/")
    hand = walk(rosa, f"/admin/people/{amina.pk}/consents/")
    hand.follow("Save")
    assert hand.page.title().startswith("Error: ")


def test_side_effects_and_incidents(walk, amina, okafor, rosa, manager):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=timezone.now())
    now = timezone.now()
    event = events.serious(amina, terms=["suicidal", "dizziness"], at=now)
    first = events.assessed(event, okafor, at=now, grade=4, seriousness=["hospital"])
    events.assessed(event, okafor, at=now, seen=first.pk, grade=3, yellow_card="to_do", yellow_card_why="")
    events.reported(amina, at=now)
    alarming = events.serious(amina, terms=["suicidal"], at=now)
    hand = walk(amina.user, "/care/side-effects/", f"/care/side-effects/{alarming.pk}/", "/care/side-effects/new/")
    hand.follow("Send this to us")
    assert hand.page.title().startswith("Error: ")
    hand.tick("Feeling dizzy")

    own = f"/review/events/{event.pk}/"
    hand = walk(okafor.user, f"/review/people/{amina.pk}/events/", own, f"{own}hold/")
    hand.follow("Do not hold it")
    assert hand.page.title().startswith("Error: ")
    hand.arrive(f"/review/people/{amina.pk}/events/new/")
    hand.follow("Save this report")
    assert hand.page.title().startswith("Error: ")
    hand.arrive(f"/review/events/{alarming.pk}/")
    hand.follow("Sign this assessment")
    assert hand.page.title().startswith("Error: ")

    hand = walk(rosa, f"/admin/people/{amina.pk}/side-effects/", "/admin/incidents/new/")
    hand.follow("Report this incident")
    assert hand.page.title().startswith("Error: ")
    hand.arrive(f"/admin/people/{amina.pk}/side-effects/")
    hand.follow("Save this report")
    assert hand.page.title().startswith("Error: ")

    incident = Incident.objects.get(key=event.pk)
    events.entry(incident, manager, owner=manager, at=now)
    hand = walk(manager, "/admin/patients/incident/", f"/admin/patients/incident/{incident.pk}/change/")
    hand.follow("Save this entry")


def test_a_form_that_was_sent(walk, amina):
    intakes.sent(amina)

    walk(amina.user, "/intake/", "/intake/sent/", "/care/")


def test_a_form_that_is_changed(walk, amina, okafor):
    intake = intakes.in_review(amina, okafor)
    hand = walk(amina.user, "/intake/")
    hand.follow("Change or add something")
    hand.arrive("/intake/goals/")
    hand.write("What", "Walk to the park")
    hand.follow("Save and continue")
    hand.arrive("/intake/check/")
    hand.follow("Send my")
    assert hand.page.title().startswith("Error: ")

    hand.write("Your full name", "Amina Example")
    hand.choose("Who filled in this form?", "Somebody else, for me")
    hand.page.get_by_role("checkbox").check()
    hand.follow("Send my")
    hand.arrive("/intake/")
    walk(okafor.user, f"/review/{intake.pk}/")


def test_a_question_about_a_form(walk, amina, okafor):
    intake = intakes.in_review(amina, okafor)
    asked = "Since when?\nHow often?"
    intakes.decide(intake, okafor, Outcome.MORE_INFORMATION, message=asked, at=timezone.now())

    hand = walk(amina.user, "/care/", "/intake/", "/intake/reply/")
    hand.follow("Send my answer")
    assert hand.page.title().startswith("Error: ")
    hand.follow("Change my form first")
    hand.arrive("/intake/check/")
    hand.arrive("/intake/reply/")
    walk(okafor.user, "/review/", f"/review/{intake.pk}/")


def test_what_has_changed_before_a_review(walk, amina, okafor):
    intake = intakes.in_review(amina, okafor)
    intakes.decide(intake, okafor, at=timezone.now())
    outcomes.asked(amina, okafor)

    hand = walk(amina.user, "/care/", "/intake/review/")
    hand.follow("Start")
    hand.follow("Save and continue")
    assert hand.page.title().startswith("Error: ")
    hand.mark("What has changed since you last sent us a form?", ["Allergies"])
    hand.follow("Save and continue")
    hand.arrive("/intake/")
    hand.arrive("/intake/check/")


def test_the_emergency_card(walk, ben):
    hand = walk(ben.user, "/intake/symptoms/")

    hand.choose("Do you have a drooping face", "Yes")
    hand.follow("Save and continue")

    assert hand.page.url.endswith("/intake/urgent/")


def test_errors_of_a_form(walk, ben):
    hand = walk(ben.user, "/intake/problem/")
    hand.follow("Save and continue")
    assert hand.page.title().startswith("Error: ")


def test_errors_of_the_first_page(walk, db):
    hand = walk(people.user("new@example.com"), "/care/details/")
    hand.write("Postcode", "nowhere")
    hand.write("Day", "31")
    hand.write("Month", "2")
    hand.follow("Save my details")
    assert hand.page.title().startswith("Error: ")


def test_a_time_that_somebody_else_has_just_taken(walk, kind, amina, ben):
    hand = walk(ben.user, f"/book/{kind.slug}/")
    first = hand.page.locator("button[name=slot]").first
    slot = SlotField().clean(first.get_attribute("value"))
    for clinician in kind.clinicians.all():  # or another one would be kept
        diary.appointment(
            amina if clinician.pk == slot.clinician_id else people.patient(), clinician, kind, slot.starts_at
        )

    hand.follow(first.inner_text().split()[0])

    assert "Someone else has just taken this time" in hand.page.locator(".error-summary").inner_text()


def test_confirming_without_an_answer(walk, kind, ben):
    hand = walk(ben.user, f"/book/{kind.slug}/")
    hand.follow("9am")
    hand.follow("Confirm this time")

    assert "Choose how you would like to meet" in hand.page.locator(".error-summary").inner_text()


def test_the_clinicians_workspace(walk, amina, ben, okafor, lind):
    taken = intakes.in_review(amina, okafor, psychosis_self="yes", stroke_signs="yes", diagnosed="unsure")
    waiting = intakes.sent(ben)
    hand = walk(okafor.user, "/review/", "/review/?what=records&who=mine", f"/review/{taken.pk}/")
    hand.follow("Save your answers")
    assert hand.page.title().startswith("Error: ")
    hand.follow("Write this decision")
    assert hand.page.title().startswith("Error: ")
    for outcome in ("proceed", "more_information", "refer"):
        hand.arrive(f"/review/{taken.pk}/decide/?outcome={outcome}")
        hand.follow("Sign this decision")
        assert hand.page.title().startswith("Error: ")
    hand.arrive(f"/review/{taken.pk}/hand-over/")
    hand.follow("Hand this form over")
    assert hand.page.title().startswith("Error: ")
    hand.arrive(f"/review/people/{amina.pk}/papers/")
    hand.follow("Save")
    assert hand.page.title().startswith("Error: ")
    hand.arrive(f"/review/{waiting.pk}/")
    hand.follow("Open this record")
    assert hand.page.title().startswith("Error: ")


def test_a_decision_that_was_signed(walk, amina, okafor):
    decision = intakes.decide(intakes.in_review(amina, okafor, psychosis_self="yes"), okafor, at=timezone.now())
    add = f"/review/decisions/{decision.pk}/add/"
    hand = walk(okafor.user, add)
    hand.follow("Add to this decision")
    assert hand.page.title().startswith("Error: ")
    hand.write("What do you add?", "Spoke with the GP.")
    hand.follow("Add to this decision")
    assert hand.page.url.endswith(f"/review/{decision.version.intake_id}/#decision")


def test_the_desk(walk, visits, amina, okafor, rosa, kind):
    coming, now = visits["coming"], timezone.now()
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=now)
    diary.appointment(amina, okafor, kind, now + timedelta(hours=1))  # stands in the lists
    worklist.ask(
        TaskKind.MESSAGE_FAILED,
        "A message could not be sent",
        key="x",
        about=coming.pk,
        role=rosa.role,
        due_at=now,
        at=now,
    )
    addresses.stop("reader@example.com", StoppedAddress.Why.BOUNCED, at=now)
    message = due(state="sent", sent_at=now, attempts=2)
    message.tries.create(number=2, at=now, outcome="sent")
    late = due(since=timedelta(minutes=20), person=amina.pk)
    due(state="failed", person=amina.pk, why="no address", last_answer="never")

    called = due("reminder_3h", state="handed", channel="phone", person=amina.pk, about=coming.pk)

    walk(
        rosa,
        "/admin/",
        "/admin/clinic/stoppedaddress/",
        f"/admin/clinic/stoppedaddress/{StoppedAddress.objects.get().pk}/change/",
        f"/admin/clinic/message/{message.pk}/change/",
        f"/admin/clinic/message/{late.pk}/change/",
        f"/admin/clinic/message/{late.pk}/stop/",
        f"/admin/clinic/message/{message.pk}/stop/",
        "/admin/messages/today/",
        f"/admin/people/{amina.pk}/messages/",
        f"/admin/people/{amina.pk}/contact/",
        f"/admin/messages/{called.pk}/tell/",
        f"/admin/diary/?day={coming.starts_at.date()}",
        "/admin/lists/",
        f"/admin/diary/week/?day={coming.starts_at.date()}",
        f"/admin/diary/list/?day={coming.starts_at.date()}",
        "/admin/duplicates/",
        "/admin/bookings/appointment/",
        "/admin/patients/patient/",
        "/admin/clinic/message/",
        "/admin/clinic/task/",
        f"/admin/bookings/appointment/{coming.pk}/change/",
        f"/admin/appointments/{coming.pk}/move/",
        f"/admin/appointments/{coming.pk}/cancel/",
        f"/admin/patients/patient/{amina.pk}/change/",
        "/admin/book/",
        "/admin/book/new-patient/",
        f"/admin/book/{amina.pk}/",
    )


def test_the_status_of_a_patient(walk, visits, kind, amina, rosa):
    money.charged(visits["coming"], "paid", by=rosa)
    due("reminder_48h", person=amina.pk, about=visits["coming"].pk, since=timedelta(days=-10))
    waiting.entry(amina, kind, instead_of=visits["coming"], last_day=timezone.now() + timedelta(days=30))
    address = f"/admin/people/{amina.pk}/status/"
    hand = walk(rosa, address)

    hand.page.get_by_label("Deceased").check()
    hand.follow("Show what it does")
    assert hand.page.title().startswith("Error: ")
    hand.page.get_by_label("Since").fill(timezone.now().date().isoformat())
    hand.follow("Show what it does")
    diary.appointment(amina, visits["coming"].clinician, kind, visits["coming"].starts_at + timedelta(hours=2))
    hand.follow("Save the status")
    assert "Something has changed" in hand.page.locator(".errornote").inner_text()
    hand.follow("Save the status")
    assert hand.page.url.endswith("/change/")

    hand.arrive(f"/admin/book/{amina.pk}/")
    hand.arrive(address)
    walk(amina.user, "/care/", "/book/first-assessment/")


@pytest.mark.parametrize("state", ["due", "refund_due", "refunded"])
def test_money(walk, visits, rosa, state):
    visit = money.charged(visits["coming"], state, by=rosa)
    own = f"/appointments/{visit.pk}/"

    walk(visit.patient.user, own, f"{own}cancel/", *([f"{own}receipt/"] if state != "due" else []))
    hand = walk(rosa, "/admin/charges/", "/admin/refunds-due/", f"/admin{own}charge/")
    hand.page.locator("main form button, #content form button").last.click()
    hand.page.wait_for_load_state()
    assert hand.page.title().startswith("Error: ")


def test_the_managers_pages(walk, pages, manager, rosa, kind, okafor):
    walk(
        manager,
        "/admin/",
        "/admin/report/",
        "/admin/messages/plan/",
        "/admin/messages/plan/missing_7d/",
        "/admin/messages/texts/",
        "/admin/messages/texts/reminder_48h/",
        "/admin/clinic/user/",
        "/admin/clinic/user/add/",
        f"/admin/clinic/user/{rosa.pk}/change/",
        f"/admin/accounts/{rosa.pk}/deactivate/",
        f"/admin/clinic/page/{pages[0].pk}/change/",
        f"/admin/bookings/appointmentkind/{kind.pk}/change/",
        f"/admin/clinic/clinician/{okafor.pk}/change/",
    )


class TestErrorPages:
    """As real answers of the real server."""

    def test_400_403_404(self, walk, rosa, amina):
        walk(None, "/?x=%00", status=400)
        walk(rosa, "/care/", status=403)
        walk(amina.user, "/nothing-here/", status=404)

    def test_403_for_an_old_form(self, walk):
        hand = walk(None, "/accounts/login/")
        hand.page.context.clear_cookies()

        hand.follow("Sign in")

        assert hand.page.title().startswith("This page was open too long")

    def test_429(self, walk):
        for _ in range(2):  # the second within the same minutes
            hand = walk(None, "/accounts/signup/")
            hand.write("Email", "cara@example.com")
            hand.write("Password", people.PASSWORD)
            hand.follow("Create my account")
            User.objects.filter(email="cara@example.com").delete()

        assert hand.page.title().startswith("Wait a few minutes")

    def test_500(self, walk, kind):
        table = "select on bookings_appointmentkind"
        with as_the_owner(f"revoke {table} from {APP_ROLE}", f"grant {table} to {APP_ROLE}"):
            walk(None, "/book/", status=500)

    def test_503(self, walk, kind):
        with (
            transaction.atomic(),
            as_the_owner("lock table bookings_appointmentkind in access exclusive mode", "select 1"),
        ):
            walk(None, "/book/", status=503)


@contextmanager
def as_the_owner(before, after):
    """Run ``before`` and later ``after`` with the owner's rights."""
    with connection.cursor() as cursor:
        cursor.execute(f"reset role; {before}; set role {APP_ROLE}")
        try:
            yield
        finally:
            cursor.execute(f"reset role; {after}; set role {APP_ROLE}")
