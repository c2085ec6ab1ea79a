"""What a password may not be."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

DEMO_PASSWORD = "clinic-demo-2026"  # noqa: S105 - printed by `make run`, and refused everywhere else


class NotTheDemoPassword:
    """Refuse the demo's password outside the demo: it is public."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for the demo's password."""
        if not settings.DEMO and password.strip().lower() == DEMO_PASSWORD:
            raise ValidationError(self.get_help_text(), code="demo_password")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return "Choose a password that is not published."
