"""By when an incident is closed, and what keeps it open. Pure."""

from datetime import date, datetime

from clinic.db.workdays import workdays_after
from patients.incidents.enums import Needed

WORKDAYS_TO_CLOSE = 10


def due(reported_at: datetime) -> datetime:
    """Return by when an incident is to be closed."""
    return workdays_after(reported_at, WORKDAYS_TO_CLOSE)


def keeps_open(
    *, owner: bool, harm: str, candour: str, candour_done: bool, cqc: str, cqc_done: bool, learning: str, changed: str
) -> list[str]:
    """Return what is missing to close an incident; empty where nothing is (domain 6.9, lesson 7)."""
    missing = {
        "an owner": owner,
        "the level of harm": harm,
        "the duty-of-candour check": candour != Needed.TO_CHECK,
        "the day on which the duty of candour was done": candour != Needed.YES or candour_done,
        "the CQC-notification check": cqc != Needed.TO_CHECK,
        "the day and the reference of the CQC notification": cqc != Needed.YES or cqc_done,
        "what was learned": learning.strip(),
        "what was changed": changed.strip(),
    }
    return [what for what, is_there in missing.items() if not is_there]


def wrong_with_check(state: str, why: str, on: date | None, *, today: date) -> dict[str, str]:
    """Return what is wrong with a check of an incident, by ``why`` and ``on``; empty where nothing is."""
    wrong = {}
    if state == Needed.NO and not why.strip():
        wrong["why"] = "Write why it is not needed"
    if on and state != Needed.YES:
        wrong["on"] = "Choose “Needed”, or leave the day empty"
    if on and on > today:
        wrong["on"] = "The day must be today or in the past"
    return wrong
