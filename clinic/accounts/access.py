"""Who may open a view at all. Which record comes after: ``visible_to``."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from clinic.accounts import policy
from clinic.accounts.models import User

View = Callable[..., HttpResponse]


class SignedIn(HttpRequest):
    """A request behind sign-in (LoginRequiredMiddleware lets no other through): it has a user of ours."""

    user: User


def patients_only(view: View) -> View:
    """Let patients in; staff get 403: these pages are a patient's own."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not policy.is_patient(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
