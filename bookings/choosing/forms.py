"""The shape of what people send when they choose a time. Whether it may be done is the actions' matter."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError

from bookings.appointments.enums import PartOfDay
from bookings.appointments.forms import early_start_field, sequence_field
from bookings.appointments.slots import Slot
from bookings.kinds.enums import Mode
from bookings.kinds.models import AppointmentKind
from clinic.forms.base import helper
from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from clinic.staff.models import Clinician, Sex
from patients.consents.enums import Purpose
from patients.consents.policy import text_in_use
from patients.profile.policy import LONGEST_NEEDS

SLOT = re.compile(r"(20\d{6}T\d{4})Z\.([0-9a-f]{32})", re.ASCII)
CLINICIAN = re.compile(r"[0-9a-f]{32}", re.ASCII)
CHOOSE_A_TIME = "Choose a time"
ANYBODY = "any"
FILTERS = ("who", "part", "mode", "sex")
MOST_KEPT = 10_000  # characters of an answer that is still being typed
LIST_BEGINS_AT = 7  # from so many clinicians on a list is kinder than so many buttons


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


class SlotForm(KeyedForm):
    """The choice of a time. ``whoever``: should its clinician be taken by now, another one will do."""

    slot = SlotField(widget=forms.HiddenInput)
    whoever = forms.BooleanField(required=False, widget=forms.HiddenInput)


class TimesQuery(forms.Form):
    """Which day to show, which day the list of days starts with, and what the person looks for.

    What makes no sense is as if it were not there: an address may be an old one.
    """

    day = forms.DateField(required=False)
    start = forms.DateField(required=False)
    who = forms.CharField(required=False, max_length=32)
    part = forms.ChoiceField(choices=PartOfDay.choices, required=False)
    mode = forms.ChoiceField(choices=Mode.choices, required=False)
    sex = forms.ChoiceField(choices=Sex.choices, required=False)

    def asked(self, name: str) -> Any:
        """Return what was asked for by ``name``; None where there is none or it makes no sense."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    def asked_for(self, own: UUID | None) -> UUID | None:
        """Return the clinician asked for; unless somebody is named, or anybody will do, that is ``own``."""
        who = self.asked("who")
        if who is None:
            return own
        return UUID(who) if CLINICIAN.fullmatch(who) else None

    def kept(self) -> str:
        """Return the wishes as the end of a query string, like "&part=morning", for the links to other days."""
        wishes = {name: value for name in FILTERS if (value := self.asked(name))}
        return f"&{urlencode(wishes)}" if wishes else ""


class FilterForm(forms.Form):
    """What the person looks for, as questions; only those that make a difference to this kind. Only drawn, never sent."""

    use_required_attribute = False

    who = forms.ChoiceField(label="Who with", widget=forms.RadioSelect)
    part = forms.ChoiceField(
        label="Part of the day",
        choices=[("", "Any time"), *PartOfDay.choices],
        widget=forms.RadioSelect,
        help_text="The afternoon is from noon to 5pm.",
    )
    mode = forms.ChoiceField(label="How to meet", widget=forms.RadioSelect)
    sex = forms.ChoiceField(
        label="Would you like to see a woman or a man?",
        choices=[("", "Either"), *Sex.choices],
        widget=forms.RadioSelect,
    )
    day = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, *, kind: AppointmentKind, clinicians: Sequence[Clinician], **kwargs: Any) -> None:
        super().__init__(auto_id="filter_%s", **kwargs)
        names = [(each.pk.hex, each.name) for each in clinicians]
        self.fields["who"].choices = [(ANYBODY, "Whoever is free first"), *names]  # type: ignore[attr-defined]
        self.fields["mode"].choices = [("", "Any way"), *kind.mode_choices()]  # type: ignore[attr-defined]
        needless = {
            "who": len(clinicians) < 2,
            "mode": len(kind.modes) < 2,
            "sex": len({each.sex for each in clinicians}) < 2,
        }
        for name in (name for name, is_needless in needless.items() if is_needless):
            del self.fields[name]
        if len(clinicians) > LIST_BEGINS_AT and "who" in self.fields:
            self.fields["who"].widget = forms.Select(choices=self.fields["who"].choices)  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        """How crispy draws it."""
        return helper("Show these times", method="get", action="#times")

    def chosen(self) -> str:
        """Return what was chosen, in words, like "Dr Ada Okafor, Morning"; nothing where anything will do."""
        words = []
        for name in (name for name in FILTERS if name in self.fields):
            value = self.initial.get(name) or ""
            words += [label for key, label in self.fields[name].choices if key == value and key not in {"", ANYBODY}]  # type: ignore[attr-defined]
        return ", ".join(words)


class ConfirmForm(KeyedForm):
    """The last step: how to meet, and the request for an early start where the law asks for one."""

    submit = "Confirm this time"
    mode = forms.ChoiceField(label="How would you like to meet?", widget=forms.RadioSelect)
    access_needs = PlainTextField(
        label="Do you need anything to take part?",
        help_text="For example a room without steps, large print, an interpreter, more time, or somebody with you. We keep it for next time.",
        longest=LONGEST_NEEDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    early_start = early_start_field()
    about_fee = text_in_use(Purpose.FEES).words

    @property
    def helper(self) -> FormHelper:
        """How crispy draws it: with an id, for the button that asks for more time."""
        made = super().helper
        made.form_id = "confirm"
        return made

    def __init__(self, *args: Any, modes: Sequence[str], early_start_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mode"] = _mode_field([(mode, Mode(mode).label) for mode in modes])
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


class MoreTimeForm(KeyedForm):
    """The form of the last page, sent for more time: what is answered so far is kept, whatever it is."""

    mode = forms.ChoiceField(choices=Mode.choices, required=False)
    access_needs = forms.CharField(required=False, max_length=MOST_KEPT, strip=False)


class MoveForm(KeyedForm):
    """A new time, and whether the person has seen it once more and agrees."""

    slot = SlotField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    sequence = sequence_field()
    early_start = early_start_field()

    def __init__(self, *args: Any, early_start_needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not early_start_needed:
            del self.fields["early_start"]
