"""What staff type into a page; the wording rules stand beside the field they speak of."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.urls import Resolver404, get_resolver, resolve

from clinic.forms.text import UNSEEN
from clinic.pages import policy
from clinic.pages.enums import Risk
from clinic.pages.models import Page, PageAddress, Section, Source
from clinic.wording.policy import Hit

OTHER_PLACES = {"preview", "static", "write-to-us"}
WIDE = {"class": "vLargeTextField"}
FRAME = ("slug", "label", "linked", "order", "title", "summary", "picture", "invites", "is_indexed")
REVIEW = ("reviewed_on", "review_due", "clinical_owner", "compliance_owner")


class PageForm(forms.ModelForm):
    """A page's frame."""

    drawn_with = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Page
        fields = (*FRAME, *REVIEW)
        widgets = {"title": forms.TextInput(attrs=WIDE), "summary": forms.Textarea(attrs=WIDE | {"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["drawn_with"] = self.instance.text().fingerprint

    def clean_slug(self) -> str:
        """Refuse an address that leads elsewhere, like /book/, that led to another page once, or that names a medicine."""
        slug: str = self.cleaned_data["slug"]
        if slug and not _is_free(slug):
            raise forms.ValidationError("This address belongs to another part of the website. Choose another.")
        if PageAddress.objects.filter(slug=slug).exclude(page=self.instance.pk).exists():
            raise forms.ValidationError("This address led to another page once, and still does. Choose another.")
        for hit in policy.problems_of_title(slug.replace("-", " ")):
            raise forms.ValidationError(str(hit))
        return slug

    def clean(self) -> dict[str, Any]:
        """Check the words that search engines and menus show."""
        values = _seen(super().clean() or self.cleaned_data)
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
        values = _seen(super().clean() or self.cleaned_data)
        page = self.instance.page if self.instance.page_id else Page()
        body, risk, shape = (values.get(name) or "" for name in ("body", "risk", "shape"))
        _complain(self, "heading", policy.problems_of_title(values.get("heading") or ""))
        _complain(self, "body", policy.problems_of_body(body, risk, page.key, invites=page.invites))
        for name, words in (
            ("risk", policy.problem_of_risk(risk, shape, page.key)),
            ("body", policy.problem_of_shape(shape, body)),
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

    def clean(self) -> dict[str, Any]:
        """Check the name: it may name a medicine only where the page may."""
        values = _seen(super().clean() or self.cleaned_data)
        key = self.instance.page.key if self.instance.page_id else None
        risk = Risk.AMBER if key in policy.AMBER_PAGES else Risk.GREEN
        _complain(self, "name", policy.problems_of_body(values.get("name") or "", risk))
        return values


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


def _seen(values: dict[str, Any]) -> dict[str, Any]:
    """Take out the characters nobody sees: they could hide a word from the rules."""
    for name, value in values.items():
        if isinstance(value, str):
            values[name] = UNSEEN.sub("", value)
    return values


def _is_free(slug: str) -> bool:
    taken = {str(entry.pattern).split("/")[0] for entry in get_resolver().url_patterns}
    try:
        return slug not in taken | OTHER_PLACES and resolve(f"/{slug}/").view_name == "page"
    except Resolver404:
        return False
