"""Letters to GPs: a patient's, those a clinician has still to write, send or hear of, and writing and approving one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day, when_text
from clinic.db.refusal import Refusal, SavedElsewhere
from clinic.keeping.typed import fill_draft, keeps_typing
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task
from clinic.workspace.plan_rows import for_the_gp
from clinic.workspace.review_access import care_of, clinician_of, is_done, log
from patients.consultations.models import ConsultationNote
from patients.correspondence import actions, pdf
from patients.correspondence.download import attachment
from patients.correspondence.enums import OPEN, OUT, Method, Sharing, State
from patients.correspondence.forms import AcknowledgedForm, LetterForm, NewLetterForm, SentForm, WithdrawForm
from patients.correspondence.models import GpLetter
from patients.correspondence.policy import sections
from patients.profile.models import Patient

LOGGED_AS = "letter"
TONES = {State.DRAFT: "warning", State.APPROVED: "warning", State.SENT: "info", State.ACKNOWLEDGED: "done"}


@require_safe
def open_letters(request: HttpRequest) -> HttpResponse:
    """What this clinician has still to write, to send and to hear of."""
    clinician = clinician_of(request, LOGGED_AS)
    due = Task.objects.visible_to(request.user).waiting().filter(kind=TaskKind.LETTER_DUE, taken_by=request.user.pk)
    due_at = dict(due.values_list("about", "due_at"))
    notes = ConsultationNote.objects.visible_to(request.user).select_related("patient").filter(pk__in=due_at)
    own = GpLetter.objects.visible_to(request.user).defer("body").select_related("patient", "clinician")
    written = [_row(each) for each in own.filter(clinician=clinician, state__in=OPEN)]
    begun = {row["note"] or row["patient"].pk for row in written}
    changes = Patient.objects.visible_to(request.user).filter(pk__in=due_at)
    about = [(note.pk, note.patient) for note in notes] + [(patient.pk, patient) for patient in changes]
    context = {
        "to_write": [
            {"pk": pk, "patient": patient, "due": when_text(due_at[pk])} for pk, patient in about if pk not in begun
        ],
        "letters": written,
    }
    return render(request, "workspace/letters_open.html", context)


@require_safe
def of_a_patient(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The letters about a patient, and the button for one about a change."""
    _, patient = care_of(request, LOGGED_AS, pk)
    waiting = Task.objects.visible_to(request.user).waiting().filter(about=pk, kind=TaskKind.LETTER_DUE)
    context = {
        "patient": patient,
        "sharing": actions.sharing_of(patient).value,
        "due": [when_text(task.due_at) for task in waiting],
        "new_form": NewLetterForm(),
        **listed_for(request.user, patient),
    }
    return render(request, "workspace/letters.html", context)


@require_safe
def due(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the task leads: the letter after the consultation of the note ``pk``, to write, or why there is none.

    The task about a change of the plan leads by the patient's key to their letters.
    """
    clinician_of(request, LOGGED_AS, pk)
    if Patient.objects.visible_to(request.user).filter(pk=pk).exists():
        return redirect("review_letters", pk)
    note = _note(request, pk)
    own = GpLetter.objects.visible_to(request.user).defer("body").select_related("clinician").filter(note=note)
    context = {
        "patient": note.patient,
        "note": note,
        "sharing": actions.sharing_of(note.patient).value,
        "letters": [_row(each) for each in own],
        "new_form": NewLetterForm(initial={"note": note.pk}),
        "is_due": Task.objects.visible_to(request.user)
        .waiting()
        .filter(about=note.pk, kind=TaskKind.LETTER_DUE)
        .exists(),
    }
    return render(request, "workspace/letter_due.html", context)


@require_POST
def end_without(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close the task, since the patient refuses that we write to their GP."""
    clinician_of(request, LOGGED_AS, pk)
    changed = Patient.objects.visible_to(request.user).filter(pk=pk).first()
    patient = changed or _note(request, pk).patient
    if is_done(request, lambda: actions.end_without_letter(patient, pk, by=request.user, at=timezone.now())):
        messages.success(request, "Noted: no letter, since the patient does not let us write to their GP.")
    return redirect("review_letters" if changed else "review_letter_due", pk)


@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a letter, filled from the record. Pressed twice it is one letter."""
    clinician, patient = care_of(request, LOGGED_AS, pk)
    form = NewLetterForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Press the button on the page of letters.")
        return redirect("review_letters", pk)
    said = form.cleaned_data
    notes = ConsultationNote.objects.visible_to(request.user).filter(patient=patient)
    letters = GpLetter.objects.visible_to(request.user).filter(patient=patient)
    replaces = letters.filter(pk=said["replaces"]).first() if said["replaces"] else None
    try:
        letter = actions.open_letter(
            patient,
            clinician,
            key=said["key"],
            at=timezone.now(),
            note=replaces.note if replaces else notes.filter(pk=said["note"]).first(),
            replaces=replaces,
            first=for_the_gp(request.user, patient),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("review_letters", pk)
    return redirect("review_letter", _find(request, letter.pk).pk)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write a draft, save it or approve it; read a letter that is approved."""
    clinician_of(request, LOGGED_AS, pk)
    found, now = _find(request, pk), timezone.now()
    if request.method != "POST":
        log(request, AccessLog.What.READ, LOGGED_AS, pk)
        if found.state != State.DRAFT:
            return _show_approved(request, found, now)
        return _show_draft(request, found, fill_draft(request, LetterForm.of(found), at=now))
    form, is_approval = LetterForm(request.POST.copy()), request.POST.get("act") == "approve"
    if form.is_valid() and is_approval:
        form.ask_for_the_rest()
    if not form.is_valid():
        return _show_draft(request, found, form)
    act = actions.approve if is_approval else actions.save_draft
    try:
        act(found, form.written, by=request.user, at=now)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show_draft(request, found, form, newer=isinstance(refusal, SavedElsewhere))
    said = "The letter is approved. Now send it." if is_approval else "The draft is saved as you typed it."
    messages.success(request, said)
    return redirect("review_letter", pk)


@require_safe
def file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The letter as a PDF, to print or to send."""
    clinician_of(request, LOGGED_AS, pk)
    found = _find(request, pk)
    if found.state == State.DRAFT:
        raise PermissionDenied  # a draft does not leave the house
    log(request, AccessLog.What.EXPORTED, LOGGED_AS, pk)
    return attachment(found)


@require_POST
def sent(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down how and when it was sent."""
    form = SentForm(request.POST, today=uk_day(timezone.now()))
    return _step(request, pk, form, "Noted as sent.", lambda found, said, how: actions.mark_sent(
        found, Method(said["method"]), said["sent_on"], **how))  # fmt: skip


@require_POST
def acknowledged(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down that the practice has it."""
    form = AcknowledgedForm(request.POST, today=uk_day(timezone.now()))
    return _step(request, pk, form, "Noted: the practice has it.", lambda found, said, how: actions.mark_acknowledged(
        found, said["how"], said["acknowledged_on"], **how))  # fmt: skip


@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw an approved letter before it is sent."""
    form = WithdrawForm(request.POST)
    return _step(request, pk, form, "The letter is withdrawn.", lambda found, said, how: actions.withdraw(
        found, said["why"], **how))  # fmt: skip


def listed_for(user: Any, patient: Patient) -> dict[str, Any]:
    """Return what the list of a patient's letters shows (``letters``), the newest first, in one query."""
    own = GpLetter.objects.visible_to(user).defer("body").filter(patient=patient).select_related("clinician", "patient")
    return {"letters": [_row(each) for each in own]}


def _step(
    request: HttpRequest,
    pk: UUID,
    form: Any,
    done: str,
    act: Callable[[GpLetter, dict[str, Any], dict[str, Any]], None],
) -> HttpResponse:
    """Do one step of an approved letter; what is wrong is said at its form."""
    clinician_of(request, LOGGED_AS, pk)
    found, now = _find(request, pk), timezone.now()
    if form.is_valid():
        try:
            act(found, form.cleaned_data, {"by": request.user, "at": now})
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("review_letter", pk)
    return redirect("review_letter", pk) if found.state == State.DRAFT else _show_approved(request, found, now, form)


def _find(request: HttpRequest, pk: UUID) -> GpLetter:
    """Return the letter if this clinician may read it. Raises PermissionDenied, the same for nobody's key."""
    letters = GpLetter.objects.visible_to(request.user).select_related("patient", "clinician", "sent_by")
    found = letters.filter(pk=pk).first()
    if found is None:
        log(request, AccessLog.What.REFUSED, LOGGED_AS, pk)
        raise PermissionDenied
    return found


def _note(request: HttpRequest, pk: UUID) -> ConsultationNote:
    clinician_of(request, LOGGED_AS, pk)
    found = ConsultationNote.objects.visible_to(request.user).select_related("patient").filter(pk=pk).first()
    log(request, AccessLog.What.READ if found else AccessLog.What.REFUSED, LOGGED_AS, pk)
    if found is None:
        raise PermissionDenied
    return found


def _show_draft(request: HttpRequest, found: GpLetter, form: LetterForm, *, newer: bool = False) -> HttpResponse:
    """Show the form. Where somebody saved a ``newer`` draft, also that one; whoever then saves has seen it."""
    saved = None
    if newer:
        current = _find(request, found.pk)
        saved = sections(current.body, with_statement=current.with_statement)
        form.data["version"] = str(current.version)  # type: ignore[index]
    context = {
        "patient": found.patient,
        "letter": found,
        "form": form,
        "saved": saved,
        "saved_text": when_text(found.saved_at),
        "sharing": actions.sharing_of(found.patient).value,
    }
    return render(request, "workspace/letter_draft.html", context, status=422 if form.errors else 200)


def _show_approved(request: HttpRequest, found: GpLetter, now: datetime, form: Any = None) -> HttpResponse:
    today = uk_day(now)
    own: dict[str, Any] = {"sent_form": None, "withdraw_form": None, "acknowledged_form": None}
    if found.state == State.APPROVED:
        own |= {"sent_form": SentForm(today=today), "withdraw_form": WithdrawForm()}
    if found.state == State.SENT:
        own["acknowledged_form"] = AcknowledgedForm(today=today)
    kinds = {"sent_form": SentForm, "withdraw_form": WithdrawForm, "acknowledged_form": AcknowledgedForm}
    own |= {name: form for name, kind in kinds.items() if isinstance(form, kind)}
    context = {
        "patient": found.patient,
        "letter": found,
        "row": _row(found),
        "text": pdf.data(found),
        "is_out": found.state in OUT,
        "lacks_consent": found.state == State.APPROVED and actions.sharing_of(found.patient) != Sharing.YES,
        "new_form": NewLetterForm(initial={"replaces": found.pk}),
        "form": form,
        **own,
    }
    return render(request, "workspace/letter.html", context, status=422 if form and form.errors else 200)


def _row(each: GpLetter) -> dict[str, Any]:
    return {
        "pk": each.pk,
        "patient": each.patient,
        "note": each.note_id,
        "about": each.get_about_display(),
        "by": each.clinician.name,
        "day": day_text(each.day),
        "state": each.get_state_display(),
        "tone": TONES.get(State(each.state), ""),
        "to": each.to_practice,
        "sent": f"{each.get_method_display()}, {day_text(each.sent_on)}" if each.sent_on else "",
    }
