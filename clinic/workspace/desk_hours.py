"""A clinician's weekly hours: typed as a week, seen as four weeks day by day, then saved."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.appointments.models import Appointment
from bookings.appointments.slots import read_diary
from bookings.availability import actions, preview
from bookings.availability.models import WeeklyHours
from bookings.availability.policy import holding_on, with_plan
from clinic.db.clock import MINUTES_IN_A_DAY, day_text, instant, uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.db.workdays import bank_holidays_between
from clinic.forms.seen import mark_of, was_seen
from clinic.staff.models import Clinician
from clinic.workspace.desk_access import for_the_diary, me, page
from clinic.workspace.hours_forms import WeekForm, week_of

EIGHT_WEEKS = timedelta(weeks=8)


@dataclass(frozen=True)
class Preview:
    """What a week of hours does: four weeks day by day, and the visits it leaves outside."""

    days: list[preview.DayPreview]
    outside: list[tuple[Appointment, str]]
    mark: str


@for_the_diary
@require_safe
def everybody(request: HttpRequest) -> HttpResponse:
    """Whose hours can be looked at, and the bank holidays ahead."""
    clinicians = Clinician.objects.visible_to(request.user).prefetch_related("weekly_hours")
    today = uk_day(timezone.now())
    rows = [(each, len(holding_on(each.weekly_hours.all(), today))) for each in clinicians]
    context = page(request, "Hours", clinicians=rows, holidays=_holidays(today))
    return render(request, "desk/hours.html", context)


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def week(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Type a clinician's week, see what it does, save it."""
    clinician = get_object_or_404(Clinician.objects.visible_to(request.user), pk=pk)
    now = timezone.now()
    today = uk_day(now)
    if request.method != "POST":
        hours = holding_on(_hours(request, clinician, today), today)
        return _edit_page(request, clinician, WeekForm(initial=week_of(hours, today), today=today))
    if "add" in request.POST or "change" in request.POST:
        more = request.POST.get("add", "")
        return _edit_page(request, clinician, WeekForm(initial=_typed(request.POST), today=today, more=more))
    form = WeekForm(request.POST, today=today)
    if not form.is_valid():
        return _edit_page(request, clinician, form)
    shown = _preview(request, clinician, form, now)
    if not was_seen(request.POST, shown.mark):
        return _preview_page(request, clinician, form, shown)
    return _save(request, clinician, form, now)


def _save(request: HttpRequest, clinician: Clinician, form: WeekForm, now: datetime) -> HttpResponse:
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    try:
        actions.save_week(clinician, form.plan, first=first, last=last, by=me(request), at=now)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _edit_page(request, clinician, form)
    messages.success(request, f"Saved. These hours of {clinician.name} hold from {day_text(first)}.")
    return redirect("desk_hours_week", clinician.pk)


def _preview(request: HttpRequest, clinician: Clinician, form: WeekForm, now: datetime) -> Preview:
    """Return what the hours that were typed do. The number of queries is the same for any number of visits."""
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    until = instant(last or date.max - timedelta(days=1), MINUTES_IN_A_DAY)
    visits = Appointment.objects.visible_to(request.user).upcoming().filter(clinician=clinician)
    coming = list(
        visits.filter(starts_at__gte=max(now, instant(first, 0)), starts_at__lt=until).select_related("patient", "kind")
    )
    furthest = max([first + timedelta(days=preview.DAYS), *(uk_day(visit.starts_at) for visit in coming)])
    diary = read_diary([clinician], first, furthest, now=now)
    before, exceptions = diary.all_hours(clinician.pk)
    after = with_plan(before, form.plan, first, last)
    days = preview.day_by_day(first, preview.DAYS, before=(before, exceptions), after=(after, exceptions))
    outside = preview.outside(coming, after, exceptions)
    mark = mark_of(clinician.pk, first, last, form.plan, days, [visit.pk for visit in outside])
    return Preview(days, [(visit, when_text(visit.starts_at)) for visit in outside], mark)


def _edit_page(request: HttpRequest, clinician: Clinician, form: WeekForm) -> HttpResponse:
    today = uk_day(timezone.now())
    context = page(
        request,
        f"Hours of {clinician.name}",
        clinician=clinician,
        form=form,
        hours=_hours(request, clinician, today),
        holidays=_holidays(today),
    )
    return render(request, "desk/hours_week.html", context, status=422 if form.errors else 200)


def _preview_page(request: HttpRequest, clinician: Clinician, form: WeekForm, shown: Preview) -> HttpResponse:
    title = f"Hours of {clinician.name} from {day_text(form.cleaned_data['first'])}"
    return render(request, "desk/hours_preview.html", page(request, title, clinician=clinician, form=form, shown=shown))


def _hours(request: HttpRequest, clinician: Clinician, today: date) -> list[WeeklyHours]:
    """Return the ranges that hold today or later."""
    rows = WeeklyHours.objects.visible_to(request.user).filter(clinician=clinician)
    return [
        row
        for row in rows.order_by("valid_from", "weekday", "starts")
        if row.valid_until is None or row.valid_until >= today
    ]


def _typed(sent: QueryDict) -> dict[str, Any]:
    """Return what stood in the form, right or wrong, to go on typing."""
    typed: dict[str, Any] = {name: sent[name] for name in sent if not name.startswith("modes_")}
    for name in sent:
        if name.startswith("from_"):
            modes = name.replace("from_", "modes_", 1)
            typed[modes] = sent.getlist(modes)
    return typed


def _holidays(today: date) -> list[tuple[str, str]]:
    return [(day_text(day), name) for day, name in bank_holidays_between(today, today + EIGHT_WEEKS)]
