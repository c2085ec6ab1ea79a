"""What people write about somebody's health stands nowhere in clear: not in a dump, a session, the cache or the queue.

Every box is sent as a browser sends it, each with a word of its own; then every row of every table is read as text.
"""

import base64
import json
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.celery import app
from clinic.db.sealed import SealedTextField
from patients.incidents.models import Incident
from patients.intake.form.whole import QUESTIONS
from patients.intake.models import FlagHit, Intake
from patients.intake.questions import Kind
from patients.monitoring import actions as monitoring
from patients.monitoring.models import PlanCheck
from patients.rights.models import DataRequest
from patients.safety.models import AdverseEvent
from patients.suitability.models import Decision
from patients.treatment.models import PlanVersion
from tests.clinic.test_keeping import late, sign_in
from tests.factories import diary, documents, intakes, letters, outcomes, pages, people, plans, team
from tests.factories.events import ENTRY
from tests.factories.intakes import SIGNED, entry
from tests.factories.notes import FORM
from tests.factories.people import NOW
from tests.patients.filling import fill_in, send
from tests.patients.test_details import GOOD
from tests.patients.test_eligibility import SENT as PRECHECK
from tests.patients.test_events_views import SENT as EVENT
from tests.patients.test_events_views import SIGNED as ASSESSED
from tests.patients.test_monitoring import SAID as CHECK

NOTE_BOXES = ("indication_text", "history", "discussion", "capacity_text", "driving_why", "plan", "identity_how")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Codes of answers that tell of somebody's health as well as words do.
CODES = {"ms_pain", "ocrelizumab", "hallucination", "psychosis", '"disability"', "side_effects", "two_or_more"}


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture(autouse=True)
def files(settings, tmp_path, db):
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    cache.clear()


def word(place):
    """A word that stands in one place only, long enough to be there by no accident."""
    return f"planted{place.replace('_', '').replace('-', '').replace(' ', '')}word"


def whole_dump():
    """Every row of every table as text, as a dump writes it, and what Django packs into some of them."""
    with connection.cursor() as cursor:
        cursor.execute("select quote_ident(tablename) from pg_tables where schemaname = 'public' order by 1")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"select coalesce(string_agg(row_to_json(t)::text, chr(10)), '') from {table} t")  # noqa: S608
            found.append(cursor.fetchone()[0])
        cursor.execute("select value from clinic_cache")
        packed = [base64.b64decode(value).decode("latin-1") for (value,) in cursor.fetchall()]
    sessions = [json.dumps(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join([*found, *packed, *sessions, *queue()])


def queue():
    """Every key of the queue, with its value."""
    with redis.Redis(unix_socket_path=str(settings.PLACES.valkey_socket)) as client:
        for key in client.scan_iter():
            read = {
                b"list": lambda key: client.lrange(key, 0, -1),
                b"hash": client.hgetall,
                b"set": client.smembers,
                b"zset": lambda key: client.zrange(key, 0, -1),
            }.get(client.type(key), client.get)
            yield f"{key!r} {read(key)!r}"


def opened():
    """Everything that is sealed in a column, opened: to show that the words did arrive."""
    return "\n".join(
        json.dumps(value, ensure_ascii=False, default=str)
        for model in apps.get_models()
        if not model._meta.proxy
        for field in model._meta.concrete_fields
        if isinstance(field, SealedTextField)
        for value in model._base_manager.values_list(field.name, flat=True)
    )


def form_in_words():
    """Answers to the form, with a planted word in every box for words."""
    lines = {name: word(name) for name, question in QUESTIONS.items() if question.kind in {Kind.TEXT, Kind.LINE}}
    medicine = entry(word("medicine"), dose=word("dose"), route="mouth", what_for=word("whatfor"))
    treatment = entry(word("treatment"), dose=word("olddose"))
    return lines | {"medicines": [medicine], "tried": [treatment]}


def the_patient_writes(client):
    """Send every box a patient can write about their health into; return the words."""
    answers = form_in_words()
    fill_in(client, **answers)
    send(client)
    client.post(reverse("intake_change"))
    client.post(reverse("intake_section", args=["goals"]), {"goals": word("changedgoals"), "opened": ""})
    for part in ("other-teams", "taking-part"):
        boxes = {name: word(name) for name in ("ms_team", "neurologist", "pain_clinic", "dentist", "mental_health")}
        needs = {"access_needs": word("accessneeds"), "needs": ["other"]}
        client.post(reverse("profile_part", args=[part]), GOOD[part] | (boxes if part == "other-teams" else needs))
    client.post(
        reverse("care_documents"),
        {"kind": "letter", "documents": [SimpleUploadedFile(f"{word('filename')}.pdf", documents.pdf())]},
    )
    for kind in ("correct", "complain"):
        client.post(reverse(f"care_data_{kind}"), {"text": word(kind), "key": uuid4()})
    event = {name: word(f"event{name}") for name in ("description", "product", "batch", "done")}
    client.post(reverse("care_event_new"), EVENT | event | {"key": uuid4(), "terms": ["hallucination"]})
    return {
        *(word(name) for name in ("medicine", "dose", "whatfor", "treatment", "olddose", "changedgoals")),
        *(word(f"event{name}") for name in ("description", "product", "batch", "done")),
        *(word(name) for name in ("msteam", "mentalhealth", "accessneeds", "filename", "correct", "complain")),
    }


def the_clinician_writes(client, intake):
    """Take the form, ask something, and decide; return the words."""
    client.post(reverse("review_claim", args=[intake.pk]))
    asked = {
        "outcome": "more_information",
        "seen": "2",
        "message": word("question"),
        "reasons": f"{word('whyasked')} in the record",
    }
    client.post(reverse("review_decide", args=[intake.pk]), asked)
    return {word("question"), word("whyasked")}


def the_clinician_decides(client, intake):
    """Take the form again and decide; return the words."""
    client.post(reverse("review_claim", args=[intake.pk]))
    flags = {f"text-{flag.pk}": word("flaganswer") for flag in intake.versions.get(number=3).flags.all()}
    client.post(reverse("review_flags", args=[intake.pk]), flags | {"key": uuid4()})
    found = {name: word(name) for name in ("records", "diagnosis_source", "capacity_note", "without", "message")}
    found |= {"reasons": f"{word('reasons')} in the record", "capacity": "doubt"}
    client.post(reverse("review_decide", args=[intake.pk]), intakes.decision("refer", 3, **found))
    decision = Decision.objects.get(outcome="refer")
    client.post(reverse("review_decision_add", args=[decision.pk]), {"text": word("addendum"), "key": uuid4()})
    names = ["records", "diagnosis_source", "capacity_note", "without", "message", "reasons", "addendum", "flaganswer"]
    return {word(name) for name in names}


def the_clinician_assesses(client, event):
    """Assess what was reported, hold, lift the hold; return the words."""
    client.post(
        reverse("review_event", args=[event.pk]),
        ASSESSED
        | {"key": uuid4(), "terms": ["psychosis"], "seriousness": ["disability"]}
        | {"yellow_card_why": word("whynocard"), "notes": word("eventnotes")},
    )
    for decision in ("hold", "lift"):
        sent = {"decision": decision, "reason": word(f"why{decision}")}
        client.post(reverse("review_event_hold", args=[event.pk]), sent)
    return {word(name) for name in ("whynocard", "eventnotes", "whyhold", "whylift")}


def the_manager_looks_into_it(client):
    """Report an incident and write down what is known; return the words."""
    sent = {"what_happened": word("whathappened"), "immediate_action": word("atonce"), "happened_on": "2026-11-20"}
    client.post(reverse("desk_incident_new"), sent | {"key": uuid4()})
    found = Incident.objects.latest("reported_at")
    texts = {name: word(f"incident{name}") for name in ("note", "candour_why", "cqc_why", "learning", "changed")}
    known = {name: value or "" for name, value in ENTRY.items()} | texts | {"key": uuid4()}
    client.post(reverse("admin:patients_incident_entry", args=[found.pk]), known)
    return {*texts.values(), word("whathappened"), word("atonce")}


def the_clinician_notes(client, patient):
    """Write a note, sign it and add to it; return the words."""
    page = client.post(reverse("review_notes_add", args=[patient.pk]), {"key": uuid4()}).url
    boxes = {name: word(f"note {name}") for name in NOTE_BOXES}
    client.post(page, FORM | boxes | {"version": 0, "act": "save"})
    client.post(page, FORM | boxes | {"version": 1, "act": "sign"})
    client.post(page, {"key": uuid4(), "text": word("addendum")})
    return {*boxes.values(), word("addendum")}


def the_clinician_writes_a_letter(client, patient):
    """Draft a letter, approve and withdraw it; return the words."""
    letters.allow(patient)
    page = client.post(reverse("review_letters_add", args=[patient.pk]), {"key": uuid4()}).url
    boxes = {name: word(f"letter {name}") for name in letters.BODY}
    client.post(page, letters.FORM | boxes | {"version": 0, "act": "save"})
    client.post(page, letters.FORM | boxes | {"version": 1, "act": "approve"})
    client.post(f"{page}withdraw/", {"why": word("withdrawn")})
    return {*boxes.values(), word("withdrawn")}


def the_team_discusses(client, patient, clinician, other):
    """Bring a case, change it, put it on an agenda and conclude it; return the words."""
    long = " and so on, with enough words for a case of somebody"
    brought = {"key": uuid4(), "version": 0, "summary": word("teamfirst") + long, "question": word("teamasked")}
    page = client.post(reverse("review_team_person", args=[patient.pk]), brought).url
    client.post(page, brought | {"summary": word("teamcase") + long})
    meeting = team.meeting(clinician, other, at=timezone.now())
    client.post(f"{page}agenda/", {"act": "list", "meeting": meeting.pk})
    boxes = {name: word(f"team{name}") for name in team.SAID} | {"discussion": word("teamtalk") + long}
    client.post(f"{page}conclude/", team.form(clinician) | boxes)
    return {
        word("teamcase"),
        word("teamasked"),
        word("teamtalk"),
        *(boxes[name] for name in boxes if name != "discussion"),
    }


def a_check_is_signed(client, patient, clinician):
    """Sign the record of a check; return the words."""
    plan = PlanVersion.objects.get(patient=patient)
    monitoring.keep_planned(plan, today=timezone.localdate(), at=timezone.now())
    day = timezone.localdate() + timedelta(days=40)
    boxes = {name: word(f"check {name}") for name in ("typical", "most", "missed", "more", "body", "benefit", "reason")}
    next_on = {"next_on_day": day.day, "next_on_month": day.month, "next_on_year": day.year}
    check = PlanCheck.objects.filter(patient=patient).first()
    client.post(reverse("review_check", args=[check.pk]), CHECK | {"verdict": "continue"} | boxes | next_on)
    return set(boxes.values())


def a_plan_is_written_and_agreed(client, patient, person, clinician):
    """Write a plan, have the team support it, agree to it, activate and pause it; return the words."""
    page = client.post(reverse("review_plan_add", args=[person.pk]), {"key": uuid4()}).url
    names = ("unsuitable", "slowly", "interactions", "stop_words", "taper", "line0_brand", "line0_step0_instruction")
    boxes = {name: word(f"plan {name}") for name in (*names, "contraception_why")}
    client.post(page, plans.sent(0, act="save") | boxes)
    client.post(page, plans.sent(1, act="sign") | boxes)
    plans.decided(person, clinician)
    plan = PlanVersion.objects.get(patient=person)
    move = reverse("review_plan_move", args=[plan.pk])
    client.post(move, {"act": "support"})
    agreed = {purpose.value: "on" for purpose in plans.all_given(plan)} | {"plan": plan.pk, "name": word("agreedname")}
    patient.post(reverse("care_plan"), agreed)
    client.post(move, {"act": "activate"})
    client.post(move, {"act": "pause", "pause-why": word("whypaused"), "pause-told": word("toldpaused")})
    return {*boxes.values(), word("agreedname"), word("whypaused"), word("toldpaused")}


def signed_in(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def everybody_writes(amina, okafor, manager):
    """Type a word of its own into every box in which something clinical may stand; return the words."""
    kind = diary.kind(okafor)
    diary.appointment(amina, okafor, kind, NOW + timedelta(days=9))
    pages.page("contact", pages.FORM, slug="contact", label="Contact us", live_by=manager)
    patient, clinician = signed_in(amina.user), signed_in(okafor.user)

    words = the_patient_writes(patient)
    intake = Intake.objects.get()
    patient.post(reverse("intake_check"), {"declared": "on", **SIGNED})
    words |= the_clinician_writes(clinician, intake)
    patient.post(reverse("intake_reply"), {"reply": word("reply"), **SIGNED})
    words |= {word("reply")} | the_clinician_decides(clinician, intake)
    words |= the_clinician_notes(clinician, amina) | the_clinician_writes_a_letter(clinician, amina)
    words |= the_team_discusses(clinician, amina, okafor, people.clinician("team@example.com"))
    words |= a_plan_is_written_and_agreed(clinician, patient, amina, okafor)
    words |= a_check_is_signed(clinician, amina, okafor)
    request = DataRequest.objects.filter(kind="complaint").get()
    signed_in(manager).post(reverse("admin:patients_datarequest_answer", args=[request.pk]), {"answer": word("answer")})
    Client().post(
        reverse("write_to_us"),
        {"name": "Nia", "topic": "before", "reply_by": "email", "email": "nia@example.com", "phone": ""}
        | {"message": word("enquiry"), "website": "", "key": uuid4()},
    )
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, amina)
    late(browser, reverse("profile_part", args=["other-teams"]), neurologist=word("kept"))
    words |= {word("answer"), word("kept"), word("enquiry")}
    words |= the_clinician_assesses(signed_in(okafor.user), AdverseEvent.objects.get()) | the_manager_looks_into_it(
        signed_in(manager)
    )
    return words


@pytest.mark.django_db
def test_no_word_about_anybodys_health_is_in_clear(amina, okafor, manager):
    words = everybody_writes(amina, okafor, manager)

    inside, dump = opened(), whole_dump()

    asked = {word(name) for name in Intake.objects.get().answers if name in form_in_words()} - {word("medicines")}
    words |= {each for each in asked if each in inside}
    assert {each for each in words if each not in inside} == set()
    assert len(words) > 25
    assert {each for each in words | CODES if each in dump} == set()
    assert "amina@example.com" in dump  # so a word in clear is found


@pytest.mark.django_db
def test_answers_before_a_review_are_sealed_to_the_number(amina, okafor):
    answered = outcomes.answered(amina, okafor)

    dump = whole_dump()

    assert answered.responses.count() > 1
    assert "average" not in dump
    assert "pain_nrs" in dump  # that it was answered may be known


@pytest.mark.django_db
def test_what_is_answered_before_signing_up_lies_sealed_in_the_session():
    client = Client()

    client.post(reverse("precheck"), PRECHECK | {"go_on": "1"})

    assert "carried" in Session.objects.get().get_decoded()
    assert {code for code in (*CODES, "psychosis_self", '"tn"') if code in whole_dump()} == set()


def test_the_queue_carries_no_facts():
    """What works in the background finds its rows by itself: no task is sent with anything of anybody."""
    entries = app.conf.beat_schedule.values()

    assert [entry for entry in entries if entry.get("args") or entry.get("kwargs")] == []


@pytest.mark.django_db
def test_no_name_of_an_illness_stands_beside_a_persons_flag(amina):
    intakes.sent(amina, psychosis_self="yes")
    title = FlagHit.objects.get(code="RF01").title

    assert len(title) > 10
    assert title not in whole_dump()
