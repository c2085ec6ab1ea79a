"""How our forms are drawn, and how they speak."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms


def helper(
    submit: str = "Continue",
    *,
    tag: bool = True,
    question: bool = False,
    action: str = "",
    method: str = "post",
    cancel: tuple[str, str] | None = None,
) -> FormHelper:
    """Return the helper that ``{% crispy form %}`` asks for.

    ``submit`` is the button's words, a verb with its object; empty for none. ``question`` makes the
    label of a form of one field the page's h1. ``cancel`` is the label and address of a way out.
    """
    made = FormHelper()
    made.form_tag = tag
    made.form_action = action
    made.form_method = method
    made.include_media = False
    # Names of our own: crispy hands every attribute of the helper to the templates.
    made.submit_label = submit
    made.question = question
    made.cancel_label, made.cancel_url = cancel or ("", "")
    return made


def ask(field: forms.Field, label: str) -> str:
    """Return what to do when ``field`` was left empty."""
    if isinstance(field, forms.BooleanField):
        return f"Tick “{label}” to continue"
    if isinstance(field, forms.FileField):
        return f"Choose a file for “{label}”"
    if isinstance(field, forms.MultipleChoiceField):
        return f"Choose at least one answer for “{label}”"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return f"Choose an answer for “{label}”"
    return f"Enter an answer for “{label}”"


class PlainErrors:
    """For a form: no "This field is required"; an error says what to do, even where nobody wrote one."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stock = forms.Field.default_error_messages["required"]
        for name, field in self.fields.items():
            if field.error_messages["required"] == stock:
                field.error_messages["required"] = ask(field, str(field.label or name.replace("_", " ").capitalize()))
