"""The forms of team reviews: a meeting, a case, and what was concluded about it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms

from clinic.db.clock import instant
from clinic.forms.clock import ClockMinutes
from clinic.forms.dates import DatePartsField
from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from clinic.staff.models import Clinician
from patients.teamreview import policy
from patients.teamreview.actions import Discussion
from patients.teamreview.enums import Outcome, Role
from patients.teamreview.models import TeamMeeting

LATEST_MINUTE = 24 * 60 - 1


def _text(label: str, hint: str = "", rows: int = 6, **more: Any) -> PlainTextField:
    return PlainTextField(
        label=label,
        help_text=hint,
        longest=policy.LONGEST_TEXT,
        as_typed=True,
        widget=forms.Textarea(attrs={"rows": rows}),
        **more,
    )


def _asked(name: str) -> dict[str, str]:
    return {"required": policy.ASK[name]}


class MeetingForm(KeyedForm):
    """When the team meets, and who is a member of the meeting."""

    day = DatePartsField(label="Day of the meeting", called="the day", example="3 12 2026")
    minute = ClockMinutes(label="Time it begins", latest=LATEST_MINUTE)
    chair = forms.ModelChoiceField(
        Clinician.objects.none(), label="Who leads it", error_messages={"required": "Choose who leads the meeting"}
    )
    members = forms.ModelMultipleChoiceField(
        Clinician.objects.none(),
        label="Who else is asked to come",
        help_text="They read the cases on the agenda, also of people who are not in their care.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one clinician besides the chair"},
    )
    submit = "Plan this meeting"

    def __init__(self, *args: Any, clinicians: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("chair", "members"):
            self.fields[name].queryset = clinicians  # type: ignore[attr-defined]

    @property
    def meets_at(self) -> datetime:
        """The instant that was typed as UK time, of a form that is valid."""
        return instant(self.cleaned_data["day"], self.cleaned_data["minute"])


class CaseForm(KeyedForm):
    """A case for the team. ``version`` is that of the text the page shows."""

    summary = _text(
        "The case",
        "It begins with what stands in the record. Change what the team should read.",
        rows=16,
        error_messages={"required": f"Write the case in at least {policy.SHORTEST_SUMMARY} characters"},
    )
    question = _text(
        "What you propose and ask the team",
        "Where it is about a medicine, with what has no licence and why what has one does not suit.",
        error_messages={"required": "Write what you propose and ask the team"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
    submit = "Bring this case to the team"


class ListForm(forms.Form):
    """Onto which agenda a case goes."""

    meeting = forms.ModelChoiceField(
        TeamMeeting.objects.none(),
        label="Meeting",
        empty_label=None,
        error_messages={"required": "Choose a meeting", "invalid_choice": "Choose a meeting that is planned"},
    )

    def __init__(self, *args: Any, planned: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = planned  # type: ignore[attr-defined]


class DiscussionForm(KeyedForm):
    """What the team concluded. Members of the meeting are ticked; others are written down with their role."""

    held_on = DatePartsField(label="Day of the meeting", called="the day of the meeting", example="3 12 2026")
    options = _text(
        policy.WORDS["options"], "No new treatment is one of them.", rows=4, error_messages=_asked("options")
    )
    risks = _text(policy.WORDS["risks"], rows=4, error_messages=_asked("risks"))
    discussion = _text(
        policy.WORDS["discussion"],
        f"At least {policy.SHORTEST_DISCUSSION} characters: who said what, and why.",
        error_messages=_asked("discussion"),
    )
    dissent = _text(policy.WORDS["dissent"], rows=3, required=False)
    outcome = forms.ChoiceField(
        label="Outcome",
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        help_text="A deferred case waits for another meeting.",
        error_messages={"required": "Choose the outcome"},
    )
    conditions = _text("Conditions, where there are any", rows=3, required=False)
    valid_until = DatePartsField(
        label="Holds until, where it is supported",
        called="the last day",
        example="2 12 2027",
        help_text=f"{policy.MONTHS_VALID} months at most.",
        required=False,
    )
    submit = "Sign what was concluded"

    def __init__(self, *args: Any, members: Iterable[Clinician], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._members = {str(each.pk): each for each in members}
        roles = [("", "Did not take part"), *Role.choices]
        people = {
            f"role-{key}": forms.ChoiceField(label=f"{each.name} took part as", choices=roles, required=False)
            for key, each in self._members.items()
        }
        others: dict[str, forms.Field] = {}
        for number in range(1, policy.MOST_OTHERS + 1):
            others[f"other-{number}"] = PlainTextField(
                label=f"Somebody else ({number}): name", longest=policy.LONGEST_NAME, required=False
            )
            others[f"other-role-{number}"] = forms.ChoiceField(
                label=f"Somebody else ({number}): role", choices=[("", "Choose a role"), *Role.choices], required=False
            )
        self.fields = {"held_on": self.fields["held_on"], **people, **others, **self.fields}

    def clean(self) -> dict[str, Any] | None:
        """Ask for the role of everybody who is named."""
        given = super().clean() or {}
        for number in range(1, policy.MOST_OTHERS + 1):
            name, role = given.get(f"other-{number}"), given.get(f"other-role-{number}")
            if name and not role:
                self.add_error(f"other-role-{number}", f"Choose the role of {name}")
            if role and not name:
                self.add_error(f"other-{number}", "Write the name of whoever had this role")
        return given

    @property
    def discussed(self) -> Discussion:
        """What was typed, of a form that is valid."""
        said = self.cleaned_data
        return Discussion(
            held_on=said["held_on"],
            attendees=self._attendees(said),
            said={name: said[name] for name in policy.WORDS},
            outcome=said["outcome"],
            valid_until=said["valid_until"],
        )

    def _attendees(self, said: dict[str, Any]) -> Sequence[policy.Attendee]:
        own = [
            policy.Attendee(each.name, said[f"role-{key}"], each.pk)
            for key, each in self._members.items()
            if said[f"role-{key}"]
        ]
        others = [
            policy.Attendee(said[f"other-{number}"], said[f"other-role-{number}"])
            for number in range(1, policy.MOST_OTHERS + 1)
            if said[f"other-{number}"]
        ]
        return own + others

    def say_beside(self, fields: dict[str, str]) -> None:
        """Put what is missing beside its field; who took part is said above the names."""
        for name, words in fields.items():
            self.add_error(name if name in self.fields else None, words)
