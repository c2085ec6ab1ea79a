"""Django forms made from the pages of the form."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from clinic.forms.base import PlainErrors, helper
from clinic.forms.numbers import MonthField, WholeNumberField
from clinic.forms.text import PlainTextField
from patients.intake.form.whole import FORM
from patients.intake.names import LISTS
from patients.intake.policy import DECLARED
from patients.intake.questions import ALONE, YES, Answers, If, Kind, Page, Question
from patients.intake.walk import left_out
from patients.outcomes.enums import DoneBy

ROWS = 5
LONGEST_REPLY = 4000


@dataclass(frozen=True)
class Row:
    """A question as the page draws it. ``hides`` where it is not asked by the answers so far; ``watches`` the question
    of the same page that a script looks at to show or hide it, with the answers that show it.
    """

    field: BoundField
    hides: bool
    watches: str = ""
    values: str = ""


class QuestionsForm(PlainErrors, forms.Form):
    """Some questions. ``partial`` takes what there is, for somebody who stops here for now.

    ``before`` are the answers so far, the profile's among them: what of the questions is asked depends on them and on
    what is being answered. An answer to a question that is not asked is neither read nor complained about.
    """

    use_required_attribute = False
    helper = helper("", tag=False)

    def __init__(
        self,
        *args: Any,
        questions: tuple[Question, ...],
        before: Answers,
        today: date,
        partial: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions, self.before, self.partial = questions, before, partial
        self.given: dict[str, Any] = {}  # the answers that could be read, to what is asked; empty ones are ""
        self.more = False  # whether an answer made something asked that the page had not shown
        for question in questions:
            field = field_of(question)
            if isinstance(field, MonthField):
                field.latest = today
            field.required = field.required and not partial
            self.fields[question.name] = field

    def clean(self) -> dict[str, Any]:
        """Look at what is asked, in order; of a list, that no answer stands beside one that stands alone."""
        given: dict[str, Any] = super().clean() or {}
        unseen = set(self.data.getlist("unseen"))  # type: ignore[attr-defined]
        for question, is_asked in self._asked(given):
            name, left_out = question.name, question.name not in self.errors and not given.get(question.name)
            if not is_asked:
                self.errors.pop(name, None)
            elif name in unseen and (left_out or self.has_error(name, "required")):
                self.errors.pop(name, None)
                self.more = not self.partial
            elif name not in self.errors:
                self._take(question, given.get(name))
        return given

    def _asked(self, given: Answers) -> Iterator[tuple[Question, bool]]:
        seen = {name: value for name, value in FORM.asked(self.before).items() if name not in self.fields}
        for question in self.questions:
            is_asked = question.is_asked(seen)
            if is_asked and given.get(question.name):
                seen[question.name] = given[question.name]
            yield question, is_asked

    def _take(self, question: Question, value: Any) -> None:
        if isinstance(value, list) and len(value) > 1 and (alone := next((it for it in value if it in ALONE), "")):
            words = dict(question.choices)[alone]
            self.add_error(question.name, f"Choose all that is true about {question.about}, or only “{words}”")
            return
        self.given[question.name] = YES if value is True else (value or "")

    @property
    def rows(self) -> list[Row]:
        """The questions as the page draws them. One that depends on another page stands there only if it is asked."""
        so_far = self._asked(self.given if self.is_bound else self.initial)
        rows = [self._row(question, is_asked) for question, is_asked in so_far]
        return [row for row in rows if row.watches or not row.hides]

    def _row(self, question: Question, is_asked: bool) -> Row:
        field, on = self[question.name], question.asked_if
        if isinstance(on, If) and on.name in self.fields:
            return Row(field, not is_asked, on.name, " ".join(sorted(on.values)))
        return Row(field, not is_asked)

    @property
    def suggestions(self) -> dict[str, tuple[str, ...]]:
        """The lists of names that are offered on the page while somebody types."""
        return {question.suggest: LISTS[question.suggest] for question in self.questions if question.suggest}


def page_form(page: Page, before: Answers, today: date, data: Any = None, *, partial: bool = False) -> QuestionsForm:
    """Return the form of a page, filled in with the answers so far."""
    initial = {question.name: before[question.name] for question in page.questions if before.get(question.name)}
    return QuestionsForm(data, initial=initial, questions=page.questions, before=before, today=today, partial=partial)


def entry_form(question: Question, entry: Answers, today: date, data: Any = None) -> QuestionsForm:
    """Return the form of one entry of a list."""
    return QuestionsForm(data, initial=dict(entry), questions=question.columns, before={}, today=today)


def list_form(question: Question, entries: list[Answers]) -> forms.Form:
    """Return a form without questions that says what a list still needs before somebody goes on."""
    form = forms.Form({})
    if not entries:
        form.add_error(None, f"Add at least one {question.one}")
    for entry in entries:
        if left_out(question, entry):
            name = entry.get(question.columns[0].name) or question.one
            form.add_error(None, f"Finish “{name}”, or remove it")
    return form


class OpenedForm(forms.Form):
    """The mark of the answers that the page showed when it was opened (``walk.mark``)."""

    opened = forms.CharField(required=False, max_length=64)

    @property
    def mark(self) -> str:
        """The mark, or nothing."""
        return self.cleaned_data["opened"] if self.is_valid() else ""


class SignedForm(PlainErrors, forms.Form):
    """Who sends it: the name as they type it, compared with nothing, and whose hands filled it in."""

    signed = PlainTextField(
        label="Your full name",
        called="your full name",
        longest=200,
        help_text="Type the name of the person whose form this is.",
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": "Type your full name"},
    )
    done_by = forms.ChoiceField(
        label="Who filled in this form?",
        choices=DoneBy.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose who filled in this form",
            "invalid_choice": "Choose who filled in this form",
        },
    )
    use_required_attribute = False

    @property
    def signature(self) -> dict[str, Any]:
        """How it is signed, as ``actions.submit`` takes it."""
        return {"signed": self.cleaned_data["signed"], "done_by": DoneBy(self.cleaned_data["done_by"])}


class DeclarationForm(SignedForm):
    """The last step: the person says that the answers are true."""

    declared = forms.BooleanField(
        label=DECLARED,
        error_messages={"required": "Tick the box to say that your answers are true as far as you know"},
    )
    helper = helper("Send my answers")


class ReplyForm(SignedForm):
    """The answer to what a specialist asked."""

    reply = PlainTextField(
        label="Your answer",
        called="your answer",
        longest=LONGEST_REPLY,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Write your answer"},
    )
    field_order = ("reply",)
    helper = helper("Send my answer")


def field_of(question: Question) -> forms.Field:
    """Return the form field that asks ``question``."""
    choose = f"Choose an answer about {question.about}"
    common: dict[str, Any] = {"label": question.label, "help_text": question.hint, "required": question.required}
    common["error_messages"] = {"required": choose if question.has_choices else f"Write {question.about}"}
    bounds: dict[str, Any] = {"lowest": question.lowest, "highest": question.highest, "unit": question.unit}
    match question.kind:
        case Kind.TEXT:
            area = forms.Textarea(attrs={"rows": ROWS})
            return PlainTextField(longest=question.longest, called=question.about, widget=area, **common)
        case Kind.LINE:
            line = forms.TextInput(attrs={"list": f"names-{question.suggest}"} if question.suggest else {})
            return PlainTextField(longest=question.longest, called=question.about, widget=line, **common)
        case Kind.NUMBER:
            return WholeNumberField(called=question.about, **bounds, **common)
        case Kind.MONTH:
            return MonthField(called=question.about, **common)
        case Kind.AGREE:
            tick = f"Tick the box to say that you have read {question.about}"
            return forms.BooleanField(**common | {"error_messages": {"required": tick}})
        case Kind.SEVERAL:
            several = {"required": choose, "invalid_choice": choose, "invalid_list": choose}
            return forms.MultipleChoiceField(
                choices=question.choices,
                widget=forms.CheckboxSelectMultiple,
                **common | {"error_messages": several},
            )
    radio = forms.RadioSelect(attrs={"class": "scale"} if question.kind == Kind.SCALE else {})
    errors = {"required": choose, "invalid_choice": choose}
    return forms.ChoiceField(choices=question.choices, widget=radio, **common | {"error_messages": errors})
