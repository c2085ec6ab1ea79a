"""The clinicians' queue, with their worklist beside it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from bookings.appointments.models import Appointment
from clinic.db.clock import when_in_a_table
from clinic.staff.models import Clinician
from clinic.worklist.models import Task
from clinic.workspace.queue import A_PAGE, STATES, Asked, Order, Row, What, Who, age_text
from clinic.workspace.review_access import clinician_of
from patients.intake.enums import WITH_THE_CLINIC, IntakeState
from patients.intake.models import Intake
from patients.profile.policy import phone_text

TASKS_SHOWN = 8
ORDERS = {
    Order.URGENT: (F("is_urgent").desc(), F("submitted_at").asc(), F("pk").asc()),
    Order.AGE: (F("submitted_at").asc(), F("pk").asc()),
    Order.VISIT: (F("visit").asc(nulls_last=True), F("submitted_at").asc(), F("pk").asc()),
}


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a clinician, as they asked for it."""
    return show_queue(request, clinician_of(request, "intake"))


def show_queue(request: HttpRequest, clinician: Clinician, status: int = 200) -> HttpResponse:
    """Return the page of the queue."""
    now, asked = timezone.now(), Asked.of(request.GET.dict())
    listed = Intake.listed.visible_to(request.user)
    whole = listed.filter(state__in=WITH_THE_CLINIC).annotate(visit=_next_visit(request.user, now))
    counts = _counts(whole, asked, clinician)
    wanted = whole.filter(_which(asked, clinician), state__in=STATES[asked.what])
    found = wanted.with_urgency().select_related("patient", "reviewer").order_by(*ORDERS[asked.order])
    page = Counted(found, counts[asked.what]).get_page(request.GET.get("page"))
    cared = set(
        clinician.care.filter(ended_at=None, patient__in=[each.patient_id for each in page]).values_list(
            "patient", flat=True
        )
    )
    drafts = listed.filter(state=IntakeState.DRAFT).select_related("patient")
    tasks = list(
        Task.objects.visible_to(request.user)
        .waiting()
        .filter(Q(taken_by=None) | Q(taken_by=request.user.pk))[: TASKS_SHOWN + 1]
    )
    context = {
        "filters": asked.choices(counts),
        "rows": [_row(each, clinician, cared, now) for each in page],
        "page": page,
        "query": asked.query,
        "to_call": [_to_call(each) for each in drafts.order_by("saved_at")],
        "tasks": [
            {"task": task, "due": when_in_a_table(task.due_at), "is_late": task.due_at < now}
            for task in tasks[:TASKS_SHOWN]
        ],
        "more_tasks": len(tasks) > TASKS_SHOWN,
    }
    return render(request, "workspace/queue.html", context, status=status)


class Counted(Paginator):
    """Pages of what was counted already."""

    def __init__(self, found: QuerySet[Any], count: int) -> None:
        super().__init__(found, A_PAGE)
        self._known = count

    @cached_property
    def count(self) -> int:
        """How many there are."""
        return self._known


def _next_visit(user: Any, now: datetime) -> Subquery:
    """Return each patient's next visit in this clinician's own diary."""
    own = Appointment.objects.visible_to(user).upcoming().filter(patient=OuterRef("patient"), ends_at__gte=now)
    return Subquery(own.order_by("starts_at").values("starts_at")[:1])


def _which(asked: Asked, clinician: Clinician) -> Q:
    """Return the condition beside the state."""
    mine = Q(reviewer=clinician) | Q(reviewer=None, visit__isnull=False)
    records = Q(patient__records_received_on=None) if asked.what == What.RECORDS else Q()
    return records & (mine if asked.who == Who.MINE else Q())


def _counts(whole: QuerySet[Intake], asked: Asked, clinician: Clinician) -> dict[StrEnum, int]:
    """Return how many forms each choice of a filter would show, the others as they are."""
    kinds: dict[StrEnum, Asked] = {what: Asked(what, asked.who) for what in What}
    kinds |= {who: Asked(asked.what, who) for who in Who}
    wanted = {
        str(one): Count("pk", filter=Q(state__in=STATES[each.what]) & _which(each, clinician))
        for one, each in kinds.items()
    }
    found = whole.aggregate(**{f"n_{name}": count for name, count in wanted.items()})
    return {one: found[f"n_{one}"] for one in kinds}


def _to_call(draft: Intake) -> dict[str, Any]:
    """Return whom to call about an urgent answer in a form that was not sent."""
    person = draft.patient
    when = when_in_a_table(draft.saved_at)
    return {"name": person.full_name, "flag": person.flag, "phone": phone_text(person.phone), "when": when}


def _row(intake: Any, clinician: Clinician, cared: set[Any], now: datetime) -> Row:
    is_mine = intake.reviewer_id == clinician.pk
    return Row(
        pk=intake.pk,
        name=intake.patient.full_name,
        flag=intake.patient.flag,
        phone=phone_text(intake.patient.phone),
        state=intake.get_state_display(),
        since=when_in_a_table(intake.submitted_at),
        age=age_text(intake.submitted_at, now),
        is_urgent=intake.is_urgent,
        has_records=intake.patient.records_received_on is not None,
        reviewer=intake.reviewer.name if intake.reviewer else "",
        is_mine=is_mine,
        may_open=intake.patient_id in cared,
        may_claim=intake.state != IntakeState.IN_REVIEW,
        visit=when_in_a_table(intake.visit) if intake.visit else "",
    )
