"""Pages that keep what was typed: two lines in a view, and the middleware that catches a form whose session is over.

``@keeps_typing`` stands nearest to the view, below ``@patients_only``; ``fill(request, form, at=now)`` puts back what
is kept. The mark in the form, the note on the page and the forgetting come by themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm, FileInput, PasswordInput
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.shortcuts import redirect
from django.utils import timezone

from clinic.accounts.access import SignedIn
from clinic.db.clock import when_text
from clinic.keeping import actions, marks, policy
from clinic.keeping.models import KeptTyping

Form = TypeVar("Form", bound=BaseForm)
View = Callable[..., HttpResponse]
KEPT = "You were signed out. We have kept what you typed for 24 hours. Sign in, and you find it where it was."
NOT_KEPT = "You were signed out, and we could not keep what you typed."


@dataclass
class Typing:
    """What the templates know (``request.typing``): the form's mark, and since when it shows what was kept."""

    page: str
    mark: str
    kept_text: str = ""


def keeps_typing(view: View) -> View:
    """Mark the forms of a page, so that what is sent after its session ended is kept. A save lets go of it."""

    @wraps(view)
    def keeping(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
        request.typing = Typing(request.path, marks.mark(request.user.pk, request.path))  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 302:  # saved; a form that is not comes back as a page
            actions.forget(request.path, by=request.user)
        return response

    keeping.keeps_typing = True  # type: ignore[attr-defined]
    return keeping


def kept_fields(request: HttpRequest, *, at: datetime) -> QueryDict | None:
    """Return what is kept for this page and person, as it was sent, and have the page say so; None where nothing is."""
    typing: Typing | None = getattr(request, "typing", None)
    if typing is None or request.method == "POST":
        return None
    kept = KeptTyping.objects.visible_to(request.user).still_kept(at).filter(page=typing.page).first()
    if kept is None:
        return None
    typing.kept_text = when_text(kept.at)
    sent = QueryDict(mutable=True)
    for name, values in kept.fields.items():
        sent.setlist(name, values)
    return sent


def fill(request: HttpRequest, form: Form, *, at: datetime) -> Form:
    """Return ``form`` with what is kept in its fields, as if it had just been typed: shown, not yet looked at or saved."""
    if not form.is_bound and (sent := kept_fields(request, at=at)) is not None:
        typed = {
            name: field.widget.value_from_datadict(sent, {}, form.add_prefix(name))
            for name, field in form.fields.items()
            if not field.widget.is_hidden and not isinstance(field.widget, FileInput | PasswordInput)
        }
        form.initial = {**(form.initial or {}), **typed}
    return form


def fill_draft(request: HttpRequest, form: Form, *, at: datetime) -> Form:
    """Return ``form`` as ``fill`` does, with the version of the draft that was typed into: a newer save is not lost."""
    kept = kept_fields(request, at=at)
    form = fill(request, form, at=at)
    if kept is not None:
        form.initial = {**(form.initial or {}), "version": kept.get("version", "")}
    return form


class KeepWhatWasTyped:
    """Catch a form of a page that keeps typing, sent by a browser whose session is over, before it is turned away.

    It stands before the check for CSRF: the mark is a secret of the page it stands on, and all it can do is to keep
    something for whom it was made.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """Return the way to sign in. Raises PermissionDenied where somebody else has signed in since."""
        whose = _whose(request, view)
        if whose is None or request.user.pk == whose:
            return None
        kept = _keep(request, whose)
        if request.user.is_authenticated:
            raise PermissionDenied  # kept for its owner, and nothing said to this person
        messages.add_message(request, messages.INFO if kept else messages.WARNING, KEPT if kept else NOT_KEPT)
        return redirect_to_login(request.get_full_path())


def rescue(request: HttpRequest) -> HttpResponse | None:
    """Return the way back to a page whose form failed the check for CSRF, with what was typed kept; None for others.

    So it is where somebody signs in again in another tab and then sends the form that stood open.
    """
    match = request.resolver_match
    whose = _whose(request, match.func) if match else None
    if whose is None or request.user.pk != whose or not _keep(request, whose):
        return None
    return redirect(request.get_full_path())


def _whose(request: HttpRequest, view: View) -> UUID | None:
    if request.method != "POST" or not getattr(view, "keeps_typing", False):
        return None
    try:
        return marks.whose(request.POST.get(policy.MARK, ""), request.path)
    except UnreadablePostError:  # the browser has gone away
        return None


def _keep(request: HttpRequest, whose: UUID) -> bool:
    fields = policy.worth_keeping(dict(request.POST.lists()))
    if fields is None or not ratelimit.consume(request, action="keep_typing", key=str(whose)):
        return False
    return actions.keep(whose, request.path, fields, at=timezone.now())
