"""What a button of a visit sends along."""

from django import forms

from bookings.appointments.forms import sequence_field
from bookings.appointments.models import Appointment


class SequenceForm(forms.Form):
    """Which time of a visit the page showed: what is said of one time does not hold for the next."""

    sequence = sequence_field()

    def is_of(self, visit: Appointment) -> bool:
        """Tell whether the page showed the visit's present time, as far as it said."""
        return self.is_valid() and self.cleaned_data["sequence"] in {None, visit.sequence}
