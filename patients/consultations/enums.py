"""What a consultation note says by choice, and its states."""

from django.db import models


class State(models.TextChoices):
    """A draft is its writer's alone; a signed note is the record."""

    DRAFT = "draft", "Draft"
    SIGNED = "signed", "Signed"


MOVES: dict[str, frozenset[str]] = {State.DRAFT: frozenset({State.SIGNED})}


class Mode(models.TextChoices):
    """How the two met, as it was: with the codes of a visit's mode, which stand above this app."""

    VIDEO = "video", "Video call"
    PHONE = "phone", "Phone call"
    IN_PERSON = "in_person", "At the clinic"


class Indication(models.TextChoices):
    """What is being treated or assessed. CQC has faulted notes that did not say (domain.md 0.7, 6.9)."""

    MS_PAIN = "ms_pain", "Neuropathic pain in MS"
    MS_SPASTICITY = "ms_spasticity", "Spasticity in MS"
    TRIGEMINAL = "trigeminal", "Trigeminal neuralgia"
    FACIAL_PAIN = "facial_pain", "Other facial neuropathic pain"
    JAW_PAIN = "jaw_pain", "Jaw pain (TMD)"
    OTHER = "other", "Other"


class Capacity(models.TextChoices):
    """Whether the person could decide for themselves, about what was talked about (Mental Capacity Act 2005)."""

    NO_DOUBT = "no_doubt", "No reason to doubt it"
    HAS_IT = "has_it", "Doubted, assessed: has capacity"
    LACKS_IT = "lacks_it", "Doubted, assessed: lacks capacity for this decision"


DOUBTED = frozenset({Capacity.HAS_IT, Capacity.LACKS_IT})


class Advice(models.TextChoices):
    """What advice is written down about."""

    DRIVING = "driving", "Driving"
    CONTRACEPTION = "contraception", "Contraception"
    STORAGE = "storage", "Storage"
    TRAVEL = "travel", "Travel"


class Given(models.TextChoices):
    """What became of one piece of advice."""

    GIVEN = "given", "Given"
    NOT_RELEVANT = "not_relevant", "Not relevant"
    NOT_GIVEN = "not_given", "Not given"


class Confirmed(models.TextChoices):
    """Whether it was certain who was there."""

    YES = "yes", "Yes"
    NO = "no", "No"
