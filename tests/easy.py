"""How hard our own words on a page are to read."""

import re

from clinic.wording import readability


def spoken(html):
    """Our own words in the main part of a page, a paragraph each; what somebody typed and forms are left out."""
    main = re.sub(
        r"(?s).*<main[^>]*>|</main>.*|<form.*?</form>|<[a-z0-9]+ class=\"as-typed\">.*?</[a-z0-9]+>", "", html
    )
    plain = re.sub(
        r"<[^>]+>", "", re.sub(r"</(p|li|h\d|td|th|caption|dt|dd)>|<span class=\"task-hint\">", "\n\n", main)
    )
    return re.sub(r"[ \t]+", " ", plain)


def hard(text):
    """The paragraphs that only somebody older than 14 reads with ease."""
    return [each.text for each in readability.paragraphs([("", text)]) if each.grade > readability.MEDICAL_GOAL]
