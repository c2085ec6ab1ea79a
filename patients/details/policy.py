"""What of somebody's details is there, in words, and what is still wanted before their form can be sent. Pure."""

import re
from typing import Protocol

from patients.details.enums import Part
from patients.profile.enums import Country

# England's and Wales's practices have a code (ODS): a letter and five digits. Elsewhere the address says which it is.
PRACTICE_CODE = re.compile(r"[A-Z][0-9]{5}", re.ASCII)
# What each part needs before the form is sent (domain.md 5.2, marked with a star). The rest of it may stay empty.
WANTED: dict[Part, tuple[str, ...]] = {
    Part.ABOUT: ("family_name", "date_of_birth", "sex"),
    Part.ADDRESS: ("address_1", "town", "postcode", "country", "phone"),
    Part.GP: ("gp_practice", "gp_registered"),
    Part.NEEDS: ("voicemail",),
    Part.EMERGENCY: ("emergency_name", "emergency_phone"),
}
NUMBER_NAMES = {
    Country.SCOTLAND: "CHI number",
    Country.NORTHERN_IRELAND: "Health and Care number",
}


class Details(Protocol):
    """A person's details, as ``Patient`` has them."""

    voicemail: bool | None


def missing(details: Details | None) -> list[Part]:
    """Return the parts without which the form cannot be sent, in their order; all of them for nobody.

    An answer may be "no": only what was never answered is missing.
    """
    return [part for part, names in WANTED.items() if any(_is_missing(details, name) for name in names)]


def is_ready_for_form(details: Details | None) -> bool:
    """Tell whether nothing is ``missing``. A visit can be booked with less: ``profile.policy.is_complete``."""
    return not missing(details)


def number_name(country: str) -> str:
    """Return what the health number is called where somebody lives (10 digits each, with one check)."""
    return NUMBER_NAMES.get(Country(country), "NHS number") if country else "NHS number"


def practice_place(text: str) -> str:
    """Return a practice's code in capitals, where ``text`` is one; else ``text``, an address, as it is."""
    bare = text.replace(" ", "").upper()
    return bare if PRACTICE_CODE.fullmatch(bare) else text


def _is_missing(details: Details | None, name: str) -> bool:
    return getattr(details, name, None) in (None, "")
