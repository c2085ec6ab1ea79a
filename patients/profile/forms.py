"""Your details."""

from datetime import date
from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField
from clinic.forms.text import PlainTextField
from patients.profile import policy
from patients.profile.actions import TooYoung
from patients.profile.enums import BestTime, Country, Need, Registered, Sex, Video
from patients.profile.models import Patient

PHONE = "Enter a UK phone number, like 01632 960 001 or 07700 900 982"
POSTCODE = "Enter a full UK postcode, like AA1 1AA"


def line(autocomplete: str, **attrs: str) -> forms.TextInput:
    """Return a box of one line; ``autocomplete`` tells the browser what belongs into it ("off": nothing it knows)."""
    return forms.TextInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"} | attrs)


class PhoneField(PlainTextField):
    """A UK phone number, shown as people read it and kept in international form. ``drama``: see policy."""

    drama = False
    wrong = PHONE

    def __init__(self, *, autocomplete: str = "off", **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"type": "tel", "autocomplete": autocomplete, "class": "width-20"})
        )
        super().__init__(longest=policy.LONGEST_PHONE, error_messages={"required": self.wrong}, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number in groups; anything else as it was typed."""
        return policy.phone_text(value) if isinstance(value, str) and value.startswith("+44") else value

    def clean(self, value: Any) -> str:
        """Return the number in international form, or nothing. Raises ValidationError."""
        text: str = super().clean(value)
        if not text:
            return ""
        if phone := policy.uk_phone(text, drama=self.drama):
            return phone
        raise forms.ValidationError(self.wrong)


class PostcodeField(PlainTextField):
    """A full UK postcode, kept in capitals with one space."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", line("postal-code", **{"class": "width-10"}))
        super().__init__(longest=policy.LONGEST_POSTCODE, error_messages={"required": POSTCODE}, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the postcode. Raises ValidationError where it is none."""
        text: str = super().clean(value)
        if postcode := policy.postcode(text):
            return postcode
        raise forms.ValidationError(POSTCODE)


class NhsNumberField(PlainTextField):
    """An NHS number, shown in three groups and kept as ten digits. ``drama``: see policy."""

    drama = False

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "10 digits, like 999 123 4567. Leave it empty if it is not known.")
        kwargs.setdefault("widget", line("off", inputmode="numeric", size="14"))
        kwargs.setdefault("called", "the NHS number")
        super().__init__(longest=policy.LONGEST_NHS_NUMBER, **kwargs)

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


class DetailsForm(PlainErrors, forms.Form):
    """Some of a person's details. ``today`` bounds the date of birth; ``drama``: see policy."""

    helper = helper("Save my details")

    def __init__(self, *args: Any, today: date, drama: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.drama = today, drama
        for field in self.fields.values():
            if isinstance(field, PhoneField | NhsNumberField):
                field.drama = drama
            if isinstance(field, DatePartsField):
                field.latest = today


class NamesForm(DetailsForm):
    """Who the person is."""

    first_names = PlainTextField(
        label="First names",
        help_text="Leave this empty if you have one name only.",
        longest=100,
        required=False,
        widget=line("given-name"),
    )
    family_name = PlainTextField(
        label="Family name or only name",
        longest=100,
        widget=line("family-name"),
        error_messages={"required": "Enter your family name, or your only name"},
    )
    preferred_name = PlainTextField(
        label="Name you like to be called", longest=100, required=False, widget=line("nickname")
    )
    date_of_birth = DatePartsField(
        label="Date of birth", called="your date of birth", birthday=True, earliest=policy.BORN_SINCE
    )

    def clean_date_of_birth(self) -> date:
        """Return the date of birth of an adult."""
        born: date = self.cleaned_data["date_of_birth"]
        if not policy.is_adult(born, self.today):
            raise forms.ValidationError(str(TooYoung()))
        return born


class ProfileForm(NamesForm):
    """What is needed before a first visit, and no more."""

    phone = PhoneField(
        label="Phone number",
        help_text="A UK number. We call it if we need to reach you about your care.",
        autocomplete="tel",
    )
    postcode = PostcodeField(label="Postcode")
    gp_practice = PlainTextField(
        label="GP practice",
        help_text="The surgery you are registered with, and its town.",
        longest=200,
        widget=line("off"),
        error_messages={"required": "Enter the name of your GP practice"},
    )
    access_needs = PlainTextField(
        label="Do you need anything to take part in a visit?",
        help_text="For example a room without steps, large print, an interpreter, more time, or somebody with you.",
        longest=policy.LONGEST_NEEDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


# What staff write down beside it, as it is told.
MORE = (
    *("sex", "other_phone", "address_1", "address_2", "town", "country", "gp_registered", "gp_address", "gp_phone"),
    *("needs", "interpreter_language", "voicemail", "best_times", "video", "emergency_name", "emergency_phone"),
)


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
    sex = forms.ChoiceField(label="Sex registered at birth", choices=[("", "Not asked"), *Sex.choices], required=False)
    nhs_number = NhsNumberField(label="NHS number", required=False)
    other_phone = PhoneField(label="Landline, beside a mobile", required=False)
    address_1 = PlainTextField(label="Address line 1", longest=100, required=False)
    address_2 = PlainTextField(label="Address line 2", longest=100, required=False)
    town = PlainTextField(label="Town or city", longest=60, required=False)
    country = forms.ChoiceField(label="Country", choices=[("", "Not asked"), *Country.choices], required=False)
    gp_registered = forms.ChoiceField(
        label="Registered with a GP", choices=[("", "Not asked"), *Registered.choices], required=False
    )
    gp_address = PlainTextField(label="Address or code of the practice", longest=300, required=False)
    gp_phone = PhoneField(label="Phone of the practice", required=False)
    needs = forms.MultipleChoiceField(
        label="What they need to read, hear or speak with us",
        choices=Need.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    interpreter_language = PlainTextField(
        label="Interpreter for", longest=60, required=False, help_text="The language. Leave it empty for none."
    )
    voicemail = forms.TypedChoiceField(
        label="We may leave a voicemail",
        choices=[("", "Not asked"), ("True", "Yes"), ("False", "No")],
        coerce=lambda said: said == "True",
        empty_value=None,
        required=False,
    )
    best_times = forms.MultipleChoiceField(
        label="Best times to call", choices=BestTime.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    video = forms.ChoiceField(
        label="Can take part by video", choices=[("", "Not asked"), *Video.choices], required=False
    )
    emergency_name = PlainTextField(label="Emergency contact", longest=100, required=False)
    emergency_phone = PhoneField(label="Phone of the emergency contact", required=False)
    records_received_on = forms.DateField(
        label="We have their GP records since",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The day the records reached us. Leave this empty until they have.",
    )

    class Meta:
        model = Patient
        fields = (*ProfileForm.base_fields, "email", "nhs_number", *MORE, "records_received_on")

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
        widget=line("off", **{"class": "width-10"}),
        error_messages={"required": "Enter your code, like ABCD-EFGH"},
    )
    date_of_birth = DatePartsField(label="Date of birth", called="your date of birth", birthday=True)

    helper = helper("Find my record")


class NextForm(forms.Form):
    """Where to go after saving: the address's ``next``."""

    next = forms.CharField(required=False, max_length=1000)
