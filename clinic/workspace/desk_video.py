"""The link to a visit's video call, which staff enter."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.appointments.models import Appointment
from bookings.attendance import actions as attendance
from bookings.kinds.enums import Mode
from clinic.db.clock import when_text
from clinic.db.refusal import Refusal
from clinic.forms.base import PlainErrors
from clinic.forms.text import PlainTextField
from clinic.workspace.desk_access import for_everybody_here, me, page

LONGEST_LINK = 300


class VideoForm(PlainErrors, forms.Form):
    """The link; empty takes it away."""

    url = PlainTextField(label="Link to the video call", longest=LONGEST_LINK, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        hosts = ", ".join(settings.VIDEO_HOSTS) or "nothing yet: set VIDEO_HOSTS first"
        self.fields[
            "url"
        ].help_text = f"It begins with https:// and leads to {hosts}. The patient sees it on their own page, from 15 minutes before."


@for_everybody_here
@require_http_methods(["GET", "HEAD", "POST"])
def video(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter or change the link of a visit by video."""
    visits = Appointment.objects.visits().visible_to(request.user).select_related("patient")
    visit = get_object_or_404(visits.filter(mode=Mode.VIDEO), pk=pk)
    form = VideoForm(request.POST if request.method == "POST" else None, initial={"url": visit.join_url})
    if form.is_valid():
        try:
            attendance.set_join_url(visit, form.cleaned_data["url"], by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("url", str(refusal))
        else:
            messages.success(request, "The link is saved." if visit.join_url else "The link is taken away.")
            return redirect("admin:bookings_appointment_change", pk)
    context = page(request, "Video call", form=form, visit=visit, when=when_text(visit.starts_at))
    return render(request, "desk/video.html", context, status=422 if form.errors else 200)
