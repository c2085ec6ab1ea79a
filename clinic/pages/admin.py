"""Writing public pages, signing them, and putting them before readers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin import ShowFacets, SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts import policy as accounts
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from clinic.pages import actions, policy
from clinic.pages.forms import (
    FRAME,
    REVIEW,
    PageForm,
    SectionForm,
    SectionFormSet,
    SourceForm,
    changed_parts,
    removed_parts,
)
from clinic.pages.models import Page, Section, Source
from clinic.pages.review import Review


class PartInline(admin.StackedInline):
    """A part of a page: who may change the page may change its parts."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether this person writes or signs pages."""
        return policy.reads_drafts(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether this person writes pages."""
        return accounts.manages_the_clinic(request.user)

    has_change_permission = has_delete_permission = has_add_permission


class SectionInline(PartInline):
    """A page's sections."""

    model = Section
    form = SectionForm
    formset = SectionFormSet
    max_num = 30  # more would not fit through DATA_UPLOAD_MAX_NUMBER_FIELDS, or into a reader


class SourceInline(PartInline):
    """A page's sources."""

    model = Source
    form = SourceForm


class ReviewFilter(SimpleListFilter):
    """Pages whose review is overdue."""

    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the one question."""
        return [("overdue", "Overdue")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Page]:
        """Return the overdue pages, or all."""
        return queryset.filter(live__review_due__lt=uk_day(timezone.now())) if self.value() else queryset


@admin.register(Page)
class PageAdmin(StaffAdmin):
    """Public pages with their sections and sources. What the law does not let us say is refused beside its field."""

    may_view = staticmethod(policy.reads_drafts)
    may_add = may_change = staticmethod(accounts.manages_the_clinic)
    form = PageForm
    change_form_template = "desk/page.html"
    inlines = (SectionInline, SourceInline)
    list_display = ("label", "slug", "state", "reviewed_on", "review")
    list_filter = ("linked", ReviewFilter)
    show_facets = ShowFacets.NEVER
    list_select_related = ("live",)
    search_fields = ("label", "title", "slug")
    fieldsets = ((None, {"fields": ("drawn_with", *FRAME)}), ("Review", {"fields": REVIEW}))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        """Return pages with their parts: the list compares them with what is live."""
        return super().get_queryset(request).prefetch_related("sections", "sources")

    @admin.display(description="state")
    def state(self, page: Page) -> str:
        """Say what readers see of it."""
        if page.live is None:
            return "Draft"
        return "Live" if page.live.text() == page.text() else "Live, with changes not live yet"

    @admin.display(description="review due", ordering="live__review_due")
    def review(self, page: Page) -> str:
        """Say when what readers see is due, and warn where that has passed."""
        if page.live is None:
            return "not live"
        late = page.live.review_due < uk_day(timezone.now())
        return f"{page.live.review_due:%d %B %Y}{' (overdue)' if late else ''}"

    def save_model(self, request: HttpRequest, obj: Page, form: Any, change: bool) -> None:
        """Do nothing yet: a page and its parts are one write."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the page with its parts."""
        changed = [part for formset in formsets for part in changed_parts(formset)]
        removed = [part for formset in formsets for part in removed_parts(formset)]
        actions.save_page(
            form.instance,
            changed=changed,
            removed=removed,
            by=request.user,
            at=timezone.now(),
            drawn_with=form.cleaned_data["drawn_with"],
        )

    def response_add(self, request: HttpRequest, obj: Page, post_url_continue: str | None = None) -> HttpResponse:
        """Go on as after a change."""
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: Page) -> HttpResponse:
        """Go on to the review: readers see nothing of a change before that."""
        if "_continue" in request.POST:
            return super().response_change(request, obj)
        messages.success(request, "Saved. Readers do not see it yet.")
        return redirect("admin:clinic_page_review", obj.pk)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> list[Any]:
        """Say nothing more: what changed in which part is in the rows' own history."""
        return []

    def get_urls(self) -> list[URLPattern]:
        """Add the review and its buttons."""
        buttons = {"sign": self.sign, "ask": self.ask, "live": self.put_live, "down": self.take_down}
        return [
            path("<uuid:pk>/review/", self.admin_site.admin_view(self.review_page), name="clinic_page_review"),
            *(
                path(f"<uuid:pk>/{name}/", self.admin_site.admin_view(button), name=f"clinic_page_{name}")
                for name, button in buttons.items()
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def review_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """What stands between the text and its readers, what changed, how hard it reads, and who signed."""
        page = self._page(request, pk)
        context = self.admin_site.each_context(request) | {"title": f"Review: {page.label}", "page": page}
        review = Review(page, request.user, today=uk_day(timezone.now()))
        return render(request, "desk/page_review.html", context | {"review": review})

    @method_decorator(require_POST)
    def sign(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Sign the text as it stands."""
        return self._act(request, pk, actions.sign, "You have signed this text.", of_a_text=True)

    @method_decorator(require_POST)
    def ask(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Put what is to be signed on the worklists."""
        return self._act(
            request, pk, actions.ask_for_signatures, "It is on the worklists of who may sign.", manager=True
        )

    @method_decorator(require_POST)
    def put_live(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show it to readers."""
        done = "Readers see this text now."
        return self._act(request, pk, actions.put_live, done, manager=True, of_a_text=True)

    @method_decorator(require_POST)
    def take_down(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Take it away from readers."""
        return self._act(request, pk, actions.take_down, "Readers do not see this page any more.", manager=True)

    def _act(
        self,
        request: HttpRequest,
        pk: UUID,
        action: Callable[..., Any],
        done: str,
        *,
        manager: bool = False,
        of_a_text: bool = False,
    ) -> HttpResponse:
        page = self._page(request, pk)
        if manager and not self.has_change_permission(request):
            raise PermissionDenied
        if of_a_text and request.POST.get("fingerprint") != page.text().fingerprint:
            messages.error(request, "The text has changed since you opened this page. Read it again.")
            return redirect("admin:clinic_page_review", pk)
        try:
            action(page, by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect("admin:clinic_page_review", pk)

    def _page(self, request: HttpRequest, pk: UUID) -> Page:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)
