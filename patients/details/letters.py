"""What is written to the address of an account when something of the account changes. It says nothing of anybody."""

from django.conf import settings
from django.template.loader import render_to_string

from clinic.accounts.models import User
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
from patients.profile.models import Patient


def account_changed(message: Message) -> Letter | NotWanted:
    """That something was changed, for whoever did not do it."""
    user = Patient.objects.select_related("user").get(pk=message.about).user
    if user is None:
        return NotWanted("no email address")
    return _letter(user, "account_changed", "Something was changed in your account")


def account_closed(message: Message) -> Letter | NotWanted:
    """That the account is closed; NotWanted where it is open again."""
    user = User.objects.get(pk=message.about)
    return (
        NotWanted("the account is open again")
        if user.is_active
        else _letter(user, "account_closed", "Your account is closed")
    )


def _letter(user: User, template: str, subject: str) -> Letter:
    context = {"clinic": settings.CLINIC, "subject": subject, "site_origin": settings.SITE_ORIGIN}
    text, html = (render_to_string(f"emails/{template}.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=user.email, subject=subject, text=text, html=html)
