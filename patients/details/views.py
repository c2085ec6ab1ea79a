"""A person's own details: what is needed first on one page, then all of it a topic a page."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import SignedIn, patients_only
from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from patients.details import actions
from patients.details.enums import Part
from patients.details.forms import FORMS, PartForm
from patients.details.summary import topics
from patients.profile.actions import save_profile
from patients.profile.forms import NextForm, ProfileForm
from patients.profile.models import Patient

TOGETHER = ("user", "other_teams", "supporter")


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def profile(request: SignedIn) -> HttpResponse:
    """Ask a newcomer for what is needed first, then go where ``next`` says; show anybody else what we know of them."""
    patient = Patient.objects.visible_to(request.user).select_related(*TOGETHER).first()
    if patient is None:
        return _first(request)
    if request.method == "POST":  # the button pressed twice, or in another tab
        return redirect(_after(request) or "care")
    context = {"topics": topics(patient), "back": _after(request)}
    return render(request, "patients/details/details.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def part(request: SignedIn, part: str) -> HttpResponse:
    """Show and save one topic. A new phone number asks for the password first; nothing typed is lost by that."""
    if part not in Part.values:
        raise Http404
    patient = Patient.objects.visible_to(request.user).select_related(*TOGETHER).first()
    if patient is None:
        return redirect("profile")
    topic, now = Part(part), timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = FORMS[topic](sent, patient=patient, today=uk_day(now), drama=not settings.PRODUCTION)
    if form.is_valid() and (answer := _save(request, patient, topic, form)):
        return answer
    after = _after(request)
    form = fill(request, form, at=now)
    context = {"form": form, "part": topic, "after": after, "back": after or reverse("profile")}
    return render(request, "patients/details/part.html", context, status=422 if form.errors else 200)


@require_POST
@patients_only
def withdraw(request: SignedIn) -> HttpResponse:
    """Talk to the person who helps no more."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user))
    if actions.withdraw_supporter(patient, by=request.user, at=timezone.now()):
        messages.success(request, "We no longer talk to the person who helps you.")
    return redirect("profile")


def _first(request: SignedIn) -> HttpResponse:
    now = timezone.now()
    form = ProfileForm(
        request.POST if request.method == "POST" else None, today=uk_day(now), drama=not settings.PRODUCTION
    )
    if form.is_valid():
        try:
            save_profile(request.user, form.cleaned_data, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "We have saved your details.")
            return redirect(_after(request) or "care")
    status = 422 if request.method == "POST" else 200
    return render(request, "patients/details/first.html", {"form": fill(request, form, at=now)}, status=status)


def _save(request: SignedIn, patient: Patient, topic: Part, form: PartForm) -> HttpResponse | None:
    """Save a topic. None where the form has to be shown again; it says why."""
    new_phone = form.values().get("phone", patient.phone) != patient.phone and topic == Part.ADDRESS
    save = _saved_by_password if new_phone else _saved
    try:
        return save(request, patient, topic, form)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return None


def _saved(request: SignedIn, patient: Patient, topic: Part, form: PartForm) -> HttpResponse:
    actions.save_part(patient, topic, form.values(), by=request.user, at=timezone.now())
    messages.success(request, "We have saved your details.")
    return redirect(_after(request) or "profile")


@reauthentication_required
def _saved_by_password(request: SignedIn, *args: Any) -> HttpResponse:
    return _saved(request, *args)


def _after(request: HttpRequest) -> str:
    """Return ``next`` where it is a path on this site, or nothing.

    A topic's page sends it in its form: allauth brings back what was sent before the password only to a bare path.
    """
    form = NextForm(request.POST if "next" in request.POST else request.GET)
    wanted = form.cleaned_data["next"] if form.is_valid() else ""
    return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""
