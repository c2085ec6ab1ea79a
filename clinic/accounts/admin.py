"""The access log, for reading only. (It stands here because the log itself knows no roles.)"""

from django.contrib import admin

from clinic.accounts.staff_admin import StaffAdmin
from clinic.audit.models import AccessLog


@admin.register(AccessLog)
class AccessLogAdmin(StaffAdmin):
    """Who read, was refused or exported what. Managers read it; nobody writes it."""

    list_display = ("at", "actor", "role", "what", "about_type", "about")
    list_display_links = None
    list_filter = ("what", "role")
    list_select_related = ("actor",)
    search_fields = ("actor__email", "about_type")
    search_help_text = "Search by a staff member's email address, or the kind of record."
    fields = ("at", "actor", "role", "what", "about_type", "about")
