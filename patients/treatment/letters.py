"""What a patient is written about their plan: that there is an update, nothing more."""

from django.conf import settings
from django.template.loader import render_to_string

from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
from patients.treatment.enums import State
from patients.treatment.models import PlanVersion


def plan_released(message: Message) -> Letter | NotWanted:
    """Return the mail that the plan ``message.about`` waits to be read; NotWanted where it does not any more."""
    plan = _plan(message)
    if plan.state != State.SUPPORTED:
        return NotWanted("the plan does not wait for them any more")
    return _letter(plan)


def plan_changed(message: Message) -> Letter | NotWanted:
    """Return the mail that the plan ``message.about`` was changed; NotWanted where a newer one has taken its place."""
    plan = _plan(message)
    if plan.state == State.SUPERSEDED:
        return NotWanted("a newer plan has taken its place")
    return _letter(plan)


def _plan(message: Message) -> PlanVersion:
    return PlanVersion.objects.defer("said", "agreed_name").select_related("patient__user").get(pk=message.about)


def _letter(plan: PlanVersion) -> Letter | NotWanted:
    patient = plan.patient
    if not patient.reach:
        return NotWanted("no email address")
    context = {"clinic": settings.CLINIC, "site_origin": settings.SITE_ORIGIN, "called": patient.called}
    text, html = (render_to_string(f"emails/decision_made.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=patient.reach, subject="There is an update in your account", text=text, html=html)
