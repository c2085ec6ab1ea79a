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
from patients.intake import actions, carried, walk
from patients.intake.addresses import details, new_entry_address, next_address, page_address, parts, tasks
from patients.intake.enums import IntakeState
from patients.intake.flags import Hit
from patients.intake.form.urgent import SPINE_AND_STROKE
from patients.intake.form.whole import DETAILS, PAGES
from patients.intake.forms import DeclarationForm, OpenedForm, QuestionsForm, entry_form, list_form, page_form
from patients.intake.models import Intake
from patients.intake.questions import Answers, Page, Question
from patients.intake.rules.table import emergencies
from patients.profile.models import Patient


def _patient(request: HttpRequest) -> Patient | None:
    return Patient.objects.visible_to(request.user).first()


def _latest(request: HttpRequest) -> Intake | None:
    return Intake.objects.visible_to(request.user).select_related("patient").order_by("-started_at").first()


def _way(patient: Patient | None, intake: Intake | None) -> walk.Way:
    """Return where they are in the form; without a profile, at its beginning."""
    answers = intake.answers_now if intake else {}
    return actions.way_of(patient, answers, timezone.now()) if patient else walk.Way(answers, details_done=False)


def _is_sent(intake: Intake | None) -> bool:
    return intake is not None and intake.state != IntakeState.DRAFT


def _unread(intake: Intake | None) -> list[Hit]:
    """Return the emergencies whose card has to be read before anything else."""
    if intake is None or _is_sent(intake):
        return []
    way = actions.way(intake, timezone.now())
    return walk.unread_cards(way.answers, emergencies(way.asked))


def _elsewhere(intake: Intake | None) -> str:
    """Return where somebody has to go before any page of questions: to what they sent, or to an emergency card."""
    return "intake" if _is_sent(intake) else ("intake_urgent" if _unread(intake) else "")


@require_safe
@patients_only
def task_list(request: HttpRequest) -> HttpResponse:
    """The sections and how far each is; once sent, the answers as they were sent."""
    patient, intake = _patient(request), _latest(request)
    if intake is not None and intake.submitted_at is not None:
        record = intake.versions.latest("number").record  # what was sent, not what was saved last
        context = {"sent_text": when_text(intake.submitted_at), "parts": record}
        return render(request, "patients/intake/answers.html", context)
    if _unread(intake):
        return redirect("intake_urgent")
    way = _way(patient, intake)
    left = way.next_slug("")
    context = {
        "tasks": tasks(way.steps()),
        "next_url": next_address(way),
        "next_label": ("Go on with the form" if intake else "Start the form") if left else "Check your answers",
    }
    return render(request, "patients/intake/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def section(request: HttpRequest, section: str) -> HttpResponse:
    """One page of questions, or a list of entries. What was typed is kept, whatever happens."""
    page, patient, intake = PAGES.get(section), _patient(request), _latest(request)
    if page is None:
        raise Http404
    if patient is None:
        return redirect(page_address(DETAILS.slug, after=request.path))
    way = _way(patient, intake)
    if request.method == "POST":
        data, partial = request.POST, "later" in request.POST
        form = None if page.list_of else page_form(page, way.answers, uk_day(timezone.now()), data, partial=partial)
        return _save(request, patient, intake, page, form)
    if place := _elsewhere(intake):
        return redirect(place)
    if page not in (each for _, each in way.pages):
        return redirect("intake")  # other answers have made it one not to ask
    if page.list_of:
        return _show_list(request, page, page.list_of, way)
    told = carried.look(request.session, at=timezone.now())
    before = {**told, **way.answers}
    is_told = any(name in told and name not in way.answers for name in (each.name for each in page.questions))
    return _show(request, page, page_form(page, before, uk_day(timezone.now())), way, is_told=is_told)


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
        intake = intake or actions.start(patient, at=now)
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
        return _show(request, page, form, _way(patient, intake), status=422)
    if _unread(draft):
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
        return _show_list(request, page, page.list_of, way, status=422)
    return redirect(next_address(way, after=page.slug))


def _show_list(
    request: HttpRequest, page: Page, question: Question | None, way: walk.Way, *, status: int = 200
) -> HttpResponse:
    if question is None:
        raise Http404
    entries = [
        {
            "words": question.entry_words(entry),
            "name": entry.get("name") or entry.get("substance") or question.one,
            "url": reverse("intake_entry", args=[page.slug, entry["id"]]),
            "left": bool(walk.left_out(question, entry)),
        }
        for entry in way.answers.get(question.name, [])
    ]
    context = {
        "page": page,
        "part": way.part_of(page),
        "question": question,
        "entries": entries,
        "new_url": new_entry_address(page),
        "form": list_form(question, way.answers.get(question.name, [])) if status != 200 else None,
    }
    return render(request, "patients/intake/entries.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def entry(request: HttpRequest, section: str, entry: str) -> HttpResponse:
    """One entry of a list: a medicine, a treatment, an allergy. One that is not there yet is a new one."""
    page, patient, intake = PAGES.get(section), _patient(request), _latest(request)
    question = page.list_of if page else None
    if page is None or question is None:
        raise Http404
    if patient is None:
        return redirect(page_address(DETAILS.slug, after=request.path))
    if request.method == "POST":
        return _save_entry(request, patient, intake, page, entry)
    if place := _elsewhere(intake):
        return redirect(place)
    found = _entry_of(_way(patient, intake), question, entry)
    return _show_entry(request, page, question, found, entry_form(question, found, uk_day(timezone.now())))


def _entry_of(way: walk.Way, question: Question, key: str) -> Answers:
    return next((entry for entry in way.answers.get(question.name, []) if entry["id"] == key), {})


def _save_entry(request: HttpRequest, patient: Patient, intake: Intake | None, page: Page, key: str) -> HttpResponse:
    """Save or remove one entry, and go back to the list."""
    now, question, remove = timezone.now(), actions.list_of(page), "remove" in request.POST
    form = entry_form(question, {}, uk_day(now), request.POST)
    if remove or form.is_valid():
        try:
            intake = intake or actions.start(patient, at=now)
            if remove:
                actions.remove_entry(intake, page, key, at=now)
            else:
                actions.save_entry(intake, page, key, form.given, opened=OpenedForm(request.POST).mark, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{'Removed' if remove else 'Saved'}. Add another one, or go on.")
            return redirect(page_address(page.slug))
    return _show_entry(request, page, question, _entry_of(_way(patient, intake), question, key), form)


def _show_entry(
    request: HttpRequest, page: Page, question: Question, found: Answers, form: QuestionsForm
) -> HttpResponse:
    context = {
        "form": form,
        "page": page,
        "question": question,
        "found": found,
        "opened": walk.mark_of(found) if found else "",
    }
    return render(request, "patients/intake/entry.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def urgent(request: HttpRequest) -> HttpResponse:
    """The emergency card. The way on is here, and only after it was shown."""
    intake = _latest(request)
    unread = _unread(intake)
    if intake is None or not unread:
        return redirect("intake")
    now = timezone.now()
    if request.method == "POST":
        draft = actions.read_card(intake, [hit.rule.code for hit in unread], at=now)
        if "change" in request.POST:
            return redirect(page_address(_asked_on(unread[0])))
        return redirect(next_address(actions.way(draft, now)))
    context = {
        "points": [hit.rule.told for hit in unread if not hit.rule.crisis],
        "crisis": any(hit.rule.crisis for hit in unread),
        "open_now": workdays.is_open(now),
        "opens_text": when_text(workdays.next_open(now)),
    }
    return render(request, "patients/intake/urgent.html", context)


def _asked_on(hit: Hit) -> str:
    """Return the page where the answer that set off ``hit`` was given."""
    return next(
        (
            page.slug
            for page in PAGES.values()
            if any(question.name in hit.rule.when.reads for question in page.questions)
        ),
        SPINE_AND_STROKE.slug,
    )


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
    way = _way(patient, intake)
    context = {
        "form": form,
        "details": details(patient),
        "parts": parts(way),
        "left": tasks(way.unfinished()),
    }
    return render(request, "patients/intake/check.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@patients_only
def sent(request: HttpRequest) -> HttpResponse:
    """The form is with the clinic: what happens next."""
    if not _is_sent(_latest(request)):
        return redirect("intake")
    return render(request, "patients/intake/sent.html")
