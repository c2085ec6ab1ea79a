"""Forms made from the questions."""

from datetime import date
from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField
from patients.outcomes.enums import DoneBy
from patients.outcomes.policy import LONGEST_AHEAD, NO_ANSWER, Page, ends_text

RATHER_NOT = (NO_ANSWER, "I would rather not answer")


class AnswerForm(PlainErrors, forms.Form):
    """One question on its page."""

    answer = forms.ChoiceField(widget=forms.RadioSelect)
    helper = helper("Save and continue", question=True)
    use_required_attribute = False

    def __init__(self, page: Page, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, instrument = self.fields["answer"], page.instrument
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - made so above
        ask = f"Choose an answer about {page.question.about}"
        field.label = page.question.words
        field.choices = [(str(number), words) for number, words in page.question.choices] + [RATHER_NOT]
        field.error_messages |= {"required": ask, "invalid_choice": ask}
        if instrument.is_number:
            field.widget.attrs["class"] = "scale"
            field.help_text = ends_text(instrument, page.question)


class SendForm(PlainErrors, forms.Form):
    """The last step: who gave the answers."""

    done_by = forms.ChoiceField(
        label="Who answered these questions?",
        choices=DoneBy.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose who answered these questions",
            "invalid_choice": "Choose who answered these questions",
        },
    )
    helper = helper("Send my answers")
    use_required_attribute = False


class AskForm(PlainErrors, forms.Form):
    """Which review the questions are for. The day is bounded by ``today`` (UK)."""

    due_on = DatePartsField(label="Day of the review", called="the day of the review", example="27 3 2027")
    after_treatment = forms.ChoiceField(
        label="Has this person begun treatment here?",
        help_text="If yes, they are also asked how they have been overall since then.",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect(attrs={"class": "inline"}),
        error_messages={
            "required": "Choose whether this person has begun treatment here",
            "invalid_choice": "Choose whether this person has begun treatment here",
        },
    )
    helper = helper("Ask these questions")
    use_required_attribute = False

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["due_on"]
        assert isinstance(field, DatePartsField)  # noqa: S101 - made so above
        field.earliest, field.latest = today, today + LONGEST_AHEAD
