"""When somebody on a plan is checked, what the record of a check must say, and what is shown beside it. Pure.

All days are days of the UK calendar: they do not move when the clocks change. Nothing here says whether a treatment works.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clinic.db.clock import months_after
from patients.consultations.policy import Line
from patients.monitoring.enums import GOES_ON, Answer, Kind
from patients.outcomes.policy import percent_down
from patients.outcomes.scoring import Score

Said = Mapping[str, Any]
AHEAD_MONTHS = 13  # how far ahead checks are planned: a year, and the check that ends it
OPENS_BEFORE = timedelta(days=7)  # the questions come so long before
OVERDUE_AFTER = timedelta(days=7)
LONGEST_TEXT = 10_000
LONGEST_LINE = 500
SHORTEST_REASON = 10
WEEKS = frozenset({Kind.WEEK_1, Kind.WEEK_4})
TREND_MONTHS = (0, 1, 3, 6, 12)
NICE_FALL = Decimal(20)  # per cent, at 4 weeks: NICE NG144, recommendation 1.3
NICE = "NICE NG144 has a trial of the licensed spray for spasticity go on after 4 weeks where it has fallen by 20% or more."


@dataclass(frozen=True)
class Due:
    """A check that a plan asks for."""

    kind: Kind
    on: date


def schedule(
    *,
    course_from: date,
    version_from: date,
    supply_from: date | None,
    checks: Collection[str],
    extra: Sequence[date],
    until: date,
) -> list[Due]:
    """Return the checks after ``version_from`` up to ``until``, each day once, the soonest first.

    Weeks 1 and 4 count from the first day of the version in force, since what is taken is new then, and of the first
    version from the day of the first supply (``supply_from``), which comes later (domain sheet, 3.3); every 3 months
    and every year from the first day of the treatment (``course_from``): a change of the plan must not put them off.
    """
    weeks_from = max(version_from, supply_from or version_from)
    found: dict[date, Kind] = {}
    for number in range(1, _months(course_from, until) + 1):
        day = months_after(course_from, number)
        if Kind.YEARLY in checks and number % 12 == 0:
            found[day] = Kind.YEARLY
        elif Kind.MONTH_3 in checks and number % 3 == 0:
            found[day] = Kind.MONTH_3
    for day in extra:
        found.setdefault(day, Kind.EXTRA)
    for kind, days in ((Kind.WEEK_1, 7), (Kind.WEEK_4, 28)):
        if kind in checks:
            found.setdefault(weeks_from + timedelta(days=days), kind)
    return [Due(kind, day) for day, kind in sorted(found.items()) if version_from < day <= until]


def _months(start: date, until: date) -> int:
    return max((until.year - start.year) * 12 + until.month - start.month, 0)


def horizon(today: date) -> date:
    """Return up to which day checks are planned."""
    return months_after(today, AHEAD_MONTHS)


def may_ask(kind: Kind, due_on: date, *, has_supply: bool, today: date) -> bool:
    """Tell whether the questions of a check that is still planned are asked on ``today``.

    The check-in of the first week is asked for on its day, or in the week after; all others a week before. Nobody is
    asked how the first weeks were who has had no supply.
    """
    if kind in WEEKS and not has_supply:
        return False
    if kind == Kind.WEEK_1:
        return due_on <= today <= due_on + OVERDUE_AFTER
    return due_on - OPENS_BEFORE <= today <= due_on


def is_overdue(due_on: date, today: date) -> bool:
    """Tell whether a check that is still planned should have been by now: a week after its day."""
    return today - due_on > OVERDUE_AFTER


QUESTIONS = {
    "typical": "Usual dose, as they take it",
    "most": "Most in a day",
    "missed": "Days missed",
    "other_cannabis": "Uses cannabis that was not prescribed",
    "more_than_planned": "Uses more than planned",
    "cannot_cut_down": "Tried to cut down and could not",
    "cravings": "Has cravings",
    "new_medicines": "New medicines",
    "new_illness": "New diagnoses",
    "pregnancy": "Pregnant, trying, or breastfeeding",
    "low_mood": "Low mood, or thoughts of self-harm",
    "falls": "Falls",
    "driving": "Drives",
    "work": "Trouble at work or in daily life",
}
ASKED = tuple(name for name in QUESTIONS if name not in {"typical", "most", "missed"})
TEXTS = {
    "spasticity_before": "Spasticity at the start, mean of a week’s diary",
    "spasticity_now": "Spasticity now, mean of a week’s diary",
    "more": "More about these answers",
    "body": "Weight, blood pressure, pulse, liver tests, where there are any",
    "benefit": "Benefit against each goal",
    "reason": "Why this decision",
}

ASK = {
    "typical": "Write what they usually take, or that they take nothing",
    **{name: f"Choose an answer for “{QUESTIONS[name]}”" for name in ASKED},
    "benefit": "Write how it stands with each goal",
    "verdict": "Choose a decision",
    "reason": f"Write why, in at least {SHORTEST_REASON} characters",
}


def gaps(said: Said, verdict: str, next_on: date | None, *, today: date) -> dict[str, str]:
    """Return by field what the record of a check lacks, in words a doctor can act on (domain sheet, 6.6)."""
    needed = {
        "typical": (not _has(said, "typical"), ASK["typical"]),
        **{name: (not said.get(name), ASK[name]) for name in ASKED},
        "more": (_tells(said) and not _has(said, "more"), "You chose “Yes” above: write more about it"),
        "benefit": (not _has(said, "benefit"), ASK["benefit"]),
        "verdict": (not verdict, ASK["verdict"]),
        "reason": (len(said.get("reason", "").strip()) < SHORTEST_REASON, ASK["reason"]),
        "next_on": (
            next_on <= today if next_on else verdict in GOES_ON,
            "The next check must be later than today" if next_on else "Enter the day of the next check",
        ),
    }
    return {name: words for name, (is_missing, words) in needed.items() if is_missing}


def _has(said: Said, name: str) -> bool:
    return bool(str(said.get(name, "")).strip())


def _tells(said: Said) -> bool:
    """Tell whether an answer asks for more words; that somebody drives does not."""
    return any(said.get(name) == Answer.YES for name in ASKED if name != "driving")


def lines(said: Said) -> list[Line]:
    """Return what the record of a check says, in its order; what is empty is left out."""
    answered = [
        Line(label, Answer(said[name]).label if name in ASKED else said[name])
        for name, label in QUESTIONS.items()
        if said.get(name)
    ]
    return answered + [Line(label, said[name]) for name, label in TEXTS.items() if said.get(name, "").strip()]


def spasticity_at_week_4(baseline: Score | None, now: Score | None) -> str:
    """Return the change since the baseline beside the rule that NICE names, as information; empty without both numbers.

    Exact decimals: from 7 to 5.6 is 20.0 %, from 7 to 5.7 is 18.6 % (domain sheet, 4.3).
    """
    if baseline is None or now is None:
        return ""
    change = percent_down(baseline, now)
    if change is None:
        return f"Spasticity was {baseline} and is {now}. {NICE} From 0 no per cent can be worked out."
    met = "It has" if (Decimal(baseline) - Decimal(now)) * 100 >= NICE_FALL * Decimal(baseline) else "It has not"
    way = "down" if change > 0 else "up" if change < 0 else "unchanged,"
    return f"Spasticity was {baseline} and is {now}: {way} {abs(change)}%. {NICE} {met} by this number. You decide."


def nearest(points: Sequence[tuple[date, Score]], start: date) -> dict[int, tuple[date, Score] | None]:
    """Return for each month of ``TREND_MONTHS`` since ``start`` the answer nearest to it, within the window of that month.

    ``points`` are days and values, oldest first. Month 0 is the last one up to ``start``; the others are looked for
    within 2 weeks of month 1 and 4 weeks of the later ones.
    """
    before = [point for point in points if point[0] <= start]
    after = [point for point in points if point[0] > start]
    later = {month: _near(after, months_after(start, month), month) for month in TREND_MONTHS if month}
    return {0: before[-1] if before else None, **later}


def is_to_come(start: date, month: int, today: date) -> bool:
    """Tell whether an answer of ``month`` can still come: its window is not over."""
    return today <= months_after(start, month) + _window(month)


def _window(month: int) -> timedelta:
    return timedelta(days=14 if month <= 1 else 28)


def _near(points: Sequence[tuple[date, Score]], day: date, month: int) -> tuple[date, Score] | None:
    near = [point for point in points if abs(point[0] - day) <= _window(month)]
    return min(near, key=lambda point: (abs(point[0] - day), point[0])) if near else None
