"""The PDF of a letter as an answer: to save, under a neutral name."""

from django.http import HttpResponse

from patients.correspondence import pdf
from patients.correspondence.models import GpLetter


def attachment(letter: GpLetter) -> HttpResponse:
    """Return the PDF of ``letter``. Should a browser show it all the same, it can do nothing there."""
    answer = HttpResponse(pdf.made(letter), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="letter-{letter.day:%Y-%m-%d}.pdf"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
