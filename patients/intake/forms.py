"""Django forms made from the sections of the form."""

from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.text import PlainTextField
from patients.intake.questions import SECTIONS, YES, Answers, Kind, Question, Section


class WhenAskedField(PlainTextField):
    """Text that is needed only after a certain answer: the form looks, and the label says when ("If yes: …")."""

    def validate(self, value: Any) -> None:
        """Leave an empty answer to the form."""


class SectionForm(PlainErrors, forms.Form):
    """One section. ``partial`` takes what there is, for somebody who stops here for now."""

    section: Section
    use_required_attribute = False
    helper = helper("", tag=False)

    def __init__(self, *args: Any, partial: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partial = partial
        if partial:
            for field in self.fields.values():
                field.required = False

    def clean(self) -> dict[str, Any]:
        """Ask for the answers that other answers made necessary."""
        given = super().clean() or {}
        for question in self.section.questions:
            if question.asked_if and question.required and not self.partial and _is_left_out(question, given):
                self.add_error(question.name, f"Write {question.about}")
        return given

    @property
    def given(self) -> dict[str, str]:
        """The answers that could be read, also where others could not; empty ones are "" ."""
        return {name: YES if value is True else (value or "") for name, value in self.cleaned_data.items()}


class OpenedForm(forms.Form):
    """The mark of the answers that the page showed when it was opened (``walk.mark``)."""

    opened = forms.CharField(required=False, max_length=64)

    @property
    def mark(self) -> str:
        """The mark, or nothing."""
        return self.cleaned_data["opened"] if self.is_valid() else ""


class DeclarationForm(PlainErrors, forms.Form):
    """The last step: the person says that the answers are true."""

    declared = forms.BooleanField(
        label="These answers are true as far as I know",
        error_messages={"required": "Tick the box to say that your answers are true as far as you know"},
    )
    helper = helper("Send my answers")
    use_required_attribute = False


def _is_left_out(question: Question, given: Answers) -> bool:
    other, values = question.asked_if or ("", frozenset())
    return given.get(other) in values and question.name in given and not given[question.name]


def field_of(question: Question) -> forms.Field:
    """Return the form field that asks ``question``."""
    ask = f"Choose an answer about {question.about}"
    common: dict[str, Any] = {"label": question.label, "help_text": question.hint, "required": question.required}
    if question.kind == Kind.TEXT:
        field = WhenAskedField if question.asked_if else PlainTextField
        return field(
            longest=question.longest, called=question.about, widget=forms.Textarea(attrs={"rows": 6}), **common
        )
    if question.kind == Kind.AGREE:
        return forms.BooleanField(
            error_messages={"required": f"Tick the box to say that you have read {question.about}"}, **common
        )
    widget = forms.RadioSelect(attrs={"class": "scale"} if question.kind == Kind.SCALE else {})
    errors = {"required": ask, "invalid_choice": ask}
    return forms.ChoiceField(choices=question.choices, widget=widget, error_messages=errors, **common)


def _form(section: Section) -> type[SectionForm]:
    fields: dict[str, Any] = {question.name: field_of(question) for question in section.questions}
    return type(f"{section.slug.title()}Form", (SectionForm,), fields | {"section": section})


FORMS = {section.slug: _form(section) for section in SECTIONS if section.questions}
