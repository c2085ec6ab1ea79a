"""Who gets what at every address: one table, walked over the resolver. An address that is not in it fails.

``amina`` owns the records; ``ben`` is another patient; ``okafor`` cares for Amina, ``lind`` does not.
L: to sign-in. A number: the status. Rows are read as ``owner ben rosa okafor lind manager``; signed out is L
unless the row is public.
"""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from bookings.appointments.models import Appointment
from bookings.charges.models import Charge, ChargeEntry
from bookings.waitlist.models import Offer, WaitingEntry
from clinic.accounts.models import User
from clinic.audit.models import AccessLog
from clinic.outbox.models import Message
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.documents.models import Document, IdentityCheck
from patients.intake.models import Intake, IntakeVersion
from patients.links import tokens
from patients.monitoring.models import PlanCheck
from patients.outcomes.models import Questionnaire, Response
from patients.prescriptions.models import DispensingUpdate, PharmacyChoice, Prescription, RequestAnswer
from patients.profile.models import Patient
from patients.rights import actions as rights
from patients.safety.models import AdverseEvent, Assessment, HoldProposal
from patients.suitability.models import Decision
from patients.treatment.models import PlanVersion
from tests.factories import (
    diary,
    documents,
    events,
    letters,
    money,
    notes,
    outcomes,
    pages,
    people,
    plans,
    prescriptions,
    team,
    waiting,
)
from tests.loops import browser, undone

pytestmark = pytest.mark.django_db

WHO = ["amina", "ben", "rosa", "okafor", "lind", "manager"]
PUBLIC = {
    "book",
    "book_kind",
    "care_closed",
    "demo_letter",
    "demo_mail",
    "demo_styles",
    "healthz",
    "home",
    "mail_events",
    "page",
    "precheck",
    "questions",
    "questions_page",
    "readyz",
    "robots",
    "sitemap",
    "visit_answer",
    "visit_cannot_come",
    "write_to_us",
    "written_to_us",
}
TABLE = {
    #                            amina ben  rosa okafor lind manager
    "home_after_sign_in": (302, 302, 302, 302, 302, 302),
    "stay_signed_in": (405, 405, 405, 405, 405, 405),
    "throw_away_typing": (405, 405, 405, 405, 405, 405),
    "appointment": (200, 404, 302, 302, 404, 302),
    "appointment_confirm": (302, 404, 403, 403, 403, 403),
    "appointment_more_time": (405, 405, 405, 405, 405, 405),
    "appointment_will_come": (405, 405, 405, 405, 405, 405),
    "appointment_reschedule": (200, 404, 403, 403, 403, 403),
    "appointment_cancel": (200, 404, 403, 403, 403, 403),
    "appointment_receipt": (200, 404, 200, 403, 403, 200),
    "appointment_calendar": (200, 404, 403, 403, 403, 403),
    "waiting_list": (200, 200, 403, 403, 403, 403),
    "waiting_list_new": (302, 302, 403, 403, 403, 403),
    "waiting_list_change": (200, 404, 403, 403, 403, 403),
    "waiting_list_withdraw": (405, 405, 405, 405, 405, 405),
    "waiting_list_offer": (200, 404, 403, 403, 403, 403),
    "waiting_list_decline": (200, 404, 403, 403, 403, 403),
    "care_letter": (200, 404, 403, 403, 403, 403),
    "care_letter_pdf": (200, 404, 403, 403, 403, 403),
    "care_letters": (200, 200, 403, 403, 403, 403),
    "care_messages": (200, 200, 403, 403, 403, 403),
    "care_documents": (200, 200, 403, 403, 403, 403),
    "care_document_file": (200, 404, 403, 403, 403, 403),
    "care_document_remove": (200, 404, 403, 403, 403, 403),
    "contact": (200, 200, 403, 403, 403, 403),
    "care_consents": (200, 200, 403, 403, 403, 403),
    "care_consent": (200, 200, 403, 403, 403, 403),
    "care_scores": (200, 200, 403, 403, 403, 403),
    "care_questions": (200, 404, 403, 403, 403, 403),
    "care_questions_page": (200, 404, 403, 403, 403, 403),
    "care_copy": (200, 200, 403, 403, 403, 403),
    "care_copy_page": (200, 404, 403, 403, 403, 403),
    "care_copy_file": (200, 404, 403, 403, 403, 403),
    "care_seen": (200, 200, 403, 403, 403, 403),
    "care_data": (200, 200, 403, 403, 403, 403),
    "care_data_correct": (200, 200, 403, 403, 403, 403),
    "care_data_complain": (200, 200, 403, 403, 403, 403),
    "care": (200, 200, 403, 403, 403, 403),
    "care_close": (302, 302, 403, 403, 403, 403),
    "profile": (200, 200, 403, 403, 403, 403),
    "profile_part": (200, 200, 403, 403, 403, 403),
    "profile_withdraw": (405, 405, 405, 405, 405, 405),
    "claim": (200, 200, 403, 403, 403, 403),
    "intake": (200, 200, 403, 403, 403, 403),
    "intake_next": (302, 302, 403, 403, 403, 403),
    "intake_details": (302, 302, 403, 403, 403, 403),
    "intake_section": (302, 200, 403, 403, 403, 403),
    "intake_entry": (302, 200, 403, 403, 403, 403),
    "intake_urgent": (302, 302, 403, 403, 403, 403),
    "intake_check": (302, 302, 403, 403, 403, 403),
    "intake_sent": (200, 302, 403, 403, 403, 403),
    "intake_change": (405, 405, 405, 405, 405, 405),
    "intake_keep": (405, 405, 405, 405, 405, 405),
    "intake_reply": (302, 302, 403, 403, 403, 403),
    "intake_review": (302, 302, 403, 403, 403, 403),
    "page_preview": (404, 404, 403, 200, 200, 200),
    "page_version": (404, 404, 403, 200, 200, 200),
    "review": (404, 404, 403, 200, 200, 403),
    "review_consents": (404, 404, 403, 200, 403, 403),
    "review_documents": (404, 404, 403, 200, 403, 403),
    "review_document": (404, 404, 403, 200, 403, 403),
    "review_document_file": (404, 404, 403, 200, 403, 403),
    "review_document_page": (404, 404, 403, 200, 403, 403),
    "review_note": (404, 404, 403, 200, 403, 403),
    "review_notes": (404, 404, 403, 200, 403, 403),
    "review_notes_add": (405, 405, 405, 405, 405, 405),
    "review_visits": (404, 404, 403, 200, 200, 403),
    "review_visit_begin": (405, 405, 405, 405, 405, 405),
    "review_visit_complete": (405, 405, 405, 405, 405, 405),
    "review_letter": (404, 404, 403, 200, 403, 403),
    "review_letter_acknowledged": (405, 405, 405, 405, 405, 405),
    "review_letter_due": (404, 404, 403, 200, 403, 403),
    "review_letter_none": (405, 405, 405, 405, 405, 405),
    "review_letter_pdf": (404, 404, 403, 200, 403, 403),
    "review_letter_sent": (405, 405, 405, 405, 405, 405),
    "review_letter_withdraw": (405, 405, 405, 405, 405, 405),
    "review_letters": (404, 404, 403, 200, 403, 403),
    "review_letters_add": (405, 405, 405, 405, 405, 405),
    "review_letters_open": (404, 404, 403, 200, 200, 403),
    "review_questions": (404, 404, 403, 200, 403, 403),
    "review_questions_scores": (405, 405, 405, 405, 405, 405),
    "review_questions_withdraw": (405, 405, 405, 405, 405, 405),
    "care_events": (200, 200, 403, 403, 403, 403),
    "care_event_new": (200, 200, 403, 403, 403, 403),
    "care_event": (200, 404, 403, 403, 403, 403),
    "review_events": (404, 404, 403, 200, 403, 403),
    "review_events_new": (404, 404, 403, 200, 403, 403),
    "review_event": (404, 404, 403, 200, 403, 403),
    "review_event_hold": (404, 404, 403, 200, 403, 403),
    "review_event_close": (405, 405, 405, 405, 405, 405),
    "review_record": (404, 404, 403, 200, 403, 403),
    "review_check": (404, 404, 403, 200, 403, 403),
    "review_checks": (404, 404, 403, 200, 403, 403),
    "care_checks": (200, 200, 403, 403, 403, 403),
    "review_claim": (405, 405, 405, 405, 405, 405),
    "review_decide": (404, 404, 403, 422, 403, 403),
    "review_decision_add": (404, 404, 403, 200, 403, 403),
    "review_flags": (404, 404, 403, 200, 403, 403),
    "review_hand_over": (404, 404, 403, 302, 403, 403),
    "review_open": (404, 404, 403, 200, 200, 403),
    "review_papers": (404, 404, 403, 200, 403, 403),
    "review_part": (405, 405, 405, 405, 405, 405),
    "review_team": (404, 404, 403, 200, 200, 403),
    "review_team_agenda": (405, 405, 405, 405, 405, 405),
    "review_team_cancel": (405, 405, 405, 405, 405, 405),
    "review_team_case": (404, 404, 403, 200, 403, 403),
    "review_team_conclude": (404, 404, 403, 302, 403, 403),
    "review_team_ends": (404, 404, 403, 302, 403, 403),
    "review_team_person": (404, 404, 403, 200, 403, 403),
    "review_timeline": (404, 404, 403, 200, 403, 403),
    "care_prescriptions": (200, 200, 403, 403, 403, 403),
    "care_pharmacy": (200, 200, 403, 403, 403, 403),
    "care_prescription_ask": (200, 200, 403, 403, 403, 403),
    "care_prescription_asked": (200, 404, 403, 403, 403, 403),
    "review_prescription": (404, 404, 403, 200, 403, 403),
    "review_prescription_act": (405, 405, 405, 405, 405, 405),
    "review_prescription_cancel": (404, 404, 403, 200, 403, 403),
    "review_prescription_news": (404, 404, 403, 200, 403, 403),
    "review_prescription_posted": (404, 404, 403, 200, 403, 403),
    "review_prescription_request": (404, 404, 403, 200, 403, 403),
    "review_prescription_serials": (404, 404, 403, 200, 200, 403),
    "review_prescription_signed": (404, 404, 403, 302, 403, 403),
    "review_prescriptions": (404, 404, 403, 200, 403, 403),
    "review_prescriptions_add": (405, 405, 405, 405, 405, 405),
    "review_prescriptions_pharmacy": (404, 404, 403, 200, 403, 403),
    "review_caseload": (404, 404, 403, 200, 200, 403),
    "review_person": (404, 404, 403, 302, 403, 403),
    "care_plan": (200, 200, 403, 403, 403, 403),
    "review_plan": (404, 404, 403, 200, 403, 403),
    "review_plan_add": (405, 405, 405, 405, 405, 405),
    "review_plan_move": (405, 405, 405, 405, 405, 405),
    "review_plan_version": (404, 404, 403, 200, 403, 403),
}
# Every clinician sees who waits; a receipt bears the name of who paid.
NAMED_TO_STAFF = {("review", "lind"), ("appointment_receipt", "rosa"), ("appointment_receipt", "manager")}
# Walked by their own tests: allauth's pages, and the admin (tests/clinic/test_staff_admin.py, tests/bookings/test_desk.py).
ELSEWHERE = ("account_", "mfa_", "usersessions_", "socialaccount_", "admin:", "desk_")


def every_name(patterns=None, namespace=""):
    """Every URL name of the site; a pattern without a name shows as its route."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            yield from every_name(
                entry.url_patterns, f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            )
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or entry.pattern}"


def own_names():
    return [name for name in every_name() if not name.startswith(ELSEWHERE)]


@pytest.fixture
def kind(okafor):
    diary.hours(okafor)
    return diary.kind(okafor)


@pytest.fixture
def world(kind, amina, okafor, manager):
    """Amina's records, each of its kind."""
    soon = (timezone.now() + timedelta(days=10)).replace(hour=10, minute=0, second=0, microsecond=0)
    visit = money.charged(diary.appointment(amina, okafor, kind, soon), "paid", by=manager)
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=people.NOW)
    sent = Intake.objects.create(
        patient=amina,
        state="submitted",
        form_version="1",
        answers={"main": "secret pain story"},
        started_at=people.NOW,
        saved_at=people.NOW,
        submitted_at=people.NOW,
    )
    version = IntakeVersion.objects.create(
        intake=sent,
        number=1,
        form_version="1",
        answers={"main": "secret pain story"},
        record=[],
        done_by="self",
        at=people.NOW,
    )
    decision = Decision.objects.create(
        version=version,
        clinician=okafor,
        outcome="more_information",
        started_at=people.NOW,
        reasons="secret pain story",
        message="secret pain story",
        at=people.NOW,
    )
    held = diary.appointment(
        amina, okafor, kind, soon + timedelta(hours=1), state="held", held_until=timezone.now() + timedelta(hours=1)
    )
    entry = waiting.entry(amina, kind)
    waited = {"waitentry": entry.pk, "waitoffer": waiting.offer(entry, held).pk}
    asked = outcomes.asked(amina, okafor)
    document = documents.kept(amina, "secret pain story.pdf")
    waited["event"] = events.serious(amina, description="secret pain story").pk
    waited["copy"] = rights.make_copy(amina, by=amina.user, at=timezone.now()).pk
    waited |= {"questions": asked.pk, "patient": amina.pk, "document": document.pk, "decision": decision.pk}
    waited["letter"] = letters.sent(amina, okafor, at=timezone.now(), plan="secret pain story").pk
    paper = prescriptions.signed(amina, okafor, at=timezone.now(), product="secret pain story")
    plan = plans.supported(amina, okafor, at=timezone.now(), taper="secret pain story")
    check = PlanCheck.objects.create(
        patient=amina, plan=plan, kind="extra", due_on=timezone.localdate(), created_at=timezone.now()
    )
    waited |= {"plan": plan.pk, "check": check.pk}
    waited["note"] = notes.signed(amina, okafor, history="secret pain story").pk
    concluded = team.concluded(amina, okafor, people.clinician(), discussion="secret pain story " * 3)
    waited |= {"case": concluded.case_id, "team_review": concluded.pk}
    waited |= {
        "prescription": paper.pk,
        "prescription_request": prescriptions.asked(amina, more="secret pain story").pk,
    }
    return waited | {"appointment": visit.pk, "review": sent.pk, "page": pages.page("faqs", live_by=manager).pk}


# The start of a URL name, and which of Amina's records it is about; the first that fits.
RECORDS = {
    "waiting_list_withdraw": "waitentry",
    "waiting_list_change": "waitentry",
    "waiting_list": "waitoffer",
    "care_copy_": "copy",
    "review_letters": "patient",
    "review_letter_due": "note",
    "review_letter_none": "note",
    "review_letter": "letter",
    "care_letter": "letter",
    "review_notes": "patient",
    "review_note": "note",
    "review_visit": "appointment",
    "review_questions": "patient",
    "review_documents": "patient",
    "review_consents": "patient",
    "review_document": "document",
    "care_document_": "document",
    "review_events": "patient",
    "review_event": "event",
    "care_event": "event",
    "review_decision_add": "decision",
    "review_person": "patient",
    "review_open": "patient",
    "review_papers": "patient",
    "review_timeline": "patient",
    "review_checks": "patient",
    "review_check": "check",
    "review_prescription_request": "prescription_request",
    "care_prescription_asked": "prescription_request",
    "review_prescriptions": "patient",
    "review_prescription": "prescription",
    "review_team_person": "patient",
    "review_team_ends": "team_review",
    "review_team": "case",
    "review_plan_add": "patient",
    "review_plan_": "plan",
    "review_plan": "patient",
    "review": "review",
    "page_": "page",
}


def record_of(name):
    """Which of Amina's records an address is about."""
    return next((record for start, record in RECORDS.items() if name.startswith(start)), "appointment")


def address(name, world):
    """The address of Amina's record behind a URL name."""
    values = {
        "slug": "first-assessment",
        "section": "problem",
        "entry": "first",
        "part": "supporter",
        "purpose": "marketing",
        "pk": world[record_of(name)],
        "name": "nothing-here",
        "number": 1,
        "asked": world["questions"],
        "token": tokens.token("visit", world["appointment"]),
    }
    if name == "intake_entry":
        values |= {"section": "medicines"}
    if "questions" in name:
        values |= {"slug": "sleep", "token": tokens.token("questions", world["questions"])}
    for wanted in (
        {},
        {"pk"},
        {"slug"},
        {"section"},
        {"section", "entry"},
        {"part"},
        {"purpose"},
        {"name"},
        {"pk", "number"},
        {"token"},
        {"token", "slug"},
        {"pk", "asked"},
    ):
        try:
            return reverse(name, kwargs={key: values[key] for key in wanted})
        except NoReverseMatch:
            continue
    raise AssertionError(f"Say in address() how to reverse {name}")


@pytest.fixture
def people_by_name(amina, ben, rosa, okafor, lind, manager):
    return {
        "amina": amina.user,
        "ben": ben.user,
        "rosa": rosa,
        "okafor": okafor.user,
        "lind": lind.user,
        "manager": manager,
    }


def test_every_address_is_in_the_table():
    assert sorted(set(own_names()) - PUBLIC - set(TABLE)) == []
    assert sorted((set(TABLE) | PUBLIC) - set(own_names())) == []


# No letter and no page of that name; what works in the background does not run; a form that is only sent.
# A link from a message asks who is there before it goes on.
NOT_200 = {
    "demo_letter": 404,
    "mail_events": 405,
    "page": 404,
    "questions_page": 302,
    "readyz": 503,
    "visit_cannot_come": 302,
    "write_to_us": 404,
}


def each_name(names, ask):
    """What ``ask(name)`` gives for each name, by name; each begins from the same rows."""
    given = {}
    for name in sorted(names):
        with undone():
            given[name] = ask(name)
    return given


def test_public_addresses_are_open(world):
    def ask(name):
        return browser().get(address(name, world)).status_code

    assert each_name(PUBLIC, ask) == dict.fromkeys(PUBLIC, 200) | NOT_200


def test_signed_out_goes_to_sign_in_the_same_for_a_record_that_is_not_there(world):
    nobody, client = dict.fromkeys(world, uuid4()), browser()

    def ask(name):
        answers = [client.get(address(name, each)) for each in (world, nobody)]
        return [(answer.status_code, answer.get("Location", "").partition("?next=/")[:2]) for answer in answers]

    assert each_name(TABLE, ask) == dict.fromkeys(TABLE, [(302, ("/accounts/login/", "?next=/"))] * 2)


def test_each_person_gets_what_the_table_says(world, people_by_name):
    clients, leaks = {who: browser(people_by_name[who]) for who in WHO}, set()

    def ask(name):
        answers = {who: client.get(address(name, world)) for who, client in clients.items()}
        for who in set(WHO) - {"amina", "okafor"}:
            if b"secret pain story" in answers[who].content:
                leaks.add((name, who, "her answers"))
            if b"Amina" in answers[who].content and (name, who) not in NAMED_TO_STAFF:
                leaks.add((name, who, "her name"))
        return tuple(answer.status_code for answer in answers.values())

    assert each_name(TABLE, ask) == TABLE
    assert leaks == set()


LIKE_NOTHING = {
    "appointment",
    "appointment_confirm",
    "appointment_reschedule",
    "appointment_cancel",
    "appointment_calendar",
    "appointment_receipt",
    "care_document_file",
    "care_document_remove",
    "care_copy_page",
    "care_copy_file",
    "care_event",
    "care_prescription_asked",
    "waiting_list_offer",
    "waiting_list_decline",
    "waiting_list_change",
}


def test_what_is_not_yours_looks_like_what_is_not_there(world, ben):
    client, nobodys = browser(ben.user), dict.fromkeys(world, uuid4())

    def ask(name):
        """Both statuses, and whether both look the same."""
        one, other = (client.get(address(name, each)) for each in (world, nobodys))
        return one.status_code, other.status_code, without_tokens(one) == without_tokens(other)

    assert each_name(LIKE_NOTHING, ask) == dict.fromkeys(LIKE_NOTHING, (404, 404, True))


def without_tokens(answer):
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content)


def rows():
    """Everything a stranger's POST could have changed."""
    tables = (
        Appointment,
        Charge,
        ChargeEntry,
        Offer,
        WaitingEntry,
        Appointment,
        Intake,
        IntakeVersion,
        Decision,
        Document,
        IdentityCheck,
        Questionnaire,
        Response,
        AdverseEvent,
        Assessment,
        HoldProposal,
        PlanVersion,
        Prescription,
        DispensingUpdate,
        PharmacyChoice,
        RequestAnswer,
        Patient,
        CareRelationship,
        Message,
        User,
    )
    return [list(table.objects.order_by("pk").values_list()) for table in tables]


ODD_METHODS = ("put", "delete", "patch", "trace", "options")
OTHERS = {
    (name, who)
    for name in TABLE
    for who in ("ben", "rosa", "lind", "manager")
    if name.startswith(("appointment", "care_document_", "review_", "waiting_list_"))
    and (name, who)
    not in {
        ("review_claim", "lind"),
        ("review_open", "lind"),
        ("review_team", "lind"),
        ("review_team", "ben"),
        ("waiting_list_new", "ben"),
    }  # how care, a meeting and waiting begin
}
SENT = {"slot": "x", "agreed": "1", "refund": 0, "reason": "x", "mode": "video", "outcome": "decline"}


@pytest.mark.parametrize("who", ["ben", "rosa", "lind", "manager"])
def test_case_24_a_post_to_what_is_not_yours_leaves_no_trace(world, people_by_name, who):
    client, before = browser(people_by_name[who]), rows()

    def ask(name):
        """The status, how often it was written down, and the tables that changed."""
        answer = client.post(address(name, world), SENT | {"key": uuid4()})
        refused = AccessLog.objects.filter(what="refused", about__in=world.values(), actor=people_by_name[who])
        changed = [number for number, (was, now) in enumerate(zip(before, rows(), strict=True)) if was != now]
        return answer.status_code, refused.count(), changed

    given = each_name({name for name, other in OTHERS if other == who}, ask)
    assert {name: each for name, each in given.items() if each[0] not in {302, 403, 404, 405} or each[2]} == {}
    if who == "ben":  # another patient: as if it were not there, and written down
        assert {name: each for name, each in given.items() if each[:2] not in {(404, 1), (405, 0), (403, 0)}} == {}


def test_odd_methods_are_refused_everywhere(world, amina):
    client, before = browser(amina.user), rows()

    def ask(name):
        answers = {method: getattr(client, method)(address(name, world)).status_code for method in ODD_METHODS}
        return answers, rows() == before

    assert each_name(TABLE, ask) == dict.fromkeys(TABLE, (dict.fromkeys(ODD_METHODS, 405), True))


def test_private_answers_are_not_stored(world, amina):
    client = browser(amina.user)

    def ask(name):
        return client.get(address(name, world)).get("Cache-Control")

    assert each_name(TABLE, ask) == dict.fromkeys(TABLE, "no-store, private")


ODD_QUERIES = [
    "?day=%00",
    "?day=2026-02-30",
    "?day=99999-01-01",
    "?start=0001-01-01",
    "?start=9999-12-31",
    "?day=x&day=y",
    "?kind=%00",
    "?kind=first-assessment&kind=x",
    "?" + "a" * 5000,
]
ASKED_ODDLY = {
    "home",
    "book",
    "book_kind",
    "page",
    "appointment_reschedule",
    "care",
    "intake",
    "review",
    "profile",
    "profile_part",
    "care_close",
    "contact",
    "care_messages",
    "questions",
    "visit_answer",
    "waiting_list",
    "waiting_list_new",
}


def test_no_query_string_gives_a_500(world, amina, okafor):
    patient, doctor = browser(amina.user), browser(okafor.user)

    def ask(name):
        client, given = doctor if name == "review" else patient, {}
        for query in ODD_QUERIES:
            with undone():
                given[query] = client.get(address(name, world) + query).status_code
        return {query: status for query, status in given.items() if status not in {200, 302, 400, 404}}

    assert each_name(ASKED_ODDLY, ask) == {name: {} for name in ASKED_ODDLY}


@pytest.mark.parametrize("slug", ["%00", "a" * 300, "..%2f..", "ms-pain%0a", "ünïcode"])
def test_no_path_gives_a_500(client, db, slug):
    assert client.get(f"/{slug}/").status_code in {400, 404}
