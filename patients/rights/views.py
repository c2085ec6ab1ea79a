"""A patient's data: what they can ask, and what became of what they asked."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import SignedIn, patients_only
from clinic.db.clock import day_text, uk_day
from clinic.keeping.typed import fill, keeps_typing
from patients.profile.models import Patient
from patients.rights import actions
from patients.rights.enums import Kind, State
from patients.rights.forms import FORMS
from patients.rights.models import DataRequest

TONES = {State.RECEIVED: "info", State.ACKNOWLEDGED: "info", State.ANSWERED: "done"}
SENT = {
    Kind.CORRECTION: "We have what you wrote. We answer within one month.",
    Kind.COMPLAINT: "We have your complaint. We tell you within 3 working days that we are looking into it.",
}
TOO_OFTEN = "You have sent us many of these in the last hour. Wait an hour, then send it again."


@require_safe
@patients_only
def data(request: SignedIn) -> HttpResponse:
    """Show what somebody can ask about their data, and what became of what they asked. First come their details."""
    if not Patient.objects.visible_to(request.user).exists():
        return redirect("profile")
    asked = [_shown(each) for each in DataRequest.objects.visible_to(request.user)]
    return render(request, "patients/rights/data.html", {"asked": asked})


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def correct(request: SignedIn) -> HttpResponse:
    """Take what is to be put right."""
    return _ask(request, Kind.CORRECTION)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def complain(request: SignedIn) -> HttpResponse:
    """Take a complaint about how we use somebody's data."""
    return _ask(request, Kind.COMPLAINT)


def _ask(request: SignedIn, kind: Kind) -> HttpResponse:
    patient, now = Patient.objects.visible_to(request.user).first(), timezone.now()
    if patient is None:
        return redirect("profile")
    form = FORMS[kind](request.POST if request.method == "POST" else None)
    status = 422
    if form.is_valid():
        if ratelimit.consume(request, action="data_request", user=request.user):
            said = form.cleaned_data
            actions.ask(patient, kind, said["text"], key=said["key"], by=request.user, at=now)
            messages.success(request, SENT[kind])
            return redirect("care_data")
        form.add_error(None, TOO_OFTEN)
        status = 429
    form = fill(request, form, at=now)
    return render(request, f"patients/rights/{kind}.html", {"form": form}, status=status if form.errors else 200)


def _shown(asked: DataRequest) -> dict[str, str]:
    return {
        "what": asked.get_kind_display(),
        "when": day_text(uk_day(asked.received_at)),
        "state": asked.get_state_display(),
        "tone": TONES[State(asked.state)],
        "text": asked.text,
        "answer": asked.answer or "",
    }
