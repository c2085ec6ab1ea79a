"""The page on which a patient cancels, signed in or by the link of a message: one page, one way."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.appointments import actions
from bookings.appointments.access import facts
from bookings.appointments.forms import CancelForm
from bookings.appointments.models import Appointment
from bookings.appointments.refusals import RefundChanged
from clinic.accounts.models import User
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState


def cancel_page(
    request: HttpRequest, visit: Appointment, *, back_url: str, by: User | None, at: datetime, note: str = ""
) -> HttpResponse | None:
    """Show the refund and ask; None where the visit has just been cancelled.

    The refund that is shown has to be the one that was agreed to: where another holds by now, it is shown and asked
    about again. ``note`` is added to the patient's reason, ``by`` is None where they came by the link of a message.
    """
    due = visit.refund_at(at)
    form = CancelForm(request.POST or None, initial={"refund": due.pence, "sequence": visit.sequence})
    if form.is_valid():
        try:
            _cancel(visit, form, note, by, at)
        except (RefundChanged, StaleState) as refusal:
            # What is agreed to next is what is shown.
            form = CancelForm(request.POST.dict() | {"refund": str(due.pence), "sequence": str(visit.sequence)})
            form.add_error(None, str(refusal))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return None
    shown = {"form": form, "refund": due, "money": visit.words_if_cancelled(due), "back_url": back_url}
    status = 422 if form.errors else 200
    return render(request, "bookings/appointments/cancel.html", facts(visit) | shown, status=status)


def _cancel(visit: Appointment, form: CancelForm, note: str, by: User | None, at: datetime) -> None:
    sent = form.cleaned_data
    actions.cancel(
        visit,
        reason=f"{sent['reason']} {note}".strip(),
        agreed_refund=sent["refund"],
        seen=sent["sequence"],
        key=sent["key"],
        by=by,
        at=at,
    )
