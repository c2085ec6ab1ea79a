"""The pages of the form that list entries: medicines, treatments, allergies."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import patients_only
from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from patients.intake import actions, walk
from patients.intake.access import begun, elsewhere, latest_of, patient_of, way_of
from patients.intake.addresses import new_entry_address, page_address, part_address
from patients.intake.form.whole import PAGES
from patients.intake.forms import OpenedForm, QuestionsForm, entry_form, list_form
from patients.intake.models import Intake
from patients.intake.questions import Answers, Page, Question
from patients.profile.models import Patient


def show_list(request: HttpRequest, page: Page, way: walk.Way, *, status: int = 200) -> HttpResponse:
    """Show what a list holds, each entry with the way to change it; as an error where something is left to do."""
    question = walk.list_of(page)
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
@keeps_typing
def entry(request: HttpRequest, section: str, entry: str) -> HttpResponse:
    """One entry of a list: a medicine, a treatment, an allergy. One that is not there yet is a new one."""
    page, patient, intake = PAGES.get(section), patient_of(request), latest_of(request)
    question = page.list_of if page else None
    if page is None or question is None:
        raise Http404
    if patient is None:
        return redirect(part_address(None, after=request.path))
    if request.method == "POST":
        return _save_entry(request, patient, intake, page, entry)
    if place := elsewhere(intake):
        return redirect(place)
    found = _entry_of(way_of(patient, intake), question, entry)
    now = timezone.now()
    form = fill(request, entry_form(question, found, uk_day(now)), at=now)
    return _show_entry(request, page, question, found, form)


def _entry_of(way: walk.Way, question: Question, key: str) -> Answers:
    return next((entry for entry in way.answers.get(question.name, []) if entry["id"] == key), {})


def _save_entry(request: HttpRequest, patient: Patient, intake: Intake | None, page: Page, key: str) -> HttpResponse:
    """Save or remove one entry, and go back to the list."""
    now, question, remove = timezone.now(), walk.list_of(page), "remove" in request.POST
    form = entry_form(question, {}, uk_day(now), request.POST)
    if remove or form.is_valid():
        try:
            intake = begun(request, patient, intake, now)
            if remove:
                actions.remove_entry(intake, page, key, at=now)
            else:
                actions.save_entry(intake, page, key, form.given, opened=OpenedForm(request.POST).mark, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{'Removed' if remove else 'Saved'}. Add another one, or go on.")
            return redirect(page_address(page.slug))
    return _show_entry(request, page, question, _entry_of(way_of(patient, intake), question, key), form)


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
