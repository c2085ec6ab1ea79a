"""A patient's status, as staff set it."""

from datetime import date
from typing import Any

from django import forms

from bookings.status.reading import Wanted
from clinic.forms.base import PlainErrors
from clinic.workspace.desk_forms import day_input
from patients.profile.enums import Status
from patients.profile.models import Patient
from patients.profile.policy import why_not_since

STATUSES = [
    (Status.ACTIVE, "Active: a patient of ours"),
    (Status.INACTIVE, "Inactive: they left, or lost touch"),
    (Status.DISCHARGED, "Discharged: we ended their care"),
    (Status.DECEASED, "Deceased"),
]


class StatusForm(PlainErrors, forms.Form):
    """Which status, since when, and whether visits to come are cancelled. ``today`` bounds the day."""

    CANCEL, KEEP = "cancel", "keep"

    status = forms.ChoiceField(
        label="Status",
        choices=STATUSES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a status"},
    )
    since = forms.DateField(
        label="Since",
        required=False,
        widget=day_input(),
        help_text="The day they died, left or were discharged. Leave it empty for an active patient.",
        error_messages={"invalid": "Enter a date, like 3/12/2026"},
    )
    visits = forms.ChoiceField(
        label="Appointments to come",
        choices=[(CANCEL, "Cancel them all"), (KEEP, "Keep them all")],
        widget=forms.RadioSelect,
        required=False,
        help_text="Asked of somebody inactive or discharged. Of somebody who has died they are always cancelled.",
    )

    def __init__(self, *args: Any, patient: Patient, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient, self.today = patient, today

    def clean(self) -> dict[str, Any]:
        """Ask for the day and for what becomes of the visits, where the status wants them."""
        cleaned = super().clean() or self.cleaned_data
        status, since = cleaned.get("status"), cleaned.get("since")
        if status == Status.ACTIVE:
            return cleaned | {"since": None}
        if status and since is None and "since" not in self.errors:
            self.add_error("since", "Enter the day since when")
        elif since and (why := why_not_since(since, born=self.patient.date_of_birth, today=self.today)):
            self.add_error("since", why)
        if status in {Status.INACTIVE, Status.DISCHARGED} and not cleaned.get("visits"):
            self.add_error("visits", "Choose whether appointments to come are cancelled or kept")
        return cleaned

    @property
    def wanted(self) -> Wanted:
        """What was chosen."""
        said = self.cleaned_data
        return Wanted(Status(said["status"]), said["since"], cancels=said["visits"] == self.CANCEL)
