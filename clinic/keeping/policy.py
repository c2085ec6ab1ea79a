"""What is kept of a form that was sent after its session had ended, and for how long."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

KEPT_FOR = timedelta(hours=24)
MARK_HOLDS = timedelta(days=7)  # a page that stood open longer keeps nothing
MOST_PAGES = 30  # of one person; a new one pushes out the oldest
MOST_LETTERS = 200_000  # names and values together: the longest form has some 60,000
MARK = "kept_for"  # the hidden field that says whose page it was
NEVER = ("csrfmiddlewaretoken", MARK)

Fields = dict[str, list[str]]


def worth_keeping(sent: Mapping[str, Sequence[str]]) -> Fields | None:
    """Return the fields of a form to keep: no passwords, none of our own marks. None where there are none or too much.

    Files never come here: they are no fields of text.
    """
    fields = {
        name: list(values) for name, values in sent.items() if name not in NEVER and "password" not in name.lower()
    }
    letters = sum(len(name) + sum(map(len, values)) for name, values in fields.items())
    return fields if fields and letters <= MOST_LETTERS else None
