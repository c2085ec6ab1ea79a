"""The shape of what staff send at the desk. Whether it may be done is the actions' matter."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from bookings.appointments.forms import KeyedForm, SlotField
from bookings.appointments.slots import Slot
from bookings.kinds.enums import Mode
from bookings.kinds.models import AppointmentKind
from clinic.accounts.policy import is_clinician
from clinic.db.clock import UK, is_repeated, is_skipped
from clinic.forms.base import PlainErrors
from clinic.forms.clock import ClockMinutes
from clinic.forms.text import PlainTextField
from clinic.staff.models import Clinician

Day = date  # the form has a field of that name
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2099, 12, 31)
FURTHEST = timedelta(days=366)
LAST_MINUTE = 24 * 60 - 1
BST, GMT = "BST", "GMT"
WEEK_NUMBER = re.compile(r"\d{4}-W\d{2}", re.ASCII)


def monday_of(day: date) -> date:
    """Return the Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


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


class TypedTimeForm(PlainErrors, forms.Form):
    """A time that is not offered, and why. ``now`` bounds it; a clock time that comes twice is asked about."""

    clinician: "forms.ModelChoiceField[Clinician]" = forms.ModelChoiceField(
        label="Clinician",
        queryset=None,
        empty_label=None,
        error_messages={"invalid_choice": "Choose a clinician who can be booked"},
    )
    date = forms.DateField(
        label="Date",
        widget=day_input(),
        error_messages={"required": "Enter a date", "invalid": "Enter a date, like 3/12/2026"},
    )
    time = ClockMinutes(label="Time", latest=LAST_MINUTE)
    which = forms.ChoiceField(
        label="Which of the two",
        choices=[(BST, "The first, in summer time (BST)"), (GMT, "The second, in winter time (GMT)")],
        widget=forms.RadioSelect,
        required=False,
    )
    outside_reason = PlainTextField(
        label="Why this time",
        longest=200,
        help_text="Kept with the appointment. Leave out anything about health.",
        error_messages={"required": "Say why this time"},
    )

    def __init__(self, *args: Any, user: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.ambiguous = False
        self.fields["clinician"].queryset = Clinician.objects.visible_to(user).practising()  # type: ignore[attr-defined]

    @property
    def shown(self) -> list[forms.BoundField]:
        """The questions to show: which of two times only where there are two."""
        return [field for field in self.visible_fields() if field.name != "which" or self.ambiguous]

    def clean(self) -> dict[str, Any]:
        """Read day and time as an instant."""
        cleaned = super().clean() or self.cleaned_data
        if "date" in cleaned and "time" in cleaned and "clinician" in cleaned:
            starts_at = self._instant(cleaned["date"], cleaned["time"], cleaned.get("which", ""))
            cleaned["slot"] = starts_at and Slot(starts_at, cleaned["clinician"].pk)
        return cleaned

    def _instant(self, day: "Day", minute: int, which: str) -> datetime | None:
        if not self.now.astimezone(UK).date() <= day <= (self.now + FURTHEST).date():
            return self.add_error("date", "Enter a date between today and a year from now")
        wall = datetime.combine(day, time()) + timedelta(minutes=minute)
        if is_skipped(wall):
            return self.add_error(
                "time", "The clocks go forward that night, and this time does not exist. Enter another time"
            )
        self.ambiguous = is_repeated(wall)
        if self.ambiguous and not which:
            return self.add_error(
                "which", "The clocks go back that night, and this time comes twice. Choose BST or GMT"
            )
        starts_at = wall.replace(tzinfo=UK, fold=int(which == GMT and self.ambiguous)).astimezone(UTC)
        return starts_at if starts_at > self.now else self.add_error("time", "Enter a time that is still to come")


class ChosenForm(KeyedForm):
    """A time that was chosen, shown once more, then agreed to."""

    slot = SlotField(widget=forms.HiddenInput)
    outside_reason = PlainTextField(longest=200, required=False, widget=forms.HiddenInput)
    agreed = forms.BooleanField(required=False, widget=forms.HiddenInput)


class BookForm(ChosenForm):
    """A visit to book for somebody."""

    kind: "forms.ModelChoiceField[AppointmentKind]" = forms.ModelChoiceField(
        queryset=None, to_field_name="slug", widget=forms.HiddenInput
    )
    mode = forms.ChoiceField(label="How do they meet?", choices=Mode.choices, required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: Any, kind: AppointmentKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = AppointmentKind.objects.visible_to(user).offered()  # type: ignore[attr-defined]
        self.fields["mode"].choices = modes_of(kind)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the mode when it is agreed to, and only for one the kind has."""
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        if kind and cleaned.get("agreed") and cleaned.get("mode") not in kind.modes:
            self.add_error("mode", "Choose how they meet")
        return cleaned


class MoveForm(ChosenForm):
    """A new time for a visit."""

    reason = PlainTextField(
        label="Why it moves", longest=300, required=False, help_text="Leave out anything about health."
    )


class CancelForm(KeyedForm):
    """Who cancels, and why. ``refund`` is what the patient was told they get back, in pence."""

    PATIENT, CLINIC = "patient", "clinic"

    who = forms.ChoiceField(
        label="Who cancels?",
        choices=[(PATIENT, "The patient asked for it"), (CLINIC, "The clinic")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who cancels: the refund goes by it"},
    )
    refund = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = PlainTextField(
        label="Why is it cancelled?",
        longest=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the appointment. Leave out anything about health.",
        error_messages={"required": "Say why it is cancelled"},
    )


class DeactivateForm(PlainErrors, forms.Form):
    """That the visits to come have been seen."""

    seen = forms.BooleanField(
        label="I have seen the appointments above. They stay in the diary.",
        error_messages={
            "required": "Tick the box: these appointments stay in the diary, and somebody must look after them"
        },
    )

    def __init__(self, *args: Any, visits: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not visits:
            del self.fields["seen"]


def modes_of(kind: AppointmentKind) -> list[tuple[str, str]]:
    """Return the ways a kind can happen, as choices."""
    return [(mode, Mode(mode).label) for mode in kind.modes]
