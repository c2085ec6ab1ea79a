"""Text messages: what a gateway is, and the two that need no provider.

A provider's gateway is a class with the same one method (docs/operations.md has the contract). None was tried live.
"""

import os
import secrets
import sys
import time
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from clinic.outbox.registry import Text


class Gateway(Protocol):
    """Hands text messages to whoever carries them."""

    def send(self, text: Text, key: str) -> str:
        """Hand over one text; return what the carrier calls it, or nothing.

        ``key`` is the same on every try of one message: the carrier sends it once, however often it is handed over.
        Raises OSError where it was not taken (``policy.answer_to`` reads its status), and waits for nobody longer
        than the lease of a message.
        """
        ...


class FileGateway:
    """For the demo and the tests: each text is a file, ``SMS_FILE_PATH/<time>-<random>.txt``: the number, then the words."""

    def send(self, text: Text, key: str) -> str:
        """Write the text, under a hidden name first, so that a reader never sees half of it."""
        folder = Path(settings.SMS_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns()}-{secrets.token_hex(4)}"
        half = folder / f".{name}.part"
        half.write_text(f"{text.to}\n{text.text}\n", encoding="utf-8")
        os.replace(half, folder / f"{name}.txt")
        return key


class ConsoleGateway:
    """For a developer at a terminal."""

    def send(self, text: Text, key: str) -> str:
        """Print the text."""
        sys.stdout.write(f"text to {text.to}: {text.text}\n")
        return key


def gateway() -> Gateway:
    """Return the gateway of the settings (``SMS_GATEWAY``: where its class is)."""
    made: Gateway = import_string(settings.SMS_GATEWAY)()
    return made
