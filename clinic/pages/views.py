"""Public pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clinic.pages.markdown import render_markdown
from clinic.pages.models import Page


@login_not_required
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One page with its sections, sources and review date. A draft is a 404 but for a manager."""
    found = get_object_or_404(Page.objects.visible_to(request.user).prefetch_related("sections", "sources"), slug=slug)
    sections = [{"section": section, "html": render_markdown(section.body)} for section in found.sections.all()]
    return render(request, "pages/page.html", {"page": found, "sections": sections})
