"""What has been published about numbers on a scale, for clinicians: each with its source, none applied to anybody. Pure.

Patients never see it. A line on a chart, and a sentence beneath it: no answer is judged by either (domain sheet, 4.1).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """``lines``: where a chart has a line, from 0 to the highest number; ``text`` names them, or a change, and the source."""

    text: str
    lines: tuple[int, ...] = (0, 2, 4, 6, 8, 10)


PUBLISHED = {
    "pain_nrs": Published(
        "Farrar 2001: people in trials who said they were much improved had a fall of 2 points, or of 30%, or more."
    ),
    "spasticity_nrs": Published(
        "NICE NG144: a trial of the licensed spray for spasticity goes on after 4 weeks where this has fallen by 20% or more."
    ),
    "sleep_nrs": Published("Our own question: no change in it has been studied."),
    "gad7": Published("Lines at 5 (mild), 10 (moderate) and 15 (severe): Spitzer 2006.", (0, 5, 10, 15, 21)),
    "phq9": Published(
        "Lines at 5 (mild), 10 (moderate), 15 (moderately severe) and 20 (severe): Kroenke 2001. In MS, tiredness, sleep and "
        "concentration raise it too.",
        (0, 5, 10, 15, 20, 27),
    ),
    "peg": Published("Krebs 2009: a fall of 30% is often used; no cut-off is published."),
}
