"""What staff type into a page; the wording rules stand beside the field they speak of."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.urls import Resolver404, resolve

from clinic.pages import policy
from clinic.pages.models import Page, Section, Source
from clinic.wording.policy import Hit

WIDE = {"class": "vLargeTextField"}
FRAME = ("slug", "label", "linked", "order", "title", "summary", "picture", "invites", "is_indexed")
REVIEW = ("reviewed_on", "review_due", "clinical_owner", "compliance_owner")


class PageForm(forms.ModelForm):
    """A page's frame."""

    class Meta:
        model = Page
        fields = (*FRAME, *REVIEW)
        widgets = {"title": forms.TextInput(attrs=WIDE), "summary": forms.Textarea(attrs=WIDE | {"rows": 2})}

    def clean_slug(self) -> str:
        """Refuse an address that leads elsewhere, like /book/."""
        slug: str = self.cleaned_data["slug"]
        if slug and not _is_free(slug):
            raise forms.ValidationError("This address belongs to another part of the website. Choose another.")
        return slug

    def clean(self) -> dict[str, Any]:
        """Check the words that search engines and menus show."""
        values = super().clean() or self.cleaned_data
        for name in ("title", "summary", "label"):
            _complain(self, name, policy.problems_of_title(values.get(name) or ""))
        return values


class SectionForm(forms.ModelForm):
    """One section."""

    class Meta:
        model = Section
        fields = ("position", "heading", "risk", "shape", "body")
        widgets = {"heading": forms.TextInput(attrs=WIDE), "body": forms.Textarea(attrs=WIDE | {"rows": 14})}

    def clean(self) -> dict[str, Any]:
        """Check the heading as a title, the body by the section's colour and the page, and that it fits its shape."""
        values = super().clean() or self.cleaned_data
        key = self.instance.page.key if self.instance.page_id else None
        body, risk = values.get("body") or "", values.get("risk") or ""
        _complain(self, "heading", policy.problems_of_title(values.get("heading") or ""))
        _complain(self, "body", policy.problems_of_body(body, risk, key))
        for name, words in (
            ("risk", policy.problem_of_risk(risk, key)),
            ("body", policy.problem_of_shape(values.get("shape") or "", body)),
        ):
            if words:
                self.add_error(name, words)
        return values


class SourceForm(forms.ModelForm):
    """One source. Addresses typed without their beginning are https."""

    address = forms.URLField(max_length=300, assume_scheme="https")

    class Meta:
        model = Source
        fields = ("name", "address", "read_on")


class SectionFormSet(forms.BaseInlineFormSet):
    """A page's sections."""

    def clean(self) -> None:
        """Check that nothing leads to booking in an amber section or directly after one."""
        super().clean()
        kept = (
            [form for form in self.forms if form.cleaned_data.get("heading") and not form.cleaned_data.get("DELETE")]
            if not any(self.errors)
            else []
        )
        kept.sort(key=lambda form: form.cleaned_data["position"])
        parts = [(form.cleaned_data["risk"], form.cleaned_data["body"]) for form in kept]
        for place in policy.booking_too_near(parts):
            kept[place].add_error("body", policy.TOO_NEAR)


def changed_parts(formset: forms.BaseModelFormSet) -> list[Section | Source]:
    """Return the parts that are new or were changed, as they are to be saved."""
    return [form.instance for form in formset.forms if form.has_changed() and form not in formset.deleted_forms]


def removed_parts(formset: forms.BaseModelFormSet) -> list[Section | Source]:
    """Return the parts that stand in the database and shall go."""
    return [form.instance for form in formset.deleted_forms if not form.instance._state.adding]


def _complain(form: forms.ModelForm, name: str, hits: Iterable[Hit]) -> None:
    for hit in hits:
        form.add_error(name, str(hit))


def _is_free(slug: str) -> bool:
    try:
        return resolve(f"/{slug}/").view_name == "page"
    except Resolver404:
        return False
