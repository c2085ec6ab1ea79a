"""The admin site: our staff, our sign-in, our second factor, our tables."""

from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from clinic.accounts import policy
from clinic.accounts.second_factor import has_passed
from clinic.accounts.staff_admin import StaffAdmin


class ClinicAdminSite(AdminSite):
    """Stock admin; only people who work here get in, and only with their second factor."""

    site_header = "Clinic desk"
    site_title = "Clinic desk"
    index_title = "What would you like to do?"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take our own pages only: allauth's would show second-factor secrets and let addresses be swapped."""
        if isinstance(admin_class, type) and issubclass(admin_class, StaffAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether this person, in this session, may use the admin at all."""
        user = request.user
        if not (user.is_active and policy.works_here(user)):
            return False
        return not settings.STAFF_SECOND_FACTOR or (is_mfa_enabled(user) and has_passed(request))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Guard a page. For a patient there is no such page: 404, as for a wrong address."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if policy.is_patient(request.user):
                raise Http404
            return guarded(request, *args, **kwargs)

        return inner

    # The admin's own sign-in page is outside allauth's rate limits: it leads to ours.
    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the site's sign-in. Who is signed in already sees no form here, by any method."""
        return redirect("admin:index" if self.has_permission(request) else "mfa_index")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Lead to the account pages: they ask for the password again and end other sessions."""
        return redirect("account_change_password")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Refuse: no page of ours asks, and it would list names by any foreign key."""
        raise PermissionDenied

    def get_urls(self) -> list[Any]:
        """Leave out "view on site": it follows any key of any table, and no page of ours needs it."""
        return [entry for entry in super().get_urls() if getattr(entry, "name", "") != "view_on_site"]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page knows, with what this role may do at the desk."""
        return super().each_context(request) | {
            "runs_the_diary": policy.runs_the_diary(request.user),
            "manages_the_clinic": policy.manages_the_clinic(request.user),
            "is_clinician": policy.is_clinician(request.user),
        }
