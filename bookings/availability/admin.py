"""Weekly hours, and days that differ. Times are typed like 09:00; 24:00 is the day's end."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from bookings.availability import actions
from bookings.availability.models import HoursException, WeeklyHours, clock_text
from bookings.kinds.enums import Mode
from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.clock import MINUTES_IN_A_DAY
from clinic.forms.clock import ClockMinutes

HOURS = ("clinician", "weekday", "starts", "ends", "valid_from", "valid_until", "modes")
EXCEPTION = ("clinician", "day", "kind", "starts", "ends", "modes", "reason")
EARLIEST, LATEST = date(2020, 1, 1), date(2099, 12, 31)


class HoursForm(forms.ModelForm):
    """A weekly range in clock times."""

    starts = ClockMinutes(label="From")
    ends = ClockMinutes(label="Until", help_text="On the 24-hour clock, like 17:00; 24:00 is the end of the day")
    modes = forms.MultipleChoiceField(
        label="What they are for",
        choices=Mode.choices,
        initial=Mode.values,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one way to meet"},
    )

    class Meta:
        model = WeeklyHours
        fields = HOURS

    def clean(self) -> dict[str, Any]:
        """Check what only the form can say beside the right field."""
        cleaned = super().clean() or self.cleaned_data
        _check_times(self, cleaned)
        for name in ("valid_from", "valid_until", "day"):
            day = cleaned.get(name)
            if day and not EARLIEST <= day <= LATEST:
                self.add_error(name, f"Enter a date between {EARLIEST:%Y} and {LATEST:%Y}")
        return cleaned


class ExceptionForm(HoursForm):
    """A day's difference in clock times."""

    starts = ClockMinutes(label="From", initial=0, help_text="00:00 to 24:00 is the whole day")
    ends = ClockMinutes(
        label="Until",
        initial=MINUTES_IN_A_DAY,
        help_text="On the 24-hour clock, like 17:00; 24:00 is the end of the day",
    )

    class Meta:
        model = HoursException
        fields = EXCEPTION


class _ClockAdmin(StaffAdmin):
    may_view = may_add = may_change = staticmethod(policy.runs_the_diary)
    list_select_related = ("clinician",)

    @admin.display(description="from", ordering="starts")
    def starts_text(self, row: Any) -> str:
        """The start as staff type it."""
        return clock_text(row.starts)

    @admin.display(description="until", ordering="ends")
    def ends_text(self, row: Any) -> str:
        """The end as staff type it."""
        return clock_text(row.ends)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return the clinician: whose hours these are never changes."""
        return ("clinician",) if obj else ()


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(_ClockAdmin):
    """When a clinician works, week by week. To end a range, give it a last day."""

    form = HoursForm
    list_display = ("clinician", "weekday", "starts_text", "ends_text", "valid_from", "valid_until")
    list_filter = ("clinician", "weekday")
    fields = HOURS

    def save_action(self, record: WeeklyHours, values: dict[str, Any], *, is_new: bool, by: Any, at: Any) -> None:
        """Save the range."""
        actions.save_hours(record, by=by, at=at)


@admin.register(HoursException)
class HoursExceptionAdmin(_ClockAdmin):
    """Extra hours and closures. A closure keeps new bookings away; visits already made stay."""

    form = ExceptionForm
    list_display = ("day", "clinician", "kind", "starts_text", "ends_text", "reason")
    list_filter = ("kind", "clinician")
    fields = EXCEPTION

    def save_action(self, record: HoursException, values: dict[str, Any], *, is_new: bool, by: Any, at: Any) -> None:
        """Save the difference."""
        actions.save_exception(record, by=by, at=at)


def _check_times(form: forms.ModelForm, cleaned: dict[str, Any]) -> None:
    starts, ends = cleaned.get("starts"), cleaned.get("ends")
    if starts is not None and ends is not None and starts >= ends:
        form.add_error("ends", "Enter an end that is after the start")
