"""The public website: pages out of the database, and what search engines ask for."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from clinic.accounts import policy as accounts
from clinic.accounts.access import SignedIn
from clinic.context import is_hidden_from_search, live_pages
from clinic.enquiries import actions as enquiries
from clinic.enquiries.forms import EnquiryForm
from clinic.pages import policy
from clinic.pages.models import LivePage, Page, version_text
from clinic.website.blocks import Reader
from clinic.website.shown import Shown, address, show
from clinic.website.structured import structured_data

PRIVATE_PATHS = ("/accounts/", "/admin/", "/appointments/", "/care/", "/intake/", "/preview/", "/review/", "/demo/")


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages anybody reads: compressed, and sent again only where they have changed.

    A copy is asked about each time (no-cache): a page that was taken down is gone at once. A page with a
    form is not kept at all: somebody who goes back gets a form that can be sent again.
    """

    def fresh(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        has_a_form = request.META.get("CSRF_COOKIE_NEEDS_UPDATE")  # its token was asked for
        response["Cache-Control"] = "no-store, private" if has_a_form else "no-cache"
        patch_vary_headers(response, ("Accept-Encoding",))
        return response

    return login_not_required(require_safe(gzip_page(conditional_page(fresh))))


@public
def front(request: HttpRequest) -> HttpResponse:
    """The front page. Before its text is live, who we are and where to get help."""
    found = next((each for each in live_pages(request) if each.key == "home"), None)
    if found is None:
        return render(request, "pages/not_yet.html")
    return _page(request, show(found, version_text(found.version), _reader(request)))


@public
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One page. An address it had earlier leads to the one it has now."""
    found = next((each for each in live_pages(request) if each.slug == slug), None)
    if found is None:
        moved = Page.objects.visible_to(request.user).live().formerly_at(slug)
        return redirect(address(get_object_or_404(moved)), permanent=True)
    if found.key == "home":
        return redirect("home", permanent=True)
    return _page(request, show(found, version_text(found.version), _reader(request)))


@require_safe
def preview(request: SignedIn, pk: UUID, number: int | None = None) -> HttpResponse:
    """A page as staff have written it so far, or as readers saw it in an earlier version."""
    if accounts.is_patient(request.user):
        raise Http404
    if not policy.reads_drafts(request.user):
        raise PermissionDenied
    found = get_object_or_404(Page.objects.visible_to(request.user).in_full(), pk=pk)
    text = found.text() if number is None else get_object_or_404(found.versions.all(), number=number).text()
    return _page(request, show(found, text, _reader(request), is_live=False), number=number)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def write_to_us(request: HttpRequest) -> HttpResponse:
    """Take a message. What is wrong stands beside its field, with everything typed still there."""
    found = next((each for each in live_pages(request) if each.key == "contact"), None)
    if found is None:
        raise Http404
    if request.method != "POST":
        return redirect(address(found))
    form = EnquiryForm(request.POST, action=reverse("write_to_us"))
    if form.is_a_robots:
        return redirect("written_to_us")  # it learns nothing, and nothing is kept
    if not form.is_valid():
        return _contact(request, found, form, 422)
    if not ratelimit.consume(request, action="enquiry"):
        form.add_error(
            None,
            "Many messages have come from your network in a short time. Wait an hour, or call us on "
            + settings.CLINIC["phone"],
        )
        return _contact(request, found, form, 429)
    enquiries.receive(form.answers(), key=form.cleaned_data["key"], at=timezone.now())
    return redirect("written_to_us")


@login_not_required
@require_safe
def written_to_us(request: HttpRequest) -> HttpResponse:
    """Say that the message came, and what happens next."""
    return render(request, "pages/written.html")


@public
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may ask for."""
    hidden = ["/"] if is_hidden_from_search(request) else PRIVATE_PATHS
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in hidden)]
    lines.append(f"Sitemap: {settings.SITE_ORIGIN}{reverse('sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def _contact(request: HttpRequest, found: LivePage, form: EnquiryForm, status: int) -> HttpResponse:
    shown = show(found, version_text(found.version), Reader(request.user, timezone.now(), form))
    return _page(request, shown, status=status, form=form)


def _page(request: HttpRequest, shown: Shown, *, status: int = 200, **more: Any) -> HttpResponse:
    template = "pages/home.html" if shown.is_home else "pages/page.html"
    context = {"shown": shown, "page": shown.page, "text": shown.text, "no_booking": shown.hides_booking}
    return render(
        request,
        template,
        context | {"structured": structured_data(shown) if shown.is_live else ""} | more,
        status=status,
    )


def _reader(request: HttpRequest) -> Reader:
    return Reader(request.user, timezone.now())
