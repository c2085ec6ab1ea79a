"""The shape of what people send about appointments. Whether it may be done is the actions' matter."""

import re
import uuid
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError

from bookings.appointments.slots import Slot
from bookings.kinds.models import AppointmentKind
from clinic.forms.base import PlainErrors, helper
from clinic.forms.text import PlainTextField

SLOT = re.compile(r"(20\d{6}T\d{4})Z\.([0-9a-f]{32})", re.ASCII)
CHOOSE_A_TIME = "Choose a time"


def slot_value(slot: Slot) -> str:
    """Return a slot as a form carries it: the instant in UTC and the clinician's key."""
    return f"{slot.starts_at.astimezone(UTC):%Y%m%dT%H%MZ}.{slot.clinician_id.hex}"


class SlotField(forms.CharField):
    """A slot as ``slot_value`` writes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, error_messages={"required": CHOOSE_A_TIME}, **kwargs)

    def clean(self, value: Any) -> Slot | None:
        """Return the Slot; None for nothing where nothing is asked for. Raises ValidationError for anything else."""
        text = super().clean(value)
        if not (text or self.required):
            return None
        found = SLOT.fullmatch(text or "")
        try:
            if found is None:
                raise ValueError
            return Slot(datetime.strptime(found[1], "%Y%m%dT%H%M").replace(tzinfo=UTC), UUID(found[2]))
        except ValueError as error:
            raise ValidationError(CHOOSE_A_TIME) from error


class KeyedForm(PlainErrors, forms.Form):
    """A form that acts once: ``key`` is new with every page and the same when it is sent twice."""

    key = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages={"required": "Send this form from its own page", "invalid": "Send this form from its own page"},
    )
    submit = "Continue"

    @property
    def helper(self) -> FormHelper:
        """How crispy draws it."""
        return helper(self.submit)


class SlotForm(KeyedForm):
    """The choice of a time."""

    slot = SlotField(widget=forms.HiddenInput)


class TimesQuery(forms.Form):
    """Which day to show, and which day the list of days starts with."""

    day = forms.DateField(required=False)
    start = forms.DateField(required=False)

    def asked(self, name: str) -> date | None:
        """Return the date asked for by ``name``; None where there is none or it makes no sense."""
        self.is_valid()
        return self.cleaned_data.get(name)


class ConfirmForm(KeyedForm):
    """The last step: how to meet, and the request for an early start where the law asks for one."""

    submit = "Confirm this time"
    mode = forms.ChoiceField(label="How would you like to meet?", widget=forms.RadioSelect)
    early_start = forms.BooleanField(
        label="I ask the clinic to see me before the 14 days are over. I know that once the visit has taken place I can no longer cancel it.",
        error_messages={"required": "Tick the box to be seen within 14 days, or choose a later time"},
    )

    def __init__(self, *args: Any, kind: AppointmentKind, early_start_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = kind.mode_choices()
        self.fields["mode"] = _mode_field(choices)
        if not early_start_needed:
            del self.fields["early_start"]


def _mode_field(choices: list[tuple[str, str]]) -> forms.ChoiceField:
    """Return the question how to meet; where there is one way only, no question."""
    if len(choices) == 1:
        return forms.ChoiceField(choices=choices, initial=choices[0][0], widget=forms.HiddenInput)
    return forms.ChoiceField(
        label="How would you like to meet?",
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how you would like to meet"},
    )


class MoveForm(SlotForm):
    """A new time, and whether the person has seen it once more and agrees."""

    agreed = forms.BooleanField(required=False, widget=forms.HiddenInput)


class CancelForm(KeyedForm):
    """Why, and the refund the person was shown."""

    submit = "Cancel this appointment"
    reason = PlainTextField(
        label="Why are you cancelling?",
        required=False,
        longest=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Leave out anything about your health.",
    )
    refund = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
