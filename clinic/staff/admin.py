"""Who works here: staff accounts, and the clinicians people can see.

Accounts: invite, give a role. No passwords, no permissions, no technical rights here.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from clinic.accounts import actions as accounts
from clinic.accounts import policy
from clinic.accounts.enums import STAFF_ROLES, Role
from clinic.accounts.models import User
from clinic.accounts.staff_admin import StaffAdmin
from clinic.staff import actions
from clinic.staff.models import Clinician

STAFF_CHOICES = [(role.value, role.label) for role in Role if role in STAFF_ROLES]


class AccountForm(forms.ModelForm):
    """A staff member's address and role."""

    role = forms.ChoiceField(
        choices=STAFF_CHOICES, widget=forms.RadioSelect, error_messages={"required": "Choose a role"}
    )

    class Meta:
        model = User
        fields = ("email", "role")
        error_messages = {"email": {"required": "Enter an email address, like name@example.com"}}


@admin.register(User)
class UserAdmin(StaffAdmin):
    """Who can sign in. Shutting an account is a page of its own, because it shows the visits to come."""

    may_add = may_change = staticmethod(policy.manages_the_clinic)
    form = AccountForm
    change_form_template = "desk/account.html"
    list_display = ("email", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email",)
    ordering = ("email",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return the invitation's two questions, or the account."""
        return ("email", "role", "is_active", "last_login", "created_at") if obj else ("email", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what cannot be typed: an address is changed by its owner."""
        return ("email", "is_active", "last_login", "created_at") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether this account's role may be changed by this manager."""
        return super().has_change_permission(request) and (obj is None or not policy.why_not_manage(request.user, obj))

    def save_action(self, record: User, values: dict[str, Any], *, is_new: bool, by: User, at: Any) -> None:
        """Invite somebody new, or give an account its role."""
        role = Role(values["role"])
        if is_new:
            record.pk = actions.invite(values["email"], role, by=by, at=at).pk
        else:
            accounts.set_role(record, role, by=by, at=at)


@admin.register(Clinician)
class ClinicianAdmin(StaffAdmin):
    """A clinician's entry. Stopping bookings is a page of its own, because it shows the visits to come."""

    may_view = staticmethod(policy.runs_the_diary)
    may_add = may_change = staticmethod(policy.manages_the_clinic)
    change_form_template = "desk/clinician.html"
    list_display = ("name", "specialty", "gmc_number", "verified_on", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "gmc_number")
    fields = (
        "user",
        "name",
        "role",
        "gmc_number",
        "cd_number",
        "specialty",
        "sex",
        "languages",
        "interests",
        "interests_declared_on",
        "verified_on",
        "is_active",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return the account, which never changes, and whether they can be booked."""
        return ("user", "is_active") if obj else ()

    def save_action(self, record: Clinician, values: dict[str, Any], *, is_new: bool, by: Any, at: Any) -> None:
        """Save the entry."""
        actions.save_clinician(record, by=by, at=at)
