"""allauth's forms in our words, and without their leaks."""

import re
from typing import Any

from allauth.account import forms as account
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.mfa import app_settings as second_factor
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest

from clinic.accounts.models import EMAIL_LENGTH

LONGEST_CREDENTIAL = 64 * 1024
# Seconds from the first to the last moment at which an app's code is taken.
CODE_GOOD_FOR = (2 * second_factor.TOTP_TOLERANCE + 1) * second_factor.TOTP_PERIOD
# By a field's name: what it is called, and what is said where it is left empty.
WORDS = {
    "login": ("Email address", "Enter your email address."),
    "email": ("Email address", "Enter your email address."),
    "password": ("Password", "Enter your password."),
    "oldpassword": ("Current password", "Enter the password you have now."),
    "password1": ("New password", "Enter a new password."),
    "password2": ("New password again", "Enter the new password again."),
    "code": ("Code", "Enter the code."),
}


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


class InOurWords(forms.Form):
    """Gives the fields the names and the messages of WORDS."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in WORDS.keys() & self.fields.keys():
            self.fields[name].label, self.fields[name].error_messages["required"] = WORDS[name]


class LoginForm(InOurWords, account.LoginForm):
    """Signs in. The link for a forgotten password stands below the form, not between its boxes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class ReauthenticateForm(InOurWords, account.ReauthenticateForm):
    """Asks for the password once more."""


class AddEmailForm(InOurWords, account.AddEmailForm):
    """Changes the email address."""


class ChangePasswordForm(InOurWords, account.ChangePasswordForm):
    """Changes the password."""


class SetPasswordForm(InOurWords, account.SetPasswordForm):
    """Gives an account without a password one."""


class ResetPasswordForm(InOurWords, account.ResetPasswordForm):
    """Asks for a code to set a new password."""


class ResetPasswordKeyForm(InOurWords, account.ResetPasswordKeyForm):
    """Sets the new password."""


class ConfirmPasswordResetCodeForm(InOurWords, account.ConfirmPasswordResetCodeForm):
    """Takes the code for a new password."""


class ConfirmEmailVerificationCodeForm(InOurWords, account.ConfirmEmailVerificationCodeForm):
    """Takes the code that shows whose address it is."""


class OnceOnly(BaseAuthenticateForm):
    """Takes no code twice. allauth remembers a code for one step of the clock; ours are good for several."""

    def clean_code(self) -> str:
        """Return the code. Raises ValidationError where it is wrong, or was used already."""
        code: str = super().clean_code()
        digits = re.sub(r"\D", "", code)
        if not cache.add(f"second_factor.used?user={self.user.pk}&code={digits}", True, timeout=CODE_GOOD_FOR):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(InOurWords, OnceOnly, AllauthAuthenticateForm):
    """Takes the code of the second factor."""


class ReauthenticateByCodeForm(InOurWords, OnceOnly, AllauthReauthenticateForm):
    """Takes the code of the second factor once more."""


class ActivateAppForm(InOurWords, ActivateTOTPForm):
    """Sets up an authenticator app."""


class SignupForm(InOurWords, AllauthSignupForm):
    """Without allauth's two leaks: a cut-off address and a tell-tale answering time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = WORDS["password"][0]
        # allauth silently cuts a longer address, and the account belongs to nobody.
        self.fields["email"].validators.append(
            MaxLengthValidator(EMAIL_LENGTH, "Enter an email address of at most 254 characters.")
        )

    def try_save(self, request: HttpRequest) -> Any:
        """Save the account. Hash a password also where there is one already, so that both take as long."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)
