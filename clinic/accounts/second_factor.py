"""Staff pages ask for a second factor, in this session, not only once in an account's life."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

OPEN_PATHS = ("/accounts/", "/static/", "/healthz", "/readyz", "/admin/logout/", "/signed-in/stay/")


class StaffSecondFactor:
    """Send staff who have not passed a second factor to where they can.

    Everything but the account pages is guarded: for somebody of the staff even the public
    pages' navigation leads to patients. Set-up comes first where there is no factor yet.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.STAFF_SECOND_FACTOR and self.applies(request):
            if not is_mfa_enabled(request.user):
                return HttpResponseRedirect(reverse("mfa_index"))
            if not has_passed(request):
                return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.path})}")
        return self.get_response(request)

    def applies(self, request: HttpRequest) -> bool:
        """Tell whether this request needs the second factor."""
        return request.user.is_authenticated and request.user.is_staff and not request.path.startswith(OPEN_PATHS)


def has_passed(request: HttpRequest) -> bool:
    """Tell whether this session itself passed a second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))
