"""Forms of the workspace that belong to no feature: a reason to open a record, and what a decision waits for."""

from datetime import date, timedelta
from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField
from clinic.forms.text import PlainTextField
from patients.access.policy import LONGEST_WHY, SHORTEST_WHY
from patients.documents.enums import IdKind
from patients.profile.models import Patient


class WhyForm(PlainErrors, forms.Form):
    """Why a record outside one's care is needed."""

    why = PlainTextField(
        label="Why do you need this record?",
        called="your reason",
        longest=LONGEST_WHY,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"At least {SHORTEST_WHY} characters. The manager reads it, so leave out anything about the person’s health.",
        error_messages={"required": "Write why you need this record"},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper("Open this record", action=action)

    def clean_why(self) -> str:
        """Return a reason long enough to be understood later."""
        why: str = self.cleaned_data["why"]
        if len(why) < SHORTEST_WHY:
            raise forms.ValidationError(
                f"Write your reason in at least {SHORTEST_WHY} characters. You typed {len(why)}."
            )
        return why


class PapersForm(PlainErrors, forms.Form):
    """Since when the records are here, and a photo ID that was shown. Each may be left empty."""

    came_on = DatePartsField(
        label="When did their GP records reach us?",
        called="the day the records came",
        example="3 11 2026",
        required=False,
    )
    kind = forms.ChoiceField(
        label="Which photo ID did they show you, at the clinic or in a call?",
        choices=[("", "None now"), *IdKind.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    valid_until = DatePartsField(
        label="Valid until", called="the day until which it is valid", example="27 3 2031", required=False
    )
    is_same = forms.BooleanField(label="The name, date of birth and photo are this person’s", required=False)
    helper = helper("Save")
    use_required_attribute = False

    def __init__(self, *args: Any, today: date, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, initial={"came_on": patient.records_received_on}, **kwargs)
        came, until = self.fields["came_on"], self.fields["valid_until"]
        assert isinstance(came, DatePartsField)  # noqa: S101 - made so above
        assert isinstance(until, DatePartsField)  # noqa: S101
        came.earliest, came.latest = patient.date_of_birth, today
        until.earliest, until.latest = today, today + timedelta(days=15 * 366)

    def clean(self) -> dict[str, Any]:
        """Ask for the rest of a photo ID where one was shown, and for something where nothing was said."""
        given = super().clean() or {}
        if given.get("kind"):
            if not given.get("valid_until") and "valid_until" not in self.errors:
                self.add_error("valid_until", "Enter the day until which it is valid, like 27 3 2031")
            if not given.get("is_same"):
                self.add_error(
                    "is_same", "Tick this if they are this person’s. If not, do not save a check: call them."
                )
        elif given.get("valid_until"):
            self.add_error("kind", "Choose which photo ID it was")
        if not self.errors and not given.get("came_on") and not given.get("kind"):
            self.add_error(None, "Write down when the records came, or which photo ID you saw")
        return given
