"""A mail backend for the demo: each mail is a file."""

import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Writes ``EMAIL_FILE_PATH/<time>-<random>.eml``; sorted by name, the files are in order of time."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail to its own file; return how many. Raises OSError unless ``fail_silently``."""
        try:
            for mail in email_messages:
                _write(Path(settings.EMAIL_FILE_PATH), mail.message().as_bytes())
        except OSError:
            if not self.fail_silently:
                raise
            return 0
        return len(email_messages)


def _write(folder: Path, content: bytes) -> None:
    """Write under a hidden name first, so that a reader never sees half a mail."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{time.time_ns()}-{secrets.token_hex(4)}"
    half = folder / f".{name}.part"
    half.write_bytes(content)
    os.replace(half, folder / f"{name}.eml")
