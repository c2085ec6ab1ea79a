"""The shape of a week of hours, and of time off, as staff type them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from bookings.appointments.forms import KeyedForm
from bookings.availability.models import Weekday, clock_text
from bookings.availability.opening import Rule
from bookings.availability.policy import Planned, overlap
from bookings.kinds.enums import Mode
from bookings.timeoff.policy import LONGEST
from clinic.db.clock import MINUTES_IN_A_DAY, day_text, instant, is_repeated, is_skipped, uk_day
from clinic.forms.base import PlainErrors
from clinic.forms.clock import ClockMinutes
from clinic.forms.text import PlainTextField
from clinic.staff.models import Clinician
from clinic.workspace.desk_forms import LAST_DAY, day_input

FEWEST, MOST = 3, 8  # ranges shown for a weekday
NOT_A_DAY = {"required": "Enter a date", "invalid": "Enter a date, like 3/12/2026"}
CLOCK_CHANGE = "The clocks change that night. Enter a time before 1am or after 2am"


class WeekForm(PlainErrors, forms.Form):
    """A week of hours: for each weekday several ranges. ``plan`` is what was typed, once it is valid."""

    first = forms.DateField(label="First day", widget=day_input(), error_messages=NOT_A_DAY)
    last = forms.DateField(
        label="Last day (if there is one)",
        required=False,
        widget=day_input(),
        help_text="After it the hours of before hold again. Empty: these hours hold until you change them.",
        error_messages=NOT_A_DAY,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date, more: str = "", **kwargs: Any) -> None:
        """``more`` is the weekday that gets another range."""
        self.today = today
        self.plan: list[Planned] = []
        super().__init__(data, **kwargs)
        sent = data if data is not None else self.initial
        self.rows = {day: _rows(sent.get(f"rows_{day}"), str(day) == more) for day in Weekday}
        for day, rows in self.rows.items():
            self.fields[f"rows_{day}"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
            for row in range(rows):
                self._add_range(day, row)

    @property
    def days(self) -> list[tuple[Weekday, list[list[forms.BoundField]]]]:
        """The weekdays with the questions of each of their ranges."""
        return [
            (day, [[self[f"{name}_{day}_{row}"] for name in ("from", "until", "modes")] for row in range(rows)])
            for day, rows in self.rows.items()
        ]

    @property
    def carried(self) -> dict[str, Any]:
        """How many ranges each weekday shows, for the hidden fields."""
        return {f"rows_{day}": rows for day, rows in self.rows.items()}

    def clean(self) -> dict[str, Any]:
        """Check the days, then read the ranges."""
        cleaned = super().clean() or self.cleaned_data
        self._check_days(cleaned.get("first"), cleaned.get("last"))
        for day, rows in self.rows.items():
            found = {row: read for row in range(rows) if (read := self._range(cleaned, day, row))}
            self._check_overlap(day, found)
            self.plan += found.values()
        return cleaned

    def _add_range(self, day: Weekday, row: int) -> None:
        where = f"{day.label}, range {row + 1}"
        self.fields[f"from_{day}_{row}"] = ClockMinutes(label=f"{where}: from", required=False, help_text="")
        self.fields[f"until_{day}_{row}"] = ClockMinutes(label=f"{where}: until", required=False, help_text="")
        self.fields[f"modes_{day}_{row}"] = forms.MultipleChoiceField(
            label=f"{where}: for",
            choices=Mode.choices,
            required=False,
            initial=Mode.values,
            widget=forms.CheckboxSelectMultiple,
        )

    def _check_days(self, first: date | None, last: date | None) -> None:
        if first and not self.today <= first <= LAST_DAY:
            self.add_error("first", f"Enter today or a later day, until {LAST_DAY.year}")
        if last and last > LAST_DAY:
            self.add_error("last", f"Enter a date until {LAST_DAY.year}")
        if first and last and last < first:
            self.add_error("last", "The last day must not be before the first")

    def _range(self, cleaned: Mapping[str, Any], day: Weekday, row: int) -> Planned | None:
        """Return a range that was typed whole; None for an empty one, or one with an error."""
        names = [f"{name}_{day}_{row}" for name in ("from", "until", "modes")]
        if any(name not in cleaned for name in names):
            return None
        starts, ends, modes = (cleaned[name] for name in names)
        if starts is None and ends is None:
            return None
        if starts is None:
            return self.add_error(names[0], "Enter when it begins, like 09:00")
        if ends is None:
            return self.add_error(names[1], "Enter when it ends, like 17:00")
        if starts >= ends:
            return self.add_error(names[1], "Enter an end that is after the start")
        if not modes:
            return self.add_error(names[2], "Choose at least one way to meet")
        first, last = cleaned.get("first") or self.today, cleaned.get("last")
        return Planned(int(day), starts, ends, modes, first, last)

    def _check_overlap(self, day: Weekday, found: dict[int, Planned]) -> None:
        if both := overlap(list(found.values())):
            other, later = both
            row = next(row for row, each in found.items() if each is later)
            text = f"{clock_text(other.starts)} to {clock_text(other.ends)}"
            self.add_error(f"from_{day}_{row}", f"This overlaps {day.label} {text}")


def week_of(rows: Iterable[Rule], first: date) -> dict[str, Any]:
    """Return a WeekForm's first values: the ranges of ``rows``, from ``first`` on."""
    values: dict[str, Any] = {"first": first}
    for day in Weekday:
        ranges = sorted((row for row in rows if row.weekday == day), key=lambda row: row.starts)
        values[f"rows_{day}"] = len(ranges)
        for number, row in enumerate(ranges):
            values |= {
                f"from_{day}_{number}": row.starts,
                f"until_{day}_{number}": row.ends,
                f"modes_{day}_{number}": row.modes,
            }
    return values


def _rows(sent: Any, one_more: bool) -> int:
    """Return how many ranges a weekday shows; what makes no sense counts as none."""
    text = str(sent)[:2]
    asked = int(text) if text.isascii() and text.isdigit() else 0
    return min(max(asked, FEWEST) + one_more, MOST)


class TimeOffForm(KeyedForm):
    """Who is away from when until when. ``starts_at`` and ``ends_at`` stand in the cleaned data."""

    clinician: "forms.ModelChoiceField[Clinician]" = forms.ModelChoiceField(
        label="Who is away", queryset=None, required=False, empty_label="Choose who is away"
    )
    clinic = forms.BooleanField(label="The whole clinic is closed", required=False)
    first = forms.DateField(label="From", widget=day_input(), error_messages=NOT_A_DAY)
    starts = ClockMinutes(label="At (if not from the start of the day)", required=False)
    last = forms.DateField(label="Until and including", widget=day_input(), error_messages=NOT_A_DAY)
    ends = ClockMinutes(label="At (if not until the end of the day)", required=False)
    reason = PlainTextField(
        label="Why",
        longest=120,
        help_text="Only staff read it. Leave out anything about health.",
        error_messages={"required": "Say why, like “Annual leave”"},
    )

    def __init__(self, *args: Any, user: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["clinician"].queryset = Clinician.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Read both ends as instants. Nobody is away, and nothing closed, by a question that was passed over."""
        cleaned = super().clean() or self.cleaned_data
        if "clinician" in cleaned and bool(cleaned["clinician"]) == cleaned.get("clinic", False):
            self.add_error("clinician", "Choose one clinician, or tick that the whole clinic is closed")
        if any(name not in cleaned for name in ("first", "starts", "last", "ends")):
            return cleaned
        begins = self._instant("first", "starts", cleaned["first"], cleaned["starts"] or 0)
        ends = self._instant(
            "last", "ends", cleaned["last"], MINUTES_IN_A_DAY if cleaned["ends"] is None else cleaned["ends"]
        )
        if begins and ends:
            self._check(begins, ends)
            cleaned |= {"starts_at": begins, "ends_at": ends}
        return cleaned

    def _instant(self, day_name: str, time_name: str, day: date, minute: int) -> datetime | None:
        if not date(2020, 1, 1) <= day <= LAST_DAY:
            return self.add_error(day_name, f"Enter a date until {LAST_DAY.year}")
        wall = datetime.combine(day, time()) + timedelta(minutes=minute)
        if is_skipped(wall) or is_repeated(wall):
            return self.add_error(time_name, CLOCK_CHANGE)
        return instant(day, minute)

    def _check(self, starts_at: datetime, ends_at: datetime) -> None:
        if ends_at <= starts_at:
            self.add_error("last", "It must end after it begins")
        elif ends_at <= self.now:
            self.add_error("last", f"Enter a day that is not past: today is {day_text(uk_day(self.now))}")
        elif ends_at - starts_at > LONGEST:
            self.add_error("last", "Enter at most a year at a time")
