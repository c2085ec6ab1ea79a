"""Who was asked before which review, and how it stands. Answers are read in the clinicians' workspace."""

from django.contrib import admin
from django.utils import timezone

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from patients.outcomes.models import Questionnaire
from patients.profile.needs import named


@admin.register(Questionnaire)
class QuestionnaireAdmin(StaffAdmin):
    """Patient, review and how it stands: nothing else leaves the database."""

    may_view = staticmethod(policy.runs_the_diary)
    scope = "status_visible_to"
    list_display = ("who", "due_on", "standing", "asked_by")
    list_filter = ("state",)
    list_select_related = ("patient", "asked_by")
    search_fields = ("patient__first_names", "patient__family_name")
    search_help_text = "Search by the patient's name."
    fields = ("patient", "asked_by", "asked_at", "due_on", "expires_at", "standing", "completed_at")

    @admin.display(description="How it stands")
    def standing(self, asked: Questionnaire) -> str:
        """How it stands now."""
        return asked.standing(timezone.now()).label

    @admin.display(description="patient", ordering="patient__family_name")
    def who(self, asked: Questionnaire) -> str:
        """Whose it is."""
        return named(asked.patient)
