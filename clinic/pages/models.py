"""Public pages. Staff work on rows; readers see the newest frozen version."""

from typing import Any, ClassVar

import pghistory
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.frozen import FrozenRecord
from clinic.pages.enums import Linked, Picture, Risk, Shape, Signature
from clinic.pages.text import PageText, SectionText, SourceText

A_SLUG = RegexValidator(r"^[a-z0-9-]+$", "Use small letters, digits and hyphens.")


class PageQuerySet(models.QuerySet["Page"]):
    """Words for asking about pages."""

    def live(self) -> "PageQuerySet":
        """Those the public may read, with the version they read."""
        return self.filter(live__isnull=False).select_related("live")

    def visible_to(self, user: Any) -> "PageQuerySet":
        """Who writes and who signs see drafts too; everybody else what is live."""
        return self if user.is_authenticated and user.role in {Role.MANAGER, Role.CLINICIAN} else self.live()

    def formerly_at(self, slug: str) -> "PageQuerySet":
        """The page that had this address once."""
        return self.filter(old_addresses__slug=slug)

    def linked(self) -> "PageQuerySet":
        """Live pages that a menu leads to, in the menu's order."""
        return self.filter(live__isnull=False).exclude(linked="").order_by("order", "label")

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


class PageVersion(FrozenRecord):
    """What readers were shown from ``at`` on: the text, who put it live, and who signed it."""

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    risk = models.CharField(max_length=8, choices=Risk.choices)
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", null=True, on_delete=models.PROTECT, related_name="+")
    clinical = models.ForeignKey("clinic.User", null=True, on_delete=models.PROTECT, related_name="+")
    compliance = models.ForeignKey("clinic.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(FrozenRecord.Meta):
        ordering: ClassVar = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="one_page_version_a_number"),
            models.CheckConstraint(condition=Q(risk__in=[Risk.GREEN, Risk.AMBER]), name="red_is_never_live"),
            models.CheckConstraint(
                condition=Q(risk=Risk.GREEN)
                | (Q(clinical__isnull=False, compliance__isnull=False) & ~Q(clinical=F("compliance"))),
                name="amber_has_two_signatures",
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"

    def text(self) -> PageText:
        """Return what readers see."""
        return PageText.from_json(self.content)
