"""The shape of what staff send to book, move and cancel. Whether it may be done is the actions' matter."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from bookings.appointments.forms import sequence_field
from bookings.appointments.slots import FURTHEST, Slot
from bookings.choosing.forms import SlotField
from bookings.kinds.enums import Mode
from bookings.kinds.models import AppointmentKind
from clinic.db.clock import UK, is_repeated, is_skipped
from clinic.forms.base import PlainErrors
from clinic.forms.clock import ClockMinutes
from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from clinic.staff.models import Clinician
from clinic.workspace.desk_forms import day_input

Day = date  # the form has a field of that name
LAST_MINUTE = 24 * 60 - 1
BST, GMT = "BST", "GMT"


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
    sequence = sequence_field()  # of a visit that moves
    agreed = forms.BooleanField(required=False, widget=forms.HiddenInput)


class Telling(forms.Form):
    """Whether the patient is told by email or has been told. Not asked where there is no address: ``reach`` is empty."""

    YES, NO = "yes", "no"

    tell = forms.ChoiceField(
        label="Tell the patient?",
        widget=forms.RadioSelect,
        required=False,
        help_text="Reminders before the visit are sent either way.",
    )

    def __init__(self, *args: Any, reach: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tell"].choices = [  # type: ignore[attr-defined]
            (self.YES, f"Yes, by email to {reach}"),
            (self.NO, "No, I have told them myself"),
        ]
        if not reach:
            del self.fields["tell"]

    @property
    def tells(self) -> bool:
        """Whether the message that would go at once is sent."""
        return self.cleaned_data.get("tell") != self.NO

    def ask_whether_told(self, cleaned: dict[str, Any]) -> None:
        """Add the error where the question is there and was not answered."""
        if "tell" in self.fields and cleaned.get("tell") == "":
            self.add_error("tell", "Choose whether to tell the patient by email")


class BookForm(Telling, ChosenForm):
    """A visit to book for somebody."""

    field_order = ["mode", "tell"]

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
        if cleaned.get("agreed"):
            self.ask_whether_told(cleaned)
        return cleaned


class MoveForm(Telling, ChosenForm):
    """A new time for a visit."""

    field_order = ["reason", "tell"]

    reason = PlainTextField(
        label="Why it moves", longest=300, required=False, help_text="Leave out anything about health."
    )

    def clean(self) -> dict[str, Any]:
        """Ask whether to tell when it is agreed to."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("agreed"):
            self.ask_whether_told(cleaned)
        return cleaned


class CancelForm(Telling, KeyedForm):
    """Who cancels, and why. ``refund`` is what the patient was told they get back, in pence."""

    PATIENT, CLINIC = "patient", "clinic"
    field_order = ["who", "reason", "tell"]

    who = forms.ChoiceField(
        label="Who cancels?",
        choices=[(PATIENT, "The patient asked for it"), (CLINIC, "The clinic")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who cancels: the refund goes by it"},
    )
    refund = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    sequence = sequence_field()
    reason = PlainTextField(
        label="Why is it cancelled?",
        longest=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the appointment. Leave out anything about health.",
        error_messages={"required": "Say why it is cancelled"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "tell" in self.fields:
            self.fields["tell"].help_text = ""  # reminders of a cancelled visit are sent to nobody

    def clean(self) -> dict[str, Any]:
        """Ask whether to tell."""
        cleaned = super().clean() or self.cleaned_data
        self.ask_whether_told(cleaned)
        return cleaned


def modes_of(kind: AppointmentKind) -> list[tuple[str, str]]:
    """Return the ways a kind can happen, as choices."""
    return [(mode, Mode(mode).label) for mode in kind.modes]
