"""Throwing away what was kept."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clinic.accounts import policy
from clinic.keeping import actions
from clinic.keeping.forms import PageForm


@require_POST
def throw_away(request: HttpRequest) -> HttpResponse:
    """Let go of what is kept for a page of this person's, and show the page again as it is saved."""
    form = PageForm(request.POST)
    if not form.is_valid() or not actions.forget(form.cleaned_data["page"], by=request.user):
        # A page that we never wrote down is nowhere to lead anybody.
        return redirect("care" if policy.is_patient(request.user) else "home_after_sign_in")
    messages.success(request, "We have thrown away what was not saved.")
    return redirect(form.cleaned_data["page"])
