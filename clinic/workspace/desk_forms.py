"""The shape of what staff ask the desk for. Whether it may be done is the actions' matter."""

import re
from datetime import date
from typing import Any

from django import forms

from bookings.choosing.forms import SlotField
from bookings.kinds.models import AppointmentKind
from clinic.accounts.policy import is_clinician
from clinic.db.clock import monday_of
from clinic.forms.base import PlainErrors
from clinic.forms.text import PlainTextField
from clinic.staff.models import Clinician

Day = date  # the form has a field of that name
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2099, 12, 31)
WEEK_NUMBER = re.compile(r"\d{4}-W\d{2}", re.ASCII)


def week_value(monday: date) -> str:
    """Return a week as an address carries it, like 2026-W49 (ISO 8601)."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def day_input() -> forms.DateInput:
    """Return the browser's own date box."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DayQuery(forms.Form):
    """Which day, of whom, and the free time that was pressed in the diary."""

    day = forms.DateField(label="Date", required=False, widget=day_input())
    clinician = forms.UUIDField(required=False, widget=forms.HiddenInput)
    slot = SlotField(required=False, widget=forms.HiddenInput)

    def asked(self, otherwise: date | None = None) -> date | None:
        """Return the day asked for, or ``otherwise`` where there is none or it makes no sense."""
        self.is_valid()
        day: date | None = self.cleaned_data.get("day")
        return day if day and FIRST_DAY <= day <= LAST_DAY else otherwise


class WeekQuery(forms.Form):
    """Which week, by its number or a day in it, and whose."""

    week = forms.RegexField(WEEK_NUMBER, required=False)
    day = forms.DateField(label="A day in the week", required=False, widget=day_input())
    clinician: "forms.ModelChoiceField[Clinician]" = forms.ModelChoiceField(
        label="Clinician", queryset=None, required=False, empty_label=None
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = Clinician.objects.visible_to(user).select_related("user")
        self.fields["clinician"].queryset = seen.filter(user=user.pk) if is_clinician(user) else seen  # type: ignore[attr-defined]

    def monday(self, today: "Day") -> "Day":
        """Return the Monday of the week asked for; of this week where there is none or it makes no sense."""
        self.is_valid()
        number = self.cleaned_data.get("week")
        try:
            asked = Day.fromisocalendar(int(number[:4]), int(number[-2:]), 1) if number else None
        except ValueError:
            asked = None
        monday = monday_of(asked or self.cleaned_data.get("day") or today)
        return monday if monday_of(FIRST_DAY) <= monday <= LAST_DAY else monday_of(today)

    def whose(self) -> Clinician | None:
        """Return the clinician asked for, or the first of those who see people; None without any."""
        self.is_valid()
        asked: Clinician | None = self.cleaned_data.get("clinician")
        seen = self.fields["clinician"].queryset  # type: ignore[attr-defined]
        return asked or seen.practising().first() or seen.first()


class BackQuery(forms.Form):
    """Which page of the diary a button stood on; with none it was the appointment's own."""

    back = forms.ChoiceField(choices=[("day", "day"), ("week", "week")])


class TakeBackForm(PlainErrors, forms.Form):
    """Why a button is taken back."""

    reason = PlainTextField(
        label="What happened?",
        longest=300,
        help_text="Kept with the appointment. Leave out anything about health.",
        error_messages={"required": "Say what happened, like “Pressed for the wrong person”"},
    )


class TimesQuery(DayQuery):
    """Which kind, on which day."""

    kind: "forms.ModelChoiceField[AppointmentKind]" = forms.ModelChoiceField(
        label="Kind", queryset=None, to_field_name="slug", required=False, empty_label=None
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = AppointmentKind.objects.visible_to(user).offered()  # type: ignore[attr-defined]


class DeactivateForm(PlainErrors, forms.Form):
    """That the visits to come have been seen."""

    looked_at = forms.BooleanField(
        label="I have seen the appointments above. They stay in the diary.",
        error_messages={
            "required": "Tick the box: these appointments stay in the diary, and somebody must look after them"
        },
    )

    def __init__(self, *args: Any, visits: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not visits:
            del self.fields["looked_at"]
