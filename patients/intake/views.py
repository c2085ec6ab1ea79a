"""The form, as the person who fills it in meets it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import patients_only
from clinic.db import workdays
from clinic.db.clock import uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from patients.details.policy import missing
from patients.intake import actions, carried, refusals, walk
from patients.intake.access import begun, elsewhere, is_sent, latest_of, patient_of, unread_of, way_of
from patients.intake.addresses import details, next_address, page_address, part_address, parts, tasks
from patients.intake.enums import IntakeState
from patients.intake.flags import Hit, said
from patients.intake.form.whole import PAGES
from patients.intake.forms import DeclarationForm, OpenedForm, QuestionsForm, page_form
from patients.intake.list_views import show_list
from patients.intake.models import Intake
from patients.intake.questions import Page
from patients.intake.sent_views import changed_so_far, show_sent
from patients.profile.models import Patient


@require_safe
@patients_only
def task_list(request: HttpRequest) -> HttpResponse:
    """The sections and how far each is; once sent, the answers as they were sent."""
    patient, intake = patient_of(request), latest_of(request)
    if intake is not None and intake.submitted_at is not None and not intake.is_open:
        return show_sent(request, intake, intake.submitted_at)
    if unread_of(intake):
        return redirect("intake_urgent")
    way = way_of(patient, intake)
    left = way.next_slug("")
    context = {
        "tasks": tasks(way.steps()),
        "next_url": next_address(way),
        "next_label": ("Go on with the form" if intake else "Start the form") if left else "Check your answers",
        "intake": intake,
    }
    return render(request, "patients/intake/tasks.html", context)


@require_safe
@patients_only
def next_page(request: HttpRequest) -> HttpResponse:
    """Go on with the form, wherever that is.

    What somebody answered before they had an account, and chose to go on with, becomes their draft here, as soon as there
    is somebody to keep it for: their session may end before they save a page, or they may go on elsewhere.
    """
    patient, intake, now = patient_of(request), latest_of(request), timezone.now()
    if patient and intake is None and carried.look(request.session, at=now):
        intake = begun(request, patient, intake, now)
    return redirect(elsewhere(intake) or next_address(way_of(patient, intake)))


@require_safe
@patients_only
def details_left(request: HttpRequest) -> HttpResponse:
    """Go to the first part of the details that is still wanted; where none is, to all of them."""
    patient = patient_of(request)
    left = missing(patient) if patient else []
    return redirect(
        part_address(left[0] if left else None, after=reverse("intake_next" if left or not patient else "intake"))
    )


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def section(request: HttpRequest, section: str) -> HttpResponse:
    """One page of questions, or a list of entries. What was typed is kept, whatever happens."""
    page, patient, intake = PAGES.get(section), patient_of(request), latest_of(request)
    if page is None:
        raise Http404
    if patient is None:
        return redirect(part_address(None, after=request.path))
    way = way_of(patient, intake)
    if request.method == "POST":
        data, partial = request.POST, "later" in request.POST
        form = None if page.list_of else page_form(page, way.answers, uk_day(timezone.now()), data, partial=partial)
        return _save(request, patient, intake, page, form)
    if place := elsewhere(intake):
        return redirect(place)
    if page not in (each for _, each in way.pages):
        return redirect("intake")  # other answers have made it one not to ask
    if page.list_of:
        return show_list(request, page, way)
    now = timezone.now()
    told = way.answers.get(walk.TOLD) or carried.look(request.session, at=now)
    is_told = any(name in told and name not in way.answers for name in (each.name for each in page.questions))
    form = fill(request, page_form(page, {**told, **way.answers}, uk_day(now)), at=now)
    return _show(request, page, form, way, is_told=is_told)


def _show(
    request: HttpRequest, page: Page, form: QuestionsForm, way: walk.Way, *, is_told: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "page": page,
        "part": way.part_of(page),
        "opened": walk.mark(page, way.answers),
        "is_told": is_told,
    }
    return render(request, "patients/intake/section.html", context, status=status)


def _save(
    request: HttpRequest, patient: Patient, intake: Intake | None, page: Page, form: QuestionsForm | None
) -> HttpResponse:
    """Save every answer that could be read, then show the emergency card, the errors or the next page."""
    now = timezone.now()
    whole = form is None or (form.is_valid() and not form.more)
    partial = "later" in request.POST
    try:
        intake = begun(request, patient, intake, now)
        draft = actions.save_page(
            intake,
            page,
            form.given if form else {},
            opened=OpenedForm(request.POST).mark if form else "",
            whole=whole and not partial,
            at=now,
        )
    except Refusal as refusal:
        if form is None:
            return redirect("intake")
        form.add_error(None, str(refusal))
        return _show(request, page, form, way_of(patient, intake), status=422)
    if unread_of(draft):
        return redirect("intake_urgent")
    way = actions.way(draft, now)
    if form and not form.is_valid():
        return _show(request, page, form, way, status=422)
    if partial:
        messages.success(request, "We have kept your answers. Come back when you are ready.")
        return redirect("intake")
    if form and form.more:
        messages.info(request, "We have kept your answers. Because of one of them, we ask a little more on this page.")
        return redirect(page_address(page.slug))
    if form is None and way.missing(page):
        return show_list(request, page, way, status=422)
    return redirect(next_address(way, after=page.slug))


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def urgent(request: HttpRequest) -> HttpResponse:
    """The emergency card. The way on is here, and only after it was shown."""
    intake = latest_of(request)
    unread = unread_of(intake)
    if intake is None or not unread:
        return redirect("intake")
    now = timezone.now()
    if request.method == "POST":
        draft = actions.read_card(intake, [hit.rule.code for hit in unread], at=now)
        if "change" in request.POST:
            return redirect(page_address(_asked_on(unread[0], actions.way(intake, now))))
        return redirect(next_address(actions.way(draft, now)))
    context = {
        "points": [hit.rule.told for hit in unread if not hit.rule.crisis],
        "crisis": any(hit.rule.crisis for hit in unread),
        "open_now": workdays.is_open(now),
        "opens_text": when_text(workdays.next_open(now)),
    }
    return render(request, "patients/intake/urgent.html", context)


def _asked_on(hit: Hit, way: walk.Way) -> str:
    """Return the page where the answer that set off ``hit`` was given: of all it looks at, the one that it says."""
    return next(
        page.slug
        for _, page in way.pages
        for question in way.questions(page)
        if question.name in hit.rule.when.reads and said(question.name, way.asked) in hit.answer
    )


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def check(request: HttpRequest) -> HttpResponse:
    """All answers with their change links, the declaration, and sending."""
    patient, intake = patient_of(request), latest_of(request)
    if is_sent(intake):
        return redirect("intake_sent")
    if patient is None or intake is None:
        return redirect("intake")
    if unread_of(intake):
        return redirect("intake_urgent")
    now = timezone.now()
    form = fill(request, DeclarationForm(request.POST if request.method == "POST" else None), at=now)
    if form.is_valid():
        try:
            actions.submit(intake, **form.signature, by=request.user, at=now)
        except refusals.AlreadySent:  # the button pressed twice
            return redirect("intake_sent")
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            carried.forget(request.session)
            return redirect("intake_sent")
    way = way_of(patient, intake)
    context = {
        "form": form,
        "details": details(patient),
        "parts": parts(way),
        "left": tasks(way.unfinished()),
        "intake": intake,
        "changed": changed_so_far(intake, way) if intake.changing_since else [],
        "to_reply": intake.state == IntakeState.MORE_ASKED,
    }
    return render(request, "patients/intake/check.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@patients_only
def sent(request: HttpRequest) -> HttpResponse:
    """The form is with the clinic: what happens next."""
    if not is_sent(latest_of(request)):
        return redirect("intake")
    return render(request, "patients/intake/sent.html")
