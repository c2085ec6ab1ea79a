"""One of everything that can hang on a patient."""

from datetime import timedelta
from uuid import uuid4

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from bookings.waitlist.models import Skip
from clinic.addresses.models import StoppedAddress
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.outbox.models import Attempt
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.consents.actions import give_consents
from patients.consents.enums import Purpose
from patients.consultations.actions import add as add_to_note
from patients.contact.models import ContactChoice
from patients.details.models import OtherTeams, Supporter
from patients.documents.models import IdentityCheck
from patients.incidents.models import Incident
from patients.links.models import TriedLink
from patients.monitoring.models import CheckRecord, PlanCheck
from patients.outcomes.models import ScoreRelease
from patients.profile.models import ClaimCode
from patients.rights.actions import make_copy
from patients.suitability.models import Decision, DecisionAddendum, HandOver, PartRead
from tests.factories import (
    diary,
    documents,
    events,
    intakes,
    letters,
    money,
    notes,
    outcomes,
    people,
    plans,
    prescriptions,
    team,
    waiting,
)
from tests.factories import rights as requests
from tests.factories.messages import due
from tests.factories.people import NOW

SOON = NOW + timedelta(days=10)
EARLY = {"early_start_requested_at": NOW, "early_start_text": "1"}


def of(patient, clinician, staff, kind, number=0):
    """Write one of everything for ``patient``; ``number`` keeps two people's visits apart."""
    at = SOON + timedelta(hours=3 * number)
    _account(patient)
    _person(patient, staff)
    open_care(patient, clinician, CareRelationship.Reason.BOOKED, at=NOW)
    sent = intakes.in_review(patient, clinician)
    version = sent.versions.get()
    decision = Decision.objects.create(
        version=version,
        clinician=clinician,
        outcome="more_information",
        started_at=NOW,
        reasons="Private",
        message="For you",
        at=NOW,
    )
    DecisionAddendum.objects.create(decision=decision, clinician=clinician, text="Added", key=uuid4(), at=NOW)
    PartRead.objects.create(version=version, part=0, clinician=clinician, at=NOW)
    other = people.clinician(f"other{number}@example.com")
    HandOver.objects.create(intake=sent, giver=other, taker=clinician, reason="Away", at=NOW)
    note = notes.signed(patient, clinician)
    add_to_note(note, clinician, "Private", key=uuid4(), at=NOW)
    letter = letters.sent(patient, clinician)
    case = team.concluded(patient, clinician, other).case
    paper = prescriptions.in_state("received", patient, clinician)
    prescriptions.answered(prescriptions.asked(patient), clinician)
    document = documents.kept(patient)
    IdentityCheck.objects.create(
        patient=patient, document=document, kind="passport", valid_until=SOON.date(), checked_by=staff, checked_at=NOW
    )
    asked = outcomes.answered(patient, clinician, at=NOW)
    outcomes.asked(patient, clinician, at=NOW + timedelta(minutes=1))
    visit = _visit(patient, clinician, staff, kind, at)
    entry = waiting.entry(patient, kind, clinician, instead_of=visit)
    hold = {"state": "held", "held_until": SOON, "held_for_offer": True}
    held = diary.appointment(patient, clinician, kind, at + timedelta(hours=1), **hold, **EARLY)
    offer = waiting.offer(entry, held)
    Skip.objects.create(entry=entry, clinician=clinician, starts_at=at, freed_at=NOW, why="not_earlier", at=NOW)
    message = due(person=patient.pk, about=visit.pk)
    Attempt.objects.create(message=message, number=1, at=NOW, outcome="quick", why="Timeout")
    task = worklist.ask(
        TaskKind.DID_NOT_ATTEND, "Call", key=f"one:{visit.pk}", about=visit.pk, role="reception", due_at=SOON, at=NOW
    )
    ScoreRelease.objects.create(patient=patient, clinician=clinician, is_shown=True, at=NOW)
    asked_of_us = requests.asked(patient)
    event = events.serious(patient)
    events.assessed(event, clinician, grade=4)
    events.entry(Incident.objects.get(key=event.pk), staff)
    plan = plans.paused(patient, clinician)
    check = _check(plan, clinician)
    make_copy(patient, by=patient.user, at=NOW)
    TriedLink.objects.create(purpose="visit", about=visit.pk, round=0, wrong=1, last_at=NOW)
    StoppedAddress.objects.create(address=patient.reach, why="bounced", stopped_at=NOW)
    audit.record(AccessLog.What.READ, "intake", sent.pk, by=clinician.user, at=NOW)
    audit.record(AccessLog.What.READ, "page", uuid4(), by=patient.user, at=NOW)
    for record in (
        sent,
        note,
        letter,
        case,
        paper,
        document,
        asked,
        visit,
        visit.charge,
        entry,
        offer,
        task,
        asked_of_us,
        event,
        plan,
        check,
    ):
        record.state_changes.create(from_state="before", to_state="after", at=NOW, by=staff, reason="Because")


def _check(plan, clinician):
    new = {"patient": plan.patient, "plan": plan, "kind": "extra", "due_on": NOW.date(), "created_at": NOW}
    check = PlanCheck.objects.create(**new)
    CheckRecord.objects.create(check_of=check, clinician=clinician, said={"benefit": "Private"}, verdict="stop", at=NOW)
    return check


def _account(patient):
    session = Session.objects.create(session_key=uuid4().hex, session_data="", expire_date=SOON)
    UserSession.objects.create(
        user=patient.user, ip="192.0.2.1", session_key=session.session_key, user_agent="Browser", last_seen_at=NOW
    )
    Authenticator.objects.create(user=patient.user, type="totp", data={"secret": "never"})


def _person(patient, staff):
    ClaimCode.objects.create(
        patient=patient, digest=uuid4().hex, made_at=NOW, made_by=staff, expires_at=SOON, used_at=NOW, used_by=staff
    )
    Supporter.objects.create(patient=patient, name="Sam", changed_at=NOW, changed_by=patient.user)
    OtherTeams.objects.create(patient=patient, ms_team="A team")
    ContactChoice.objects.create(
        patient=patient, copies_name="Sam", copies_email="sam@example.com", changed_at=NOW, changed_by=patient.user
    )
    give_consents(patient, {Purpose.RESEARCH: True}, by=patient.user, at=NOW)


def _visit(patient, clinician, staff, kind, at):
    visit = diary.appointment(patient, clinician, kind, at, **EARLY)
    money.charged(visit, "paid", by=staff)
    visit.moves.create(
        from_starts_at=at, from_clinician=clinician, to_starts_at=at, to_clinician=clinician, at=NOW, by=staff
    )
    return visit
