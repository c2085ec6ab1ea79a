"""What patients ask about their data: read, acknowledged and answered by a manager, then frozen."""

from collections.abc import Callable
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
from clinic.db.refusal import Refusal
from patients.profile.needs import named
from patients.rights import actions
from patients.rights.enums import State
from patients.rights.forms import AnswerForm
from patients.rights.models import DataRequest


@admin.register(DataRequest)
class DataRequestAdmin(StaffAdmin):
    """The log of data-protection complaints and corrections. Reception gets 403: people write about their health."""

    may_view = staticmethod(policy.manages_the_clinic)
    reading_is_logged = "datarequest"
    change_form_template = "desk/data_request.html"
    list_display = ("received_at", "kind", "who", "state", "due_on")
    list_filter = ("kind", "state")
    list_select_related = ("patient",)
    fields = ("kind", "patient", "received_at", "due_on", "state", "text", "answer")

    @admin.display(description="patient", ordering="patient__family_name")
    def who(self, asked: DataRequest) -> str:
        """Whose it is."""
        return named(asked.patient)

    def get_urls(self) -> list[URLPattern]:
        """Add the two buttons' addresses."""
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/acknowledge/", view(self.acknowledge), name="patients_datarequest_acknowledge"),
            path("<uuid:pk>/answer/", view(self.answer), name="patients_datarequest_answer"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show a request with what can be done about it."""
        asked: DataRequest = context["original"]
        more = {
            "may_acknowledge": asked.state == State.RECEIVED,
            "may_answer": asked.state != State.ANSWERED,
            "answer_form": getattr(request, "answer_form", None) or AnswerForm(),
        }
        return super().render_change_form(request, context | more, *args, **kwargs)

    @method_decorator(require_POST)
    def acknowledge(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Tell the patient that we look into it."""
        return self._act(
            request,
            pk,
            lambda asked: actions.acknowledge(asked, by=request.user, at=timezone.now()),
            "Acknowledged. The patient is told.",
        )

    @method_decorator(require_POST)
    def answer(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Give the answer."""
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self._again(request, pk, form)
        return self._act(
            request,
            pk,
            lambda asked: actions.answer(asked, form.cleaned_data["answer"], by=request.user, at=timezone.now()),
            "Answered. The patient is told.",
        )

    def _act(self, request: HttpRequest, pk: UUID, act: Callable[[DataRequest], None], done: str) -> HttpResponse:
        asked = self._asked(request, pk)
        try:
            act(asked)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect("admin:patients_datarequest_change", pk)

    def _again(self, request: HttpRequest, pk: UUID, form: AnswerForm) -> HttpResponse:
        """Show the request again with what is wrong with the answer; what was typed stays."""
        self._asked(request, pk)
        request.answer_form = form  # type: ignore[attr-defined]
        request.method = "GET"
        page = self.change_view(request, str(pk))
        if isinstance(page, TemplateResponse):
            page.status_code = 422
        return page

    def _asked(self, request: HttpRequest, pk: UUID) -> DataRequest:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)
