"""Your details."""

from datetime import date
from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField
from clinic.forms.text import PlainTextField
from patients.profile import policy
from patients.profile.actions import TooYoung
from patients.profile.enums import Sex
from patients.profile.models import Patient

PHONE = "Enter a UK phone number, like 01632 960 001 or 07700 900 982"
POSTCODE = "Enter a full UK postcode, like AA1 1AA"


def _line(autocomplete: str, **attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"} | attrs)


class ProfileForm(PlainErrors, forms.Form):
    """Who the person is and how to reach them. ``today`` bounds the date of birth; ``drama``: see policy."""

    first_names = PlainTextField(
        label="First names",
        help_text="Leave this empty if you have one name only.",
        longest=100,
        required=False,
        widget=_line("given-name"),
    )
    family_name = PlainTextField(
        label="Family name or only name",
        longest=100,
        widget=_line("family-name"),
        error_messages={"required": "Enter your family name, or your only name"},
    )
    preferred_name = PlainTextField(
        label="Name you like to be called", longest=100, required=False, widget=_line("nickname")
    )
    date_of_birth = DatePartsField(
        label="Date of birth", called="your date of birth", birthday=True, earliest=policy.BORN_SINCE
    )
    sex = forms.ChoiceField(
        label="Sex registered at birth",
        choices=Sex.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text="We ask because some treatments are not safe in pregnancy. You can answer later.",
    )
    phone = PlainTextField(
        label="Phone number",
        longest=policy.LONGEST_PHONE,
        help_text="A UK number. We call it if we need to reach you about your care.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "width-20"}),
        error_messages={"required": PHONE},
    )
    postcode = PlainTextField(
        label="Postcode",
        longest=policy.LONGEST_POSTCODE,
        widget=_line("postal-code", **{"class": "width-10"}),
        error_messages={"required": POSTCODE},
    )
    gp_practice = PlainTextField(
        label="GP practice",
        help_text="The surgery you are registered with, and its town.",
        longest=200,
        widget=_line("off"),
        error_messages={"required": "Enter the name of your GP practice"},
    )

    access_needs = PlainTextField(
        label="Do you need anything to take part in a visit?",
        help_text="For example a room without steps, large print, an interpreter, more time, or somebody with you.",
        longest=policy.LONGEST_NEEDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    helper = helper("Save my details")

    def __init__(self, *args: Any, today: date, drama: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.drama = today, drama
        born = self.fields["date_of_birth"]
        if isinstance(born, DatePartsField):
            born.latest = today

    def clean_date_of_birth(self) -> date:
        """Return the date of birth of an adult."""
        born: date = self.cleaned_data["date_of_birth"]
        if not policy.is_adult(born, self.today):
            raise forms.ValidationError(str(TooYoung()))
        return born

    def clean_phone(self) -> str:
        """Return the number in international form."""
        if phone := policy.uk_phone(self.cleaned_data["phone"], drama=self.drama):
            return phone
        raise forms.ValidationError(PHONE)

    def clean_postcode(self) -> str:
        """Return the postcode in capitals with one space."""
        if postcode := policy.postcode(self.cleaned_data["postcode"]):
            return postcode
        raise forms.ValidationError(POSTCODE)


class NhsNumberField(PlainTextField):
    """An NHS number, shown in three groups and kept as ten digits. ``drama``: see policy."""

    drama = False

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "10 digits, like 999 123 4567. Leave it empty if it is not known.")
        kwargs.setdefault("widget", _line("off", inputmode="numeric", size="14"))
        super().__init__(longest=policy.LONGEST_NHS_NUMBER, called="the NHS number", **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show ten digits in groups; anything else as it was typed."""
        is_stored = isinstance(value, str) and len(value) == policy.NHS_DIGITS and value.isdigit()
        return policy.nhs_number_text(value) if is_stored else value

    def clean(self, value: Any) -> str:
        """Return ten digits, or nothing. Raises ValidationError with what is wrong."""
        text: str = super().clean(value)
        try:
            return policy.nhs_number(text, drama=self.drama) if text else ""
        except policy.NotAnNhsNumber as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class StaffPatientForm(ProfileForm, forms.ModelForm):
    """The same details as staff write them down, with an address for somebody without an account."""

    date_of_birth = forms.DateField(  # type: ignore[assignment]
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages={"required": "Enter the date of birth", "invalid": "Enter the date of birth, like 27/3/1984"},
    )
    email = forms.EmailField(
        label="Email address",
        required=False,
        max_length=254,
        help_text="Leave this empty where there is none: then nothing is sent.",
        error_messages={"invalid": "Enter an email address, like name@example.com"},
    )
    nhs_number = NhsNumberField(label="NHS number", required=False)
    records_received_on = forms.DateField(
        label="We have their GP records since",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The day the records reached us. Leave this empty until they have.",
    )

    class Meta:
        model = Patient
        fields = (*ProfileForm.base_fields, "email", "nhs_number", "records_received_on")

    def __init__(self, *args: Any, drama: bool, **kwargs: Any) -> None:
        super().__init__(*args, drama=drama, **kwargs)
        number = self.fields["nhs_number"]
        if isinstance(number, NhsNumberField):
            number.drama = drama

    def clean_date_of_birth(self) -> date:
        """Return the date of birth of an adult, born since 1900."""
        if self.cleaned_data["date_of_birth"] < policy.BORN_SINCE:
            raise forms.ValidationError("Enter a date of birth since 1900")
        return super().clean_date_of_birth()

    def clean_records_received_on(self) -> date | None:
        """Return the day the records came, not in the future."""
        day: date | None = self.cleaned_data["records_received_on"]
        if day and not policy.BORN_SINCE <= day <= self.today:
            raise forms.ValidationError("Enter a date that is not in the future")
        return day


class ClaimForm(PlainErrors, forms.Form):
    """The code that staff gave, and the date of birth."""

    code = PlainTextField(
        label="Your code",
        called="your code",
        longest=20,
        help_text="8 letters and numbers, like ABCD-EFGH.",
        widget=_line("off", **{"class": "width-10"}),
        error_messages={"required": "Enter your code, like ABCD-EFGH"},
    )
    date_of_birth = DatePartsField(label="Date of birth", called="your date of birth", birthday=True)

    helper = helper("Find my record")


class NextForm(forms.Form):
    """Where to go after saving: the address's ``next``."""

    next = forms.CharField(required=False, max_length=1000)
