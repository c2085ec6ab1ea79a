"""Joining an account to the record that staff wrote."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import SignedIn, patients_only
from clinic.db.refusal import Refusal
from patients.profile.actions import TriedTooOften, claim_record
from patients.profile.forms import ClaimForm


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
