"""Where a person belongs who has just signed in, and that they stay signed in."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts import policy
from clinic.accounts.sessions import end_of


@require_safe
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """Take a person who has just signed in to where their work or their care is."""
    if policy.is_clinician(request.user):
        return redirect("review")
    return redirect("admin:index" if policy.works_here(request.user) else "care")


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Say how long the session lasts, now that this request has moved its end (``static/js/session.js`` asks)."""
    end = end_of(request, timezone.now())
    return JsonResponse({"seconds_left": end.seconds_left, "can_stay": end.can_stay} if end else {})
