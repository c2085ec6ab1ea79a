"""Finding the patient at the desk, or writing somebody new down."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bookings.choosing.forms import slot_value
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.workspace.desk_access import for_the_diary, me, page
from clinic.workspace.desk_forms import DayQuery
from clinic.workspace.people_forms import AddPatientForm, FindForm
from patients.profile.actions import add_patient, give_claim_code
from patients.profile.models import Patient
from patients.profile.policy import CLAIM_DAYS, TWO_MUST_MATCH, Sought, matches

MOST_FOUND = 20


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find the patient to book for; the day, clinician and time of the diary go along.

    What is asked for travels by POST: a name with a date of birth has no place in an address or a log of addresses.
    """
    form = FindForm(request.POST if request.method == "POST" else None, drama=not settings.PRODUCTION)
    asked = form.is_valid()
    found = _who_fits(request.user, form.sought()) if asked else []
    _write_down(request, found[:MOST_FOUND])
    context = page(
        request,
        "Book for a patient",
        form=form,
        asked=asked,
        found=found[:MOST_FOUND],
        more=len(found) > MOST_FOUND,
        along=_along(request),
    )
    return render(request, "desk/find.html", context, status=422 if form.errors else 200)


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Write down somebody without an account, then go on to their times. Who looks the same is shown first."""
    now = timezone.now()
    form = AddPatientForm(request.POST or None, today=uk_day(now), drama=not settings.PRODUCTION)
    known = _who_fits(request.user, form.sought()) if form.is_valid() else []
    _write_down(request, known)
    if known and not form.cleaned_data["anyway"]:
        form.add_error("anyway", "Book for the person who is here already, or tick the box")
    if form.is_valid():
        try:
            patient = add_patient(form.details(), by=me(request), at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{patient.full_name} is added. Choose a time.")
            return redirect(reverse("desk_book_patient", args=[patient.pk]) + _along(request))
    if not known and "anyway" not in request.POST:
        del form.fields["anyway"]
    context = page(request, "Add a patient", form=form, known=known, along=_along(request))
    return render(request, "desk/add.html", context, status=422 if form.errors else 200)


@for_the_diary
@require_POST
def claim_code(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a claim code for somebody without an account, and show it this once."""
    patient, now = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk), timezone.now()
    try:
        code = give_claim_code(patient, by=me(request), at=now)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:patients_patient_change", pk)
    until = when_text(now + timedelta(days=CLAIM_DAYS))
    context = page(request, "A claim code", patient=patient, code=code, until=until)
    return render(request, "desk/claim_code.html", context | {"claim_url": settings.SITE_ORIGIN + reverse("claim")})


def _who_fits(user: Any, sought: Sought) -> list[tuple[Patient, str]]:
    """Return the patients of whom two facts fit or more, each with the facts in words; by name."""
    people = Patient.objects.visible_to(user).who_might_be(sought).select_related("user")
    fitting = [(person, matches(sought, person)) for person in people]
    return [(person, " and ".join(facts)) for person, facts in fitting if len(facts) >= TWO_MUST_MATCH]


def _write_down(request: HttpRequest, found: list[tuple[Patient, str]]) -> None:
    """Write into the access log whose details the page shows."""
    people = [person.pk for person, _ in found]
    audit.record_all(AccessLog.What.READ, "patient", people, by=me(request), at=timezone.now())


def _along(request: HttpRequest) -> str:
    """Return the diary's day, clinician and time as a query to hand on, or nothing."""
    query = DayQuery(request.GET)
    query.is_valid()
    kept = [(name, query.cleaned_data[name]) for name in ("day", "clinician") if query.cleaned_data.get(name)]
    if slot := query.cleaned_data.get("slot"):
        kept.append(("slot", slot_value(slot)))
    return "?" + "&".join(f"{name}={value}" for name, value in kept) if kept else ""
