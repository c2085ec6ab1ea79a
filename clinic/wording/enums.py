"""Where words stand."""

from enum import StrEnum


class Place(StrEnum):
    """A place with rules of its own, from the strictest to the freest."""

    MAIL = "mail"  # subject, sender and text of a message; calendar files; addresses
    TITLE = "title"  # titles, headings, descriptions, navigation, buttons, structured data
    HOME = "home"  # the front page, booking, fees and specialists
    PUBLIC_BODY = "public_body"  # a green section
    AMBER_BODY = "amber_body"  # a section marked amber
