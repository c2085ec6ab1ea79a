"""Who has looked at a person's record: when, who by their role, and at what. No names, as the law does not ask for them."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clinic.accounts.access import SignedIn, patients_only
from clinic.accounts.enums import Role
from clinic.audit.models import AccessLog
from clinic.care.copy_reading import record_keys
from clinic.db.clock import when_in_a_table
from patients.profile.models import Patient

A_PAGE = 50
# Refusals are left out: nobody has seen anything then, and most are somebody's wrong turn. They are in the copy of the
# person's data.
LOOKS = (AccessLog.What.READ, AccessLog.What.EXPORTED, AccessLog.What.OPENED)
WHAT = {
    "adverseevent": "A side effect that was reported",
    "appointment": "A visit",
    "charge": "What a visit cost",
    "consents": "What you agreed to",
    "datarequest": "What you asked about your data",
    "decision": "What was decided on your form",
    "document": "A document",
    "incident": "An incident about you",
    "intake": "Your form",
    "letter": "A letter to your GP",
    "note": "A note of a visit",
    "plan": "Your plan",
    "plan_check": "A check of your plan",
    "patient": "Your details or list of documents",
    "prescription": "A prescription",
    "questions": "Your answers before a review",
    "receipt": "A receipt",
    "team_case": "What our team discusses about you",
    "waitingentry": "Your place on the waiting list",
}
ROLES = {Role.CLINICIAN: "A specialist"}  # as they are called to patients; the others as they are


@require_safe
@patients_only
def seen(request: SignedIn) -> HttpResponse:
    """Show the signed-in patient when staff opened their records, newest first."""
    patient = Patient.objects.visible_to(request.user).first()
    if patient is None:
        return redirect("profile")
    looks = AccessLog.objects.about_visible_to(request.user, record_keys(patient)).filter(what__in=LOOKS)
    shown = Paginator(looks.order_by("-at", "id"), A_PAGE).get_page(request.GET.get("page"))
    rows = [
        {"when": when_in_a_table(look.at), "who": _who(look), "what": WHAT.get(look.about_type, "Your record")}
        for look in shown
    ]
    return render(request, "care/seen.html", {"rows": rows, "page": shown})


def _who(look: AccessLog) -> str:
    if look.what == AccessLog.What.OPENED:
        return "A specialist who is not in your care team, with a reason"
    return ROLES.get(Role(look.role), Role(look.role).label) if look.role in Role else "The clinic"
