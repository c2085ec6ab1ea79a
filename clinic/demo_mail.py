"""The demo's letter box: mails are files there, and can be read in the browser."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinic.db.clock import when_text

NEWEST = 200


@login_not_required
@never_cache
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """List the mails and text messages of this demo, newest first."""
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.eml"), reverse=True)[:NEWEST]
    texts = sorted(Path(settings.SMS_FILE_PATH).glob("*.txt"), reverse=True)[:NEWEST]
    context = {"mails": [_summary(file) for file in files], "texts": [_text(file) for file in texts]}
    return render(request, "demo/mails.html", context)


@login_not_required
@never_cache
@require_safe
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: its headers, its text, and the names of what is attached."""
    file = Path(settings.EMAIL_FILE_PATH) / f"{name}.eml"
    if not re.fullmatch(r"[\w-]+", name) or not file.is_file():
        raise Http404
    mail = _read(file)
    text = mail.get_body(("plain",))
    attached = [
        (part.get_filename() or part.get_content_type(), part.get_content()) for part in mail.iter_attachments()
    ]
    return render(
        request, "demo/mail.html", _summary(file) | {"text": text.get_content() if text else "", "attached": attached}
    )


def _text(file: Path) -> dict[str, str]:
    number, _, words = file.read_text(encoding="utf-8").partition("\n")
    sent = datetime.fromtimestamp(int(file.stem.split("-")[0]) / 1e9, UTC)
    return {"to": number, "words": words, "date": when_text(sent)}


def _summary(file: Path) -> dict[str, str]:
    mail = _read(file)
    sent = mail["date"].datetime if mail["date"] else None
    return {"name": file.stem, "date": when_text(sent) if sent else ""} | {
        header: str(mail[header] or "") for header in ("to", "subject", "from")
    }


def _read(file: Path) -> EmailMessage:
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)  # noqa: S101 - the default policy makes no other
    return mail
