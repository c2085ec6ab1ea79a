"""Weekly hours to read (they are typed a week at a time at the desk), and extra hours of one day.

Times are typed like 09:00; 24:00 is the day's end.
"""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from bookings.availability import actions
from bookings.availability.models import HoursException, WeeklyHours, clock_text
from bookings.availability.preview import DayPreview, hours_text
from bookings.kinds.enums import Mode
from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.clock import MINUTES_IN_A_DAY
from clinic.forms.clock import ClockMinutes
from clinic.forms.seen import mark_of, was_seen
from clinic.staff.models import Clinician

EXTRA = ("clinician", "day", "starts", "ends", "modes", "reason")
EARLIEST, LATEST = date(2020, 1, 1), date(2099, 12, 31)


class ExceptionForm(forms.ModelForm):
    """Extra hours of one day in clock times. Closures are made as time off."""

    starts = ClockMinutes(label="From", initial=0, help_text="00:00 to 24:00 is the whole day")
    ends = ClockMinutes(
        label="Until",
        initial=MINUTES_IN_A_DAY,
        help_text="On the 24-hour clock, like 17:00; 24:00 is the end of the day",
    )
    modes = forms.MultipleChoiceField(
        label="What they are for",
        choices=Mode.choices,
        initial=Mode.values,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one way to meet"},
    )

    class Meta:
        model = HoursException
        fields = EXTRA

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if clinician := self.fields.get("clinician"):
            clinician.required = True
            clinician.help_text = ""
            clinician.error_messages["required"] = "Extra hours need a clinician"

    def clean(self) -> dict[str, Any]:
        """Check what only the form can say beside the right field."""
        cleaned = super().clean() or self.cleaned_data
        self.instance.kind = HoursException.Kind.EXTRA
        starts, ends, day = (cleaned.get(name) for name in ("starts", "ends", "day"))
        if starts is not None and ends is not None and starts >= ends:
            self.add_error("ends", "Enter an end that is after the start")
        if day and not EARLIEST <= day <= LATEST:
            self.add_error("day", f"Enter a date between {EARLIEST:%Y} and {LATEST:%Y}")
        return cleaned


class _ClockAdmin(StaffAdmin):
    may_view = staticmethod(policy.runs_the_diary)

    @admin.display(description="from", ordering="starts")
    def starts_text(self, row: Any) -> str:
        """The start as staff type it."""
        return clock_text(row.starts)

    @admin.display(description="until", ordering="ends")
    def ends_text(self, row: Any) -> str:
        """The end as staff type it."""
        return clock_text(row.ends)


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(_ClockAdmin):
    """When clinicians work, week by week. A row leads to the page where the clinician's week is typed."""

    list_display = ("clinician", "weekday", "starts_text", "ends_text", "valid_from", "valid_until", "editor")
    list_display_links = None
    list_filter = ("clinician", "weekday")
    list_select_related = ("clinician",)
    fields = ("clinician", "weekday", "starts_text", "ends_text", "valid_from", "valid_until", "modes", "editor")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return all: a row is looked at, never typed."""
        return self.fields

    @admin.display(description="change")
    def editor(self, row: WeeklyHours) -> str:
        """The page where it is changed."""
        return format_html('<a href="{}">Change the week</a>', reverse("desk_hours_week", args=[row.clinician_id]))


@admin.register(HoursException)
class HoursExceptionAdmin(_ClockAdmin):
    """Extra hours of one day, and to read the closures. A closure is made, and called off, as time off."""

    may_add = may_change = staticmethod(policy.runs_the_diary)
    form = ExceptionForm
    list_display = ("day", "clinician", "kind", "starts_text", "ends_text", "reason")
    list_filter = ("kind", "clinician")
    list_select_related = ("clinician",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields with the way to a closure; of a closure also its kind, to read."""
        words = 'To close a day or a part of it, <a href="{}">add time off or a closure</a>.'
        about = format_html(words, reverse("desk_time_off_add"))
        fields = ("kind", *EXTRA) if obj and _closes(obj) else EXTRA
        return [(None, {"fields": fields, "description": about})]

    def has_change_permission(self, request: HttpRequest, obj: HoursException | None = None) -> bool:
        """Refuse closures: they are looked at, and time off is cancelled as a whole."""
        return super().has_change_permission(request, obj) and not (obj and _closes(obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return the clinician: whose day this is never changes; the kind is read with a closure alone."""
        return ("kind", "clinician") if obj else ()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the day before and after first; save it when that has been seen."""
        if request.method == "POST" and (preview := self._preview(request, object_id)):
            return preview
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_action(self, record: HoursException, values: dict[str, Any], *, is_new: bool, by: Any, at: Any) -> None:
        """Save the difference."""
        actions.save_exception(record, by=by, at=at)

    def _preview(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        """Return the page that shows what the form does; None where that was seen, or the form is not right yet."""
        old = self.get_object(request, unquote(object_id)) if object_id else None
        allowed = self.has_change_permission(request, old) if object_id else self.has_add_permission(request)
        if not allowed or (object_id and old is None):
            return None
        form = self.get_form(request, old, change=bool(old))(request.POST, instance=old)
        if not form.is_valid():
            return None
        days = _days(request, form.instance, old)
        mark = mark_of(object_id, *(form.cleaned_data[name] for name in form.fields), days)
        if was_seen(request.POST, mark):
            return None
        context = self.admin_site.each_context(request) | {"title": "Before you save", "form": form, "days": days}
        return TemplateResponse(request, "desk/hours_day.html", context | {"mark": mark, "record": form.instance})


def _closes(row: HoursException) -> bool:
    return row.kind == HoursException.Kind.CLOSED


def _days(request: HttpRequest, new: HoursException, old: HoursException | None) -> list[tuple[Clinician, DayPreview]]:
    """Return the day of each clinician it is about, with its hours before and after."""
    clinicians = list(Clinician.objects.visible_to(request.user).practising())
    concerned = [new.clinician] if new.clinician else clinicians
    rules = WeeklyHours.objects.visible_to(request.user).filter(clinician__in=concerned, weekday=new.day.weekday())
    exceptions = list(HoursException.objects.visible_to(request.user).filter(day=new.day))
    found = []
    for clinician in concerned:
        theirs = [rule for rule in rules if rule.clinician_id == clinician.pk]
        before = [row for row in exceptions if row.clinician_id in {None, clinician.pk}]
        after = [*(row for row in before if old is None or row.pk != old.pk), new]
        found.append(
            (clinician, DayPreview(new.day, hours_text(new.day, theirs, after), hours_text(new.day, theirs, before)))
        )
    return found
