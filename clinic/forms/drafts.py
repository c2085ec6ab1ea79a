"""Forms of drafts: kept whatever is missing, with labels that say what is needed in the end."""

from typing import ClassVar

from django import forms


class DraftForm(forms.Form):
    """A form whose ``required`` says what signing needs, for the labels; a draft is taken without it.

    What is ``always`` needed is needed for a draft too. ``version`` is that of the draft the page shows: without it the
    second of two tabs could not be told.
    """

    always: ClassVar[frozenset[str]] = frozenset({"version"})
    use_required_attribute = False

    def full_clean(self) -> None:
        """Look at what was typed; nothing but what is ``always`` needed has to be there."""
        needed = [field for name, field in self.fields.items() if field.required and name not in self.always]
        for field in needed:
            field.required = False
        super().full_clean()
        for field in needed:
            field.required = True
