"""Signing up."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest

from clinic.accounts.models import EMAIL_LENGTH

LONGEST_CREDENTIAL = 64 * 1024


class CredentialField(forms.JSONField):
    """What a passkey's device sends. Django's own field lets deep nesting and huge numbers end in a 500."""

    def to_python(self, value: Any) -> Any:
        """Return the value. Raises ValidationError for what no device sends."""
        try:
            if isinstance(value, str) and len(value) > LONGEST_CREDENTIAL:
                raise ValueError
            return super().to_python(value)
        except (RecursionError, ValueError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class AddPasskeyForm(AddWebAuthnForm):
    """Adds a passkey."""

    credential = CredentialField(widget=forms.HiddenInput)


class LoginPasskeyForm(LoginWebAuthnForm):
    """Signs in with a passkey."""

    credential = CredentialField(widget=forms.HiddenInput)


class ReauthenticatePasskeyForm(ReauthenticateWebAuthnForm):
    """Asks for a passkey once more."""

    credential = CredentialField(widget=forms.HiddenInput)


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
