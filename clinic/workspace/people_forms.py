"""Finding somebody at the desk, and adding them."""

from typing import Any

from django import forms

from clinic.forms.base import PlainErrors
from clinic.forms.text import PlainTextField
from clinic.workspace.desk_forms import day_input
from patients.profile import policy
from patients.profile.forms import MORE, PHONE, NhsNumberField, StaffPatientForm

ASKED_FOR = {
    "name": "the name",
    "date_of_birth": "the date of birth",
    "phone": "the phone number",
    "nhs_number": "the NHS number",
}


ASKED_AT_ONCE = {"needs", "interpreter_language"}  # whoever calls may need them for this very call


class FindForm(PlainErrors, forms.Form):
    """What a person says of themselves: two of the four are needed, so that nobody finds people by leafing."""

    name = PlainTextField(
        label="Name", longest=100, required=False, help_text="First names, family name or both; the beginnings will do."
    )
    date_of_birth = forms.DateField(
        label="Date of birth",
        required=False,
        widget=day_input(),
        error_messages={"invalid": "Enter the date of birth, like 27/3/1984"},
    )
    phone = PlainTextField(
        label="Phone number",
        longest=policy.LONGEST_PHONE,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    nhs_number = NhsNumberField(label="NHS number", required=False)

    def __init__(self, *args: Any, drama: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drama = drama
        number = self.fields["nhs_number"]
        if isinstance(number, NhsNumberField):
            number.drama = drama

    def clean_phone(self) -> str:
        """Return the number in international form, or nothing."""
        typed: str = self.cleaned_data["phone"]
        if not typed:
            return ""
        if phone := policy.uk_phone(typed, drama=self.drama):
            return phone
        raise forms.ValidationError(PHONE)

    def clean(self) -> dict[str, Any]:
        """Ask for a second fact where there is one alone."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and self.sought().facts < policy.TWO_MUST_MATCH:
            missing = [words for name, words in ASKED_FOR.items() if not cleaned[name]]
            also = f"{', '.join(missing[:-1])} or {missing[-1]}"
            given = len(missing) < len(ASKED_FOR)
            self.add_error(None, f"Ask for {also} as well: two must match" if given else f"Enter two of these: {also}")
        return cleaned

    def sought(self) -> policy.Sought:
        """Return what was asked for."""
        said = self.cleaned_data
        return policy.Sought(said["name"], said["date_of_birth"], said["phone"], said["nhs_number"])


class AddPatientForm(StaffPatientForm):
    """Somebody who books by phone. ``anyway``: that they are another person than those who look the same."""

    records_received_on = None  # type: ignore[assignment]
    anyway = forms.BooleanField(label="This is another person: add them all the same", required=False)

    class Meta(StaffPatientForm.Meta):
        # nobody is added with records
        fields = tuple(name for name in StaffPatientForm.Meta.fields if name != "records_received_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(MORE) - ASKED_AT_ONCE:
            del self.fields[name]

    def details(self) -> dict[str, Any]:
        """Return what is saved of the person."""
        return {name: value for name, value in self.cleaned_data.items() if name != "anyway"}

    def sought(self) -> policy.Sought:
        """Return by which facts somebody of these details would be found."""
        said = self.cleaned_data
        name = f"{said['first_names']} {said['family_name']}"
        return policy.Sought(name, said["date_of_birth"], said["phone"], said["nhs_number"])
