"""Your details, a topic a page. Each form's fields are named as they are stored, but for those its ``values`` joins."""

from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField

from clinic.forms.text import PlainTextField
from patients.consents.enums import Purpose
from patients.consents.policy import text_in_use
from patients.details import policy
from patients.details.enums import Part, Talk
from patients.details.models import OtherTeams, Supporter
from patients.details.questions import YES_NO, one_of, some_of, team
from patients.profile.enums import BestTime, Country, Need, Registered, Sex, Video
from patients.profile.forms import DetailsForm, NamesForm, NhsNumberField, PhoneField, PostcodeField, line
from patients.profile.models import Patient
from patients.profile.policy import LONGEST_NEEDS, is_mobile


class PartForm(DetailsForm):
    """One topic. ``patient`` is whose; what they have told so far stands in it."""

    use_required_attribute = False
    only_if: ClassVar[dict[str, str]] = {}  # a box, and the question whose Yes a script shows it for

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        self.patient = patient
        super().__init__(*args, initial=self.known(patient), **kwargs)

    def known(self, patient: Patient) -> dict[str, Any]:
        """Return what the boxes start with."""
        return {name: getattr(patient, name) for name in self.base_fields if hasattr(patient, name)}

    def values(self) -> dict[str, Any]:
        """Return what is stored, by the names it is stored under."""
        return self.cleaned_data

    @property
    def rows(self) -> list[tuple[BoundField, str]]:
        """The boxes as the page draws them, each with the question it depends on, or nothing."""
        return [(field, self.only_if.get(field.name, "")) for field in self]


class AboutForm(PartForm, NamesForm):
    """Names, date of birth, sex and gender."""

    sex = one_of(
        "Sex registered at birth",
        Sex.choices,
        required="Choose the sex registered at your birth, or “I would rather tell the doctor”",
        help_text="We ask because some treatments are not safe in pregnancy.",
    )
    gender = PlainTextField(
        label="Gender", longest=100, required=False, help_text="In your own words, if you like.", widget=line("sex")
    )


class AddressForm(PartForm):
    """Where somebody lives, and their phones: one at least."""

    address_1 = PlainTextField(
        label="Address line 1",
        longest=100,
        widget=line("address-line1"),
        error_messages={"required": "Enter the first line of your address"},
    )
    address_2 = PlainTextField(label="Address line 2", longest=100, required=False, widget=line("address-line2"))
    town = PlainTextField(
        label="Town or city",
        longest=60,
        widget=line("address-level2"),
        error_messages={"required": "Enter your town or city"},
    )
    postcode = PostcodeField(label="Postcode")
    country = one_of("Country", Country.choices, required="Choose the country you live in")
    mobile = PhoneField(label="Mobile number", required=False, autocomplete="mobile tel")
    landline = PhoneField(
        label="Landline number",
        required=False,
        autocomplete="home tel",
        help_text="We need one number, mobile or landline. To change a number we ask for your password.",
    )

    def known(self, patient: Patient) -> dict[str, Any]:
        """Return the two numbers in the boxes they belong into."""
        mobile = is_mobile(patient.phone)
        numbers = {
            "mobile": patient.phone if mobile else "",
            "landline": patient.other_phone if mobile else patient.phone,
        }
        return super().known(patient) | numbers

    def clean(self) -> dict[str, Any]:
        """Ask for one number at least, and for a mobile number where a mobile number belongs."""
        said = super().clean() or self.cleaned_data
        if said.get("mobile") and not is_mobile(said["mobile"]):
            self.add_error("mobile", "Enter a mobile number, like 07700 900 982, or use the box for a landline")
        if said.get("landline") and is_mobile(said["landline"]):
            self.add_error("landline", "Enter a landline number, like 01632 960 001, or use the box for a mobile")
        if not (said.get("mobile") or said.get("landline") or {"mobile", "landline"} & self.errors.keys()):
            self.add_error("mobile", "Enter a mobile or a landline number")
        return said

    def values(self) -> dict[str, Any]:
        """Return the number we call first, and the other one."""
        said = dict(self.cleaned_data)
        mobile, landline = said.pop("mobile"), said.pop("landline")
        return said | {"phone": mobile or landline, "other_phone": landline if mobile else ""}


class NhsForm(PartForm):
    """The health number, for who knows it."""

    only_if: ClassVar[dict[str, str]] = {"nhs_number": "knows"}

    knows = one_of("Do you know your NHS number?", YES_NO, required="Choose “Yes” if you know your number, or “No”")
    nhs_number = NhsNumberField(
        label="NHS number",
        called="your NHS number",
        required=False,
        help_text="10 digits, like 999 123 4567. It is on letters from the NHS and in the NHS App.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = policy.number_name(self.patient.country)
        self.fields["knows"].label = f"Do you know your {name}?"
        self.fields["nhs_number"].label = name

    def known(self, patient: Patient) -> dict[str, Any]:
        """Return "yes" where the number is known."""
        return super().known(patient) | ({"knows": "yes"} if patient.nhs_number else {})

    def clean(self) -> dict[str, Any]:
        """Ask for the number of who knows it; what stands in the box of who does not is left out."""
        said = super().clean() or self.cleaned_data
        if said.get("knows") == "no":
            self.errors.pop("nhs_number", None)
            said["nhs_number"] = ""
        elif said.get("knows") == "yes" and not said.get("nhs_number") and "nhs_number" not in self.errors:
            self.add_error("nhs_number", "Enter your number, or choose “No” above")
        return said

    def values(self) -> dict[str, Any]:
        """Return the number alone."""
        return {"nhs_number": self.cleaned_data["nhs_number"]}


class GpForm(PartForm):
    """The GP practice."""

    gp_registered = one_of(
        "Are you registered with a GP?", Registered.choices, required="Choose whether you are registered with a GP"
    )
    gp_practice = PlainTextField(
        label="Name of the practice",
        longest=200,
        widget=line("off"),
        help_text="And its town. If you have no GP now, the last one you had.",
        error_messages={"required": "Enter the name of your GP practice"},
    )
    gp_address = PlainTextField(
        label="Address of the practice",
        longest=300,
        required=False,
        help_text="Or its code, like A12345, if you know it.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    gp_phone = PhoneField(label="Phone number of the practice", required=False)

    def clean_gp_address(self) -> str:
        """Return a code in capitals, an address as it is."""
        return policy.practice_place(self.cleaned_data["gp_address"])


class TeamsForm(PartForm):
    """Who else looks after somebody. All of it may stay empty."""

    ms_team = team("MS team")
    neurologist = team("Neurologist")
    pain_clinic = team("Pain clinic")
    dentist = team("Dentist or oral surgeon")
    mental_health = team("Psychiatrist or mental health team")

    def known(self, patient: Patient) -> dict[str, Any]:
        """Return the teams they have named."""
        teams = getattr(patient, "other_teams", None) or OtherTeams()
        return {name: getattr(teams, name) for name in self.base_fields}


class NeedsForm(PartForm):
    """What somebody needs to take part. How we write to them stands on another page (``patients/contact``)."""

    only_if: ClassVar[dict[str, str]] = {"interpreter_language": "interpreter"}

    needs = some_of(
        "What do you need to read, hear or speak with us?",
        Need.choices,
        help_text="Choose all that fit, or none. Everybody here who looks after you sees it.",
    )
    interpreter = one_of(
        "Do you need an interpreter?",
        YES_NO,
        required="Choose whether you need an interpreter",
        help_text="A trained one, not a relative.",
    )
    interpreter_language = PlainTextField(
        label="For which language?", longest=60, required=False, help_text="If you chose “Yes”.", widget=line("off")
    )
    access_needs = PlainTextField(
        label="What else should we know or do?",
        longest=LONGEST_NEEDS,
        required=False,
        help_text="For example a room without steps, more time, breaks, or somebody with you.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    video = one_of("Can you take part in a video call?", Video.choices)
    voicemail = one_of(
        "May we leave a voicemail?",
        YES_NO,
        required="Choose whether we may leave a voicemail",
        help_text="We say our name and ask you to call. We say nothing about your health.",
    )
    best_times = some_of("When is it best to call you?", BestTime.choices)

    def known(self, patient: Patient) -> dict[str, Any]:
        """Return yes and no for what was answered."""
        answered = patient.voicemail is not None
        said = {
            "voicemail": ("yes" if patient.voicemail else "no") if answered else "",
            "interpreter": "yes" if patient.interpreter_language else "no" if answered else "",
        }
        return super().known(patient) | said

    def clean(self) -> dict[str, Any]:
        """Ask for the words that go with an answer."""
        said = super().clean() or self.cleaned_data
        if said.get("interpreter") == "no":
            self.errors.pop("interpreter_language", None)
            said["interpreter_language"] = ""
        elif said.get("interpreter") and not said.get("interpreter_language", "?"):
            self.add_error("interpreter_language", "Enter the language you need an interpreter for")
        if Need.OTHER in said.get("needs", []) and not said.get("access_needs", "?"):
            self.add_error("access_needs", "You chose “Something else”: say here what you need")
        return said

    def values(self) -> dict[str, Any]:
        """Return the answers as they are stored."""
        said = dict(self.cleaned_data)
        said.pop("interpreter")
        return said | {"voicemail": said["voicemail"] == "yes"}


class EmergencyForm(PartForm):
    """Whom to call when something happens during a visit."""

    emergency_name = PlainTextField(
        label="Their name", longest=100, widget=line("off"), error_messages={"required": "Enter their name"}
    )
    emergency_phone = PhoneField(label="Their phone number", help_text="A UK number.")


class SupporterForm(PartForm):
    """Somebody who helps, and what we may talk about with them."""

    name = PlainTextField(
        label="Their name", longest=100, widget=line("off"), error_messages={"required": "Enter their name"}
    )
    relationship = PlainTextField(
        label="Who are they to you?",
        longest=60,
        required=False,
        help_text="For example my husband, my carer, a friend.",
        widget=line("off"),
    )
    phone = PhoneField(label="Their phone number", required=False, help_text="A UK number.")
    may_talk = one_of(
        "May we talk to them?",
        Talk.choices,
        required="Choose whether we may talk to them",
        help_text=f"{text_in_use(Purpose.SUPPORTER).words} Ask them first. You can take it back at any time.",
    )

    def known(self, patient: Patient) -> dict[str, Any]:
        """Return whom they have named. Nobody is talked to unless they choose it here."""
        helper = getattr(patient, "supporter", None) or Supporter()
        return {name: getattr(helper, name) for name in self.base_fields} | ({} if helper.name else {"may_talk": ""})


FORMS: dict[Part, type[PartForm]] = {
    Part.ABOUT: AboutForm,
    Part.ADDRESS: AddressForm,
    Part.NHS: NhsForm,
    Part.GP: GpForm,
    Part.TEAMS: TeamsForm,
    Part.NEEDS: NeedsForm,
    Part.EMERGENCY: EmergencyForm,
    Part.SUPPORTER: SupporterForm,
}
