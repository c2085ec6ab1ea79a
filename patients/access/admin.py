"""Records that were opened with a reason, for the managers to look at. Read only."""

from django.contrib import admin

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from patients.access.models import CareRelationship
from patients.profile.needs import named


@admin.register(CareRelationship)
class OpenedRecordAdmin(StaffAdmin):
    """Who opened whose record without being in care, when, until when, and why they said they did."""

    may_view = staticmethod(policy.manages_the_clinic)
    scope = "opened_visible_to"
    reading_is_logged = "opened"
    list_display = ("clinician", "started_at", "until", "ended_at")
    list_select_related = ("clinician",)
    readonly_fields = ("who",)
    fields = ("who", "clinician", "why", "started_at", "until", "ended_at")

    @admin.display(description="patient")
    def who(self, care: CareRelationship) -> str:
        """Whose record it is."""
        return named(care.patient)
