"""Whose form is where. Answers are read in the clinicians' workspace, by the clinician in charge alone."""

from django.contrib import admin

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from patients.intake.models import Intake
from patients.profile.needs import named


@admin.register(Intake)
class IntakeAdmin(StaffAdmin):
    """Patient, state and when it was sent: nothing else leaves the database."""

    may_view = staticmethod(policy.runs_the_diary)
    scope = "status_visible_to"
    list_display = ("who", "state", "submitted_at")
    list_filter = ("state",)
    list_select_related = ("patient",)
    search_fields = ("patient__first_names", "patient__family_name")
    search_help_text = "Search by the patient's name."
    fields = ("patient", "state", "submitted_at")

    @admin.display(description="patient", ordering="patient__family_name")
    def who(self, intake: Intake) -> str:
        """Whose it is."""
        return named(intake.patient)
