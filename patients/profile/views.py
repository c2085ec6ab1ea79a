"""A person's own details."""

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import SignedIn, patients_only
from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from patients.profile.actions import TriedTooOften, claim_record, save_profile
from patients.profile.forms import ClaimForm, NextForm, ProfileForm
from patients.profile.models import Patient
from patients.profile.policy import phone_text


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def profile(request: HttpRequest) -> HttpResponse:
    """Show and save the signed-in person's details; then go where ``next`` says."""
    now = timezone.now()
    patient = Patient.objects.visible_to(request.user).first()
    sent = request.POST if request.method == "POST" else None
    form = ProfileForm(sent, initial=_initial(patient), today=uk_day(now), drama=not settings.PRODUCTION)
    if request.method == "POST" and form.is_valid():
        try:
            save_profile(request.user, form.cleaned_data, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "We have saved your details.")
            return redirect(_after(request) or "care")
    context = {
        "form": fill(request, form, at=now),
        "back": _after(request) if patient else "",
        "is_new": patient is None,
    }
    return render(request, "patients/profile/details.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def claim(request: SignedIn) -> HttpResponse:
    """Join the signed-in account to the record that staff wrote, by code and date of birth."""
    form = ClaimForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if form.is_valid():
        try:
            _claim(request, form)
        except TriedTooOften as refusal:
            form.add_error(None, str(refusal))
            status = 429
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your visits now show in this account.")
            return redirect("care")
    return render(request, "patients/profile/claim.html", {"form": form}, status=status)


def _claim(request: SignedIn, form: ClaimForm) -> None:
    if not ratelimit.consume(request, action="claim", user=request.user):
        raise TriedTooOften
    said = form.cleaned_data
    claim_record(said["code"], said["date_of_birth"], by=request.user, at=timezone.now())


def _initial(patient: Patient | None) -> dict[str, object]:
    if patient is None:
        return {}
    return model_to_dict(patient, fields=list(ProfileForm.base_fields)) | {"phone": phone_text(patient.phone)}


def _after(request: HttpRequest) -> str:
    """Return ``next`` where it is a path on this site, or nothing."""
    form = NextForm(request.GET)
    wanted = form.cleaned_data["next"] if form.is_valid() else ""
    return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""
