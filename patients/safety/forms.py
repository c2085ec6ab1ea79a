"""What is reported of an event, as each who reports it is asked, and how a clinician assesses it."""

from datetime import date
from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField
from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from patients.incidents.forms import LONGEST, choice, line, text
from patients.safety import policy
from patients.safety.enums import (
    Action,
    EventOutcome,
    Grade,
    Hospital,
    HowBad,
    Relatedness,
    ReportedBy,
    Seriousness,
    Taking,
    YellowCard,
)
from patients.safety.terms import OTHER, picked

GONE = "no"
NOT_SAID = {"how_bad": HowBad, "hospital": Hospital, "taking": Taking}  # what a caller may not have said


class ReportForm(KeyedForm):
    """What happened, in plain words: what a patient is asked."""

    terms = forms.MultipleChoiceField(
        label="What was it?",
        choices=picked(in_plain_words=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose all that fit.",
        error_messages={"invalid_choice": "Choose from the list, or use your own words below"},
    )
    description = text("What happened, in your own words?", rows=6)
    started_on = DatePartsField(label="When did it begin?", called="the day it began", example="27 3 2026")
    is_about = forms.BooleanField(label="I am not sure of the exact day", required=False)
    still_there = choice(
        "Is it still there?", [("yes", "Yes"), (GONE, "No, it is over")], "Choose whether it is still there"
    )
    ended_on = DatePartsField(
        label="If it is over: when did it end?", called="the day it ended", example="29 3 2026", required=False
    )
    how_bad = choice("How bad was it at its worst?", HowBad.choices, "Choose how bad it was at its worst")
    hospital = choice(
        "Were you in hospital because of it?", Hospital.choices, "Choose whether you were in hospital because of it"
    )
    product = line(
        "Which medicine do you think it came from?",
        help_text="The name as you know it. Leave it empty if you do not know.",
    )
    batch = line("Batch number", 60, help_text="It stands on the label, after “Batch” or “LOT”.")
    taking = choice("Are you still taking it?", Taking.choices, "Choose whether you are still taking it")
    done = text("What have you done about it?", help_text="For example rest, another medicine, or a call to your GP.")
    submit = "Send this to us"
    use_required_attribute = False

    def __init__(self, *args: Any, born: date, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("started_on", "ended_on"):
            field = self.fields[name]
            assert isinstance(field, DatePartsField)  # noqa: S101 - made so above
            field.earliest, field.latest = born, today

    def clean(self) -> dict[str, Any]:
        """Ask for words where nothing fits, and for days that can be."""
        given = super().clean() or self.cleaned_data
        if (
            not set(given.get("terms") or []) - {OTHER}
            and not given.get("description")
            and "description" not in self.errors
        ):
            self.add_error("description", "Choose what it was from the list, or say it in your own words")
        if given.get("ended_on") and given.get("still_there") == "yes":
            self.add_error("ended_on", "Leave this empty if it is still there")
        began, ended = given.get("started_on"), given.get("ended_on")
        if began and ended and ended < began:
            self.add_error("ended_on", "The day it ended must be after the day it began")
        return given

    @property
    def facts(self) -> dict[str, Any]:
        """What the action is told; of a valid form."""
        said = self.cleaned_data
        names = (
            "terms",
            "description",
            "started_on",
            "is_about",
            "ended_on",
            "how_bad",
            "hospital",
            "product",
            "batch",
        )
        return {name: said[name] for name in (*names, "taking", "done")} | {"is_ongoing": said["still_there"] == "yes"}


class ToldForm(ReportForm):
    """The same, written down by staff for somebody who tells them: what was not said stays open."""

    reported_by = choice(
        "Who tells it?",
        [
            (ReportedBy.PHONE, "The patient, or somebody for them, by phone or at the desk"),
            (ReportedBy.OTHER, "A GP or somebody else"),
        ],
        "Choose who tells it",
    )
    submit = "Save this report"
    field_order = ("reported_by", "description", "terms")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "description": "What happened, in the caller’s own words?",
            "how_bad": "How bad was it at its worst, as they say it?",
            "hospital": "Were they in hospital because of it?",
            "product": "Which medicine do they think it came from?",
            "taking": "Are they still taking it?",
            "done": "What have they done about it?",
        }
        for name, label in labels.items():
            self.fields[name].label = label
        for name in NOT_SAID:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - made so above
            field.required, field.choices = False, [*NOT_SAID[name].choices, ("", "Not said")]


class ClinicianReportForm(ToldForm):
    """The same, written down by a clinician, in coded words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("terms", picked(in_plain_words=False)),
            ("reported_by", [*self.fields["reported_by"].choices, (ReportedBy.CLINICIAN, "I saw or found it myself")]),  # type: ignore[attr-defined]
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["terms"].widget.attrs["class"] = "inline"
        self.fields["description"].label = "What happened, in their own words or yours?"


class AssessForm(KeyedForm):
    """What a clinician signs. ``seen`` is the newest assessment that they have read."""

    terms = forms.MultipleChoiceField(
        label="Terms",
        choices=picked(in_plain_words=False),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "inline"}),
        error_messages={"required": "Choose at least one term", "invalid_choice": "Choose terms from the list"},
    )
    grade = choice("Severity (CTCAE v5, general grades)", Grade.choices, "Choose a grade from 1 to 5")
    seriousness = forms.MultipleChoiceField(
        label="Seriousness: any of these?",
        choices=Seriousness.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Leave all empty for none.",
    )
    relatedness = choice("Related to the medicine", Relatedness.choices, "Choose how it is related to the medicine")
    action = choice("Action taken", Action.choices, "Choose what was done")
    outcome = choice("Outcome", EventOutcome.choices, "Choose the outcome")
    yellow_card = choice("Yellow Card (MHRA)", YellowCard.choices, "Choose how the Yellow Card stands")
    yellow_card_why = line("If no Yellow Card is needed: why?", LONGEST)
    yellow_card_on = DatePartsField(
        label="Yellow Card submitted on", called="the day of the Yellow Card", example="27 11 2026", required=False
    )
    yellow_card_reference = line("Yellow Card reference", 60)
    gp_informed_on = DatePartsField(
        label="GP informed on", called="the day the GP was told", example="27 11 2026", required=False
    )
    notes = text("Notes", help_text="To assess again after it was closed, write here why it is opened again.")
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)
    submit = "Sign this assessment"
    use_required_attribute = False

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("yellow_card_on", "gp_informed_on"):
            self.fields[name].latest = today  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Say at the field what is missing of the Yellow Card."""
        given = super().clean() or self.cleaned_data
        card = (given.get("yellow_card", ""), given.get("yellow_card_why", ""))
        more = (given.get("yellow_card_on"), given.get("yellow_card_reference", ""))
        if "yellow_card" in given:
            for name, words in policy.wrong_with_yellow_card(*card, *more, today=self.today).items():
                if name not in self.errors:
                    self.add_error(name, words)
        return given

    @property
    def facts(self) -> dict[str, Any]:
        """What the action is told; of a valid form."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in {"key", "seen"}}
        return said | {"grade": int(said["grade"])}


class ReasonForm(PlainErrors, forms.Form):
    """Why a prescription is held, is not, or is not held any longer."""

    reason = PlainTextField(
        label="Your reason",
        called="your reason",
        longest=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For the record. Whoever prescribes next reads it.",
        error_messages={"required": "Write your reason"},
    )
    use_required_attribute = False
    helper = helper("", tag=False)
