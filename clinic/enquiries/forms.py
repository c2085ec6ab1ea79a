"""Writing to us."""

import re
from typing import Any
from uuid import uuid4

from crispy_forms.layout import Field, Layout
from django import forms

from clinic.accounts.models import EMAIL_LENGTH
from clinic.enquiries.enums import ReplyBy, Topic
from clinic.forms.base import PlainErrors, helper
from clinic.forms.text import PlainTextField

PHONE = re.compile(r"[+()\d .\-/]*(?:\s*(?:ext|x)\.?\s*\d+)?", re.IGNORECASE)
FEWEST_DIGITS = 7


class EnquiryForm(PlainErrors, forms.Form):
    """Name, topic, how to answer, and the message. ``website`` is a trap: people never see it."""

    name = PlainTextField(
        label="Your name",
        longest=100,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": "Enter your name"},
    )
    topic = forms.ChoiceField(
        label="What is it about?",
        choices=Topic.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what your message is about"},
    )
    reply_by = forms.ChoiceField(
        label="How would you like us to answer?",
        choices=ReplyBy.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how you would like us to answer"},
    )
    email = forms.EmailField(
        label="Email address",
        max_length=EMAIL_LENGTH,
        required=False,
        help_text="If you chose email",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"invalid": "Enter an email address in the correct format, like name@example.com"},
    )
    phone = PlainTextField(
        label="Phone number",
        longest=30,
        required=False,
        help_text="If you chose phone. We call on workdays from 9am to 5pm.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    message = PlainTextField(
        label="Your message",
        longest=4000,
        help_text="Leave out details of your health: we ask for them in a safer place when you book.",
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": "Enter your message"},
    )
    website = forms.CharField(
        required=False,
        label="Leave this empty",
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "Load this page again, then send it"})

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid4()})
        super().__init__(*args, **kwargs)
        self.helper = helper("Send this message", action=action)
        shown = [name for name in self.fields if name != "website"]
        self.helper.layout = Layout(*shown, Field("website", wrapper_class="trap"))

    def clean_phone(self) -> str:
        """Return the number as typed: a person dials it."""
        phone = self.cleaned_data["phone"]
        if phone and (not PHONE.fullmatch(phone) or sum(each.isdigit() for each in phone) < FEWEST_DIGITS):
            raise forms.ValidationError("Enter a phone number, like 01632 960 001 or 07700 900 982")
        return phone

    def clean(self) -> dict[str, Any]:
        """Ask for the address or number the answer needs."""
        values = super().clean() or self.cleaned_data
        reply_by = values.get("reply_by")
        if reply_by == ReplyBy.EMAIL and not values.get("email") and "email" not in self.errors:
            self.add_error("email", "Enter your email address, so that we can answer")
        if reply_by == ReplyBy.PHONE and not values.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "Enter your phone number, so that we can answer")
        return values

    @property
    def is_a_robots(self) -> bool:
        """Tell whether the trap was filled in."""
        return bool(self.data.get("website", "").strip())

    def answers(self) -> dict[str, Any]:
        """Return what is kept."""
        return {name: self.cleaned_data[name] for name in ("name", "topic", "reply_by", "email", "phone", "message")}
