"""Writing public pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.pages import actions
from clinic.pages.forms import PageForm, SectionForm, SectionFormSet, SourceForm, changed_parts, removed_parts
from clinic.pages.models import Page, Section, Source


class PartInline(admin.StackedInline):
    """A part of a page: who may change the page may change its parts."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether this person writes pages."""
        return policy.manages_the_clinic(request.user)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class SectionInline(PartInline):
    """A page's sections."""

    model = Section
    form = SectionForm
    formset = SectionFormSet


class SourceInline(PartInline):
    """A page's sources."""

    model = Source
    form = SourceForm


@admin.register(Page)
class PageAdmin(StaffAdmin):
    """Public pages with their sections and sources. What the law does not let us say is refused beside its field."""

    may_view = may_add = may_change = staticmethod(policy.manages_the_clinic)
    form = PageForm
    inlines = (SectionInline, SourceInline)
    list_display = ("title", "slug", "is_live", "reviewed_on", "review_due")
    list_filter = ("is_live",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return the address: people rely on it once the page is there."""
        return ("slug",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Page, form: Any, change: bool) -> None:
        """Do nothing yet: a page and its parts are one write."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the page with its parts."""
        changed = [part for formset in formsets for part in changed_parts(formset)]
        removed = [part for formset in formsets for part in removed_parts(formset)]
        actions.save_page(form.instance, changed=changed, removed=removed, by=request.user, at=timezone.now())

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> list[Any]:
        """Say nothing more: what changed in which part is in the rows' own history."""
        return []
