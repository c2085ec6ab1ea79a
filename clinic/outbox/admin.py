"""The message log: what went out, what did not and why, and sending again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin import ShowFacets, SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.clock import instant, uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.outbox import buttons, reasons
from clinic.outbox.enums import MessageState
from clinic.outbox.models import Attempt, Message
from clinic.outbox.registry import reach_of
from clinic.outbox.rules import BY_CODE, LABELS

DAYS = {
    "yesterday": (-1, 0),
    "today": (0, 1),
    "tomorrow": (1, 2),
    "seven-days": (-6, 1),
    "last-week": (-7, 0),
    "next-week": (1, 8),
}
DAY_LABELS = {
    "yesterday": "Yesterday",
    "today": "Today",
    "tomorrow": "Tomorrow",
    "seven-days": "Today and the 6 days before",
    "last-week": "The 7 days before today",
    "next-week": "The 7 days after today",
}
IN_HAND = (
    "Stopped, but a worker had it in hand at that moment. Look again in a minute: if it went out, it says so here."
)


class RuleFilter(SimpleListFilter):
    """Which message, by the name staff know."""

    title = "message"
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return every message there is."""
        return list(LABELS.items())

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


class LateFilter(SimpleListFilter):
    """What should have gone by now: as the probe and the task about it count."""

    title = "late"
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the one choice beside all."""
        return [("now", "Late now")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Message]:
        """Return the messages that are late, or all."""
        return queryset.late() if self.value() == "now" else queryset


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
    if is_last and message.stopped_by_id:
        return number, "", "Stopped while a worker had it in hand: it may have gone out or not"
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
    list_display = ("name", "channel", "due_at", "state", "in_words", "attempts", "twice", "sent_at")
    list_select_related = ("stopped_by",)
    list_filter = ("state", RuleFilter, DayFilter, LateFilter)
    show_facets = ShowFacets.ALWAYS  # so that the missed and the failed are counted where staff look
    fields = (
        "name",
        "channel",
        "state",
        "in_words",
        "needs",
        "detail",
        "wanted_at",
        "due_at",
        "useful_until",
        "attempts",
        "twice",
        "sent_at",
        "closed_at",
        "created_at",
        "asked_by",
        "stopped_by",
        "message_id",
    )

    @admin.display(description="message", ordering="rule")
    def name(self, message: Message) -> str:
        """Return the name staff know."""
        return str(message)

    @admin.display(description="what became of it")
    def in_words(self, message: Message) -> str:
        """Say what became of it, or what it waits for."""
        return reasons.in_words(message)

    @admin.display(description="what the person needs")
    def needs(self, message: Message) -> str:
        """What the person it goes to needs to read or hear it."""
        needs = reach_of([message.person])[message.person].needs if message.person else ()
        return " · ".join(needs) or "nothing special"

    @admin.display(description="detail for whoever looks after the site", empty_value="none")
    def detail(self, message: Message) -> str:
        """Return the class of the last error."""
        return reasons.detail(message) or "none"

    @admin.display(description="sent twice?")
    def twice(self, message: Message) -> str:
        """Say where the person may have it twice, and nothing where not."""
        return "Perhaps: a worker stopped while sending it" if message.maybe_repeated else ""

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the two buttons."""
        again, stop = self.admin_site.admin_view(self.send_again), self.admin_site.admin_view(self.stop)
        return [
            path("<uuid:pk>/send-again/", again, name="clinic_message_send_again"),
            path("<uuid:pk>/stop/", stop, name="clinic_message_stop"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show a message with its tries and its button: to stop it, or to send it again, or why there is none."""
        message = context["original"]
        why_not_again = buttons.why_not_again(message, timezone.now())
        more = {
            "may_stop": not buttons.why_not_stop(message),
            "why_not_again": why_not_again,
            "is_stopped_address": reasons.ADDRESS_STOPPED in why_not_again,
            "tries": tries(message),
        }
        return super().render_change_form(request, context | more, *args, **kwargs)

    @method_decorator(require_POST)
    def send_again(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send a message again, by a button."""
        message = self._message(request, pk)
        try:
            again = buttons.resend(message, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:clinic_message_change", pk)
        messages.success(request, "It goes out again within 30 seconds. This is the new message.")
        return redirect("admin:clinic_message_change", again.pk)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def stop(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask whether to stop a message, and stop it."""
        message = self._message(request, pk)
        if request.method != "POST":
            rule = BY_CODE.get(message.rule)
            context = self.admin_site.each_context(request) | {
                "title": "Stop this message",
                "original": message,
                "when": when_text(message.due_at),
                "why_not": buttons.why_not_stop(message),
                "is_fixed": rule is not None and rule.fixed,
            }
            return render(request, "desk/message_stop.html", context)
        try:
            in_hand = buttons.stop(message, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.warning(request, IN_HAND) if in_hand else messages.success(request, "Stopped. It is not sent.")
        return redirect("admin:clinic_message_change", pk)

    def _message(self, request: HttpRequest, pk: UUID) -> Message:
        """Return the message of a button. Raises PermissionDenied for who may not look, Http404 where there is none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: Message = get_object_or_404(self.get_queryset(request), pk=pk)
        return found
