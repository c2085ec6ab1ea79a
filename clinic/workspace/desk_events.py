"""Side effects told by phone: reception writes them down, and then sees only that there is one and how it stands."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts import policy
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.workspace.desk_access import for_staff, me, page
from patients.profile.models import Patient
from patients.safety import actions as events
from patients.safety.enums import ReportedBy
from patients.safety.forms import ToldForm
from patients.safety.models import AdverseEvent

SAVED = "The report is saved, and the clinicians have a task about it. You cannot open it again."
CALL_NOW = (
    "The report is saved, and the clinicians have a task of today about it. What you wrote can be an emergency: while the "
    "caller is on the phone, give them the numbers on this page. Then tell the clinician who is here."
)


@for_staff(policy.is_reception)
@require_http_methods(["GET", "HEAD", "POST"])
def told(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what a caller tells, in their words; and list since when there are reports, without their words."""
    patient, now = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk), timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = ToldForm(sent, born=patient.date_of_birth, today=uk_day(now))
    if form.is_valid():
        who, key = ReportedBy(form.cleaned_data["reported_by"]), form.cleaned_data["key"]
        try:
            made = events.report(patient, form.facts, who, key=key, by=me(request), at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.add_message(
                request, *((messages.WARNING, CALL_NOW) if made.is_serious else (messages.SUCCESS, SAVED))
            )
            return redirect("desk_event_told", pk=pk)
    audit.record(AccessLog.What.READ, "patient", patient.pk, by=request.user, at=now)
    there = AdverseEvent.objects.standing_visible_to(request.user).filter(patient=patient)
    context = page(
        request,
        f"Side effects {patient.full_name} tells of",
        patient=patient,
        form=form,
        rows=[(when_text(each.reported_at), each.get_state_display()) for each in there],
    )
    return render(request, "desk/event_told.html", context, status=422 if form.errors else 200)
