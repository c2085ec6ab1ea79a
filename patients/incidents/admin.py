"""The incident log: for managers, and for clinicians those that are theirs. What is found out is added, never changed."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from patients.incidents import actions
from patients.incidents.enums import State
from patients.incidents.forms import EntryForm
from patients.incidents.models import Incident
from patients.profile.needs import named

# What an entry is filled in with from the one before; a note is of its own time.
CARRIED = [name for name in EntryForm.base_fields if name not in {"key", "seen", "note", "owner"}]


def may_look(user: Any) -> bool:
    """Tell whether ``user`` may open the log: managers, and clinicians (``visible_to`` says which)."""
    return policy.manages_the_clinic(user) or policy.is_clinician(user)


@admin.register(Incident)
class IncidentAdmin(StaffAdmin):
    """Reception reports incidents and opens none."""

    may_view = staticmethod(may_look)
    reading_is_logged = "incident"
    change_form_template = "desk/incident.html"
    change_list_template = "desk/incidents.html"
    list_display = ("happened_on", "who", "state", "owner", "due_at")
    list_filter = ("state",)
    list_select_related = ("patient", "owner")
    fields = ("state", "owner", "due_at", "happened_on", "who", "found_by", "reported_at")
    readonly_fields = ("who",)

    @admin.display(description="patient")
    def who(self, incident: Incident) -> str:
        """Whom it is about."""
        return named(incident.patient) if incident.patient else "Nobody"

    def get_urls(self) -> list[URLPattern]:
        """Add the two buttons' addresses."""
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/entry/", view(self.entry), name="patients_incident_entry"),
            path("<uuid:pk>/close/", view(self.close), name="patients_incident_close"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show an incident with all its entries, newest first, and the form for the next."""
        incident: Incident = context["original"]
        entries = list(incident.entries.select_related("by", "owner"))
        newest = entries[0] if entries else None
        seen = {"seen": newest.pk if newest else ""}  # whatever the form said: this is what the page shows
        form = getattr(request, "entry_form", None)
        if form is None:
            before = (
                {name: getattr(newest, name) for name in CARRIED}
                if newest
                else {"candour": "to_check", "cqc": "to_check"}
            )
            form = EntryForm(today=uk_day(timezone.now()), initial=before | seen | {"owner": incident.owner_id})
        else:
            form.data = form.data.copy()
            form.data.update(seen)
        more = {
            "entries": entries,
            "entry_form": form,
            "may_close": incident.state == State.INVESTIGATING,
            "history": incident.state_changes.select_related("by"),
        }
        return super().render_change_form(request, context | more, *args, **kwargs)

    @method_decorator(require_POST)
    def entry(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Add what is known now."""
        incident, now = self._incident(request, pk), timezone.now()
        form = EntryForm(request.POST, today=uk_day(now))
        if form.is_valid():
            said = form.cleaned_data
            try:
                actions.write_entry(incident, form.facts, key=said["key"], seen=said["seen"], by=request.user, at=now)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "Your entry is saved.")
                return redirect("admin:patients_incident_change", pk)
        request.entry_form = form  # type: ignore[attr-defined]
        return self._again(request, pk)

    @method_decorator(require_POST)
    def close(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Close an incident, or say what is missing."""
        try:
            actions.close(self._incident(request, pk), by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return self._again(request, pk)
        messages.success(request, "The incident is closed. An entry opens it again.")
        return redirect("admin:patients_incident_change", pk)

    def _again(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the incident again with what is wrong; what was typed stays."""
        request.method = "GET"
        page = self.change_view(request, str(pk))
        if isinstance(page, TemplateResponse):
            page.status_code = 422
        return page

    def _incident(self, request: HttpRequest, pk: UUID) -> Incident:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: Incident = get_object_or_404(self.get_queryset(request), pk=pk)
        return found
