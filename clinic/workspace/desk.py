"""The desk's diary as pages, and the buttons of an appointment."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.attendance import actions as attendance
from bookings.attendance.forms import SequenceForm
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import WEEK, day_text, monday_of, uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState
from clinic.workspace.day_grid import grid
from clinic.workspace.desk_access import for_everybody_here, me, page
from clinic.workspace.desk_diary import DAY, day_columns, day_list, week_columns
from clinic.workspace.desk_forms import (
    FIRST_DAY,
    LAST_DAY,
    BackQuery,
    DayQuery,
    TakeBackForm,
    WeekQuery,
    week_value,
)
from clinic.workspace.diary_marks import LEGEND

# What each button does, the state it leads to, and what is said afterwards.
ACTS = {
    "check-in": (attendance.check_in, State.CHECKED_IN, "Noted: the patient has arrived."),
    "start": (attendance.start, State.IN_PROGRESS, "Noted: the appointment has begun."),
    "complete": (attendance.complete, State.COMPLETED, "Noted: the appointment is complete."),
    "did-not-attend": (attendance.mark_did_not_attend, State.DID_NOT_ATTEND, "Noted: the patient did not come."),
}


@for_everybody_here
@require_safe
def diary(request: HttpRequest) -> HttpResponse:
    """One day: hours down, clinicians across. A clinician sees their own column."""
    now = timezone.now()
    day = DayQuery(request.GET).asked(uk_day(now)) or uk_day(now)
    columns = day_columns(request.user, day, now)
    context = page(
        request,
        f"Diary for {day_text(day)}",
        query=DayQuery(initial={"day": day}),
        day=day,
        today=uk_day(now),
        week=week_value(monday_of(day)),
        before=max(day - DAY, FIRST_DAY),
        after=min(day + DAY, LAST_DAY),
        columns=columns,
        rows=grid(columns),
        legend=LEGEND,
        now=now,
        back="day",
    )
    return render(request, "desk/diary.html", context)


@for_everybody_here
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """One week of one clinician: hours down, days across."""
    now = timezone.now()
    query = WeekQuery(request.GET, user=request.user)
    monday = query.monday(uk_day(now))
    clinician = query.whose()
    columns = week_columns(request.user, clinician, monday, now) if clinician else []
    context = page(
        request,
        f"Week of {day_text(monday)}" + (f", {clinician.name}" if clinician else ""),
        query=WeekQuery(initial={"day": monday, "clinician": clinician}, user=request.user),
        clinician=clinician,
        monday=monday,
        before=week_value(max(monday - WEEK, monday_of(FIRST_DAY))),
        this=week_value(monday_of(uk_day(now))),
        after=week_value(min(monday + WEEK, monday_of(LAST_DAY))),
        columns=columns,
        rows=grid(columns),
        legend=LEGEND,
        now=now,
        back="week",
    )
    return render(request, "desk/week.html", context)


@for_everybody_here
@require_safe
def outage_list(request: HttpRequest) -> HttpResponse:
    """A day as a plain list to print, for when the site cannot be reached. It leaves the house: the access log says so."""
    now = timezone.now()
    day = DayQuery(request.GET).asked(uk_day(now)) or uk_day(now)
    found = day_list(request.user, day, now)
    people = {visit.appointment.patient_id for _, visits in found for visit in visits if visit.appointment.patient_id}
    audit.record_all(AccessLog.What.EXPORTED, "patient", people, by=request.user, at=now)
    context = page(request, f"Appointments on {day_text(day)}", day=day, found=found, legend=LEGEND)
    return render(request, "desk/list.html", context | {"printed": when_text(now)})


@for_everybody_here
@require_POST
def act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    """Do what a button says: arrived, start, complete, did not attend. Pressed twice it is done once."""
    if act not in ACTS:
        raise Http404
    work, state, done = ACTS[act]
    visit = _visit(request, pk)
    try:
        if not SequenceForm(request.POST).is_of(visit):
            raise StaleState
        if visit.state != state:
            work(visit, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
        if act == "start" and visit.note_id and visit.clinician.user_id == me(request).pk:
            return redirect("review_note", visit.note_id)
    return redirect(_back(request, visit))


@for_everybody_here
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that "arrived" or "did not attend" was pressed by mistake, and why."""
    visit = _visit(request, pk)
    form = TakeBackForm(request.POST or None)
    if form.is_valid():
        try:
            attendance.take_back(visit, reason=form.cleaned_data["reason"], by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Noted: it was a mistake. The appointment is booked as before.")
            return redirect("admin:bookings_appointment_change", pk)
    context = page(request, "It was a mistake", form=form, visit=visit, when=when_text(visit.starts_at))
    return render(request, "desk/take_back.html", context, status=422 if form.errors else 200)


def _visit(request: HttpRequest, pk: UUID) -> Appointment:
    visits = Appointment.objects.visits().visible_to(request.user).select_related("patient", "kind", "clinician")
    return get_object_or_404(visits, pk=pk)


def _back(request: HttpRequest, visit: Appointment) -> str:
    """Return the address of the page the button stood on, at the visit."""
    query = BackQuery(request.POST)
    place = query.cleaned_data["back"] if query.is_valid() else ""
    day: date = uk_day(visit.starts_at)
    if place == "day":
        return f"{reverse('desk_diary')}?day={day}#visit-{visit.pk}"
    if place == "week":
        week = week_value(monday_of(day))
        return f"{reverse('desk_week')}?week={week}&clinician={visit.clinician_id}#visit-{visit.pk}"
    return reverse("admin:bookings_appointment_change", args=[visit.pk])
