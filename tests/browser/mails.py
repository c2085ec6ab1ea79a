"""Reading mail as a person does: the newest letter to an address."""

import email
import email.policy
import re
from pathlib import Path

from django.conf import settings

from clinic.outbox.sending import drain

CODE = re.compile(r"^[A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*$", re.MULTILINE)


def newest(to):
    """The newest mail to ``to``."""
    for file in sorted(Path(settings.EMAIL_FILE_PATH).glob("*.eml"), reverse=True):
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        if mail["to"] == to:
            return mail
    raise AssertionError(f"No mail to {to}")


def text_of(mail):
    """Its plain text."""
    return mail.get_body(("plain",)).get_content()


def code_for(to):
    """The one-time code in the newest mail to ``to``."""
    return CODE.search(text_of(newest(to)))[0]


def after_the_post_has_gone(to):
    """Send what is due, as the worker would, and return the newest mail to ``to``."""
    drain(20)
    return newest(to)
