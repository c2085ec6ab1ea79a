"""What people wrote to us. Answering and finishing happens in the worklist."""

from django.contrib import admin

from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.enquiries.models import Enquiry


@admin.register(Enquiry)
class EnquiryAdmin(StaffAdmin):
    """For reading only; each opening is written down, because people write about their health."""

    may_view = staticmethod(policy.runs_the_diary)
    reading_is_logged = "enquiry"
    list_display = ("created_at", "topic", "reply_by", "name")
    list_filter = ("topic",)
    search_fields = ("name", "email", "phone")
    search_help_text = "Search by name, email address or phone number."
    fields = ("created_at", "topic", "name", "reply_by", "email", "phone", "message")
