"""The form, as the person who fills it in meets it."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import patients_only
from clinic.db import workdays
from clinic.db.clock import when_text
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from patients.intake import actions, carried, flags, walk
from patients.intake.enums import IntakeState
from patients.intake.forms import FORMS, DeclarationForm, OpenedForm, SectionForm
from patients.intake.models import Intake
from patients.intake.questions import DETAILS, SYMPTOMS, Answers, Section
from patients.profile.models import Patient
from patients.profile.policy import is_complete, phone_text


def _patient(request: HttpRequest) -> Patient | None:
    return Patient.objects.visible_to(request.user).first()


def _latest(request: HttpRequest) -> Intake | None:
    return Intake.objects.visible_to(request.user).order_by("-started_at").first()


def _answers(intake: Intake | None) -> Answers:
    return intake.answers if intake else {}


def _is_sent(intake: Intake | None) -> bool:
    return intake is not None and intake.state != IntakeState.DRAFT


def _unread(intake: Intake | None) -> list[flags.Hit]:
    """Return the emergencies whose card has to be read before anything else."""
    if intake is None or _is_sent(intake):
        return []
    return walk.unread_cards(
        intake.answers, flags.emergencies(intake.answers, actions.facts(intake.patient, timezone.now()))
    )


def _address(section: Section, after: str = "") -> str:
    """Return where a section is filled in; the details lead back to ``after``."""
    if section != DETAILS:
        return reverse("intake_section", args=[section.slug])
    return f"{reverse('profile')}?{urlencode({'next': after or reverse('intake')})}"


def _tasks(steps: Iterable[walk.Step]) -> list[dict[str, str]]:
    tones = {walk.Status.DONE: "done", walk.Status.STARTED: "info", walk.Status.NOT_STARTED: ""}
    return [
        {
            "label": step.section.title,
            "url": _address(step.section),
            "hint": step.section.hint,
            "status": step.status,
            "tone": tones[step.status],
        }
        for step in steps
    ]


def _parts(answers: Answers) -> list[dict[str, Any]]:
    """Return all answers by section, each with the address to change it."""
    return [
        {"title": part.section.title, "rows": [row | {"change_url": _address(part.section)} for row in part.rows]}
        for part in walk.parts(answers)
    ]


def _details(patient: Patient) -> list[dict[str, str]]:
    born = patient.date_of_birth
    rows = {
        "Name": patient.full_name,
        "Name you like to be called": patient.preferred_name,
        "Date of birth": f"{born.day} {born:%B %Y}",
        "Phone number": phone_text(patient.phone),
        "Postcode": patient.postcode,
        "GP practice": patient.gp_practice,
    }
    change = _address(DETAILS, after=reverse("intake_check"))
    return [
        {"key": key, "value": value, "change_url": change, "change_about": f"your {key[0].lower()}{key[1:]}"}
        for key, value in rows.items()
    ]


@require_safe
@patients_only
def task_list(request: HttpRequest) -> HttpResponse:
    """The sections and how far each is; once sent, the answers as they were sent."""
    patient, intake = _patient(request), _latest(request)
    if intake is not None and intake.submitted_at is not None:
        parts = walk.parts(intake.versions.latest("number").answers)  # what was sent, not what was saved last
        return render(
            request, "patients/intake/answers.html", {"sent_text": when_text(intake.submitted_at), "parts": parts}
        )
    if _unread(intake):
        return redirect("intake_urgent")
    steps = walk.progress(_answers(intake), details_done=is_complete(patient))
    left = [step.section for step in steps if step.status != walk.Status.DONE]
    context = {
        "tasks": _tasks(steps),
        "next_url": _address(left[0]) if left else reverse("intake_check"),
        "next_label": ("Go on with the form" if intake else "Start the form") if left else "Check your answers",
    }
    return render(request, "patients/intake/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def section(request: HttpRequest, section: str) -> HttpResponse:
    """One page of questions. What was typed is kept, whatever happens."""
    if section not in FORMS:
        raise Http404
    patient, intake = _patient(request), _latest(request)
    if patient is None:
        return redirect(_address(DETAILS, after=request.path))
    if request.method == "POST":
        return _save(request, patient, intake, FORMS[section](request.POST, partial="later" in request.POST))
    if _is_sent(intake):
        return redirect("intake")
    if _unread(intake):
        return redirect("intake_urgent")
    now = timezone.now()
    told = carried.look(request.session, at=now)
    form = fill(request, FORMS[section](initial=told | dict(_answers(intake))), at=now)
    return _show(request, form, intake, told=told)


def _show(
    request: HttpRequest, form: SectionForm, intake: Intake | None, status: int = 200, told: Answers | None = None
) -> HttpResponse:
    """Show a page of questions; ``told`` is what the person told us before they had an account."""
    answers = _answers(intake)
    is_told = any(name in (told or {}) and not answers.get(name) for name in form.fields)
    context = {"form": form, "section": form.section, "opened": walk.mark(form.section, answers), "is_told": is_told}
    return render(request, "patients/intake/section.html", context, status=status)


def _save(request: HttpRequest, patient: Patient, intake: Intake | None, form: SectionForm) -> HttpResponse:
    """Save every answer that could be read, then show the emergency card, the errors or the next page."""
    whole, now = form.is_valid(), timezone.now()
    try:
        intake = intake or actions.start(patient, at=now)
        draft = actions.save_section(intake, form.section, form.given, opened=OpenedForm(request.POST).mark, at=now)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, form, intake, status=422)
    if _unread(draft):
        return redirect("intake_urgent")
    if not whole:
        return _show(request, form, draft, status=422)
    if form.partial:
        messages.success(request, "We have kept your answers. Come back when you are ready.")
        return redirect("intake")
    following = walk.next_section(form.section, draft.answers, details_done=is_complete(patient))
    return redirect(_address(following) if following else "intake_check")


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def urgent(request: HttpRequest) -> HttpResponse:
    """The emergency card. The way on is here, and only after it was shown."""
    intake = _latest(request)
    unread = _unread(intake)
    if intake is None or not unread:
        return redirect("intake")
    if request.method == "POST":
        draft = actions.read_card(intake, [hit.rule.code for hit in unread], at=timezone.now())
        if "change" in request.POST:
            return redirect(_address(SYMPTOMS))
        following = walk.next_section(SYMPTOMS, draft.answers, details_done=is_complete(draft.patient))
        return redirect(_address(following) if following else "intake_check")
    now = timezone.now()
    context = {
        "points": [hit.rule.told for hit in unread],
        "open_now": workdays.is_open(now),
        "opens_text": when_text(workdays.next_open(now)),
    }
    return render(request, "patients/intake/urgent.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def check(request: HttpRequest) -> HttpResponse:
    """All answers with their change links, the declaration, and sending."""
    patient, intake = _patient(request), _latest(request)
    if _is_sent(intake):
        return redirect("intake_sent")
    if patient is None or intake is None:
        return redirect("intake")
    if _unread(intake):
        return redirect("intake_urgent")
    form = DeclarationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.submit(intake, by=request.user, at=timezone.now())
        except actions.AlreadySent:  # the button pressed twice
            return redirect("intake_sent")
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            carried.forget(request.session)
            return redirect("intake_sent")
    left = [
        step
        for step in walk.progress(intake.answers, details_done=is_complete(patient))
        if step.status != walk.Status.DONE
    ]
    context = {"form": form, "details": _details(patient), "parts": _parts(intake.answers), "left": _tasks(left)}
    return render(request, "patients/intake/check.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@patients_only
def sent(request: HttpRequest) -> HttpResponse:
    """The form is with the clinic: what happens next."""
    if not _is_sent(_latest(request)):
        return redirect("intake")
    return render(request, "patients/intake/sent.html")
