"""How a patient is reached: what they chose, written down at the desk, and what staff tell them by phone or on paper."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.outbox import reasons, sending
from clinic.outbox.enums import Channel, MessageState
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task
from clinic.workspace.desk_access import for_the_diary, me, page
from patients.consents.enums import Method
from patients.contact import actions
from patients.contact.forms import ContactForm
from patients.contact.models import choice_of
from patients.details.enums import Talk
from patients.profile.models import Patient
from patients.profile.policy import phone_text


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show and save what a patient chose, as they tell it on the phone."""
    people = Patient.objects.visible_to(request.user).select_related("contact", "user")
    patient, now = get_object_or_404(people, pk=pk), timezone.now()
    audit.record(AccessLog.What.READ, "patient", patient.pk, by=request.user, at=now)
    form = ContactForm(request.POST if request.method == "POST" else None, theirs=choice_of(patient))
    if form.is_valid():
        try:
            actions.choose(patient, form.choices(), method=Method.PHONE, by=me(request), at=now)
        except Refusal as refusal:
            form.add_error("texts", str(refusal))
        else:
            messages.success(request, f"How we reach {patient.full_name} is saved.")
            return redirect("admin:patients_patient_change", patient.pk)
    context = page(request, f"How we reach {patient.full_name}", form=form, patient=patient)
    return render(request, "desk/contact.html", context, status=422 if form.errors else 200)


@for_the_diary
@require_safe
def tell(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what a message that goes by hand says now: to read out on the phone, or to print and post."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk, state=MessageState.HANDED)
    if message.person is None:  # staff get no message by hand
        raise Http404
    people, now = Patient.objects.visible_to(request.user).select_related("contact", "supporter"), timezone.now()
    patient = get_object_or_404(people, pk=message.person)
    audit.record(AccessLog.What.READ, "patient", patient.pk, by=request.user, at=now)
    letter = sending.letter_of(message)
    choice = choice_of(patient)
    context = {
        "patient": patient,
        "phone": phone_text(patient.phone),
        "address": choice.postal_address or patient.address_lines or patient.postcode,
        "voicemail": _voicemail(patient),
        "supporter": _supporter(patient),
        "large_print": patient.large_print,
        "by_phone": message.channel == Channel.PHONE,
        "message": message,
        "until": when_text(message.useful_until),
        "today": day_text(uk_day(now)),
        "letter": letter if isinstance(letter, Letter) else None,
        "why_not": reasons.why_called_off(letter.why) if isinstance(letter, NotWanted) else "",
        "task": Task.objects.visible_to(request.user).filter(about=message.pk, kind=TaskKind.BY_HAND).first(),
    }
    return render(request, "desk/tell.html", context)


def _voicemail(patient: Patient) -> str:
    """Return whether a voicemail may be left, in words to staff; nothing where nobody has asked."""
    if patient.voicemail is None:
        return ""
    return "You may leave a voicemail: your name, and to call back." if patient.voicemail else "Leave no voicemail."


def _supporter(patient: Patient) -> str:
    """Return whom else one may talk to, and about what; nothing where it is nobody."""
    found = getattr(patient, "supporter", None)
    if found is None or found.may_talk == Talk.NO:
        return ""
    about = "appointments only" if found.may_talk == Talk.VISITS else "appointments and care"
    return f"You may talk to {found.name} about {about}, and leave no message with anybody else."
