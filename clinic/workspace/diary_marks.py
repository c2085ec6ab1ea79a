"""The marks beside a visit in the diary: facts in, words out. Pure: no database, no clock.

A mark is a word or two, never a colour alone; the legend under the diary says what each means.
"""

from dataclasses import dataclass

from bookings.charges.enums import ChargeState
from patients.intake.enums import IntakeState


@dataclass(frozen=True)
class Mark:
    """One mark: the words in the diary, and what they mean."""

    words: str
    meaning: str


FORM_MISSING = Mark("no form", "The patient has sent no form.")
FORM_STARTED = Mark("form started", "The patient has begun the form and not sent it.")
FORM_SENT = Mark("form sent", "The patient has sent the form.")
NO_LINK = Mark("no link", "A video call without its link.")
TO_PAY = Mark("to pay", "The fee has not been paid.")
PAID = Mark("paid", "The fee has been paid.")
LEGEND = (FORM_MISSING, FORM_STARTED, FORM_SENT, NO_LINK, TO_PAY, PAID)
PAYMENT: dict[str, Mark] = {ChargeState.DUE: TO_PAY, ChargeState.PAID: PAID}


@dataclass(frozen=True)
class Facts:
    """What the marks of a visit go by.

    ``intake``: the state of the patient's newest form, None without one. ``charge``: the state of the charge, None
    where there is none, or for somebody who may not know of money.
    """

    intake: str | None = None
    lacks_link: bool = False
    charge: str | None = None


def marks(facts: Facts) -> list[Mark]:
    """Return the marks of a visit, in the order they are shown.

    The one place where a further mark is added: a field of ``Facts``, its words above and in
    ``LEGEND``, and its line here. ``desk_diary.facts_of`` reads the field.
    """
    payment = PAYMENT.get(facts.charge or "")
    found = [
        (_form(facts.intake), True),
        (NO_LINK, facts.lacks_link),
        (payment, payment is not None),
    ]
    return [mark for mark, holds in found if mark and holds]


def _form(state: str | None) -> Mark:
    if state is None:
        return FORM_MISSING
    return FORM_STARTED if state == IntakeState.DRAFT else FORM_SENT
