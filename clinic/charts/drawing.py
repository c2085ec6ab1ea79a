"""A line chart as places on a drawing: points, axes, labels. Pure; ``templates/ui/chart.html`` draws it.

Every number is text ready for the drawing. A value that is None leaves a gap: no line goes over it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil

WIDTH, HEIGHT = 760, 280
LEFT, RIGHT, TOP, BOTTOM = 56, 190, 20, 44  # the margins: numbers left, names right, days below
MOST_TICKS, MOST_DAYS = 5, 7
LABEL_HEIGHT, LABEL_GAP = 20, 10
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Size:
    """How large a drawing is. ``right`` is the margin for names; where it ``names`` nothing, the last number stands there."""

    width: int = WIDTH
    height: int = HEIGHT
    right: int = RIGHT
    most_days: int = MOST_DAYS
    names: bool = True

    @property
    def end(self) -> int:
        """The right edge of the plot."""
        return self.width - self.right

    @property
    def floor(self) -> int:
        """The lower edge of the plot."""
        return self.height - BOTTOM

    def x(self, place: int, places: int) -> float:
        """Return how far from the left the ``place`` of so many stands."""
        width = self.end - LEFT
        return LEFT + (width / 2 if places == 1 else width * place / (places - 1))

    def y(self, value: float, top: int) -> float:
        """Return how far from the top ``value`` stands, where ``top`` is the highest number."""
        return self.floor - (self.floor - TOP) * value / top


WIDE = Size()  # for a desk
NARROW = Size(width=360, height=240, right=52, most_days=3, names=False)  # for a phone: one line under its heading


@dataclass(frozen=True)
class Line:
    """A named row of values, one for each place along the chart."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Mark:
    """A place with its words."""

    x: str
    y: str
    text: str = ""


@dataclass(frozen=True)
class Drawn:
    """One line as it is drawn: its strokes, its points, and its name at the end. ``number`` picks the look."""

    number: int
    strokes: list[str]
    points: list[Mark]
    label: Mark


@dataclass(frozen=True)
class Chart:
    """Everything the drawing needs. Without any value it has no lines, and ``text`` says so."""

    key: str
    title: str
    text: str
    lines: list[Drawn]
    across: list[Mark]
    down: list[Mark]
    size: Size = WIDE
    left: int = LEFT

    @property
    def box(self) -> str:
        """The edges of the drawing."""
        return f"0 0 {self.size.width} {self.size.height}"


def chart(
    key: str,
    title: str,
    places: Sequence[str],
    lines: Sequence[Line],
    *,
    unit: str = "",
    marks: Sequence[int] = (),
    size: Size = WIDE,
) -> Chart:
    """Return the chart of ``lines`` over ``places`` (the words below it). ``unit`` follows every number.

    ``marks`` are the numbers of a fixed scale from 0; without them the scale follows the values.
    """
    marks = marks or ticks(max((value for line in lines for value in line.values if value is not None), default=0))
    top = marks[-1]
    drawn = [_drawn(number, line, top, unit, size) for number, line in enumerate(lines, 1) if _known(line)]
    return Chart(
        key=key,
        title=title,
        text=" ".join(said(line, places, unit) for line in lines),
        lines=_apart(drawn, size),
        across=[Mark(_text(LEFT), _text(size.y(mark, top)), f"{mark}{unit}") for mark in marks],
        down=[
            Mark(_text(size.x(place, len(places))), _text(size.floor), places[place])
            for place in shown(len(places), size.most_days)
        ],
        size=size,
    )


def ticks(highest: float) -> list[int]:
    """Return whole numbers from 0 to ``highest`` or above, at most six, a round step apart."""
    step = next(step for step in _steps() if highest <= step * MOST_TICKS)
    return [step * number for number in range(max(1, ceil(highest / step)) + 1)]


def shown(places: int, most: int = MOST_DAYS) -> list[int]:
    """Return which of ``places`` get their words, at ``most`` so many: so that these do not run into each other."""
    return list(range(0, places, max(1, ceil(places / most))))


def said(line: Line, places: Sequence[str], unit: str) -> str:
    """Return a line in words for somebody who does not see it."""
    known = _known(line)
    if not known:
        return f"{line.name}: nothing to show."
    values = [value for _, value in known]
    lowest, highest = (f"{number(value)}{unit}" for value in (min(values), max(values)))
    place, last = known[-1]
    return f"{line.name}: from {lowest} to {highest}; last, {places[place]}, {number(last)}{unit}."


def number(value: float) -> str:
    """Return a number without a needless ".0"."""
    return f"{value:.1f}".removesuffix(".0")


def _steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (step * power for step in STEPS)
        power *= 10


def _known(line: Line) -> list[tuple[int, float]]:
    return [(place, value) for place, value in enumerate(line.values) if value is not None]


def _drawn(look: int, line: Line, top: int, unit: str, size: Size) -> Drawn:
    known = _known(line)
    points = [Mark(_text(size.x(place, len(line.values))), _text(size.y(value, top))) for place, value in known]
    runs = groupby(enumerate(known), key=lambda each: each[1][0] - each[0])  # neighbours share their difference
    strokes = [" ".join(f"{points[order].x},{points[order].y}" for order, _ in run) for _, run in runs]
    last = f"{number(known[-1][1])}{unit}"
    label = Mark(points[-1].x, points[-1].y, f"{line.name}: {last}" if size.names else last)
    return Drawn(look, [stroke for stroke in strokes if " " in stroke], points, label)


def _apart(lines: list[Drawn], size: Size) -> list[Drawn]:
    """Put the names right of where the longest line ends, one below the other where they would lie on each other."""
    right = max((float(line.label.x) for line in lines), default=0) + LABEL_GAP
    below, above = float(TOP - LABEL_HEIGHT), float(size.floor + LABEL_HEIGHT)
    heights: dict[int, float] = {}
    for line in sorted(lines, key=lambda each: float(each.label.y)):
        below = heights[line.number] = max(float(line.label.y), below + LABEL_HEIGHT)
    for name in reversed(heights):  # what is below the plot now goes up, and takes with it only what it meets
        above = heights[name] = min(heights[name], above - LABEL_HEIGHT)
    return [replace(line, label=Mark(_text(right), _text(heights[line.number]), line.label.text)) for line in lines]


def _text(place: float) -> str:
    return f"{place:.1f}"
