"""What is counted of messages, and who is at work sending them: from rows to tables and words. Pure.

A message counts on the UK day it was due: its time by the plan or, after a try that failed, that of the next.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from clinic.charts.drawing import Chart, Line, chart
from clinic.outbox.enums import ON_THE_WAY, WENT_OUT, Channel, MessageState
from clinic.outbox.models import Heartbeat
from clinic.outbox.rules import LABELS
from clinic.workspace.report_tables import Table

SETTLED = [state for state in MessageState if state not in ON_THE_WAY]
HEAD = ("Waiting", *(state.label for state in SETTLED))
SENT, FAILED, MISSED = WENT_OUT, (MessageState.FAILED,), (MessageState.MISSED,)
PLOTTED = {"Sent": SENT, "Could not be sent": FAILED, "Too late": MISSED}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class KindOfMessage:
    """A row of a table by kind: its rule's code and name, how it travels, and its numbers."""

    code: str
    label: str
    channel: str
    numbers: list[int]


@dataclass(frozen=True)
class Part:
    """One part of what works in the background: its name, ``Working`` or what else, and the rest in words."""

    name: str
    state: str
    words: str
    is_fine: bool


def by_kind(rows: Iterable[tuple[str, str, str, int]]) -> list[KindOfMessage]:
    """Return the table of one day from (rule, channel, state, count), by name; numbers as in ``HEAD``, then all."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for rule, channel, state, count in rows:
        found.setdefault((rule, channel), Counter())[state] += count
    lines = [
        KindOfMessage(rule, LABELS.get(rule, rule), _channel(channel), [*_numbers(states), states.total()])
        for (rule, channel), states in found.items()
    ]
    return sorted(lines, key=lambda line: (line.label, line.channel))


def totals(lines: Iterable[KindOfMessage]) -> list[int]:
    """Return the sums of a table's columns."""
    return [sum(column) for column in zip(*(line.numbers for line in lines), strict=True)]


def days_table(rows: Iterable[tuple[date, str, int]], days: list[date]) -> Table:
    """Return what became of the messages of each of ``days`` from (day, state, count). A day without any has noughts."""
    counted: Counter[tuple[date, str]] = Counter({(day, state): count for day, state, count in rows})
    return Table(
        ("Day", *PLOTTED),
        [(day, *(sum(counted[day, state] for state in states) for states in PLOTTED.values())) for day in days],
    )


def days_chart(table: Table) -> Chart:
    """Return the plot of the same numbers."""
    places = [f"{day.day} {day:%b}" for day, *_ in table.rows]  # type: ignore[union-attr]
    lines = [Line(name, [row[column] for row in table.rows]) for column, name in enumerate(PLOTTED, 1)]  # type: ignore[misc]
    return chart("messages", "Messages by the day they were due", places, lines)


def parts_at_work(ages: Mapping[str, timedelta], *, queue: bool, oldest: timedelta) -> list[Part]:
    """Return whether scheduler, queue and worker work. ``ages``: how long ago each was last seen (``Heartbeat``).

    The worker is seen only when something reaches it, so of a worker that nothing can reach we know nothing. A
    scheduler that started without a queue waits for it and shows no sign of itself.
    """
    calls, works = (name in ages and ages[name] < oldest for name in (Heartbeat.SCHEDULER, Heartbeat.TICK))
    scheduler = "Working" if calls else "Stopped" if queue else "Not known"
    worker = "Working" if works else "Stopped" if calls and queue else "Not known"
    waits = ". It may be waiting for the queue" if scheduler == "Not known" else ""
    unreached = ". Nothing reaches it while the scheduler or the queue is stopped" if worker == "Not known" else ""
    return [
        Part("Scheduler", scheduler, _seen(ages.get(Heartbeat.SCHEDULER)) + waits, calls),
        Part("Queue", "Working" if queue else "Stopped", "asked just now", queue),
        Part("Worker", worker, _seen(ages.get(Heartbeat.TICK)) + unreached, works),
    ]


def age_text(age: timedelta) -> str:
    """Return how long ago in words, rounded down, like "3 minutes ago"."""
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (timedelta(seconds=1), "second")):
        if count := age // unit if age > timedelta() else 0:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"


def _seen(age: timedelta | None) -> str:
    return "never seen" if age is None else f"last seen {age_text(age)}"


def _numbers(states: Counter[str]) -> list[int]:
    return [sum(states[state] for state in ON_THE_WAY), *(states[state] for state in SETTLED)]


def _channel(value: str) -> str:
    return str(dict(Channel.choices).get(value, value))
