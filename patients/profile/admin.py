"""Contact details, for reception and managers."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.clock import uk_day
from patients.profile import actions
from patients.profile.forms import StaffPatientForm
from patients.profile.models import Patient
from patients.profile.needs import named
from patients.profile.policy import phone_text

NAMES = ("first_names", "family_name", "preferred_name")


class ContactForm(StaffPatientForm):
    """The staff form, with today's bounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, today=uk_day(timezone.now()), drama=not settings.PRODUCTION, **kwargs)


@admin.register(Patient)
class PatientAdmin(StaffAdmin):
    """Who people are and how to reach them; nothing clinical."""

    may_view = may_add = may_change = staticmethod(policy.runs_the_diary)
    reading_is_logged = "patient"
    form = ContactForm
    change_form_template = "desk/patient.html"
    list_display = ("full_name", "date_of_birth", "phone_text", "reach", "postcode", "status_text")
    list_filter = ("status",)
    list_select_related = ("user",)
    search_fields = ("first_names", "family_name", "preferred_name", "email", "user__email", "phone")
    search_help_text = "Search by name, email address or phone number."

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return the questions: an account's address is changed by its owner; nobody is added with records."""
        contact = (
            *("date_of_birth", "sex", "nhs_number", "phone", "other_phone", "email"),
            *("address_1", "address_2", "town", "postcode", "country"),
            *("gp_practice", "gp_registered", "gp_address", "gp_phone"),
            *("needs", "interpreter_language", "access_needs", "voicemail", "best_times", "video"),
            *("emergency_name", "emergency_phone"),
        )
        if obj is None:
            return (*NAMES, *contact)
        account = ("user",) if obj.user_id else ()
        return (
            *NAMES,
            *(name for name in contact if name != "email" or not obj.user_id),
            *account,
            "records_received_on",
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return the account: it belongs to its person."""
        return ("user",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Find a phone number however it was typed."""
        digits = "".join(letter for letter in search_term if letter.isdigit())
        is_phone = len(digits) >= 5 and not any(letter.isalpha() for letter in search_term)
        return super().get_search_results(
            request, queryset, digits.removeprefix("44").lstrip("0") if is_phone else search_term
        )

    @admin.display(description="name", ordering="family_name")
    def full_name(self, patient: Patient) -> str:
        """First names and family name."""
        return named(patient)

    @admin.display(description="phone")
    def phone_text(self, patient: Patient) -> str:
        """The number as people read it."""
        return phone_text(patient.phone)

    @admin.display(description="email")
    def reach(self, patient: Patient) -> str:
        """The address messages go to."""
        return patient.reach or "none"

    @admin.display(description="status", ordering="status")
    def status_text(self, patient: Patient) -> str:
        """Whether they are a patient still, and since when."""
        return patient.status_text

    def save_action(self, record: Patient, values: dict[str, Any], *, is_new: bool, by: Any, at: Any) -> None:
        """Add a patient, or save the details."""
        if is_new:
            record.pk = actions.add_patient(values, by=by, at=at).pk
        else:
            actions.save_details(record, values, by=by, at=at)
