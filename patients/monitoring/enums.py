"""The checks of somebody on a plan: which there are, how they stand, and what a clinician decides at one."""

from django.db import models


class Kind(models.TextChoices):
    """Why a check is due (domain sheet, 3.1 and 6.6)."""

    WEEK_1 = "week_1", "After 1 week"
    WEEK_4 = "week_4", "After 4 weeks"
    MONTH_3 = "month_3", "Every 3 months"
    YEARLY = "yearly", "Every year"
    EXTRA = "extra", "An extra day of the plan"
    AGREED = "agreed", "Agreed at the check before"


class State(models.TextChoices):
    """A check is planned until its record is signed, or it is not wanted any more."""

    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Not wanted any more"


MOVES: dict[str, frozenset[str]] = {State.PLANNED: frozenset({State.DONE, State.CANCELLED})}


class Answer(models.TextChoices):
    """An answer to a plain question at a check."""

    NO = "no", "No"
    YES = "yes", "Yes"
    NOT_ASKED = "not_asked", "Not asked"


class Verdict(models.TextChoices):
    """What the clinician decides at a check. The software acts on none of it."""

    CONTINUE = "continue", "Go on as before"
    ADJUST = "adjust", "Change the plan"
    PAUSE = "pause", "Pause"
    STOP = "stop", "Stop"
    REFER = "refer", "Refer to another service"


GOES_ON = frozenset({Verdict.CONTINUE, Verdict.ADJUST, Verdict.PAUSE})
