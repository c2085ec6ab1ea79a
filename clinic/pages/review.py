"""What the review of a page shows: what is missing, what changed, who signed, how hard it reads."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property

from clinic.pages import policy
from clinic.pages.enums import Risk, Signature
from clinic.pages.models import Page, PageVersion
from clinic.wording import readability

HARDEST = 5


class Review:
    """What the review shows of ``page`` to ``user``."""

    def __init__(self, page: Page, user: Any, *, today: date) -> None:
        self.page = page
        self.today = today
        self.text = page.text()
        self.live = page.live.text() if page.live else None
        self.user = user

    @cached_property
    def signatures(self) -> list[dict[str, Any]]:
        """Each kind of signature, with who gave it to this text, where it was given."""
        given = {each.kind: each for each in self.page.sign_offs.filter(fingerprint=self.text.fingerprint)}
        return [{"kind": kind, "sign_off": given.get(kind)} for kind in Signature]

    @property
    def needs_signatures(self) -> bool:
        """Tell whether the text speaks of medicines or evidence."""
        return self.text.risk == Risk.AMBER

    @property
    def faults(self) -> list[str]:
        """What is wrong with the text itself."""
        return policy.problems(self.text, self.page.key)

    @property
    def missing(self) -> list[str]:
        """What still stands between the text and its readers."""
        signed = [each["kind"] for each in self.signatures if each["sign_off"]]
        return policy.why_not_live(self.text, self.page.key, signed, today=self.today)

    @property
    def is_overdue(self) -> bool:
        """Tell whether what readers see should have been reviewed by now."""
        return self.page.live is not None and self.page.live.review_due < self.today

    @property
    def may_sign(self) -> bool:
        """Tell whether this person's signature is still missing."""
        kind = policy.signature_of(self.user)
        if any(each["sign_off"] and each["sign_off"].by_id == self.user.pk for each in self.signatures):
            return False
        return (
            self.needs_signatures
            and not self.faults
            and any(each["kind"] == kind and each["sign_off"] is None for each in self.signatures)
        )

    @property
    def is_live(self) -> bool:
        """Tell whether readers see exactly this text."""
        return self.live == self.text

    @property
    def changed(self) -> list[str]:
        """The headings of what differs from what readers see."""
        before = {section.heading: section for section in self.live.sections} if self.live else {}
        now = {section.heading: section for section in self.text.sections}
        found = [f"Changed or new: {name}" for name, section in now.items() if before.get(name) != section]
        found += [f"Gone: {name}" for name in before if name not in now]
        return found + (["Title, summary, dates or sources"] if self._frame_changed() else [])

    def _frame_changed(self) -> bool:
        frames = [text.as_json() | {"sections": []} for text in (self.text, self.live) if text]
        return len(frames) == 2 and frames[0] != frames[1]

    @property
    def grade(self) -> float:
        """How hard the page reads."""
        return self.text.grade

    @property
    def hardest(self) -> list[readability.Paragraph]:
        """The paragraphs to mend first."""
        return [each for each in self.text.paragraphs[:HARDEST] if each.grade > readability.GOAL]

    @property
    def versions(self) -> QuerySet[PageVersion]:
        """What readers saw, newest first."""
        return self.page.versions.select_related("by", "clinical", "compliance")

    @property
    def live_url(self) -> str:
        """Where readers find it."""
        return reverse("page", args=[self.page.slug])
