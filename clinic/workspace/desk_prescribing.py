"""The managers' look at prescribing, month by month: the audit and the count of serial numbers, each as a CSV file.

Neither names a patient. The audit is what the CQC asks for (domain sheet, 6.9, lesson 9).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import months_after, uk_day
from clinic.db.spreadsheet import Cell, csv_lines
from clinic.forms.base import PlainErrors
from clinic.workspace.desk_access import for_managers, me, page
from clinic.workspace.report import WHOLE_CLINIC
from patients.consultations.enums import Indication
from patients.prescriptions.enums import State
from patients.prescriptions.models import Prescription
from patients.prescriptions.models.papers import PrescriptionQuerySet
from patients.treatment.enums import Form, Strength, Unit
from patients.treatment.products import read_lines

MONTHS_BACK = 12
CHUNK = 500  # rows read at a time
HEAD = (
    *("prescriber", "signed on", "indication", "form", "THC", "CBD", "strength in", "amount a day", "unit", "days"),
    *("second sign-off", "team met on", "plan reviewed by", "emergency flags", "red flags", "amber flags"),
    *("breach", "state"),
)
SERIAL_HEAD = ("form", "serial number", "signed on", "state")
COLUMNS = (
    *("prescriber__name", "signed_on", "plan__said", "line", "quantity", "unit", "days", "second_by"),
    *("plan__met_on", "plan__review_on", "emergency_flags", "red_flags", "amber_flags", "is_breach", "state"),
)
# The labels by code, worked out once and not for each of many rows.
INDICATIONS, FORMS, STRENGTHS, UNITS, STATES = (
    {str(each.value): str(each.label) for each in choices} for choices in (Indication, Form, Strength, Unit, State)
)


class MonthForm(PlainErrors, forms.Form):
    """Which month: one of the last twelve, this one first."""

    month = forms.ChoiceField(
        label="Month", error_messages={"required": "Choose a month", "invalid_choice": "Choose a month from the list"}
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        firsts = [months_after(today.replace(day=1), -back) for back in range(MONTHS_BACK + 1)]
        self.fields["month"].choices = [(f"{day:%Y-%m}", f"{day:%B %Y}") for day in firsts]  # type: ignore[attr-defined]

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of the month, of a form that is valid."""
        first = date.fromisoformat(f"{self.cleaned_data['month']}-01")
        return first, months_after(first, 1) - timedelta(days=1)


@for_managers
@require_safe
def prescribing(request: HttpRequest) -> HttpResponse:
    """The page with both files."""
    return _show(request, MonthForm(today=uk_day(timezone.now())))


@for_managers
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The audit of the prescriptions signed in a month, written row by row as it is read."""
    form = MonthForm(request.POST, today=uk_day(timezone.now()))
    if not form.is_valid():
        return _show(request, form, status=422)
    found = Prescription.objects.audit_visible_to(request.user).filter(signed_on__range=form.days)
    return _file(request, "prescribing", form, csv_lines(HEAD, audit_rows(found)))


@for_managers
@require_POST
def serials(request: HttpRequest) -> HttpResponseBase:
    """The serial numbers of all forms with their states, to be counted against the pads. It takes no month: pads last."""
    form = MonthForm(request.POST, today=uk_day(timezone.now()))
    if not form.is_valid():
        return _show(request, form, status=422)
    found = Prescription.objects.serials_visible_to(request.user).order_by("serial")
    rows = (
        [each.get_paper_display(), each.serial, each.signed_on, each.get_state_display()]
        for each in found.iterator(chunk_size=CHUNK)
    )
    return _file(request, "serial-numbers", form, csv_lines(SERIAL_HEAD, rows))


def audit_rows(found: PrescriptionQuerySet) -> Iterator[list[Cell]]:
    """Yield a row for each prescription, read in chunks: 10,000 take no more memory than 500."""
    rows = found.with_flags().order_by("signed_on", "pk").values_list(*COLUMNS)
    for row in rows.iterator(chunk_size=CHUNK):
        yield _row(*row)


def _row(
    prescriber: str,
    signed_on: date,
    said: dict[str, Any],
    place: int,
    quantity: Decimal,
    unit: str,
    days: int,
    *rest: Any,
) -> list[Cell]:
    second, met_on, review_on, emergency, red, amber, is_breach, state = rest
    written = said.get("lines", [])[place : place + 1]
    # Steps are not looked at here: the one product is read without them.
    line = next(iter(read_lines({"lines": [each | {"steps": []} for each in written]})), None)
    kind = line.kind if line else None
    return [
        prescriber,
        signed_on,
        "; ".join(INDICATIONS[code] for code in said.get("indications", [])),
        FORMS[line.form] if line and kind else "",
        float(line.thc) if line and line.thc is not None else None,
        float(line.cbd) if line and line.cbd is not None else None,
        STRENGTHS[kind.strength] if kind else "",
        float(round(quantity / days, 2)),
        UNITS[unit],
        days,
        "yes" if second else "no",
        met_on,
        review_on,
        emergency,
        red,
        amber,
        "yes" if is_breach else "no",
        STATES[state],
    ]


def _file(request: HttpRequest, name: str, form: MonthForm, lines: Iterator[bytes]) -> StreamingHttpResponse:
    """Return the file as a download that is written as it is read; that it was saved is written down."""
    audit.record(AccessLog.What.EXPORTED, name, WHOLE_CLINIC, by=me(request), at=timezone.now())
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{form.cleaned_data["month"]}.csv"'
    return answer


def _show(request: HttpRequest, form: MonthForm, status: int = 200) -> HttpResponse:
    return render(request, "desk/prescribing.html", page(request, "Prescribing audit", form=form), status=status)
