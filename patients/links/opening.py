"""The door of an address from a message: who gives the date of birth may go on in this browser for half an hour.

An opening holds for one address at a time, and ends with the session. Nothing is shown or saved before it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from clinic.db.refusal import Refusal
from patients.links.actions import DeadLink, open_with
from patients.links.forms import BirthdayForm
from patients.profile.actions import TriedTooOften
from patients.profile.models import Patient

OPEN_FOR = timedelta(minutes=30)
IN_SESSION = "open_links"


def open_until(request: HttpRequest, token: str, until: datetime) -> None:
    """Let this browser go on until then. The session gets a new key: nobody else may have had the old one."""
    request.session.cycle_key()
    request.session[IN_SESSION] = {token: until.isoformat()}


def is_open(request: HttpRequest, token: str, at: datetime) -> bool:
    """Tell whether this browser may go on at ``at``."""
    until = request.session.get(IN_SESSION, {}).get(token)
    return until is not None and at < datetime.fromisoformat(until)


def stay_open(request: HttpRequest, token: str, at: datetime) -> None:
    """Give whoever has just answered another half an hour: several pages take some people longer than that."""
    request.session[IN_SESSION] = {token: (at + OPEN_FOR).isoformat()}


def mark_of(request: HttpRequest) -> str:
    """Return a mark of this opening: the same on all its pages, another one on another device or another day."""
    return salted_hmac("patients.links.opening", request.session.session_key or "", algorithm="sha256").hexdigest()[:16]


def ask_who(
    request: HttpRequest, token: str, purpose: str, about: UUID, round: int, *, of: Patient, at: datetime
) -> tuple[BirthdayForm, int] | None:
    """Ask for the date of birth of ``of``: return the form to show and its status; None where it has just opened.

    Raises DeadLink after five wrong dates.
    """
    if request.method != "POST":
        return BirthdayForm(), 200
    form = BirthdayForm(request.POST)
    if not form.is_valid():
        return form, 422
    if not ratelimit.consume(request, action="open_link"):
        form.add_error(None, str(TriedTooOften()))
        return form, 429
    try:
        open_with(form.cleaned_data["date_of_birth"], purpose, about, round, of=of, at=at)
    except DeadLink:
        raise
    except Refusal as refusal:
        form.add_error("date_of_birth", str(refusal))
        return form, 422
    open_until(request, token, at + OPEN_FOR)
    return None
