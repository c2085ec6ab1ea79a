"""Who may open a page of the desk: the admin's own guard first, then the role."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from clinic.accounts import policy
from clinic.accounts.models import User

View = Callable[..., HttpResponseBase]  # a file may be written as it is read


def for_staff(may: Callable[[Any], bool]) -> Callable[[View], View]:
    """Return a decorator: signed out leads to sign-in, a patient finds nothing, staff whom ``may`` refuses get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return admin.site.admin_view(guarded)

    return decorate


def me(request: HttpRequest) -> User:
    """Return the account that is signed in. Raises PermissionDenied without one."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


for_the_diary = for_staff(policy.runs_the_diary)
for_everybody_here = for_staff(policy.works_here)
for_managers = for_staff(policy.manages_the_clinic)


def page(request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
    """Return the context of a desk page: the admin's own, its title, and ``more``."""
    return admin.site.each_context(request) | {"title": title} | more
