"""A patient's copies of the letters to their GP: which there are, the text as a page, and the PDF."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.accounts.access import SignedIn, patients_only
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from patients.correspondence import pdf
from patients.correspondence.download import attachment
from patients.correspondence.models import GpLetter

PAGES = "patients/correspondence"
LOGGED_AS = "letter"


@require_safe
@patients_only
def letters(request: SignedIn) -> HttpResponse:
    """The letters of which this patient has a copy, the newest first."""
    own = GpLetter.objects.visible_to(request.user).defer("body").order_by("-sent_on", "-approved_at")
    return render(request, f"{PAGES}/letters.html", {"letters": own})


@require_safe
@patients_only
def letter(request: SignedIn, pk: UUID) -> HttpResponse:
    """The text of one, with the words of the letter as it went."""
    found = _own(request, pk)
    newer = GpLetter.objects.visible_to(request.user).defer("body").filter(replaces=found).first()
    return render(request, f"{PAGES}/letter.html", {"letter": found, "text": pdf.data(found), "newer": newer})


@require_safe
@patients_only
def file(request: SignedIn, pk: UUID) -> HttpResponse:
    """The same as a PDF, to save."""
    return attachment(_own(request, pk))


def _own(request: SignedIn, pk: UUID) -> GpLetter:
    """Return a copy of the signed-in patient's, and log the reading. Raises Http404, the same for others' and nobody's."""
    found = GpLetter.objects.visible_to(request.user).select_related("patient", "clinician").filter(pk=pk).first()
    what = AccessLog.What.READ if found else AccessLog.What.REFUSED
    audit.record(what, LOGGED_AS, pk, by=request.user, at=timezone.now())
    if found is None:
        raise Http404
    return found
