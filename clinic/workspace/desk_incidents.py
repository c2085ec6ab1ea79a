"""Reporting an incident, by anybody who works here, and the managers' export of the log."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day
from clinic.db.refusal import Refusal
from clinic.db.spreadsheet import Cell, csv_file
from clinic.workspace.desk_access import for_everybody_here, for_managers, me, page
from clinic.workspace.report import WHOLE_CLINIC
from patients.incidents import actions as incidents
from patients.incidents.forms import IncidentForm
from patients.incidents.models import Incident
from patients.profile.models import Patient

SAVED = "The incident is reported. A manager names who looks into it."
HEAD = (
    *("happened on", "reported on", "state", "to be closed by", "owner", "about a patient", "level of harm"),
    *(
        "duty of candour",
        "candour done on",
        "CQC notification",
        "CQC notified on",
        "CQC reference",
        "learned",
        "changed",
    ),
)


@for_everybody_here
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Report an incident, about the patient ``pk`` or nobody; and list how those stand that one has reported."""
    now = timezone.now()
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk) if pk else None
    form = IncidentForm(request.POST if request.method == "POST" else None, today=uk_day(now))
    if form.is_valid():
        try:
            key = form.cleaned_data["key"]
            incidents.report(form.facts, patient=patient, key=key, by=me(request), at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, SAVED)
            return redirect("desk_incident_about", pk=pk) if pk else redirect("desk_incident_new")
    own = Incident.objects.standing_visible_to(request.user)
    context = page(
        request,
        "Report an incident",
        patient=patient,
        form=form,
        rows=[(day_text(each.happened_on), each.get_state_display()) for each in own],
    )
    return render(request, "desk/incident_new.html", context, status=422 if form.errors else 200)


@for_managers
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The log of incidents as a CSV file: no patient's name, and not what happened, which may hold one."""
    found = Incident.objects.visible_to(request.user).select_related("owner").prefetch_related("entries")
    audit.record(AccessLog.What.EXPORTED, "incidents", WHOLE_CLINIC, by=me(request), at=timezone.now())
    answer = HttpResponse(csv_file(HEAD, [_row(each) for each in found]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="incidents-{uk_day(timezone.now()):%Y-%m-%d}.csv"'
    return answer


def _row(each: Incident) -> list[Cell]:
    start: list[Cell] = [
        each.happened_on,
        uk_day(each.reported_at),
        each.get_state_display(),
        uk_day(each.due_at),
        str(each.owner or ""),
        "yes" if each.patient_id else "no",
    ]
    newest: Any = next(iter(each.entries.all()), None)
    if newest is None:
        return [*start, *[None] * (len(HEAD) - len(start))]
    return [
        *start,
        newest.get_harm_display(),
        newest.get_candour_display(),
        newest.candour_on,
        newest.get_cqc_display(),
        newest.cqc_on,
        newest.cqc_reference,
        newest.learning,
        newest.changed,
    ]
