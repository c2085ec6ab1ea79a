"""The form of a consultation note. Nothing in it is required to save a draft; signing asks for what is."""

from datetime import datetime
from typing import Any

from django import forms

from clinic.db.clock import UK, instant, uk_day
from clinic.forms.base import helper
from clinic.forms.clock import ClockMinutes
from clinic.forms.dates import DatePartsField
from clinic.forms.drafts import DraftForm
from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from patients.consultations import policy
from patients.consultations.actions import Written
from patients.consultations.enums import Capacity, Confirmed, Given, Indication, Mode
from patients.consultations.models import ConsultationNote

LATEST_MINUTE = 24 * 60 - 1


def _text(label: str, hint: str = "", rows: int = 8, *, needed: bool = True) -> PlainTextField:
    return PlainTextField(
        label=label,
        help_text=hint,
        longest=policy.LONGEST_TEXT,
        as_typed=True,
        widget=forms.Textarea(attrs={"rows": rows}),
        required=needed,
    )


def _line(label: str, *, needed: bool = False) -> PlainTextField:
    return PlainTextField(label=label, longest=policy.LONGEST_LINE, required=needed)


def _choice(label: str, choices: Any, hint: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=hint,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": f"Choose an answer for “{label}”"},
    )


class NoteForm(DraftForm):
    """A consultation note, in the order in which it is read. ``version`` is that of the draft the page shows.

    ``required`` says what signing needs, for the labels; a draft is taken without it.
    """

    day = DatePartsField(label="Day of the visit or the call", called="the day", example="3 12 2026")
    minute = ClockMinutes(label="Time it began", latest=LATEST_MINUTE)
    mode = _choice("How you met", Mode.choices)
    identity = _choice("Did you confirm who the person is?", Confirmed.choices)
    identity_how = _line("How you confirmed it, or why you could not", needed=True)
    indications = forms.MultipleChoiceField(
        label="Indication",
        choices=Indication.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="What this consultation was about. A visit is not completed without it.",
        error_messages={"invalid_choice": "Choose the indication from the list"},
    )
    indication_text = _line("Other indication")
    history = _text("History and findings")
    discussion = _text("Discussion", "The options, no new treatment included, and the risks you talked about.")
    capacity = _choice("Capacity", Capacity.choices)
    capacity_text = _text("Where capacity was doubted: why, how you assessed it, what you found", rows=4, needed=False)
    driving = _choice("Advice on driving", Given.choices)
    driving_why = _line("Driving: why not, where it was not given")
    contraception = _choice("Advice on contraception", Given.choices)
    contraception_why = _line("Contraception: why not, where it was not given")
    storage = _choice("Advice on storage", Given.choices)
    storage_why = _line("Storage: why not, where it was not given")
    travel = _choice("Advice on travel", Given.choices)
    travel_why = _line("Travel: why not, where it was not given")
    plan = _text("Plan and next steps")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    helper = helper("", tag=False)

    @classmethod
    def of(cls, note: ConsultationNote) -> "NoteForm":
        """Return the form with what is saved of ``note``."""
        when = note.visited_at.astimezone(UK) if note.visited_at else None
        saved = {
            "day": uk_day(when) if when else None,
            "minute": when.hour * 60 + when.minute if when else None,
            "mode": note.mode,
            "version": note.version,
        }
        return cls(initial={**note.said, **saved})

    def clean(self) -> dict[str, Any] | None:
        """Ask for the other half of a moment of which one half is there: a half is kept nowhere."""
        given = super().clean() or {}
        if {"day", "minute"} & self.errors.keys():
            return given
        if given.get("day") and given.get("minute") is None:
            self.add_error("minute", "Enter the time it began, like 09:00")
        if given.get("minute") is not None and not given.get("day"):
            self.add_error("day", "Enter the day, like 3 12 2026")
        return given

    @property
    def written(self) -> Written:
        """What was typed, of a form that is valid."""
        said = dict(self.cleaned_data)
        day, minute = said.pop("day"), said.pop("minute")
        return Written(
            version=said.pop("version"),
            visited_at=instant(day, minute) if day else None,
            mode=said.pop("mode"),
            said=said,
        )

    def ask_for_the_rest(self, at: datetime) -> None:
        """Say beside each field what is missing to sign at ``at``."""
        written = self.written
        for name, words in policy.missing(
            written.said, mode=written.mode, visited_at=written.visited_at, at=at
        ).items():
            self.add_error(name, words)


class NewNoteForm(KeyedForm):
    """The button that opens a note without a visit: a call, for example."""

    submit = "Write a note without a visit"


class AddendumForm(KeyedForm):
    """What is added to a signed note."""

    text = PlainTextField(
        label="Addendum",
        longest=policy.LONGEST_TEXT,
        as_typed=True,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="It stands below the note with your name and the time. It cannot be changed afterwards.",
        error_messages={"required": "Write what you want to add"},
    )
    submit = "Add this to the note"
