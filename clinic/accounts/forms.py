"""Signing up."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest

from clinic.accounts.models import EMAIL_LENGTH


class SignupForm(AllauthSignupForm):
    """allauth's form, without its two leaks: a cut-off address and a tell-tale answering time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # allauth silently cuts a longer address, and the account belongs to nobody.
        self.fields["email"].validators.append(
            MaxLengthValidator(EMAIL_LENGTH, "Enter an email address of at most 254 characters.")
        )

    def try_save(self, request: HttpRequest) -> Any:
        """Save the account. Hash a password also where there is one already, so that both take as long."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)
