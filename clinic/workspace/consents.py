"""What a patient agreed to, as the clinicians in whose care they are see it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.workspace.review_access import care_of
from patients.consents.models import Consent
from patients.consents.summary import Shown, shown
from patients.profile.models import Patient

LOGGED_AS = "consents"


@require_safe
def consents(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All consents of one patient: where the task about a withdrawal leads."""
    _, patient = care_of(request, LOGGED_AS, pk)
    context = {"patient": patient, "consents": answered(request.user, patient)}
    return render(request, "workspace/consents.html", context)


def answered(user: Any, patient: Patient) -> list[Shown]:
    """Return what ``patient`` has answered, where ``user`` may see it."""
    rows = Consent.objects.visible_to(user).filter(patient=patient).newest()
    return [each for each in shown(rows) if each.newest]
