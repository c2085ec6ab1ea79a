"""What allauth asks us: the one place where it may write our records."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from clinic.db.sealed import seal, unseal

SECOND_FACTOR = "mfa.secret"


class AccountAdapter(DefaultAccountAdapter):
    """Our mails' sender, and nothing of the visitor in them."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an account mail with the clinic's facts. No IP address or browser goes into it."""
        super().send_mail(
            template_prefix, email, {"clinic": settings.CLINIC, "site_origin": settings.SITE_ORIGIN} | context
        )

    def get_from_email(self) -> str:
        """Return the neutral sender."""
        return settings.DEFAULT_FROM_EMAIL

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Anybody may make a patient's account; staff are invited."""
        return True


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seals the secrets that allauth would keep in clear."""

    def encrypt(self, text: str) -> str:
        """Return a second-factor secret, sealed."""
        return seal(text, SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a sealed second-factor secret. Raises BrokenSeal where it does not open."""
        return unseal(encrypted_text, SECOND_FACTOR)
