"""Where a person belongs who has just signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from clinic.accounts import policy


@require_safe
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """Take a person who has just signed in to where their work or their care is."""
    if policy.is_clinician(request.user):
        return redirect("review")
    return redirect("admin:index" if policy.works_here(request.user) else "care")
