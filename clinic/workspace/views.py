"""The clinicians' queue, with their worklist beside it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Paginator
from django.db.models import Count, F, Func, IntegerField, Q, QuerySet, UUIDField, Value
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
# What a row shows: to read all of a person 50 times takes as long as the rest of the page.
OF_THE_PERSON = (
    "first_names",
    "family_name",
    "needs",
    "interpreter_language",
    "access_needs",
    "records_received_on",
)
SHOWN = ("state", "submitted_at", "reviewer__name", *(f"patient__{name}" for name in OF_THE_PERSON))


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a clinician, as they asked for it."""
    return show_queue(request, clinician_of(request, "intake"))


def show_queue(request: HttpRequest, clinician: Clinician, status: int = 200) -> HttpResponse:
    """Return the page of the queue."""
    now, asked = timezone.now(), Asked.of(request.GET.dict())
    listed = Intake.listed.visible_to(request.user)
    own = Appointment.objects.visible_to(request.user).upcoming().filter(ends_at__gte=now)
    visits = _next_visits(own)
    coming = own.order_by().values("patient")
    whole = listed.filter(state__in=WITH_THE_CLINIC)
    counts = _counts(whole, asked, clinician, coming)
    wanted: Any = whole.filter(_which(asked, clinician, coming), state__in=STATES[asked.what]).with_urgency()
    # Sorted as bare keys: to join 5,000 people for the 50 that are shown takes as long as all the rest.
    found = wanted.order_by(*_order(asked.order, visits)).values_list("pk", "is_urgent")
    page = Counted(found, counts[asked.what]).get_page(request.GET.get("page"))
    drafts = listed.filter(state=IntakeState.DRAFT).select_related("patient")
    tasks = list(
        Task.objects.visible_to(request.user)
        .waiting()
        .filter(Q(taken_by=None) | Q(taken_by=request.user.pk))[: TASKS_SHOWN + 1]
    )
    context = {
        "filters": asked.choices(counts),
        "rows": _rows(listed, dict(page.object_list), clinician, visits, now),
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


def _rows(
    listed: QuerySet[Intake],
    urgent: dict[UUID, bool],
    clinician: Clinician,
    visits: dict[UUID, datetime],
    now: datetime,
) -> list[Row]:
    """Return the rows of a page in the order of ``urgent``: the forms' keys, and whether each cannot wait."""
    forms = listed.filter(pk__in=urgent).select_related("patient", "reviewer").only(*SHOWN).in_bulk()
    people = [form.patient_id for form in forms.values()]
    cared = set(clinician.care.filter(ended_at=None, patient__in=people).values_list("patient", flat=True))
    return [
        _row(form, clinician, visits.get(form.patient_id), is_urgent, form.patient_id in cared, now)
        for pk, is_urgent in urgent.items()
        if (form := forms.get(pk))
    ]


def _next_visits(own: QuerySet[Appointment]) -> dict[UUID, datetime]:
    """Return the next visit of each patient in this clinician's own diary, the soonest first."""
    soonest: dict[UUID, datetime] = {}
    for patient, starts_at in own.order_by("starts_at").values_list("patient", "starts_at"):
        soonest.setdefault(patient, starts_at)
    return soonest


def _order(order: Order, visits: dict[UUID, datetime]) -> list[Any]:
    """Return what to sort by; whoever has no visit stands last where the next visit counts."""
    first = {
        Order.URGENT: [F("is_urgent").desc()],
        Order.AGE: [],
        Order.VISIT: [PlaceIn(list(visits), F("patient_id")).asc(nulls_last=True)],
    }
    return [*first[order], F("submitted_at").asc(), F("pk").asc()]


class PlaceIn(Func):
    """The place of a key in a list of keys; null where it is not in it."""

    function = "array_position"
    output_field = IntegerField()

    def __init__(self, keys: list[UUID], key: F) -> None:
        super().__init__(Value(keys, output_field=ArrayField(UUIDField())), key)


def _which(asked: Asked, clinician: Clinician, coming: Any) -> Q:
    """Return the condition beside the state; ``coming`` are the patients who have a visit with this clinician to come."""
    mine = Q(reviewer=clinician) | Q(reviewer=None, patient__in=coming)
    records = Q(patient__records_received_on=None) if asked.what == What.RECORDS else Q()
    return records & (mine if asked.who == Who.MINE else Q())


def _counts(whole: QuerySet[Intake], asked: Asked, clinician: Clinician, coming: Any) -> dict[StrEnum, int]:
    """Return how many forms each choice of a filter would show, the others as they are."""
    kinds: dict[StrEnum, Asked] = {what: Asked(what, asked.who) for what in What}
    kinds |= {who: Asked(asked.what, who) for who in Who}
    wanted = {
        f"n_{one}": Count("pk", filter=Q(state__in=STATES[each.what]) & _which(each, clinician, coming))
        for one, each in kinds.items()
    }
    found = whole.aggregate(**wanted)
    return {one: found[f"n_{one}"] for one in kinds}


def _to_call(draft: Intake) -> dict[str, Any]:
    """Return whom to call about an urgent answer in a form that was not sent."""
    person = draft.patient
    when = when_in_a_table(draft.saved_at)
    return {"name": person.full_name, "flag": person.flag, "phone": phone_text(person.phone), "when": when}


def _row(
    intake: Any, clinician: Clinician, visit: datetime | None, is_urgent: bool, in_care: bool, now: datetime
) -> Row:
    is_mine = intake.reviewer_id == clinician.pk
    return Row(
        pk=intake.pk,
        name=intake.patient.full_name,
        flag=intake.patient.flag,
        state=intake.get_state_display(),
        since=when_in_a_table(intake.submitted_at),
        age=age_text(intake.submitted_at, now),
        is_urgent=is_urgent,
        has_records=intake.patient.records_received_on is not None,
        reviewer=intake.reviewer.name if intake.reviewer else "",
        is_mine=is_mine,
        may_open=in_care,
        may_claim=intake.state != IntakeState.IN_REVIEW,
        visit=when_in_a_table(visit) if visit else "",
    )
