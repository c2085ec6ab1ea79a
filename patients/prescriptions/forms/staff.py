"""The forms of prescriptions for clinicians: the draft, the signing, the post, what we are told, an answer."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField
from clinic.forms.drafts import DraftForm
from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from patients.incidents.forms import choice
from patients.prescriptions import policy
from patients.prescriptions.enums import MOVES, TOLD, Answer, Paper, State, Told
from patients.prescriptions.models import Prescription
from patients.prescriptions.said import News, Signing, Written
from patients.treatment.products import ProductLine

PENCE = 100
SAID = {"yes": True, "no": False}
MOST_PRICE = 9999


def _text(label: str, rows: int = 3, longest: int = policy.LONGEST_TEXT, **more: Any) -> PlainTextField:
    return PlainTextField(label=label, longest=longest, widget=forms.Textarea(attrs={"rows": rows}), **more)


def _day(label: str, called: str, **more: Any) -> DatePartsField:
    return DatePartsField(label=label, called=called, example="3 12 2026", **more)


def _amount(label: str, *, required: bool = False, **more: Any) -> forms.DecimalField:
    wrong = f"Write {label.lower()} as a number with 2 decimals at most, like 30 or 22.5"
    return forms.DecimalField(
        label=label,
        required=required,
        max_digits=6,
        decimal_places=2,
        min_value=Decimal(0),
        error_messages=dict.fromkeys(
            ("invalid", "max_digits", "max_decimal_places", "max_whole_digits", "min_value"), wrong
        ),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "width-5"}),
        **more,
    )


class WithoutButton(PlainErrors, forms.Form):
    """A form whose page has the buttons."""

    helper = helper("", tag=False)


class PaperForm(PlainErrors, DraftForm):
    """What stands on the paper. It is kept whatever is missing."""

    always = frozenset({"version", "line"})
    helper = helper("", tag=False)

    line = forms.TypedChoiceField(
        label="Product of the plan",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a product of the plan", "invalid_choice": "Choose a product of the plan"},
    )
    paper = forms.ChoiceField(label="Form", choices=Paper.choices, widget=forms.RadioSelect)
    serial = PlainTextField(label="Serial number of the form", longest=40, help_text="As it is printed on the paper.")
    product = _text(
        "Product, as it stands on the form",
        help_text="Name, form, strength; for a product without a licence also supplier, cultivar, THC and CBD, and route.",
    )
    dose = _text("Dose, as it stands on the form", help_text="“As directed” alone is not allowed.")
    quantity = _amount("Total quantity", required=True, help_text="In the unit of the product.")
    days = forms.IntegerField(
        label="For how many days",
        min_value=1,
        max_value=policy.MOST_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "width-3"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"Write a whole number of days from 1 to {policy.MOST_DAYS}"
        ),
    )
    long_why = _text(
        f"Why more than {policy.USUAL_DAYS} days are needed",
        required=False,
        help_text="Then another clinician signs it off.",
    )
    starts_on = _day("First day, where the form states one", "the first day", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: Any, lines: Iterable[ProductLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        named = [(number, f"{each.name}, {each.strength_text}") for number, each in enumerate(self.lines)]
        self.fields["line"].choices = named  # type: ignore[attr-defined]

    def clean_serial(self) -> str:
        """Return the number as it is kept; one with other signs in it is said to be wrong at once."""
        kept = policy.serial_as_kept(self.cleaned_data["serial"])
        if kept and not policy.is_serial(kept):
            raise forms.ValidationError("Write the serial number as 6 to 20 letters and figures")
        return kept

    @property
    def written(self) -> Written:
        """What was typed, of a form that is valid."""
        said = self.cleaned_data
        kind = self.lines[said["line"]].kind
        return Written(**said, unit=kind.quantity if kind else "")

    @staticmethod
    def initial_of(found: Prescription) -> dict[str, Any]:
        """What a saved draft is shown with."""
        return {name: getattr(found, name) for name in PaperForm.base_fields}


class SigningForm(WithoutButton):
    """That the paper was signed. Where points are open it can only be recorded as what has happened already."""

    signed_on = _day("Day on the form", "the day of signing")
    wet_ink = forms.BooleanField(
        label="I have seen the doctor’s own signature in ink on the paper",
        required=False,
    )
    copy_given = forms.BooleanField(label="The patient has a copy", required=False)
    is_breach = forms.BooleanField(
        label="It is signed on paper already, although the points above are open. Record it as a breach",
        required=False,
        help_text="This opens an incident and asks the managers to look into it.",
    )
    breach_why = _text("Why it was signed all the same", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, is_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_open:
            del self.fields["is_breach"], self.fields["breach_why"]

    @property
    def signing(self) -> Signing:
        """What was typed, of a form that is valid."""
        return Signing(**self.cleaned_data)


class PostForm(WithoutButton):
    """When the paper went to the pharmacy."""

    posted_on = _day("Day it was posted", "the day it was posted")
    tracking = PlainTextField(label="Tracking reference", longest=40, required=False)


class NewsForm(KeyedForm):
    """What a pharmacy, a courier or the patient tells us."""

    state = choice("Where it is now", (), "Choose where it is now")
    on = _day("Day it happened", "the day it happened")
    told_by = PlainTextField(
        label="Who told us", longest=policy.LONGEST_NAME, error_messages={"required": "Write who told us"}
    )
    how = choice("How we were told", [each for each in Told.choices if each[0] != Told.OURS], "Choose how we were told")
    batch = PlainTextField(label="Batch number", longest=60, required=False)
    quantity = _amount("Quantity supplied", help_text="In the unit of the prescription.")
    substitution = _text("Substitution the pharmacy proposes", 2, policy.LONGEST_LINE, required=False)
    is_accepted = forms.BooleanField(
        label="We accept the substitution",
        required=False,
        help_text="Not without a new prescription: the software refuses it.",
    )
    stock = _text("Stock problem", 2, policy.LONGEST_LINE, required=False)
    price = _amount("Price told to the patient, in pounds")
    id_checked = forms.ChoiceField(
        label="The pharmacy or courier checked an ID",
        choices=[("", "Not said"), ("yes", "Yes"), ("no", "No")],
        required=False,
        widget=forms.RadioSelect,
    )
    courier = PlainTextField(label="Courier’s reference", longest=60, required=False)
    delivery_failed = forms.BooleanField(label="A delivery failed", required=False)
    note = _text("Anything else", required=False)
    seen = forms.CharField(widget=forms.HiddenInput)
    submit = "Write this down"

    def __init__(self, *args: Any, found: Prescription, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = State(found.state)
        after = [state for state in State if state in MOVES.get(here, frozenset()) & TOLD]
        choices = [(here.value, f"No change: {here.label}"), *((state.value, state.label) for state in after)]
        self.fields["state"].choices = choices  # type: ignore[attr-defined]
        self.fields["seen"].initial = here.value

    @property
    def news(self) -> News:
        """What was typed, of a form that is valid."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in {"key", "price", "quantity"}}
        price = self.cleaned_data["price"]
        said["price_pence"] = None if price is None else int(price * PENCE)
        said["id_checked"] = SAID.get(said["id_checked"])
        return News(**said, quantity=self.cleaned_data["quantity"] or None)


class ReasonForm(WithoutButton):
    """Why it is cancelled."""

    why = _text("Why is it cancelled?", error_messages={"required": "Write why, in at least 10 characters"})


class AnswerForm(WithoutButton):
    """What a clinician makes of a request."""

    answer = choice("What happens now", Answer.choices, "Choose what happens now")
    why = _text("Why, for the record", error_messages={"required": "Write why, in at least 10 characters"})
    told = _text(
        "What the patient reads",
        help_text="Say what comes next and whom to call. Promise nothing.",
        error_messages={"required": "Write what the patient reads"},
    )
