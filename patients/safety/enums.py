"""The words of adverse events and of holds, and the tables of moves."""

from django.db import models


class EventState(models.TextChoices):
    """From the report to the end of looking at it. An assessment of a closed one opens it again."""

    REPORTED = "reported", "Reported, not assessed"
    ASSESSED = "assessed", "Assessed"
    CLOSED = "closed", "Closed"


EVENT_MOVES: dict[str, frozenset[str]] = {
    EventState.REPORTED: frozenset({EventState.ASSESSED}),
    EventState.ASSESSED: frozenset({EventState.CLOSED}),
    EventState.CLOSED: frozenset({EventState.ASSESSED}),
}


class ReportedBy(models.TextChoices):
    """Who told us."""

    PATIENT = "patient", "The patient, in their account"
    CLINICIAN = "clinician", "A clinician here"
    PHONE = "phone", "Told to our staff by phone"
    OTHER = "other", "A GP or somebody else"


class HowBad(models.TextChoices):
    """How bad it was, in the words of whoever had it. The grade is the clinician's."""

    AS_USUAL = "as_usual", "I could do everything as usual"
    LESS = "less", "I could do less than usual"
    NOT_MYSELF = "not_myself", "I had to go to hospital or could not look after myself"
    IN_DANGER = "in_danger", "My life was in danger"


class Hospital(models.TextChoices):
    """Whether they were in hospital because of it."""

    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_SURE = "not_sure", "I am not sure"


class Taking(models.TextChoices):
    """Whether the medicine is still taken."""

    YES = "yes", "Yes, as before"
    LESS = "less", "Yes, but less of it"
    STOPPED = "stopped", "No, I stopped"
    NONE = "none", "I have not had a medicine from you"
    NOT_SURE = "not_sure", "I am not sure"


class Grade(models.IntegerChoices):
    """CTCAE v5, general grades (domain 6.7)."""

    MILD = 1, "1: mild, no intervention"
    MODERATE = 2, "2: moderate, limits instrumental daily activities"
    SEVERE = 3, "3: severe or medically significant, hospital, or limits self-care"
    LIFE_THREATENING = 4, "4: life-threatening"
    DEATH = 5, "5: death"


class Seriousness(models.TextChoices):
    """What makes an event serious, whatever its grade (domain 6.7)."""

    DEATH = "death", "Death"
    LIFE_THREATENING = "life_threatening", "Life-threatening"
    HOSPITAL = "hospital", "Hospital stay, new or longer"
    DISABILITY = "disability", "Lasting disability"
    CONGENITAL = "congenital", "Harm to an unborn baby"
    IMPORTANT = "important", "Medically important"


class Relatedness(models.TextChoices):
    """Whether the medicine caused it, as the clinician sees it."""

    UNRELATED = "unrelated", "Unrelated"
    UNLIKELY = "unlikely", "Unlikely"
    POSSIBLE = "possible", "Possible"
    PROBABLE = "probable", "Probable"
    DEFINITE = "definite", "Definite"


class Action(models.TextChoices):
    """What was done about it."""

    NONE = "none", "None"
    DOSE_DOWN = "dose_down", "Dose reduced"
    STOPPED = "stopped", "Medicine stopped"
    MEDICINE_GIVEN = "medicine_given", "Another medicine given"
    OTHER = "other", "Something else, see the notes"


class EventOutcome(models.TextChoices):
    """How it ended, as far as is known."""

    RECOVERED = "recovered", "Recovered"
    RECOVERING = "recovering", "Recovering"
    NOT_RECOVERED = "not_recovered", "Not recovered"
    LASTING = "lasting", "Recovered with lasting effects"
    DIED = "died", "Died"
    UNKNOWN = "unknown", "Unknown"


class YellowCard(models.TextChoices):
    """The report to the MHRA (all suspected reactions to unlicensed medicines; domain 6.7)."""

    NOT_NEEDED = "not_needed", "Not needed"
    TO_DO = "to_do", "To do"
    SUBMITTED = "submitted", "Submitted"


class HoldState(models.TextChoices):
    """Whether the next prescription is held. The software proposes; a clinician decides."""

    PROPOSED = "proposed", "Proposed, not decided"
    HELD = "held", "Held"
    NOT_HELD = "not_held", "Not held"
    LIFTED = "lifted", "Held, and lifted again"


HOLD_MOVES: dict[str, frozenset[str]] = {
    HoldState.PROPOSED: frozenset({HoldState.HELD, HoldState.NOT_HELD}),
    HoldState.HELD: frozenset({HoldState.LIFTED}),
}
