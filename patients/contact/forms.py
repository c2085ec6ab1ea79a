"""How we reach somebody."""

from typing import Any

from django import forms
from django.conf import settings

from clinic.accounts.models import EMAIL_LENGTH
from clinic.forms.base import PlainErrors, helper
from clinic.forms.text import PlainTextField
from patients.consents.enums import Purpose
from patients.consents.policy import text_in_use
from patients.contact.enums import Way
from patients.contact.models import LONGEST_ADDRESS, ContactChoice


class ContactForm(PlainErrors, forms.Form):
    """The choices of one patient. ``theirs`` is what they have chosen so far."""

    way = forms.ChoiceField(
        label="How should we write to you?",
        choices=Way.choices,
        widget=forms.RadioSelect,
        help_text="Codes for signing in always come by email.",
    )
    postal_address = PlainTextField(
        label="Postal address",
        longest=LONGEST_ADDRESS,
        required=False,
        help_text="If you chose letters.",
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"}),
    )
    texts = forms.BooleanField(
        label="Send me text messages too",
        required=False,
        help_text=text_in_use(Purpose.TEXTS).words,
    )
    reminders = forms.BooleanField(
        label="Remind me of visits and of what is missing",
        required=False,
        help_text="If something changes, like the time of a visit, we always tell you.",
    )
    copies_name = PlainTextField(
        label="Name of somebody who should get copies",
        longest=100,
        required=False,
        help_text=text_in_use(Purpose.COPIES).words,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    copies_email = forms.EmailField(
        label="Their email address",
        max_length=EMAIL_LENGTH,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": "Enter an email address in the correct format, like name@example.com"},
    )

    helper = helper("Save my choices")

    def __init__(self, *args: Any, theirs: ContactChoice, **kwargs: Any) -> None:
        names = list(self.base_fields)
        known = {name: getattr(theirs, name) for name in names}
        known["postal_address"] = theirs.postal_address or theirs.patient.address_lines
        super().__init__(*args, initial=known, **kwargs)
        if not settings.SMS_GATEWAY:
            del self.fields["texts"]

    def clean(self) -> dict[str, Any]:
        """Ask for the address that letters need, and for both or none of the other person's name and address."""
        values = super().clean() or self.cleaned_data
        if values.get("way") == Way.POST and not values.get("postal_address") and "postal_address" not in self.errors:
            self.add_error("postal_address", "Enter your address, so that we can post letters to you")
        name, email = values.get("copies_name"), values.get("copies_email")
        if email and not name and "copies_name" not in self.errors:
            self.add_error("copies_name", "Enter the name of the person who should get copies")
        if name and not email and "copies_email" not in self.errors:
            self.add_error("copies_email", "Enter their email address, or leave the name empty")
        return values

    def choices(self) -> dict[str, Any]:
        """What was chosen, as the action takes it."""
        return {"texts": False} | self.cleaned_data
