"""A copy of a person's own data: asked for with the password, read while it lives, by its owner only."""

import json
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import SignedIn, patients_only
from clinic.accounts.forms import ReauthenticateForm
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.care.copy_paper import sections
from clinic.care.copy_reading import as_json, read
from clinic.care.copy_table import WITHHELD
from clinic.db.clock import when_text
from patients.profile.models import Patient
from patients.rights.actions import make_copy
from patients.rights.models import DataCopy

TOO_OFTEN = "You have tried this often. Wait an hour, then try again, or call us."
FILE_NAME = "my-data.json"


class PasswordForm(ReauthenticateForm):
    """Asks for the password. It is not looked at where somebody has tried too often (``may_try``)."""

    def __init__(self, *args: Any, may_try: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_try = may_try

    def clean_password(self) -> str:
        """Return the password. Raises ValidationError where it is wrong, or was tried too often."""
        if not self.may_try:
            raise ValidationError(TOO_OFTEN)
        return str(super().clean_password())


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def ask(request: SignedIn) -> HttpResponse:
    """Explain what a copy is, and make one for who gives their password. First come their details.

    It is asked here each time, also of who has just signed in: a device left open must not give everything away.
    """
    patient, now = Patient.objects.visible_to(request.user).first(), timezone.now()
    if patient is None:
        return redirect("profile")
    form = PasswordForm(user=request.user)
    if request.method == "POST":
        may_try = ratelimit.consume(request, action="data_copy", user=request.user)
        form = PasswordForm(request.POST, user=request.user, may_try=may_try)
        if form.is_valid():
            return redirect("care_copy_page", make_copy(patient, by=request.user, at=now).pk)
    live = DataCopy.objects.visible_to(request.user).filter(expires_at__gt=now)
    context = {
        "form": form,
        "withheld": WITHHELD,
        "live": [{"pk": copy.pk, "until": when_text(copy.expires_at)} for copy in live],
    }
    return render(request, "care/copy.html", context, status=422 if form.errors else 200)


@require_safe
@patients_only
def page(request: SignedIn, pk: UUID) -> HttpResponse:
    """Show the copy as a page to print."""
    copy, now = _own(request, pk), timezone.now()
    if not copy.is_live(now):
        return render(request, "care/copy_over.html", status=410)
    context = {
        "copy": copy,
        "made": when_text(now),
        "until": when_text(copy.expires_at),
        "name": copy.patient.full_name,
        "large_print": copy.patient.large_print,
        "sections": sections(read(copy.patient, at=now)),
        "withheld": WITHHELD,
    }
    return render(request, "care/copy_page.html", context)


@require_safe
@patients_only
def file(request: SignedIn, pk: UUID) -> HttpResponse:
    """Give the copy as a file of JSON to save."""
    copy, now = _own(request, pk), timezone.now()
    if not copy.is_live(now):
        return render(request, "care/copy_over.html", status=410)
    text = json.dumps(as_json(copy.patient, at=now), ensure_ascii=False, indent=1)
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


def _own(request: SignedIn, pk: UUID) -> DataCopy:
    """Return a copy of the signed-in patient. Raises Http404, the same for others' and nobody's."""
    found = DataCopy.objects.visible_to(request.user).select_related("patient__user").filter(pk=pk).first()
    if found is None:
        audit.record(AccessLog.What.REFUSED, "data copy", pk, by=request.user, at=timezone.now())
        raise Http404
    return found
