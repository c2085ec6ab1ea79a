"""How we reach you."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import SignedIn, patients_only
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from patients.contact import actions
from patients.contact.forms import ContactForm
from patients.contact.models import choice_of
from patients.profile.models import Patient


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def contact(request: SignedIn) -> HttpResponse:
    """Show and save how the signed-in patient wants to be written to. First come their details."""
    patient = Patient.objects.visible_to(request.user).select_related("contact").first()
    if patient is None:
        return redirect("profile")
    now = timezone.now()
    form = ContactForm(request.POST if request.method == "POST" else None, theirs=choice_of(patient))
    form = fill(request, form, at=now)
    if form.is_valid():
        try:
            actions.choose(patient, form.choices(), by=request.user, at=now)
        except Refusal as refusal:
            form.add_error("texts", str(refusal))
        else:
            messages.success(request, "We have saved how we reach you.")
            return redirect("care_messages")
    return render(request, "patients/contact/contact.html", {"form": form}, status=422 if form.errors else 200)
