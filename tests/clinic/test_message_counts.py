"""Who is at work, in words; and sums."""

from datetime import date, timedelta

import pytest

from clinic.workspace.message_counts import HEAD, age_text, by_kind, days_chart, days_table, parts_at_work, totals

FRESH, OLD = timedelta(seconds=5), timedelta(minutes=12, seconds=9)
OLDEST = timedelta(seconds=60)


@pytest.mark.parametrize(
    ("scheduler", "queue", "tick", "states"),
    [
        (FRESH, True, FRESH, ["Working", "Working", "Working"]),
        (FRESH, True, OLD, ["Working", "Working", "Stopped"]),
        (FRESH, True, None, ["Working", "Working", "Stopped"]),
        (OLD, True, OLD, ["Stopped", "Working", "Not known"]),
        (None, True, None, ["Stopped", "Working", "Not known"]),
        (FRESH, False, OLD, ["Working", "Stopped", "Not known"]),
        (OLD, False, OLD, ["Not known", "Stopped", "Not known"]),
        (OLDEST, True, OLDEST, ["Stopped", "Working", "Not known"]),
        (FRESH, False, FRESH, ["Working", "Stopped", "Working"]),  # it stopped a moment ago
    ],
)
def test_which_part_has_stopped(scheduler, queue, tick, states):
    ages = {name: age for name, age in (("scheduler", scheduler), ("tick", tick)) if age is not None}

    parts = parts_at_work(ages, queue=queue, oldest=OLDEST)

    assert [part.state for part in parts] == states
    assert [part.is_fine for part in parts] == [state == "Working" for state in states]


def test_when_each_was_last_seen_is_said():
    parts = parts_at_work({"scheduler": OLD}, queue=True, oldest=OLDEST)

    assert [part.words for part in parts] == [
        "last seen 12 minutes ago",
        "asked just now",
        "never seen. Nothing reaches it while the scheduler or the queue is stopped",
    ]


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(), "just now"),
        (timedelta(milliseconds=900), "just now"),
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=1), "1 second ago"),
        (timedelta(seconds=59.9), "59 seconds ago"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=3, hours=5), "3 days ago"),
    ],
)
def test_how_long_ago(age, text):
    assert age_text(age) == text


def test_kinds_with_their_channels_stand_apart_and_add_up():
    rows = [
        ("reminder_3h", "email", "due", 2),
        ("reminder_3h", "email", "sending", 1),
        ("reminder_3h", "sms", "sent", 4),
        ("booking_confirmed", "email", "failed", 3),
        ("gone_from_the_plan", "email", "a_new_state", 5),
    ]

    lines = by_kind(rows)

    assert (lines[0].label, lines[0].channel) == ("Booking confirmation", "E-mail")
    assert len(lines) == 4
    assert dict(zip([*HEAD, "In all"], totals(lines), strict=True)) == {
        "Waiting": 3,
        "Sent": 4,
        "Delivered": 0,
        "Given to reception": 0,
        "Could not be sent": 3,
        "Too late to be of use": 0,
        "No longer wanted": 0,
        "In all": 15,
    }


def test_the_plot_has_the_numbers_of_the_table():
    days = [date(2026, 11, 1) + timedelta(days=number) for number in range(30)]
    rows = [(days[0], "sent", 3), (days[0], "delivered", 2), (days[29], "failed", 1), (days[29], "cancelled", 9)]

    table = days_table(rows, days)
    drawn = days_chart(table)

    assert table.rows[0] == (days[0], 5, 0, 0)
    assert table.rows[29] == (days[29], 0, 1, 0)
    assert [sum(row[column] for row in table.rows) for column in (1, 2, 3)] == [5, 1, 0]
    assert "Sent: from 0 to 5; last, 30 Nov, 0." in drawn.text
    assert [len(line.points) for line in drawn.lines] == [30, 30, 30]
