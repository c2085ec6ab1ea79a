"""The patient's own forms: which pharmacy, and the safety questions with a request. Plain words; no medicine is named."""

from typing import Any

from django import forms

from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from patients.consents.enums import Method
from patients.incidents.forms import choice
from patients.prescriptions import pharmacies, policy
from patients.prescriptions.enums import Driving, Listed, Mood, Pregnancy, YesNo
from patients.prescriptions.said import Asked, Chosen
from patients.safety.enums import Hospital, HowBad
from patients.safety.terms import picked

OWN = "own"
NEEDED = {"name": "the name of the pharmacy", "address": "its address", "phone": "its phone number"}


def _line(label: str, longest: int = policy.LONGEST_LINE, **more: Any) -> PlainTextField:
    return PlainTextField(label=label, longest=longest, required=False, **more)


def _words(label: str) -> PlainTextField:
    return PlainTextField(
        label=label, longest=policy.LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class PharmacyForm(KeyedForm):
    """One that the clinic names, or one's own."""

    which = choice(
        "Which pharmacy do you want?",
        [*((each.code, f"{each.name}, {each.address}") for each in pharmacies.PHARMACIES), (OWN, "Another pharmacy")],
        "Choose a pharmacy, or “Another pharmacy”",
    )
    name = _line("Name of the other pharmacy", policy.LONGEST_NAME)
    address = _line("Its address")
    phone = _line("Its phone number", 20)
    email = forms.EmailField(
        label="Its email address",
        max_length=254,
        required=False,
        error_messages={"invalid": "Enter an email address, like name@example.com"},
    )
    number = _line("Its GPhC number", 20, help_text="7 numbers. The pharmacy can tell you.")
    was_read = forms.BooleanField(
        label="I have read that the choice is mine",
        error_messages={"required": "Say that you have read that the choice is yours"},
    )
    submit = "Choose this pharmacy"
    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        """Ask for what is needed of a pharmacy that we do not name."""
        given = super().clean() or self.cleaned_data
        if given.get("which") == OWN:
            for name, called in NEEDED.items():
                if name not in self.errors and not given.get(name):
                    self.add_error(name, f"Write {called}")
            number = "".join(given.get("number", "").split())
            if not policy.is_premises_number(number):
                self.add_error("number", "Write the GPhC number as 7 numbers, like 0000001")
            given["number"] = number
        return given

    @property
    def chosen(self) -> Chosen:
        """What was chosen, of a form that is valid."""
        said = self.cleaned_data
        method = said.get("method", Method.WEBSITE)
        if named := pharmacies.BY_CODE.get(said["which"]):
            names = ("name", "number", "address", "phone", "email")
            facts = {name: getattr(named, name) for name in names}
            return Chosen(**facts, listed=Listed.LIST, was_read=said["was_read"], method=method)
        facts = {name: said[name] for name in ("name", "number", "address", "phone", "email")}
        return Chosen(**facts, listed=Listed.OWN, was_read=said["was_read"], method=method)


class ToldPharmacyForm(PharmacyForm):
    """The same, written down for somebody who tells us."""

    method = choice(
        "How did they say it?",
        [each for each in Method.choices if each[0] != Method.WEBSITE],
        "Choose how they said it",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["which"].label = "Which pharmacy does the patient want?"
        self.fields["was_read"].label = "I have read the statement to them, or they have read it: the choice is theirs"
        self.fields["was_read"].error_messages["required"] = "Read them the statement first, then tick this"


class AskForm(KeyedForm):
    """The safety questions. Whatever is answered, the request is taken."""

    effects = choice(
        "Have you had side effects since we last wrote a prescription?",
        YesNo.choices,
        "Choose whether you have had side effects",
    )
    terms = forms.MultipleChoiceField(
        label="If so: what was it?",
        choices=picked(in_plain_words=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose all that fit.",
        error_messages={"invalid_choice": "Choose from the list, or use your own words below"},
    )
    how_bad = forms.ChoiceField(
        label="If so: how bad was it at its worst?",
        choices=[*HowBad.choices, ("", "I had none")],
        required=False,
        widget=forms.RadioSelect,
    )
    hospital = forms.ChoiceField(
        label="If so: were you in hospital because of it?",
        choices=[*Hospital.choices, ("", "I had none")],
        required=False,
        widget=forms.RadioSelect,
    )
    effects_words = _words("Side effects, in your own words")
    medicines = choice(
        "Have you started, stopped or changed any other medicine?",
        YesNo.choices,
        "Choose whether another medicine has changed",
    )
    medicines_words = _words("If so: which, and when?")
    illness = choice(
        "Have you had a new illness, test result or diagnosis?",
        YesNo.choices,
        "Choose whether you have had a new illness or diagnosis",
    )
    illness_words = _words("If so: what is it?")
    pregnancy = choice(
        "Are you, or could you be, pregnant?", Pregnancy.choices, "Choose whether you are or could be pregnant"
    )
    driving = choice("Do you drive?", Driving.choices, "Choose whether you drive, and how it goes")
    mood = choice("How have you been in your mood?", Mood.choices, "Choose how you have been in your mood")
    other_use = choice(
        "Have you used any cannabis that we did not prescribe?",
        YesNo.choices,
        "Choose whether you have used any that we did not prescribe",
        help_text="You can be open with us. It helps us keep you safe.",
    )
    other_use_words = _words("If so: what, and how often?")
    more = _words("Is there anything else we should know?")
    submit = "Send this to us"
    use_required_attribute = False

    @property
    def asked(self) -> Asked:
        """The answers, of a form that is valid."""
        return Asked({name: value for name, value in self.cleaned_data.items() if name != "key"})

    @classmethod
    def shown(cls, answers: dict[str, Any]) -> list[dict[str, str]]:
        """Return stored answers as rows of a summary list; what was left empty is left out."""
        rows = []
        for name, field in cls.base_fields.items():
            value = answers.get(name)
            if name == "key" or not value:
                continue
            labels = dict(_flat(getattr(field, "choices", ())))
            chosen = value if isinstance(value, list) else [value]
            words = "; ".join(labels.get(each) or str(each) for each in chosen)
            rows.append({"key": str(field.label), "value": words})
        return rows


def _flat(choices: Any) -> list[tuple[str, str]]:
    """Return choices without their groups."""
    found: list[tuple[str, str]] = []
    for value, label in choices:
        found += _flat(label) if isinstance(label, list | tuple) else [(value, label)]
    return found
