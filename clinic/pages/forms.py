"""What staff type into a page; the wording rules stand beside the field they speak of."""

from collections.abc import Iterable
from typing import Any

from django import forms

from clinic.pages import policy
from clinic.pages.models import Page, Section, Source
from clinic.wording.policy import Hit


class PageForm(forms.ModelForm):
    """A page's frame."""

    class Meta:
        model = Page
        fields = ("slug", "title", "summary", "is_live", "reviewed_on", "review_due")

    def clean(self) -> dict[str, Any]:
        """Check words, and that a page the public reads has been reviewed."""
        values = super().clean() or self.cleaned_data
        for name in ("title", "summary"):
            _complain(self, name, policy.problems_of_title(values.get(name, "")))
        if values.get("is_live") and not values.get("reviewed_on"):
            self.add_error("reviewed_on", "Enter the day this page was reviewed, or keep it as a draft")
        return values


class SectionForm(forms.ModelForm):
    """One section."""

    class Meta:
        model = Section
        fields = ("position", "heading", "risk", "card", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 12})}

    def clean(self) -> dict[str, Any]:
        """Check the heading as a title, the body by the section's colour, and that a care card is a list."""
        values = super().clean() or self.cleaned_data
        _complain(self, "heading", policy.problems_of_title(values.get("heading", "")))
        _complain(self, "body", policy.problems_of_body(values.get("body", ""), values.get("risk", "")))
        if values.get("card") and not values.get("body", "").lstrip().startswith(("- ", "* ")):
            self.add_error("body", "A care card is a list: begin each line with a hyphen and a space")
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
            [form for form in self.forms if form.cleaned_data.get("body") and not form.cleaned_data.get("DELETE")]
            if not any(self.errors)
            else []
        )
        kept.sort(key=lambda form: form.cleaned_data["position"])
        parts = [(form.cleaned_data["risk"], form.cleaned_data["body"]) for form in kept]
        for place in policy.booking_too_near(parts):
            kept[place].add_error("body", "Take out the booking link: this section is amber or follows one that is")


def changed_parts(formset: forms.BaseModelFormSet) -> list[Section | Source]:
    """Return the parts that are new or were changed, as they are to be saved."""
    return [form.instance for form in formset.forms if form.has_changed() and form not in formset.deleted_forms]


def removed_parts(formset: forms.BaseModelFormSet) -> list[Section | Source]:
    """Return the parts that stand in the database and shall go."""
    return [form.instance for form in formset.deleted_forms if not form.instance._state.adding]


def _complain(form: forms.ModelForm, name: str, hits: Iterable[Hit]) -> None:
    for hit in hits:
        form.add_error(name, str(hit))
