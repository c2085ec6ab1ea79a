"""The report's parts: for each figure its words, its chart and its table. Pure.

A table holds the numbers themselves, for the page and for the CSV file alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings

from bookings.figures import policy
from bookings.figures.policy import FEWEST, Cancelled, Period, Share, Use, Waits, Week
from bookings.figures.reading import Facts
from clinic.charts.drawing import Chart, Line, chart, number
from clinic.db.spreadsheet import Cell
from clinic.workspace.report_care import CareFacts, Letters, Reviews, letters, team_reviews

WEEK_HEAD = ("Week from Monday", "Days counted")
TOO_FEW = f"fewer than {FEWEST}"
CLOSED = "not open"
MINUTES_HEAD = ("Booked, minutes", "Open, minutes", "Share, %")
# For each figure its title, what is counted (a sentence or two each), and the heads of its table.
WORDS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "first-assessment": (
        "Days from booking to a first assessment",
        (
            "Counted by the week in which a visit was booked: whole days on the calendar from the booking to the visit, "
            "at the time it has now.",
            "Only a person’s first visit that was not cancelled counts, of whatever kind it is.",
            "Half of them waited no longer than the median, nine in ten no longer than the 90th percentile. "
            "Higher is worse.",
        ),
        (*WEEK_HEAD, "First visits booked", "Median, days", "90th percentile, days"),
    ),
    "utilisation": (
        "Use of opening time",
        (
            "Minutes of visits that were not cancelled (also where the patient did not come), of the minutes that "
            "were open by the weekly hours and exceptions, as they stand now.",
            "Breaks between visits are open time that is not booked. Visits outside the hours count as booked, so more "
            "than 100% is possible. Higher is fuller.",
        ),
        (*WEEK_HEAD, *MINUTES_HEAD),
    ),
    "utilisation-by-clinician": (
        "Use of opening time, by clinician",
        ("The same for each clinician and week. Weeks in which somebody had neither hours nor visits are left out.",),
        ("Clinician", *WEEK_HEAD, *MINUTES_HEAD),
    ),
    "did-not-attend": (
        "Did not attend",
        (
            "Visits to which the patient did not come, of those that were completed, ended early or not attended. "
            "Cancelled visits are in neither number.",
            "Counted by the week in which the visit was to start. Higher is worse.",
        ),
        (*WEEK_HEAD, "Did not attend", "Of visits", "Share, %"),
    ),
    "cancelled": (
        "Cancelled visits",
        (
            "Visits that were cancelled, of all that were to start in the week. A visit that was moved counts in the "
            "week it was moved to.",
            "Late is from the cut-off on: {cut_off} on the last business day before the visit. Higher is worse.",
        ),
        (
            *WEEK_HEAD,
            "By the patient, in time",
            "By the patient, late",
            "By the clinic",
            "Of visits",
            "By the patient, in time, %",
            "By the patient, late, %",
            "By the clinic, %",
        ),
    ),
    "letters": (
        "Letters to GPs after a consultation",
        (
            "Consultation notes that were signed in the week, and those of which the letter to the GP was sent on the day "
            "of the signature or within 2 days of it. Higher is better.",
            "A patient can refuse that we write to their GP: then there is no letter. Letters still to be sent are on the "
            "worklist.",
        ),
        (*WEEK_HEAD, "Sent within 2 days", "Of notes", "Share, %", "No letter sent yet"),
    ),
    "team-reviews": (
        "Days from bringing a case to the team’s conclusion",
        (
            "Counted by the week in which a case was brought: whole days on the calendar until the meeting at which it was "
            "concluded. Cases that were deferred count with their last meeting; withdrawn ones are left out.",
            "Patients are told to expect 2 to 7 days. Higher is worse.",
        ),
        (*WEEK_HEAD, "Cases brought", "Concluded", "Median, days", "90th percentile, days"),
    ),
}


@dataclass(frozen=True)
class Table:
    """Columns and rows. ``without`` is what the page says where there is no number."""

    head: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    without: str = TOO_FEW

    @property
    def shown(self) -> list[list[str]]:
        """The rows in words for the page."""
        return [[self._words(cell) for cell in row] for row in self.rows]

    def _words(self, cell: Cell) -> str:
        if isinstance(cell, date):
            return f"{cell.day} {cell:%B} {cell.year}"
        return self.without if cell is None else number(cell) if isinstance(cell, float) else str(cell)


@dataclass(frozen=True)
class Part:
    """One figure of the report; ``says`` is what is counted, a sentence each."""

    slug: str
    title: str
    says: tuple[str, ...]
    table: Table
    chart: Chart | None = None


def parts(period: Period, facts: Facts, care: CareFacts, names: Mapping[UUID, str]) -> list[Part]:
    """Return the report of ``period``; ``names`` are the clinicians', by key."""
    weeks = period.weeks
    use = policy.use(weeks, list(names), facts.visits, facts.open_minutes)
    return [
        _waits(policy.waits(weeks, facts.firsts)),
        _use({week: policy.together(parts.values()) for week, parts in use.items()}),
        _use_by_clinician(use, names),
        _missed(policy.missed(weeks, facts.visits)),
        _cancelled(policy.cancelled(weeks, facts.visits, settings.REFUND_TERMS)),
        _letters(letters(weeks, care.notes)),
        _team_reviews(team_reviews(weeks, care.cases)),
    ]


def _waits(found: Mapping[Week, Waits]) -> Part:
    rows = [(*_week(week), len(waits.days), waits.middle, waits.ninetieth) for week, waits in found.items()]
    lines = [
        Line("Median", [waits.middle for waits in found.values()]),
        Line("90th percentile", [waits.ninetieth for waits in found.values()]),
    ]
    return _part("first-assessment", rows, chart_of=(found, lines, ""))


def _use(found: Mapping[Week, Use]) -> Part:
    rows = [(*_week(week), *_minutes(use)) for week, use in found.items()]
    lines = [Line("Booked", [use.percent for use in found.values()])]
    return _part("utilisation", rows, chart_of=(found, lines, "%"), without=CLOSED)


def _use_by_clinician(found: Mapping[Week, Mapping[UUID, Use]], names: Mapping[UUID, str]) -> Part:
    rows = [
        (name, *_week(week), *_minutes(by_clinician[who]))
        for who, name in names.items()
        for week, by_clinician in found.items()
        if by_clinician[who] != Use()
    ]
    return _part("utilisation-by-clinician", rows, without=CLOSED)


def _missed(found: Mapping[Week, Share]) -> Part:
    rows = [(*_week(week), share.part, share.whole, share.percent) for week, share in found.items()]
    lines = [Line("Did not attend", [share.percent for share in found.values()])]
    return _part("did-not-attend", rows, chart_of=(found, lines, "%"))


def _cancelled(found: Mapping[Week, Cancelled]) -> Part:
    rows = [
        (*_week(week), *(share.part for share in each.shares), each.due, *(share.percent for share in each.shares))
        for week, each in found.items()
    ]
    names = ("Patient, in time", "Patient, late", "Clinic")
    lines = [Line(name, [each.shares[place].percent for each in found.values()]) for place, name in enumerate(names)]
    return _part("cancelled", rows, chart_of=(found, lines, "%"))


def _letters(found: Mapping[Week, Letters]) -> Part:
    rows = [
        (*_week(week), each.in_time.part, each.in_time.whole, each.in_time.percent, each.open)
        for week, each in found.items()
    ]
    lines = [Line("Sent within 2 days", [each.in_time.percent for each in found.values()])]
    return _part("letters", rows, chart_of=(found, lines, "%"))


def _team_reviews(found: Mapping[Week, Reviews]) -> Part:
    rows = [
        (*_week(week), each.brought, len(each.waits.days), each.waits.middle, each.waits.ninetieth)
        for week, each in found.items()
    ]
    lines = [
        Line("Median", [each.waits.middle for each in found.values()]),
        Line("90th percentile", [each.waits.ninetieth for each in found.values()]),
    ]
    return _part("team-reviews", rows, chart_of=(found, lines, ""))


def _part(
    slug: str,
    rows: Sequence[tuple[Cell, ...]],
    *,
    chart_of: tuple[Iterable[Week], Sequence[Line], str] | None = None,
    without: str = TOO_FEW,
) -> Part:
    """Return the part with the words of ``slug``; ``chart_of`` are its weeks, its lines, and the unit of their numbers."""
    title, texts, head = WORDS[slug]
    says = tuple(text.format(cut_off=settings.REFUND_TERMS.cut_off_clock) for text in texts)
    drawn = None
    if chart_of:
        weeks, lines, unit = chart_of
        drawn = chart(slug, title, [f"{week.monday.day} {week.monday:%b}" for week in weeks], lines, unit=unit)
    return Part(slug, title, says, Table(head, rows, without), drawn)


def _week(week: Week) -> tuple[date, int]:
    return week.monday, week.days


def _minutes(use: Use) -> tuple[int, int, float | None]:
    return use.booked, use.opened, use.percent
