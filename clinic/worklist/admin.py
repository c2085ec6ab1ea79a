"""The worklist: what waits, taking it, and saying how it ended."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from clinic.accounts import policy
from clinic.accounts.enums import Role
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.refusal import Refusal
from clinic.forms.base import PlainErrors
from clinic.forms.text import PlainTextField
from clinic.worklist import actions
from clinic.worklist.enums import TaskKind, TaskState
from clinic.worklist.models import Task

# Where the record of a task is looked at; the name of an address that takes its key.
PLACES = {
    TaskKind.URGENT_ANSWERS: "review_record",
    TaskKind.DECISION_DUE: "review_record",
    TaskKind.FORM_CHANGED: "review_record",
    TaskKind.MESSAGE_FAILED: "admin:clinic_message_change",
    TaskKind.BY_HAND: "desk_tell",
    TaskKind.DID_NOT_ATTEND: "admin:bookings_appointment_change",
    TaskKind.ENQUIRY: "admin:clinic_enquiry_change",
    TaskKind.VISIT_TO_MOVE: "desk_move",
    TaskKind.TIME_STAYS: "admin:bookings_appointment_change",
    TaskKind.PAGE_REVIEW: "admin:clinic_page_review",
    TaskKind.PAGE_SIGNATURE: "admin:clinic_page_review",
    TaskKind.TWO_RECORDS: "admin:patients_patient_change",
    TaskKind.ACCOUNT_CLOSED: "admin:patients_patient_change",
    TaskKind.MISFILED: "admin:patients_patient_change",
    TaskKind.CONSENT_WITHDRAWN: "desk_consents",
    TaskKind.DATA_COMPLAINT: "admin:patients_datarequest_change",
    TaskKind.DATA_CORRECTION: "admin:patients_datarequest_change",
    TaskKind.RECORD_OPENED: "admin:patients_carerelationship_change",
    TaskKind.ADVERSE_EVENT: "review_event",
    TaskKind.INCIDENT: "admin:patients_incident_change",
    TaskKind.LETTER_DUE: "review_letter_due",
    TaskKind.TEAM_REVIEW: "review_team_case",
    TaskKind.CHECK_OVERDUE: "review_check",
    TaskKind.TRAINING_OVER: "admin:clinic_user_change",
    TaskKind.TEAM_REVIEW_ENDS: "review_team_ends",
    TaskKind.PLAN_AGREED: "review_plan_version",
    TaskKind.PRESCRIPTION_REQUEST: "review_prescription_request",
    TaskKind.PRESCRIPTION: "review_prescription",
}
PLACES_OF_CLINICIANS = {TaskKind.CONSENT_WITHDRAWN: "review_consents"}


def _place(task: Task) -> str | None:
    """Return the name of the address where the record of a task is looked at by those who do it."""
    kind, theirs = TaskKind(task.kind), PLACES_OF_CLINICIANS if task.role == Role.CLINICIAN else {}
    return theirs.get(kind) or PLACES.get(kind)


class OutcomeForm(PlainErrors, forms.Form):
    """How a task ended."""

    outcome = PlainTextField(
        label="How did it end?",
        longest=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Leave out anything about a person's health.",
        error_messages={"required": "Say how it ended, like “Called, arranged a new time”"},
    )


class WaitingFilter(SimpleListFilter):
    """What waits, unless something else is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return each state, and all of them."""
        return [*TaskState.choices, ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Task]:
        """Return the tasks asked for; with nothing asked, those not done."""
        if self.value() is None:
            return queryset.waiting()
        return queryset if self.value() == "all" else queryset.filter(state=self.value())

    def choices(self, changelist: Any) -> Any:
        """Name the choice that stands without asking."""
        for number, choice in enumerate(super().choices(changelist)):
            yield choice | {"display": "Waiting"} if number == 0 else choice


@admin.register(Task)
class TaskAdmin(StaffAdmin):
    """Tasks of one's own role; a manager sees all. Buttons take and finish them."""

    may_view = staticmethod(policy.works_here)
    change_form_template = "desk/task.html"
    list_display = ("title", "kind", "due_at", "role", "state", "taken_by")
    list_filter = (WaitingFilter, "kind", "role")
    list_select_related = ("taken_by",)
    search_fields = ("title",)
    fields = ("title", "kind", "role", "due_at", "created_at", "state", "taken_by", "outcome")

    def get_urls(self) -> list[URLPattern]:
        """Add the two buttons' addresses."""
        return [
            path("<uuid:pk>/take/", self.admin_site.admin_view(self.take), name="clinic_task_take"),
            path("<uuid:pk>/finish/", self.admin_site.admin_view(self.finish), name="clinic_task_finish"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show a task with what can be done about it."""
        task: Task = context["original"]
        form = getattr(request, "outcome_form", None) or OutcomeForm()
        more = {
            "open": task.state != TaskState.DONE,
            "takeable": task.state == TaskState.OPEN,
            "outcome_form": form,
            "place": _place(task),
        }
        return super().render_change_form(request, context | more, *args, **kwargs)

    @method_decorator(require_POST)
    def take(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Make the signed-in person the one who does it."""
        return self._act(
            request, pk, lambda task: actions.take(task, by=request.user, at=timezone.now()), "This task is yours now."
        )

    @method_decorator(require_POST)
    def finish(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Close a task with its outcome."""
        form = OutcomeForm(request.POST)
        if not form.is_valid():
            return self._again(request, pk, form)
        return self._act(
            request,
            pk,
            lambda task: actions.finish(task, form.cleaned_data["outcome"], by=request.user, at=timezone.now()),
            "This task is done.",
        )

    def _act(self, request: HttpRequest, pk: UUID, act: Callable[[Task], None], done: str) -> HttpResponse:
        task = self._task(request, pk)
        try:
            act(task)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect("admin:clinic_task_change", pk)

    def _again(self, request: HttpRequest, pk: UUID, form: OutcomeForm) -> HttpResponse:
        """Show the task again with what is wrong with the outcome."""
        self._task(request, pk)
        request.outcome_form = form  # type: ignore[attr-defined]
        request.method = "GET"
        page = self.change_view(request, str(pk))
        if isinstance(page, TemplateResponse):
            page.status_code = 422
        return page

    def _task(self, request: HttpRequest, pk: UUID) -> Task:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)
