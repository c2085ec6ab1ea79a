"""The link in a message that leads to the questions: what it opens.

Whoever has it gives the patient's date of birth; then this browser may answer for half an hour at a time
(``patients/links/opening.py``).
"""

from django.conf import settings
from django.http import Http404
from django.urls import reverse

from patients.links import tokens
from patients.outcomes.models import Questionnaire

PURPOSE = "questions"
ROUND = 0  # an asking has one address


def address(questionnaire: Questionnaire) -> str:
    """Return the link of a set of questions."""
    return f"{settings.SITE_ORIGIN}{reverse('questions', args=[tokens.token(PURPOSE, questionnaire.pk, ROUND)])}"


def questionnaire_of(token: str) -> Questionnaire:
    """Return the questions that ``token`` opens. Raises Http404."""
    pk = tokens.about(token)
    if pk is None or not tokens.is_of(token, PURPOSE, pk, ROUND):
        raise Http404
    found = Questionnaire.objects.select_related("patient__user").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
