"""Questions that were asked, and answered, for tests."""

from datetime import timedelta

from django.utils import timezone

from clinic.db.clock import uk_day
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.outcomes import actions
from patients.outcomes.models import Questionnaire

VALUES = {"pain-average": "6", "pain-worst": "9", "stiffness": "7", "sleep": "3", "overall": "2"}


def asked(patient, clinician, in_days=3, at=None, after_treatment=True):
    """Questions that ``clinician`` asked at ``at`` (now), for a review in so many days; in their care."""
    at = at or timezone.now()
    open_care(patient, clinician, CareRelationship.Reason.BOOKED, at=at)
    due_on = uk_day(at) + timedelta(days=in_days)
    return actions.ask(patient, clinician, due_on, after_treatment=after_treatment, by=clinician.user, at=at)


def answer(questionnaire, at=None, opening="one", **values):
    """Answer every page: VALUES, changed by ``values`` (with _ for -)."""
    given = VALUES | {slug.replace("_", "-"): value for slug, value in values.items()}
    for page in questionnaire.pages:
        actions.keep(questionnaire, page, given[page.slug], opening=opening, at=at or timezone.now())
    return now(questionnaire)


def answered(patient, clinician, at=None, **values):
    """Questions that were asked and answered at ``at`` (now)."""
    at = at or timezone.now()
    return send(answer(asked(patient, clinician, at=at), at=at, **values), at=at)


def send(questionnaire, at):
    """The patient sends what they answered."""
    actions.send(questionnaire, "self", by=questionnaire.patient.user, at=at)
    return now(questionnaire)


def over(questionnaire, how):
    """Bring questions to an end, or back before their beginning, and return them."""
    rows, patient = Questionnaire.objects.filter(pk=questionnaire.pk), questionnaire.patient
    if how == "early":
        rows.update(opens_at=timezone.now() + timedelta(days=2))
        return now(questionnaire)
    answer(questionnaire)
    if how == "sent":
        actions.send(questionnaire, "self", by=None, at=timezone.now())
    elif how == "withdrawn":
        actions.withdraw(questionnaire, by=questionnaire.asked_by.user, at=timezone.now())
    elif how == "expired":
        back = timezone.now() - timedelta(days=60)
        times = dict.fromkeys(("asked_at", "opens_at", "started_at"), back)
        rows.update(**times, expires_at=back + timedelta(days=30))
    elif how == "discharged":
        patient.status, patient.status_since = "discharged", timezone.localdate()
        patient.save()
    return now(questionnaire)


def now(questionnaire):
    """The row as it stands."""
    return Questionnaire.objects.get(pk=questionnaire.pk)
