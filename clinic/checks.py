"""System checks of our own, run by ``manage.py check``."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from clinic.context import LOOPBACK
from clinic.outbox.enums import Channel
from clinic.outbox.registry import built
from clinic.outbox.rules import RULES
from clinic.outbox.words import faults


@register(Tags.security)
def demo_stays_on_this_machine(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The demo has one known password and no second factor: it must not answer to other hosts."""
    if settings.DEMO and not set(settings.ALLOWED_HOSTS) <= LOOPBACK:
        return [
            Error(
                "The demo listens on the loopback address only.",
                hint="Unset ALLOWED_HOSTS, or set CLINIC_ENV=production.",
                id="clinic.E001",
            )
        ]
    return []


@register()
def first_words_fit_this_clinic(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A long clinic name or address can make a text message too long: it would never go out."""
    found: list[CheckMessage] = []
    for rule in RULES:
        if first := built(rule.code):
            has_text = Channel.SMS in rule.channels and bool(settings.SMS_GATEWAY)
            against = faults(first.words, first.samples, has_text=has_text, names=[settings.CLINIC["name"]])
            found += [
                Warning(
                    f"{rule.label}: its {part} cannot be sent as it is built. {why}",
                    hint="Give it words of your own under Message texts in the admin, if you have not yet.",
                    id="clinic.W001",
                )
                for part, why in against.items()
                if part != "text" or has_text
            ]
    return found
