"""System checks of our own, run by ``manage.py check``."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from clinic.context import LOOPBACK


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
