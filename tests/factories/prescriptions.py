"""Prescriptions for tests, and somebody for whom nothing stands in the way of one."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from clinic.db.clock import uk_day
from clinic.staff.models import Clinician
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.consents.actions import give_consents
from patients.consents.enums import Purpose
from patients.intake.models import IntakeVersion
from patients.prescriptions import actions
from patients.prescriptions.actions import Asked, Chosen, News, Signing, Written
from patients.prescriptions.enums import Answer
from patients.prescriptions.models import Prescription
from patients.profile.models import Patient
from patients.suitability.models import Decision
from tests.factories import intakes, people, plans
from tests.factories.people import NOW

TEXT = {
    "line": 0,
    "paper": "fp10pcd",
    "serial": "AB123456",
    "product": "Example Pharma balanced oil, THC 10 mg/ml, CBD 10 mg/ml",
    "dose": "0.25 ml under the tongue, 2 times a day",
    "quantity": Decimal(30),
    "unit": "ml",
    "days": 30,
}
PHARMACY = {
    "name": "Exampleton Own Pharmacy",
    "number": "0000009",
    "address": "3 Example Road, Exampleton, AA1 1AC",
    "phone": "01632 960 009",
    "email": "own@pharmacy.example.com",
    "listed": "own",
    "was_read": True,
}
ANSWERS = {
    "effects": "no",
    "terms": [],
    "how_bad": "",
    "hospital": "",
    "effects_words": "",
    "medicines": "no",
    "medicines_words": "",
    "illness": "no",
    "illness_words": "",
    "pregnancy": "no",
    "driving": "fine",
    "mood": "well",
    "other_use": "no",
    "other_use_words": "",
    "more": "",
}
TOLD = {"told_by": "Nora Example, pharmacist", "how": "phone"}
WHY = "The patient travels for six weeks."


def ready(patient, clinician, at=NOW, **plan):
    """Somebody for whom nothing stands in the way: form, decision, records, team, plan, pharmacy. Return the plan."""
    decided(patient, clinician, at)
    Patient.objects.filter(pk=patient.pk).update(records_received_on=uk_day(at))
    patient.refresh_from_db()
    give_consents(patient, {Purpose.SHARE_WITH_GP: True}, by=patient.user, at=at)
    made = plans.active(patient, clinician, at, **plan)
    chosen(patient, at)
    Clinician.objects.filter(pk=clinician.pk).update(cd_number="612345")
    clinician.refresh_from_db()
    return made


def open_care_of(patient, clinician, at=NOW):
    """Open the care relationship, so that the clinician sees the record."""
    return open_care(patient, clinician, CareRelationship.Reason.BOOKED, at=at)


def decided(patient, clinician, at=NOW, outcome="proceed"):
    """A decision on the patient's newest form; the form is sent where there is none."""
    version = IntakeVersion.objects.filter(intake__patient=patient).order_by("-at").first()
    if version is None:
        version = intakes.in_review(patient, clinician).versions.get()
    return Decision.objects.create(
        version=version,
        clinician=clinician,
        outcome=outcome,
        started_at=at,
        diagnosis="confirmed",
        examination="not_needed",
        capacity="no_doubt",
        treatments_verified=2,
        reasons="Private",
        message="For you",
        at=at,
    )


def chosen(patient, at=NOW, **more):
    """The pharmacy that the patient chose."""
    return actions.choose_pharmacy(patient, Chosen(**PHARMACY | more), key=uuid4(), by=patient.user, at=at)


def written(version=0, **more):
    """What the form of a draft holds: enough to be checked."""
    return Written(version, **TEXT | more)


def opened(patient, clinician, at=NOW):
    """A draft that nobody has written into yet."""
    if not patient.plans.filter(state="active").exists():
        ready(patient, clinician, at)
    return fresh(actions.open_draft(patient, clinician, key=uuid4(), at=at))


def drafted(patient, clinician, at=NOW, **more):
    """One that waits to be checked."""
    draft = opened(patient, clinician, at)
    if "serial" not in more:
        more["serial"] = _serial()
    actions.save_draft(draft, written(**more), by=clinician.user, at=at)
    return fresh(draft)


def _serial():
    return f"AB{123456 + Prescription.objects.count() - 1}"


def other_than(clinician):
    """Another clinician."""
    return Clinician.objects.exclude(pk=clinician.pk).first() or people.clinician()


def checked(patient, clinician, at=NOW, **more):
    """One that is ready to sign."""
    draft = drafted(patient, clinician, at, **more)
    other = other_than(clinician)
    actions.check(draft, other, version=draft.version, by=other.user, at=at)
    return fresh(draft)


def signing(version=1, at=NOW, **more):
    """That the paper was signed on the day of ``at``."""
    return Signing(**{"version": version, "signed_on": uk_day(at), "wet_ink": True, "copy_given": True} | more)


def signed(patient, clinician, at=NOW, **more):
    """One that is signed on paper."""
    found = checked(patient, clinician, at, **more)
    actions.sign(found, signing(found.version, at), by=clinician.user, at=at)
    return fresh(found)


def breach(patient, clinician, at=NOW, **more):
    """One that was signed on paper although nobody had checked it."""
    found = drafted(patient, clinician, at, **more)
    how = signing(found.version, at, is_breach=True, breach_why="Signed at home in a hurry")
    actions.sign(found, how, by=clinician.user, at=at)
    return fresh(found)


def posted(patient, clinician, at=NOW, **more):
    """One that is in the post."""
    found = signed(patient, clinician, at, **more)
    actions.post(found, uk_day(at), "AB123456789GB", by=clinician.user, at=at)
    return fresh(found)


def told(found, state, at=NOW, **more):
    """The note of what the pharmacy told us."""
    news = News(**{"seen": found.state, "state": state, "on": uk_day(at), **TOLD} | more)
    clinician = found.prescriber
    return actions.write_down(found, news, clinician, key=uuid4(), by=clinician.user, at=at)


def in_state(state, patient, clinician, at=NOW):
    """A prescription in ``state``."""
    if state in START:
        return START[state](patient, clinician, at)
    if state == "cancelled":
        found = signed(patient, clinician, at)
        actions.cancel_paper(found, clinician, why="Written in error", by=clinician.user, at=at)
    elif state == "expired":
        found = signed(patient, clinician, at)
        later = at + timedelta(days=29)
        actions.expire(today=uk_day(later), at=later)
    elif state in {"dispatched", "delivered", "collected"}:
        found = in_state("dispensed", patient, clinician, at)
        told(found, state, at)
    else:
        found = posted(patient, clinician, at)
        told(found, state, at)
    return fresh(found)


def asked(patient, at=NOW, **more):
    """A request for the next one."""
    return actions.ask(patient, Asked(ANSWERS | more), key=uuid4(), at=at)


def answered(request, clinician, at=NOW, said=Answer.TALK):
    """A clinician's answer."""
    words = {"why": "Wants to talk about sleep", "told": "We will call you this week."}
    return actions.answer(request, clinician, said, by=clinician.user, at=at, **words)


def fresh(found):
    """The record as it now is."""
    return Prescription.objects.select_related("patient", "plan", "prescriber__user").get(pk=found.pk)


START = {"drafted": drafted, "checked": checked, "signed": signed, "posted": posted}
