"""The states of a treatment plan, and everything in it that is chosen and not typed (domain sheet, 6.1, 6.2 and 6.8)."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import models


class State(models.TextChoices):
    """A draft is its author's alone. From the moment it is signed nobody changes what a version says."""

    DRAFT = "draft", "Draft"
    TEAM_PENDING = "team_pending", "Signed, waits for the team"
    SUPPORTED = "supported", "Supported by the team, waits for the patient"
    AGREED = "agreed", "Agreed with the patient"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    STOPPED = "stopped", "Stopped"
    SUPERSEDED = "superseded", "Replaced by a newer version"
    DISCARDED = "discarded", "Not used"


MOVES: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.TEAM_PENDING, State.DISCARDED}),
    State.TEAM_PENDING: frozenset({State.SUPPORTED, State.DISCARDED}),
    State.SUPPORTED: frozenset({State.AGREED, State.DISCARDED}),
    State.AGREED: frozenset({State.ACTIVE, State.DISCARDED}),
    State.ACTIVE: frozenset({State.PAUSED, State.STOPPED, State.SUPERSEDED}),
    State.PAUSED: frozenset({State.ACTIVE, State.STOPPED, State.SUPERSEDED}),
}
UNDER_WAY = frozenset({State.DRAFT, State.TEAM_PENDING, State.SUPPORTED, State.AGREED})
IN_FORCE = frozenset({State.ACTIVE, State.PAUSED})
WAS_IN_FORCE = IN_FORCE | {State.STOPPED, State.SUPERSEDED}
AGREED_ON = WAS_IN_FORCE | {State.AGREED}
FOR_THE_PATIENT = AGREED_ON | {State.SUPPORTED}
SIGNED = FOR_THE_PATIENT | {State.TEAM_PENDING}


class Unit(models.TextChoices):
    """What a dose or a quantity is counted in. Never free text."""

    ML = "ml", "ml"
    G = "g", "g"
    CAPSULE = "capsule", "capsules"
    PASTILLE = "pastille", "pastilles"
    INHALATION = "inhalation", "inhalations"
    SPRAY = "spray", "sprays"


class Strength(models.TextChoices):
    """What a strength is written in."""

    MG_ML = "mg_ml", "mg/ml"
    MG_EACH = "mg_each", "mg in each"
    PERCENT = "percent", "% by weight"
    MG_SPRAY = "mg_spray", "mg in each spray"


class Form(models.TextChoices):
    """The form of a product. Smoking is unlawful (MDR 2001, reg 16A(3)): there is no form for it."""

    OIL = "oil", "Oil"
    CAPSULE = "capsule", "Capsule"
    PASTILLE = "pastille", "Pastille"
    FLOWER = "flower", "Flower for vaporisation"
    CARTRIDGE = "cartridge", "Cartridge for a medical vaporiser"
    SPRAY = "spray", "Mouth spray (licensed THC:CBD)"


class Route(models.TextChoices):
    """How it is taken."""

    UNDER_TONGUE = "under_tongue", "Under the tongue"
    SWALLOWED = "swallowed", "Swallowed"
    INHALED = "inhaled", "Inhaled with a medical vaporiser"
    MOUTH = "mouth", "Sprayed into the mouth"


@dataclass(frozen=True)
class Kind:
    """What belongs to a form: its routes, units, the steps a dose is measured in, and the highest strength there is."""

    routes: frozenset[str]
    strength: Strength
    highest: Decimal
    dose: Unit
    dose_step: Decimal
    quantity: Unit


KINDS: dict[str, Kind] = {
    Form.OIL: Kind(
        frozenset({Route.UNDER_TONGUE, Route.SWALLOWED}),
        Strength.MG_ML,
        Decimal(100),
        Unit.ML,
        Decimal("0.05"),
        Unit.ML,
    ),
    Form.CAPSULE: Kind(
        frozenset({Route.SWALLOWED}), Strength.MG_EACH, Decimal(100), Unit.CAPSULE, Decimal(1), Unit.CAPSULE
    ),
    Form.PASTILLE: Kind(
        frozenset({Route.SWALLOWED, Route.UNDER_TONGUE}),
        Strength.MG_EACH,
        Decimal(100),
        Unit.PASTILLE,
        Decimal(1),
        Unit.PASTILLE,
    ),
    Form.FLOWER: Kind(frozenset({Route.INHALED}), Strength.PERCENT, Decimal(40), Unit.G, Decimal("0.05"), Unit.G),
    Form.CARTRIDGE: Kind(
        frozenset({Route.INHALED}), Strength.MG_ML, Decimal(1000), Unit.INHALATION, Decimal(1), Unit.ML
    ),
    Form.SPRAY: Kind(frozenset({Route.MOUTH}), Strength.MG_SPRAY, Decimal("2.7"), Unit.SPRAY, Decimal(1), Unit.SPRAY),
}
SPRAY_THC, SPRAY_CBD = Decimal("2.7"), Decimal("2.5")  # mg in a spray of 100 microlitres: Sativex SmPC, section 2


class Chemotype(models.TextChoices):
    """The doctor's own label of a product."""

    THC = "thc", "THC-dominant"
    BALANCED = "balanced", "Balanced"
    CBD = "cbd", "CBD-dominant"


class Check(models.TextChoices):
    """The standard times at which somebody is checked (domain sheet, 3.1)."""

    WEEK_1 = "week_1", "After 1 week"
    WEEK_4 = "week_4", "After 4 weeks"
    MONTH_3 = "month_3", "Every 3 months"
    YEARLY = "yearly", "Every year"


class Stop(models.TextChoices):
    """Reasons to stop (domain sheet, 6.8)."""

    NO_GOAL = "no_goal", "No goal met by week 12"
    SPASTICITY = "spasticity", "Spasticity down by less than 20% at week 4"
    SIDE_EFFECTS = "side_effects", "Side effects that are severe or cannot be borne"
    MENTAL = "mental", "Psychosis, mania or thoughts of suicide"
    PREGNANCY = "pregnancy", "Pregnancy"
    DEPENDENCE = "dependence", "Dependence, passing it on, or topping up with what was not prescribed"
    DANGER = "danger", "A pattern of falls or of dangerous driving"
    REFUSES = "refuses", "Refuses the checks, or that we write to the GP"
    MISSED = "missed", "Missed 2 checks"
    INTERACTION = "interaction", "A new illness or medicine that rules it out"
    CHOICE = "choice", "The patient’s own choice"


class Measure(models.TextChoices):
    """What a goal is measured with: scales of ``patients.outcomes`` by their codes, each from 0 to 10, or words."""

    PAIN = "pain_nrs", "Pain, 0 to 10"
    SPASTICITY = "spasticity_nrs", "Spasms and stiffness, 0 to 10"
    SLEEP = "sleep_nrs", "Sleep, 0 to 10"
    PEG = "peg", "Pain and what it stops (PEG), 0 to 10"
    WORDS = "words", "In words"
