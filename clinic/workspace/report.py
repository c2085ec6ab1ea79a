"""The managers' report: a page of figures with plots, and each of its tables as a CSV file."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings.figures import reading
from bookings.figures.policy import Period
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import WEEK, day_text, monday_of, uk_day
from clinic.db.spreadsheet import csv_file
from clinic.forms.base import PlainErrors
from clinic.staff.models import Clinician
from clinic.workspace import report_care
from clinic.workspace.desk_access import for_managers, me, page
from clinic.workspace.desk_forms import FIRST_DAY, day_input
from clinic.workspace.report_tables import WORDS, Part, parts

DAY = timedelta(days=1)
USUAL_WEEKS = 12
LONGEST = timedelta(days=731)  # two years, with a leap day
WHOLE_CLINIC = UUID(int=0)  # what the access log says an export is about where it is about nobody in particular


class PeriodForm(PlainErrors, forms.Form):
    """From which day until which, and whose visits. ``today`` is the last day there can be figures of."""

    first = forms.DateField(
        label="From",
        widget=day_input(),
        error_messages={"required": "Enter the first day", "invalid": "Enter the first day, like 3/8/2026"},
    )
    last = forms.DateField(
        label="Until",
        widget=day_input(),
        error_messages={"required": "Enter the last day", "invalid": "Enter the last day, like 25/10/2026"},
    )
    clinician: "forms.ModelChoiceField[Clinician]" = forms.ModelChoiceField(
        label="Clinician",
        queryset=None,
        required=False,
        empty_label="All clinicians",
        error_messages={"invalid_choice": "Choose a clinician from the list"},
    )

    def __init__(self, *args: Any, user: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["clinician"].queryset = Clinician.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check that the days are in order, in the past, and at most two years apart."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and first < FIRST_DAY:
            self.add_error("first", f"Enter a day from {day_text(FIRST_DAY)} on")
        elif last and last > self.today:
            self.add_error("last", "Enter a last day that is not in the future")
        elif first and last and not timedelta() <= last - first <= LONGEST:
            self.add_error("last", "Enter a last day that is not before the first, and at most 2 years after it")
        return cleaned

    @property
    def period(self) -> Period:
        """The days asked for; only of a valid form."""
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])


class ExportForm(PeriodForm):
    """The same, and which table."""

    table = forms.ChoiceField(choices=[(slug, slug) for slug in WORDS], widget=forms.HiddenInput)


@for_managers
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """The figures of a period; without one, of the last twelve whole weeks."""
    today = uk_day(timezone.now())
    form = PeriodForm(usual(today) | request.GET.dict(), user=request.user, today=today)
    return _show(request, form)


@for_managers
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """One table of the report as a CSV file: weekly counts and the clinicians' names, nothing about a patient."""
    now = timezone.now()
    form = ExportForm(request.POST, user=request.user, today=uk_day(now))
    if not form.is_valid():
        return _show(request, form)
    period, slug = form.period, form.cleaned_data["table"]
    table = next(part.table for part in _parts(request, form) if part.slug == slug)
    _log(request, slug, form.cleaned_data["clinician"], now)
    response = HttpResponse(csv_file(table.head, table.rows), content_type="text/csv; charset=utf-8")
    name = f"{slug}-{period.first:%Y-%m-%d}-{period.last:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def usual(today: date) -> dict[str, Any]:
    """Return the last twelve whole weeks before the week of ``today``, as the form takes them."""
    monday = monday_of(today)
    return {"first": monday - USUAL_WEEKS * WEEK, "last": monday - DAY}


def _show(request: HttpRequest, form: PeriodForm) -> HttpResponse:
    is_valid = form.is_valid()
    context = page(
        request,
        "Report",
        form=form,
        parts=_parts(request, form) if is_valid else [],
        period=form.period if is_valid else None,
        days=f"{day_text(form.period.first)} to {day_text(form.period.last)}" if is_valid else "",
    )
    return render(request, "desk/report.html", context, status=200 if is_valid else 422)


def _parts(request: HttpRequest, form: PeriodForm) -> list[Part]:
    chosen = form.cleaned_data["clinician"]
    clinicians = [chosen] if chosen else list(Clinician.objects.visible_to(request.user))
    facts = reading.read(form.period, clinicians)
    care = report_care.read(request.user, form.period, clinicians)
    return parts(form.period, facts, care, {clinician.pk: clinician.name for clinician in clinicians})


def _log(request: HttpRequest, slug: str, clinician: Clinician | None, at: datetime) -> None:
    about = clinician.pk if clinician else WHOLE_CLINIC
    audit.record(AccessLog.What.EXPORTED, f"report {slug}", about, by=me(request), at=at)
