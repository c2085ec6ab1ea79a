"""One person's record: all that is needed to decide, on one page. What it shows decides nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.audit.models import AccessLog
from clinic.db.clock import uk_day, when_in_a_table, when_text
from clinic.keeping import marks
from clinic.staff.models import Clinician
from clinic.workspace.consents import answered as consents_of
from clinic.workspace.documents import listed_for
from clinic.workspace.events import listed_for as events_of
from clinic.workspace.letters import listed_for as letters_of
from clinic.workspace.medicines import medicines_of
from clinic.workspace.notes import listed_for as notes_of
from clinic.workspace.questions import shown_to
from clinic.workspace.review_access import NotInCare, care_of, clinician_of, log
from clinic.workspace.timeline import SHOWN, timeline_of
from patients.details.summary import topics
from patients.intake.enums import LOUDEST_FIRST, IntakeState, Level
from patients.intake.models import FlagHit, Intake, IntakeVersion
from patients.intake.names import LIST_VERSION
from patients.intake.walk import amendments, was_before
from patients.profile.models import Patient
from patients.profile.policy import age, phone_text
from patients.suitability.actions import answered
from patients.suitability.forms import DecisionForm, FlagsForm, OutcomeForm
from patients.suitability.models import Decision, DecisionAddendum, FlagAnswer, HandOver, PartRead
from patients.suitability.policy import LOUD, open_points

LOGGED_AS = "intake"
ANSWERS = ("version__answers", "version__record", "version__intake__answers")  # of a decision: long, and not shown
TONES = {Level.EMERGENCY: "danger", Level.RED: "danger", Level.AMBER: "warning", Level.INFO: "info"}


@dataclass
class Forms:
    """The forms of the page as they were sent, where something was wrong with them, or where one is being written."""

    flags: FlagsForm | None = None
    outcome: OutcomeForm | None = None
    decision: DecisionForm | None = None

    @property
    def wrong(self) -> list[Any]:
        """Those with errors."""
        return [form for form in (self.flags, self.outcome, self.decision) if form and form.errors]


@require_safe
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One person's form: who they are, the flags, the answers, the decision."""
    clinician, intake = reading(request, pk)
    return show(request, intake, clinician)


@require_safe
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The record of a person: at their newest form where they have sent one, else without a form."""
    _, patient = care_of(request, "patient", pk)
    newest = Intake.objects.visible_to(request.user).filter(patient=patient).order_by("-submitted_at").first()
    if newest is not None:
        return redirect("review_record", newest.pk)
    return render(request, "workspace/record.html", _of_the_person(request, patient, timezone.now()))


def reading(request: HttpRequest, pk: UUID) -> tuple[Clinician, Intake]:
    """Return the signed-in clinician and the form ``pk`` of somebody in their care; the reading is written down.

    Raises as ``clinician_of`` does, NotInCare, and Http404 where no such form was sent.
    """
    clinician = clinician_of(request, LOGGED_AS, pk)
    about = ("patient__user", "patient__other_teams", "patient__supporter", "reviewer")
    handed = HandOver.objects.visible_to(request.user).filter(intake=OuterRef("pk"))
    forms = Intake.objects.visible_to(request.user).select_related(*about).annotate(was_handed=Exists(handed))
    found = forms.defer("answers").filter(pk=pk).first()
    log(request, AccessLog.What.READ if found else AccessLog.What.REFUSED, LOGGED_AS, pk)
    if found is None:
        listed = Intake.listed.visible_to(request.user).filter(pk=pk).first()
        raise NotInCare(listed.patient_id) if listed else Http404
    return clinician, found


def show(
    request: HttpRequest, intake: Intake, clinician: Clinician, forms: Forms | None = None, status: int = 200
) -> HttpResponse:
    """Return the page of a form, with ``forms`` as they stand."""
    forms, now = forms or Forms(), timezone.now()
    versions = versions_of(request, intake)
    version, before = versions[-1], versions[-2] if len(versions) > 1 else None
    may_decide = intake.state == IntakeState.IN_REVIEW and intake.reviewer_id == clinician.pk
    flags = loudest_first(version)
    known = FlagAnswer.objects.visible_to(request.user).of(intake).select_related("flag", "clinician")
    answers = answered(flags, list(known))
    to_answer = [flag.code for flag in flags if flag.level in LOUD and not answers[flag.pk]]
    context = _of_the_person(request, intake.patient, now)
    if may_decide:
        forms.flags = forms.flags or FlagsForm(flags=flags)
        forms.outcome = forms.outcome or OutcomeForm(action=reverse("review_decide", args=[intake.pk]))
        context["points"] = open_points(
            None,
            unanswered=to_answer,
            has_records=intake.patient.records_received_on is not None,
            is_identified=bool(context["identity"]),
        )
    context |= {
        "intake": intake,
        "version": version,
        "flags": [_flag(flag, answers[flag.pk], before, forms.flags if may_decide else None) for flag in flags],
        "to_answer": len(to_answer),
        "parts": _parts(request, version, before),
        "medicines": medicines_of(version.answers),
        "names_list": LIST_VERSION,
        "amendments": amendments([(each.at, each.record) for each in versions]),
        "changing_since": when_text(intake.changing_since) if intake.changing_since else "",
        "handovers": _handovers(request, intake),
        "forms": forms,
        "forms_with_errors": forms.wrong,
        "kept_for": marks.mark(clinician.user_id, reverse("review_flags", args=[intake.pk])),
        "may_decide": may_decide,
        **_open_to(intake, clinician),
    }
    return render(request, "workspace/record.html", context, status=status)


def _open_to(intake: Intake, clinician: Clinician) -> dict[str, bool]:
    """Return what else ``clinician`` can do with a form where it is now."""
    is_asked = intake.state == IntakeState.MORE_ASKED
    return {
        "is_asked": is_asked,
        "may_claim": is_asked or intake.state == IntakeState.SUBMITTED,
        "may_hand_over": intake.reviewer_id == clinician.pk and (is_asked or intake.state == IntakeState.IN_REVIEW),
    }


def _of_the_person(request: HttpRequest, patient: Patient, now: datetime) -> dict[str, Any]:
    added = DecisionAddendum.objects.visible_to(request.user).select_related("clinician")
    signed = Decision.objects.visible_to(request.user).filter(version__intake__patient=patient)
    signed = signed.select_related("clinician", "version__intake", "identity__checked_by").defer(*ANSWERS)
    decisions = list(signed.prefetch_related(Prefetch("addenda", added)))
    return {
        "patient": patient,
        "details": _details(patient, now),
        "topics": topics(patient),
        "results": shown_to(request.user, patient),
        **listed_for(request.user, patient),
        "consents": consents_of(request.user, patient),
        **events_of(request.user, patient),
        **notes_of(request.user, patient),
        **letters_of(request.user, patient),
        "decisions": decisions,
        "timeline": timeline_of(request.user, patient, SHOWN),
    }


def _details(patient: Patient, now: datetime) -> list[dict[str, str]]:
    born = patient.date_of_birth
    rows = {
        "Date of birth": f"{born.day} {born:%B %Y}, aged {age(born, uk_day(now))}",
        "Phone number": phone_text(patient.phone),
        "Email": patient.reach,
        "Postcode": patient.postcode,
        "GP practice": patient.gp_practice,
    }
    return [{"key": key, "value": value} for key, value in rows.items()]


def versions_of(request: HttpRequest, intake: Intake) -> list[IntakeVersion]:
    """Return all that was sent, the oldest first: before a review, after the last of the form that it was filled from."""
    both = [intake.pk, intake.filled_from_id]
    found = (
        IntakeVersion.objects.visible_to(request.user)
        .filter(intake__in=both)
        .prefetch_related("flags")
        .order_by("at", "number")
    )
    own = [each for each in found if each.intake_id == intake.pk]
    return [each for each in found if each.intake_id != intake.pk][-1:] + own


def loudest_first(version: IntakeVersion) -> list[FlagHit]:
    """Return the red flags as they were recorded, loudest first."""
    return sorted(version.flags.all(), key=lambda flag: (LOUDEST_FIRST.index(Level(flag.level)), flag.code))


def _flag(
    flag: FlagHit, said: list[FlagAnswer], before: IntakeVersion | None, form: FlagsForm | None
) -> dict[str, Any]:
    """Return one flag as it is shown; one that is not among those of the version ``before`` is new."""
    level = Level(flag.level)
    return {
        "flag": flag,
        "level": level.label,
        "tone": TONES[level],
        "is_new": before is not None and flag.code not in {each.code for each in before.flags.all()},
        "said": said,
        "must": level in LOUD and not said,
        "text": form[f"text-{flag.pk}"] if form else None,
        "seen": form[f"seen-{flag.pk}"] if form and f"seen-{flag.pk}" in form.fields else None,
    }


def _parts(request: HttpRequest, version: IntakeVersion, before: IntakeVersion | None) -> list[dict[str, Any]]:
    """Return the parts of a form with who has read each; rows whose answer was another before say so."""
    reads = (
        PartRead.objects.visible_to(request.user)
        .filter(version=version)
        .select_related("clinician")
        .order_by("at", "clinician__name")
    )
    old = was_before(before.record, version.record) if before else {}
    by_part: dict[int, list[PartRead]] = {}
    for each in reads:
        by_part.setdefault(each.part, []).append(each)
    return [
        {
            "number": number,
            "title": part["title"],
            "rows": [row | {"was": old.pop(row.get("name") or row["key"], None)} for row in part["rows"]],
            "reads": [f"{read.clinician}, {when_in_a_table(read.at)}" for read in by_part.get(number, [])],
            "is_mine": any(read.clinician.user_id == request.user.pk for read in by_part.get(number, [])),
        }
        for number, part in enumerate(version.record)
    ]


def _handovers(request: HttpRequest, intake: Any) -> list[HandOver]:
    if not intake.was_handed:
        return []
    return list(HandOver.objects.visible_to(request.user).of(intake).select_related("giver", "taker"))
