"""Every mail and text message that any test sends is read: it says nothing it should not.

A fault is kept until the test ends (``conftest.py`` asks then): the sender would take an error for a server's answer.
"""

import re

from django.conf import settings
from django.core.mail.backends import locmem
from django.utils.html import strip_tags

from clinic.outbox.policy import LONGEST_TEXT, text_length
from clinic.outbox.texts import FileGateway
from clinic.wording.enums import Place
from clinic.wording.policy import check

CLINICAL = re.compile(
    r"\b(pain\w*|facial|sclerosis|MS|neuro\w*|jaw|trigeminal|diagnos\w*|symptom\w*|treatment\w*|red flags?|suicid\w*)\b"
)
# A date of birth in the ways a page or a file may write one: of the people in tests/factories.
BORN = re.compile(r"1980-03-27|27 March 1980|27/0?3/1980|19800327")
faults: list[str] = []


def read(words: str, *, where: str) -> None:
    """Write down what ``words`` should not say."""
    words = words.replace(settings.CLINIC["name"], "")
    hits = [str(hit) for hit in check(words, Place.MAIL)]
    faults.extend(f"{where}: {hit}" for hit in [*hits, *CLINICAL.findall(words), *BORN.findall(words)])


class EmailBackend(locmem.EmailBackend):
    """Keeps mails in memory, as Django's own does, and reads each."""

    def send_messages(self, messages):
        for mail in messages:
            read(f"{mail.from_email} {mail.subject}", where="subject and sender")
            read(mail.body, where=mail.subject)
            for content, _ in mail.alternatives:
                read(strip_tags(re.sub(r"<head>.*?</head>", "", content, flags=re.S)), where=mail.subject)
            for attachment in mail.attachments:
                content = attachment[1]
                read(content if isinstance(content, str) else content.decode(), where=f"file of {mail.subject}")
        return super().send_messages(messages)


class TextGateway(FileGateway):
    """Keeps texts as files, and reads each."""

    def send(self, text, key):
        read(text.text, where="text message")
        if text_length(text.text) > LONGEST_TEXT:
            faults.append(f"text message: {text.text}")
        return super().send(text, key)
