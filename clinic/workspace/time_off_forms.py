"""What is sent beside a time off: whom to ask, and which rows of the list to show."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms


class AskForm(forms.Form):
    """Which patients are asked to choose another time: those ticked, or all with the other button."""

    ask = forms.TypedMultipleChoiceField(coerce=UUID, required=False)
    everybody = forms.BooleanField(required=False)

    def __init__(self, *args: Any, visits: Iterable[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visits = list(visits)
        self.fields["ask"].choices = [(str(pk), str(pk)) for pk in self.visits]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> list[UUID]:
        """The visits whose patients are asked."""
        ticked: list[UUID] = self.cleaned_data["ask"]
        return self.visits if self.cleaned_data["everybody"] else ticked


class ShownQuery(forms.Form):
    """Whether the list shows what is past and cancelled too."""

    past = forms.BooleanField(label="Show past and cancelled too", required=False)

    @property
    def wants_all(self) -> bool:
        """Whether it was asked for."""
        return self.is_valid() and bool(self.cleaned_data["past"])
