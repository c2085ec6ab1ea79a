"""The whole form, of a first assessment and before a review (``review``), in the order people meet it.

Change what is asked, or a choice, and the version with it: a draft of an earlier version goes through ``upgrades``; what
was sent keeps its own words.
"""

from patients.intake.form.consents import CONSENTS
from patients.intake.form.face import FACE
from patients.intake.form.health import FAMILY, HEALTH, PREGNANCY
from patients.intake.form.life import DAILY, MEASURED, SUBSTANCES
from patients.intake.form.ms import MS
from patients.intake.form.problem import PROBLEM
from patients.intake.form.review import CHANGES
from patients.intake.form.scores import SCORES
from patients.intake.form.tried import ALLERGIES, TAKING, TREATMENTS
from patients.intake.form.urgent import SYMPTOMS
from patients.intake.questions import Form, Section

DETAILS = Section("details", "Your details", hint="Your name, date of birth, phone and GP.")

FORM = Form(
    "2026-12",
    (
        DETAILS,
        CHANGES,
        SYMPTOMS,
        PROBLEM,
        MS,
        FACE,
        TREATMENTS,
        TAKING,
        ALLERGIES,
        HEALTH,
        FAMILY,
        PREGNANCY,
        SCORES,
        SUBSTANCES,
        DAILY,
        MEASURED,
        CONSENTS,
    ),
)
PAGES, QUESTIONS = FORM.pages, FORM.questions
