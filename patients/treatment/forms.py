"""The form of a draft, what is asked to pause or stop, and the patient's own form. A draft is saved whatever is missing."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from clinic.forms.base import PlainErrors, helper
from clinic.forms.drafts import DraftForm
from clinic.forms.text import PlainTextField
from patients.consents.enums import Purpose
from patients.consultations.enums import Indication
from patients.treatment import policy, rows
from patients.treatment.actions import Written
from patients.treatment.enums import Check, Stop
from patients.treatment.fields import day, given, goal_fields, line, line_fields, several, step_fields, text
from patients.treatment.models import PlanVersion

OWN_PAGE = "Send this form from its own page"
FIRST_OF = {"goals": "goal0_measure", "lines": "line0_form"}  # where it is said that there is none
EXTRA = tuple(f"extra{place}" for place in range(policy.EXTRA_DATES))


@dataclass(frozen=True)
class Group:
    """The fields of a row as the page shows them, with the rows inside it. ``place`` counts from 0."""

    place: int
    fields: list[BoundField]
    steps: list["Group"]


class PlanForm(DraftForm):
    """A draft, in the order in which it is read. ``version`` is that of the draft the page shows.

    ``required`` says what signing needs, for the labels; a draft is taken without it. ``shape`` is how many goals, and how
    many steps each product has.
    """

    indications = several("Indication", Indication.choices, "What is treated.")
    indication_text = line("Other indication")
    unsuitable = text("What was tried, and why licensed options do not suit")
    slowly = text("Starting low and going slow, in your words to the patient", needed=False)
    interactions = text("Medicines that interact, and what is done about them", "Where there are none, say so.")
    driving = given("Advice on driving")
    driving_why = line("Driving: why not, where it was not given")
    contraception = given("Advice on contraception")
    contraception_why = line("Contraception: why not, where it was not given")
    storage = given("Advice on storage")
    storage_why = line("Storage: why not, where it was not given")
    checks = several("When the patient is checked", Check.choices)
    extra0 = day("An extra check", "the day of the extra check", needed=False)
    extra1 = day("A second extra check", "the day of the second extra check", needed=False)
    extra2 = day("A third extra check", "the day of the third extra check", needed=False)
    stop = several("Reasons to stop", Stop.choices, "At least one, here or in your own words.")
    stop_words = text("Reasons to stop in your own words", rows=2, needed=False)
    taper = text("How it is stopped safely, and what the patient does if things get worse")
    starts_on = day("The day the plan starts", "the day the plan starts", "On the day the team met, or later.")
    review_on = day("The day the plan is reviewed", "the day of the review")
    inhaled_why = text("Inhaled, with lung disease in the form: why all the same", rows=2, needed=False)
    peer_name = line("Approved by another doctor: who", "For a first plan with flower over 25% THC, or over 2 g a day.")
    peer_on = day("Approved by another doctor: when", "the day of the approval", needed=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        max_value=1_000_000,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), OWN_PAGE),
    )
    helper = helper("", tag=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
        shape: tuple[int, tuple[int, ...]] = (1, (1,)),
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self._take(rows.read(data).shape if data is not None else shape)

    def _take(self, shape: tuple[int, tuple[int, ...]]) -> None:
        """Have the fields of so many rows."""
        self.shape = shape
        for prefix, made in self._row_fields():
            for name, field in made.items():
                self.fields.setdefault(prefix + name, field)

    def _row_fields(self) -> Iterable[tuple[str, dict[str, forms.Field]]]:
        goals, lines = self.shape
        for place in range(goals):
            yield f"goal{place}_", goal_fields()
        for place, steps in enumerate(lines):
            name = f"line{place}_form"
            form = self.data.get(name, "") if self.is_bound else self.initial.get(name, "")
            yield f"line{place}_", line_fields(str(form))
            for step in range(steps):
                yield f"line{place}_step{step}_", step_fields(str(form))

    @classmethod
    def of(cls, plan: PlanVersion) -> "PlanForm":
        """Return the form with what is saved of ``plan``, and a row to begin with where there is none."""
        said = plan.said
        goals, lines = said.get("goals") or [{}], said.get("lines") or [{}]
        initial = {**said, "starts_on": plan.starts_on, "review_on": plan.review_on, "version": plan.version}
        initial |= dict(zip(EXTRA, said.get("extra_dates", []), strict=False))
        for place, goal in enumerate(goals):
            initial |= {f"goal{place}_{name}": value for name, value in goal.items()}
        for place, product in enumerate(lines):
            initial |= {f"line{place}_{name}": value for name, value in product.items() if name != "steps"}
            for number, step in enumerate(product.get("steps", [])):
                initial |= {f"line{place}_step{number}_{name}": value for name, value in step.items()}
        shape = len(goals), tuple(max(1, len(each.get("steps", []))) for each in lines)
        return cls(initial=initial, shape=shape)

    @classmethod
    def as_typed(cls, sent: QueryDict) -> "PlanForm":
        """Return the form with what was ``sent`` in its fields, as it was typed and not looked at."""
        form = cls(shape=rows.read(sent).shape, initial={name: sent.get(name, "") for name in sent})
        form.initial = {name: field.widget.value_from_datadict(sent, {}, name) for name, field in form.fields.items()}
        return form

    @property
    def goals(self) -> list[Group]:
        """The goals as the page shows them."""
        return [Group(place, self._group(f"goal{place}_", goal_fields()), []) for place in range(self.shape[0])]

    @property
    def lines(self) -> list[Group]:
        """The products with their steps, as the page shows them."""
        return [
            Group(
                place,
                self._group(f"line{place}_", line_fields("")),
                [Group(step, self._group(f"line{place}_step{step}_", step_fields("")), []) for step in range(steps)],
            )
            for place, steps in enumerate(self.shape[1])
        ]

    def _group(self, prefix: str, names: Iterable[str]) -> list[BoundField]:
        return [self[prefix + name] for name in names]

    @property
    def written(self) -> Written:
        """What was typed, of a form that is valid."""
        kept = {name: _kept(value) for name, value in self.cleaned_data.items()}
        said = {name: value for name, value in kept.items() if rows.NAME.fullmatch(name) is None}
        extra = [each for name in EXTRA if (each := said.pop(name))]
        version = said.pop("version")
        for name in ("starts_on", "review_on"):
            said.pop(name)
        said["goals"] = [self._said(kept, f"goal{place}_", goal_fields()) for place in range(self.shape[0])]
        said["lines"] = [
            self._said(kept, f"line{place}_", line_fields(""))
            | {"steps": [self._said(kept, f"line{place}_step{step}_", step_fields("")) for step in range(steps)]}
            for place, steps in enumerate(self.shape[1])
        ]
        days = (self.cleaned_data["starts_on"], self.cleaned_data["review_on"])
        return Written(version, *days, said | {"extra_dates": extra})

    @staticmethod
    def _said(kept: Mapping[str, Any], prefix: str, names: Iterable[str]) -> dict[str, Any]:
        return {name: kept[prefix + name] for name in names}

    def tell(self, lacks: Mapping[str, str]) -> None:
        """Say beside each field what is missing; what has no field of its own is said above the form.

        Where no goal or no product was typed there is an empty row again, and it is said there.
        """
        goals, lines = self.shape
        self._take((goals or 1, lines or (1,)))
        for name, words in lacks.items():
            place = FIRST_OF.get(name, name)
            self.add_error(place if place in self.fields else None, words)


def _kept(value: Any) -> Any:
    """Return a value as JSON keeps it: days as text."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return "" if value is None else value


class ReasonForm(PlainErrors, forms.Form):
    """Why a plan is put aside, paused or stopped; ``told`` is what the patient reads of it."""

    why = PlainTextField(
        label="Why",
        longest=policy.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For the record.",
        error_messages={"required": "Write why, in at least 10 characters"},
    )
    told = PlainTextField(
        label="What the patient reads",
        longest=policy.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What to do now, how to stop safely, and whom to call. They get a message that there is an update.",
        error_messages={"required": "Write what the patient reads: what to do now, and whom to call"},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, is_told: bool, prefix: str, **kwargs: Any) -> None:
        super().__init__(*args, prefix=prefix, **kwargs)
        if not is_told:
            del self.fields["told"]


class AgreeForm(PlainErrors, forms.Form):
    """The patient's own: yes to each thing that goes with the plan, and their typed name."""

    plan = forms.UUIDField(widget=forms.HiddenInput, error_messages={"invalid": OWN_PAGE, "required": OWN_PAGE})
    use_required_attribute = False

    def __init__(self, *args: Any, asked: Iterable[Purpose], **kwargs: Any) -> None:
        self.asked = list(asked)
        super().__init__(*args, **kwargs)
        for purpose in self.asked:
            self.fields[purpose.value] = forms.BooleanField(
                label=f"I agree: {purpose.label[0].lower()}{purpose.label[1:]}",
                error_messages={"required": f"Tick “{purpose.label}” if you agree. If you do not, call us first"},
            )
        self.fields["name"] = PlainTextField(
            label="Type your full name",
            longest=200,
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
            error_messages={"required": "Type your full name to agree"},
        )

    @property
    def consents(self) -> dict[Purpose, bool]:
        """The answer to each thing that was asked."""
        return {purpose: bool(self.cleaned_data[purpose.value]) for purpose in self.asked}
