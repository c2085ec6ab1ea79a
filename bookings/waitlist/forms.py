"""The questions of the waiting list."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from bookings.appointments.forms import early_start_field
from bookings.appointments.models import Appointment
from bookings.appointments.slots import FURTHEST
from bookings.kinds.models import AppointmentKind
from bookings.waitlist.enums import Declined, Notice, Part
from bookings.waitlist.policy import DAYS
from clinic.db.clock import when_text
from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField
from clinic.staff.models import Clinician

EVERY_DAY = list(enumerate(DAYS))


class KindQuery(forms.Form):
    """Which kind somebody asks for, by its slug."""

    kind: "forms.ModelChoiceField[AppointmentKind]" = forms.ModelChoiceField(queryset=None, to_field_name="slug")

    def __init__(self, *args: Any, kinds: QuerySet[AppointmentKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]

    @property
    def asked(self) -> AppointmentKind | None:
        """The kind, or None where there is none of that name."""
        return self.cleaned_data["kind"] if self.is_valid() else None


class VisitField(forms.ModelChoiceField):
    """One of a person's visits to come, by its time."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the time in words."""
        return when_text(obj.starts_at)


class AskForm(PlainErrors, forms.Form):
    """What times would do. ``visits`` are those an earlier time could replace; ``today`` bounds the days."""

    instead_of = VisitField(
        queryset=None,
        label="Which visit would you like to have earlier?",
        help_text="If you take an earlier time, this visit moves to it. You keep its time until then.",
        widget=forms.RadioSelect,
        empty_label=None,
    )
    clinicians: "forms.ModelMultipleChoiceField[Clinician]" = forms.ModelMultipleChoiceField(
        queryset=None,
        label="Who would you like to see?",
        help_text="Leave all boxes empty if anyone is fine.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="Which days suit you?",
        choices=EVERY_DAY,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one day of the week"},
    )
    part = forms.ChoiceField(
        label="Which time of day suits you?", choices=Part.choices, initial=Part.ANY, widget=forms.RadioSelect
    )
    notice_hours = forms.TypedChoiceField(
        label="How long before a visit do you need to know?",
        choices=Notice.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how long before a visit you need to know"},
    )
    first_day = DatePartsField(
        label="From which day?",
        called="the first day",
        example="3 12 2026",
        required=False,
    )
    last_day = DatePartsField(label="Until which day?", called="the last day", example="18 12 2026")

    helper = helper("Join the waiting list")

    def __init__(
        self, *args: Any, clinicians: QuerySet[Clinician], visits: QuerySet[Appointment], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["clinicians"].queryset = clinicians  # type: ignore[attr-defined]
        self.fields["instead_of"].queryset = visits  # type: ignore[attr-defined]
        if not visits:
            del self.fields["instead_of"]
        if len(clinicians) == 1:
            del self.fields["clinicians"]
        for name in ("first_day", "last_day"):
            field = self.fields[name]
            assert isinstance(field, DatePartsField)  # noqa: S101 - for the type checker
            field.earliest, field.latest = today, today + FURTHEST

    def clean(self) -> dict[str, Any]:
        """Return the answers as ``actions.join`` takes them; a first day left out is today."""
        given = super().clean() or self.cleaned_data
        given["first_day"] = given.get("first_day") or self.today
        given.setdefault("clinicians", [])
        given.setdefault("instead_of", None)
        if given.get("last_day") and given["last_day"] < given["first_day"]:
            self.add_error("last_day", "The last day must not be before the first day")
        return given


class ChangeForm(AskForm):
    """The same questions, asked of somebody who waits already."""

    helper = helper("Save what I ask for")


class AcceptForm(PlainErrors, forms.Form):
    """Saying yes to a time that one's visit moves to; inside the 14 days with the request for an early start."""

    early_start = early_start_field()
    helper = helper("Move my appointment")

    def __init__(self, *args: Any, early_start_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not early_start_needed:
            del self.fields["early_start"]


class DeclineForm(PlainErrors, forms.Form):
    """Why a time is not wanted."""

    reason = forms.ChoiceField(
        label="Why does this time not suit you?", choices=Declined.choices, required=False, widget=forms.RadioSelect
    )
    helper = helper("I do not want this time")
