"""A person's own consents: what they said, in which words, and how to change their mind."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import SignedIn, patients_only
from clinic.db.refusal import Refusal
from patients.consents import actions
from patients.consents.enums import Purpose
from patients.consents.forms import ChangeForm
from patients.consents.models import Consent
from patients.consents.summary import Shown, shown
from patients.profile.models import Patient


@require_safe
@patients_only
def consents(request: SignedIn) -> HttpResponse:
    """Show every consent of the person who is signed in. First come their details."""
    patient = Patient.objects.visible_to(request.user).first()
    if patient is None:
        return redirect("profile")
    return render(request, "patients/consents/consents.html", {"consents": _shown(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def consent(request: SignedIn, purpose: str) -> HttpResponse:
    """Say what giving or withdrawing one consent means, then do it."""
    patient = Patient.objects.visible_to(request.user).first()
    if patient is None:
        return redirect("profile")
    one = next((each for each in _shown(request) if each.purpose == purpose and each.may_change), None)
    if one is None:
        raise Http404
    form = ChangeForm(request.POST if request.method == "POST" else None, is_given=one.is_given)
    if form.is_valid():
        try:
            actions.change(patient, one.purpose, form.given, by=request.user, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            label = Purpose(one.purpose).label
            messages.success(request, f"Saved: “{label}”: {'yes' if form.given else 'no'}.")
            return redirect("care_consents")
    context = {"one": one, "form": form}
    return render(request, "patients/consents/consent.html", context, status=422 if form.errors else 200)


def _shown(request: SignedIn) -> list[Shown]:
    return shown(Consent.objects.visible_to(request.user).newest())
