"""Adding files."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField
from patients.documents.enums import IdKind, Kind, Misfiled
from patients.documents.policy import AT_ONCE, MOST_BYTES, MOST_FILES

TAKEN = "application/pdf,image/jpeg,image/png"


class ManyFiles(forms.FileInput):
    """An input that takes several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return all files of the input."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.FileField):
    """Several files at once, as a list. What is wrong with one of them is said when it is kept."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files that were sent. Raises ValidationError where there is none."""
        if not data:
            raise ValidationError(self.error_messages["required"], code="required")
        return list(data)


class AddForm(PlainErrors, forms.Form):
    """Files of one kind. Who does not say which kind loses nothing: the files are kept as something else."""

    kind = forms.ChoiceField(
        label="What are you adding?",
        help_text="If you are not sure, choose “Something else”.",
        choices=Kind.choices,
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": "Choose one of the answers"},
    )
    documents = FilesField(
        label="Files",
        help_text=f"PDF, JPEG or PNG, up to {MOST_BYTES // 1024 // 1024} MB each. At most {AT_ONCE} at a time, and {MOST_FILES} in all.",
        error_messages={"required": "Choose a file"},
    )
    helper = helper("Add these files")
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["documents"].widget.attrs["accept"] = TAKEN

    @property
    def chosen_kind(self) -> Kind:
        """The kind that was chosen, or something else."""
        return Kind(self.cleaned_data["kind"] or Kind.OTHER)


class TakeBackForm(PlainErrors, forms.Form):
    """Why a document that staff filed does not belong where it is."""

    why = forms.ChoiceField(
        label="Why does it not belong here?",
        choices=Misfiled.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why", "invalid_choice": "Choose why"},
    )
    use_required_attribute = False


class IdentityForm(PlainErrors, forms.Form):
    """What a clinician read off a photo ID. It must be valid still on ``today`` (UK)."""

    kind = forms.ChoiceField(
        label="What is it?",
        choices=IdKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is", "invalid_choice": "Choose what it is"},
    )
    valid_until = DatePartsField(label="Valid until", called="the day until which it is valid", example="27 3 2031")
    is_same = forms.BooleanField(
        label="The name, date of birth and photo are this person’s",
        error_messages={"required": "Tick this if they are this person’s. If not, do not save a check: call them."},
    )
    helper = helper("Save this check")
    use_required_attribute = False

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["valid_until"]
        assert isinstance(field, DatePartsField)  # noqa: S101 - made so above
        field.earliest, field.latest = today, today + timedelta(days=15 * 366)
