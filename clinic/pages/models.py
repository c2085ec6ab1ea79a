"""Public pages. Staff work on rows; readers see the newest frozen version."""

from functools import lru_cache
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import pghistory
import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.frozen import FROZEN, FrozenRecord
from clinic.pages import policy
from clinic.pages.enums import Linked, Picture, Risk, Shape, Signature
from clinic.pages.text import PageText, SectionText, SourceText

A_SLUG = RegexValidator(r"^[a-z0-9-]+$", "Use small letters, digits and hyphens.")


class LivePage(NamedTuple):
    """What menus and addresses need of a page that readers see."""

    key: str | None
    slug: str
    label: str
    linked: str
    version: UUID


class PageQuerySet(models.QuerySet["Page"]):
    """Words for asking about pages."""

    def live(self) -> "PageQuerySet":
        """Those the public may read, with the version they read."""
        return self.filter(live__isnull=False).select_related("live")

    def visible_to(self, user: Any) -> "PageQuerySet":
        """Who writes and who signs see drafts too; everybody else what is live."""
        return self if policy.reads_drafts(user) else self.live()

    def formerly_at(self, slug: str) -> "PageQuerySet":
        """The page that had this address once."""
        return self.filter(old_addresses__slug=slug)

    def shelf(self) -> "list[LivePage]":
        """Return every live page in the menus' order, without its text: one light query that serves a whole request."""
        rows = self.filter(live__isnull=False).order_by("order", "label")
        return [LivePage(*row) for row in rows.values_list("key", "slug", "label", "linked", "live_id")]

    def in_full(self) -> "PageQuerySet":
        """With the parts that staff work on."""
        return self.prefetch_related("sections", "sources")


@pghistory.track(append_only=True)
class Page(Record):
    """A public page as staff work on it: a promise of one line, sections, sources and a review date."""

    key = models.CharField(
        max_length=40, null=True, blank=True, unique=True, help_text="Which of the built-in pages this is."
    )
    slug = models.CharField("address", max_length=60, unique=True, validators=[A_SLUG])
    label = models.CharField(
        max_length=28, help_text="The words of links that lead here, like “MS pain”. Changes at once."
    )
    linked = models.CharField("linked from", max_length=8, choices=Linked.choices, default=Linked.NOWHERE, blank=True)
    order = models.PositiveSmallIntegerField("place in that menu", default=0)
    title = models.CharField(max_length=80)
    summary = models.CharField(max_length=200, help_text="One sentence of plain fact; also what search engines show.")
    picture = models.CharField(max_length=20, choices=Picture.choices, default=Picture.NONE, blank=True)
    invites = models.BooleanField(
        "leads to booking", default=False, help_text="A button and the next free time under the title."
    )
    is_indexed = models.BooleanField("found by search engines", default=True)
    reviewed_on = models.DateField("last reviewed", null=True, blank=True)
    review_due = models.DateField(null=True, blank=True)
    clinical_owner = models.ForeignKey(
        "clinic.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"role": Role.CLINICIAN},
    )
    compliance_owner = models.ForeignKey(
        "clinic.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"role": Role.MANAGER},
    )
    live = models.OneToOneField(
        "clinic.PageVersion", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.label

    def text(self) -> PageText:
        """Return what staff have written so far."""
        return PageText(
            title=self.title,
            summary=self.summary,
            sections=tuple(SectionText(part.heading, part.body, part.risk, part.shape) for part in self.sections.all()),
            sources=tuple(SourceText(each.name, each.address, each.read_on) for each in self.sources.all()),
            picture=self.picture,
            invites=self.invites,
            is_indexed=self.is_indexed,
            reviewed_on=self.reviewed_on,
            review_due=self.review_due,
        )


@pghistory.track(append_only=True)
class Section(Record):
    """A part of a page. Amber ones speak of medicines or evidence: never beside a booking link."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=100)
    body = models.TextField(
        max_length=8000, blank=True, help_text="Markdown: paragraphs, lists, tables, bold and links."
    )
    risk = models.CharField(max_length=8, choices=Risk.choices, default=Risk.GREEN)
    shape = models.CharField("drawn as", max_length=12, choices=Shape.choices, default=Shape.PLAIN, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "position"], name="one_section_a_position", deferrable=models.Deferrable.DEFERRED
            )
        ]

    def __str__(self) -> str:
        return self.heading


@pghistory.track(append_only=True)
class Source(Record):
    """Where a page's facts were read, and when."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(max_length=160)
    address = models.URLField(max_length=300)
    read_on = models.DateField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PageAddress(Record):
    """An address a page had once: it leads to where the page is now."""

    slug = models.CharField(max_length=60, unique=True, validators=[A_SLUG])
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="old_addresses")

    def __str__(self) -> str:
        return self.slug


class SignOff(FrozenRecord):
    """One person's signature under exactly this text of a page."""

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="sign_offs")
    fingerprint = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Signature.choices)
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta(FrozenRecord.Meta):
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["page", "fingerprint", "kind"], name="one_signature_of_a_kind"),
            models.UniqueConstraint(fields=["page", "fingerprint", "by"], name="one_signature_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} signature"


def holds(risk: Risk) -> models.Func:
    """Return whether a version's content has a section of this risk, as the database reads it."""
    return models.Func(
        "content",
        template=f"jsonb_path_exists(%(expressions)s, '$.sections[*] ? (@.risk == \"{risk.value}\")')",
        output_field=models.BooleanField(),
    )


# An amber version names two people whose signatures stand under exactly its text.
SIGNED = """
    if NEW.risk = 'amber' and 2 > (
        select count(distinct by_id) from clinic_signoff
         where page_id = NEW.page_id and fingerprint = NEW.fingerprint
           and (kind, by_id) in (('clinical', NEW.clinical_id), ('compliance', NEW.compliance_id))
    ) then
        raise exception 'amber_is_signed: this text has not been signed by two people';
    end if;
    return NEW;
"""

SIGNED_AND_FROZEN: list[Any] = [
    *FROZEN,
    pgtrigger.Trigger(name="amber_is_signed", when=pgtrigger.Before, operation=pgtrigger.Insert, func=SIGNED),
]


class PageVersion(FrozenRecord):
    """What readers were shown from ``at`` on: the text, who put it live, and who signed it."""

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    risk = models.CharField(max_length=8, choices=Risk.choices)
    review_due = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    clinical = models.ForeignKey("clinic.User", null=True, on_delete=models.PROTECT, related_name="+")
    compliance = models.ForeignKey("clinic.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(FrozenRecord.Meta):
        ordering: ClassVar = ["-number"]
        triggers = SIGNED_AND_FROZEN
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="one_page_version_a_number"),
            models.CheckConstraint(condition=~holds(Risk.RED), name="red_is_never_live"),
            models.CheckConstraint(
                condition=(Q(risk=Risk.AMBER) & holds(Risk.AMBER)) | (Q(risk=Risk.GREEN) & ~holds(Risk.AMBER)),
                name="risk_is_the_contents",
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"

    def text(self) -> PageText:
        """Return what readers see."""
        return PageText.from_json(self.content)


@lru_cache(maxsize=256)
def version_text(version: UUID) -> PageText:
    """Return the text of a version. Versions never change, so each is read once a process."""
    return PageVersion.objects.get(pk=version).text()
