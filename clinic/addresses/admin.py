"""Addresses to which nothing is sent, and the button that uses one again."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.addresses import actions
from clinic.addresses.models import StoppedAddress
from clinic.db.refusal import Refusal


@admin.register(StoppedAddress)
class StoppedAddressAdmin(StaffAdmin):
    """The newest first. Reception calls the person, puts the address right, or uses it again."""

    may_view = staticmethod(policy.runs_the_diary)
    change_form_template = "desk/stopped_address.html"
    list_display = ("address", "why", "stopped_at", "released_at", "released_by")
    list_filter = ("why",)
    list_select_related = ("released_by",)
    fields = ("address", "why", "stopped_at", "released_at", "released_by")

    def get_urls(self) -> list[URLPattern]:
        """Add the button's address."""
        release = self.admin_site.admin_view(self.release)
        return [path("<uuid:pk>/release/", release, name="clinic_stoppedaddress_release"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show an address with its button while it is stopped."""
        return super().render_change_form(
            request, context | {"stopped": context["original"].released_at is None}, *args, **kwargs
        )

    @method_decorator(require_POST)
    def release(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Use an address again, by a button."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        stopped = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            actions.release(stopped, by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Messages go to this address again.")
        return redirect("admin:clinic_stoppedaddress_change", pk)
