"""What somebody answered before they had an account, kept for the form that asks it again.

Only where they choose to go on, sealed, in the session of their browser, and no longer than that may last.
"""

import json
from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any

from clinic.db.sealed import BrokenSeal, seal, unseal
from patients.intake.form.whole import QUESTIONS
from patients.intake.questions import Answers

NAME, PLACE = "carried", "session.carried"
HOLDS = timedelta(hours=12)


def keep(session: MutableMapping[str, Any], answers: Answers, *, at: datetime) -> None:
    """Keep ``answers`` to questions of the form for ``HOLDS``."""
    session[NAME] = seal(json.dumps({"until": (at + HOLDS).isoformat(), "answers": dict(answers)}), PLACE)


def look(session: MutableMapping[str, Any], *, at: datetime) -> dict[str, str]:
    """Return what is kept, or nothing. What is too old is thrown away."""
    if NAME not in session:
        return {}
    try:
        kept = json.loads(unseal(session[NAME], PLACE))
    except BrokenSeal:
        kept = None
    if kept is None or datetime.fromisoformat(kept["until"]) <= at:
        forget(session)
        return {}
    return {name: answer for name, answer in kept["answers"].items() if name in QUESTIONS}


def forget(session: MutableMapping[str, Any]) -> None:
    """Throw away what is kept."""
    session.pop(NAME, None)
