"""What we sent a patient and what we will send: when, how, and what became of it."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.accounts.access import patients_only
from clinic.db.clock import when_text
from clinic.outbox import policy
from clinic.outbox.enums import BY_HAND, ON_THE_WAY, Channel, MessageState, Reader
from clinic.outbox.models import Message, switched_off
from clinic.outbox.registry import reach_of
from clinic.outbox.rules import BY_CODE, RULES
from patients.contact.models import choice_of, messages_of
from patients.profile.models import Patient
from patients.profile.policy import phone_text

SHOWN = 50
TO_STAFF = [rule.code for rule in RULES if rule.reader == Reader.STAFF]  # about a patient, not to them
HOW = {
    Channel.EMAIL: "Email",
    Channel.SMS: "Text message",
    Channel.COPY: "Email to the person you named",
    Channel.PHONE: "Phone call",
    Channel.POST: "Letter",
}
BECAME = {
    MessageState.SENT: ("Sent", "done"),
    MessageState.DELIVERED: ("Delivered", "done"),
    MessageState.HANDED: ("With our reception", "info"),
    MessageState.FAILED: ("Could not be sent", "warning"),
    MessageState.MISSED: ("Not sent in time", "warning"),
}


@require_safe
@patients_only
def messages(request: HttpRequest) -> HttpResponse:
    """Show the signed-in patient their messages. First come their details."""
    patient = Patient.objects.visible_to(request.user).select_related("user", "contact").first()
    if patient is None:
        return redirect("profile")
    now, own = timezone.now(), messages_of(patient).exclude(rule__in=TO_STAFF)
    reach = reach_of([patient.pk])[patient.pk]
    waiting = _still_wanted(list(own.filter(state__in=ON_THE_WAY).order_by("due_at", "id")), reach)
    gone = own.filter(state__in=BECAME).order_by("-due_at", "id")[:SHOWN]
    context = {
        "coming": [_to_come(message, reach, now) for message in waiting],
        "gone": [_gone(message) for message in gone],
        "large_print": patient.large_print,
        "choice": choice_of(patient),
        "address": patient.reach,
        "phone": phone_text(patient.phone),
        "texts": Channel.SMS in reach.channels,
    }
    return render(request, "care/messages.html", context)


def _still_wanted(waiting: list[Message], reach: policy.Reach) -> list[Message]:
    """Leave out what would not go if it were due now: the same questions as at the moment of sending."""
    off = switched_off()
    return [
        message
        for message in waiting
        if (rule := BY_CODE.get(message.rule))
        and not policy.why_stopped(rule, Channel(message.channel), reach, is_off=rule.code in off)
    ]


def _to_come(message: Message, reach: policy.Reach, now: datetime) -> dict[str, str]:
    rule, channel = BY_CODE[message.rule], Channel(message.channel)
    how = policy.carried_by(rule, channel, reach, message.due_at, message.useful_until)
    when = "in the next minutes" if message.due_at <= now else when_text(message.due_at)
    return {"label": str(message), "hint": f"{HOW[how]}, {when}", "status": "To come"}


def _gone(message: Message) -> dict[str, str]:
    status, tone = BECAME[MessageState(message.state)]
    if message.channel in BY_HAND:
        status = "We call you" if message.channel == Channel.PHONE else "We post it"
    when = when_text(message.sent_at or message.closed_at or message.due_at)
    return {"label": str(message), "hint": f"{HOW[Channel(message.channel)]}, {when}", "status": status, "tone": tone}
