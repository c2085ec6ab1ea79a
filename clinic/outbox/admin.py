"""The message log: what went out, what did not and why, and sending again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin import ShowFacets, SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.clock import instant, uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.outbox import actions, registry
from clinic.outbox.enums import MessageState
from clinic.outbox.models import Attempt, Message
from clinic.outbox.rules import LABELS

DAYS = {"yesterday": (-1, 0), "today": (0, 1), "tomorrow": (1, 2), "last-week": (-7, 0), "next-week": (1, 8)}
DAY_LABELS = {
    "yesterday": "Yesterday",
    "today": "Today",
    "tomorrow": "Tomorrow",
    "last-week": "The 7 days before today",
    "next-week": "The 7 days after today",
}


class RuleFilter(SimpleListFilter):
    """Which message, by the name staff know."""

    title = "message"
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return every message that is in use."""
        return [(code, label) for code, label in LABELS.items() if registry.is_in_use(code)]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Message]:
        """Return the messages of one rule, or all."""
        return queryset.filter(rule=self.value()) if self.value() else queryset


class DayFilter(SimpleListFilter):
    """The day a message is or was due, by the UK clock."""

    title = "day it is due"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the days to choose from."""
        return list(DAY_LABELS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Message]:
        """Return the messages of those days, or all."""
        if self.value() not in DAYS:
            return queryset
        start, end = span(self.value() or "", timezone.now())
        return queryset.filter(due_at__gte=start, due_at__lt=end)


def span(choice: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the first instant of the days named by ``choice``, and the first after them."""
    first, last = (instant(uk_day(now) + timedelta(days=days), 0) for days in DAYS[choice])
    return first, last


def tries(message: Message) -> list[tuple[int, str, str]]:
    """Return each try to send ``message``: its number, when it ended, and how. One without an end lost its worker."""
    ended = {each.number: each for each in message.tries.all()}
    numbers = range(1, message.attempts + 1)
    return [_try(number, ended.get(number), message, is_last=number == message.attempts) for number in numbers]


def _try(number: int, ended: Attempt | None, message: Message, *, is_last: bool) -> tuple[int, str, str]:
    if ended:
        how = f"{ended.get_outcome_display()} ({ended.why})" if ended.why else ended.get_outcome_display()
        return number, when_text(ended.at), how
    if is_last and message.state == MessageState.SENDING:
        return number, "", "Under way"
    if is_last and message.state in {MessageState.MISSED, MessageState.CANCELLED}:
        return number, "", "Not tried: see why above"
    if is_last and message.state == MessageState.HANDED:
        return number, "", "Given to reception, who have it in the worklist"
    return number, "", "The worker stopped: it may have gone out or not"


@admin.register(Message)
class MessageAdmin(StaffAdmin):
    """Messages, newest due first. They hold no text: what one said is in the mail itself."""

    may_view = staticmethod(policy.runs_the_diary)
    change_form_template = "desk/message.html"
    list_display = ("name", "due_at", "state", "attempts", "twice", "why", "sent_at")
    list_filter = ("state", RuleFilter, DayFilter)
    show_facets = ShowFacets.ALWAYS  # so that the missed and the failed are counted where staff look
    fields = (
        "name",
        "state",
        "why",
        "wanted_at",
        "due_at",
        "useful_until",
        "attempts",
        "twice",
        "sent_at",
        "closed_at",
        "created_at",
        "asked_by",
        "message_id",
    )

    @admin.display(description="message", ordering="rule")
    def name(self, message: Message) -> str:
        """Return the name staff know."""
        return str(message)

    @admin.display(description="sent twice?")
    def twice(self, message: Message) -> str:
        """Say where the person may have it twice, and nothing where not."""
        return "Perhaps: a worker stopped while sending it" if message.maybe_repeated else ""

    def get_urls(self) -> list[URLPattern]:
        """Add the button's address."""
        return [
            path(
                "<uuid:pk>/send-again/", self.admin_site.admin_view(self.send_again), name="clinic_message_send_again"
            ),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show a message with its tries and its button, or why there is none."""
        message = context["original"]
        more = {"why_not_again": actions.why_not_again(message, timezone.now()), "tries": tries(message)}
        return super().render_change_form(request, context | more, *args, **kwargs)

    def send_again(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send a message again, by a button."""
        return require_POST(self._send_again)(request, pk)

    def _send_again(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        message = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            again = actions.resend(message, by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:clinic_message_change", pk)
        messages.success(request, "It goes out again within 30 seconds. This is the new message.")
        return redirect("admin:clinic_message_change", again.pk)
