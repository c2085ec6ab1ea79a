"""The clinicians people can see."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.staff import actions
from clinic.staff.models import Clinician


@admin.register(Clinician)
class ClinicianAdmin(StaffAdmin):
    """A clinician's entry. To stop bookings, untick "can be booked"; visits already made stay."""

    may_view = policy.runs_the_diary
    may_add = may_change = policy.manages_the_clinic
    list_display = ("name", "specialty", "gmc_number", "verified_on", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "gmc_number")
    fields = ("user", "name", "gmc_number", "specialty", "verified_on", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return the account: whose entry this is never changes."""
        return ("user",) if obj else ()

    def save_action(self, record: Clinician, values: dict[str, Any], *, is_new: bool, by: Any, at: Any) -> None:
        """Save the entry."""
        actions.save_clinician(record, by=by, at=at)
