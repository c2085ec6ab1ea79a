"""Messages as reception needs them: today, what is late, what went wrong, and all of one patient."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.addresses.models import StoppedAddress
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import UK, day_text, instant, uk_day, when_in_a_table
from clinic.health import OLDEST_HEARTBEAT, queue_answers
from clinic.outbox import reasons
from clinic.outbox.enums import ON_THE_WAY, Channel, MessageState, Reader
from clinic.outbox.models import Heartbeat, Message, MessageQuerySet
from clinic.outbox.policy import Reach, carried_by
from clinic.outbox.registry import reach_of
from clinic.outbox.rules import BY_CODE, LABELS
from clinic.workspace import message_counts
from clinic.workspace.desk_access import for_the_diary, me, page
from patients.profile.models import Patient

DAY = timedelta(days=1)
PLOTTED_DAYS, RECENT_DAYS = 30, 7
MOST_LATE = 20
A_PAGE = 100


@dataclass(frozen=True)
class Trouble:
    """How many messages of one kind failed or came too late in the last days."""

    code: str
    label: str
    failed: int
    missed: int


@dataclass(frozen=True)
class LoggedMessage:
    """A message of a patient's log, in words. ``done``: when it was sent, called off or given up."""

    pk: UUID
    label: str
    reader: str
    channel: str
    due: str
    done: str
    state: str
    words: str


@for_the_diary
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Today's plan, what is late, what went wrong lately, and who is at work. The number of queries is always the same."""
    now = timezone.now()
    day, seen = uk_day(now), Message.objects.visible_to(request.user)
    days = [day - DAY * back for back in reversed(range(PLOTTED_DAYS))]
    lines = message_counts.by_kind(
        _due(seen, day, day).values_list("rule", "channel", "state").annotate(count=Count("*")).order_by()
    )
    by_day = message_counts.days_table(_by_day(seen, days), days)
    ages = Heartbeat.objects.visible_to(request.user).ages()
    parts = message_counts.parts_at_work(ages, queue=queue_answers(), oldest=OLDEST_HEARTBEAT)
    late = seen.late()
    context = page(
        request,
        "Messages",
        day=day_text(day),
        parts=parts,
        all_work=all(part.is_fine for part in parts),
        head=message_counts.HEAD,
        lines=lines,
        totals=message_counts.totals(lines),
        late_count=late.count(),
        late=[(message, when_in_a_table(message.wanted_at), _why_late(message)) for message in _first(late)],
        troubles=_troubles(_due(seen, days[-RECENT_DAYS], day)),
        by_day=by_day,
        chart=message_counts.days_chart(by_day),
        days=f"{day_text(days[0])} to {day_text(day)}",
    )
    return render(request, "desk/messages.html", context)


@for_the_diary
@require_safe
def of_a_patient(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every message to one patient: what is planned, then what is over, newest due first. Reading it is written down."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("user"), pk=pk)
    audit.record(AccessLog.What.READ, "patient", patient.pk, by=me(request), at=timezone.now())
    theirs = Message.objects.visible_to(request.user).filter(person=patient.pk).select_related("stopped_by")
    reach = reach_of([patient.pk])[patient.pk]
    planned = theirs.filter(state__in=ON_THE_WAY).order_by("due_at", "pk")
    over = Paginator(theirs.exclude(state__in=ON_THE_WAY), A_PAGE).get_page(request.GET.get("page"))
    context = page(
        request,
        f"Messages to {patient.full_name}",
        patient=patient,
        stopped=StoppedAddress.objects.visible_to(request.user).stopped(patient.reach).first(),
        planned=[_logged(message, reach) for message in planned],
        over=over,
        past=[_logged(message) for message in over],
    )
    return render(request, "desk/messages_of.html", context)


def _due(seen: MessageQuerySet, first: date, last: date) -> MessageQuerySet:
    """Return what is or was due from the UK day ``first`` to the end of ``last``."""
    return seen.filter(due_at__gte=instant(first, 0), due_at__lt=instant(last + DAY, 0))


def _by_day(seen: MessageQuerySet, days: list[date]) -> Any:
    """Yield (UK day, state, count) of ``days``."""
    plotted = [state for states in message_counts.PLOTTED.values() for state in states]
    found = _due(seen, days[0], days[-1]).filter(state__in=plotted).annotate(day=TruncDate("due_at", tzinfo=UK))
    return found.values_list("day", "state").annotate(count=Count("*")).order_by()


def _first(late: MessageQuerySet) -> MessageQuerySet:
    return late.select_related("stopped_by").order_by("wanted_at", "pk")[:MOST_LATE]


def _why_late(message: Message) -> str:
    """Return what is known of a late message. One that was never tried does not wait for its time any more."""
    untouched = message.state == MessageState.DUE and not message.why
    return "No worker has taken it yet." if untouched else reasons.in_words(message)


def _troubles(recent: MessageQuerySet) -> list[Trouble]:
    bad = recent.filter(state__in=(MessageState.FAILED, MessageState.MISSED))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for rule, state, count in bad.values_list("rule", "state").annotate(count=Count("*")).order_by():
        counts[rule][state] = count
    found = [
        Trouble(rule, LABELS.get(rule, rule), each.get(MessageState.FAILED, 0), each.get(MessageState.MISSED, 0))
        for rule, each in counts.items()
    ]
    return sorted(found, key=lambda trouble: trouble.label)


def _logged(message: Message, reach: Reach | None = None) -> LoggedMessage:
    """One line; of a planned message with how it will travel, by the patient's ``reach`` as it is now."""
    rule, done = BY_CODE.get(message.rule), message.sent_at or message.closed_at
    how = Channel(message.channel)
    if rule and reach:
        how = carried_by(rule, how, reach, message.due_at, message.useful_until)
    return LoggedMessage(
        pk=message.pk,
        label=str(message),
        reader=(rule.reader if rule else Reader.PATIENT).label,
        channel=how.label,
        due=when_in_a_table(message.due_at),
        done=when_in_a_table(done) if done else "",
        state=message.get_state_display(),
        words=reasons.in_words(message),
    )
