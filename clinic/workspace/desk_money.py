"""Money at the desk: the list of charges, the refunds due, and one visit's charge with what can be done to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.appointments.enums import CANCELLED
from bookings.appointments.models import Appointment
from bookings.charges import actions
from bookings.charges.enums import ChargeState, Entry
from bookings.charges.models import Charge
from bookings.charges.policy import DAYS_TO_REFUND, days_waiting
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import when_text
from clinic.db.refusal import Refusal
from clinic.forms.keyed import KeyedForm
from clinic.workspace.desk_access import for_the_diary, me, page
from clinic.workspace.desk_money_forms import (
    OVERDUE,
    ChargesQuery,
    MovedForm,
    PaymentForm,
    ReasonForm,
    StrayPaymentForm,
)

ON_A_PAGE = 50
SEARCHED = ("patient__first_names", "patient__family_name", "patient__preferred_name")


@dataclass(frozen=True)
class Act:
    """Something to do with a charge: the states it is offered in, the form it takes, and its words.

    ``of_nothing``: it is offered where no amount is asked for; else where one is.
    """

    slug: str
    states: frozenset[str]
    form: type[KeyedForm]
    work: Callable[..., None]
    title: str
    about: str
    button: str
    done: str
    of_nothing: bool = False


ACTS = (
    Act(
        "paid",
        frozenset({ChargeState.DUE}),
        PaymentForm,
        actions.record_payment,
        "Record a payment",
        "Only the whole amount, once it is here.",
        "Record the payment",
        "Noted: paid.",
    ),
    Act(
        "refunded",
        frozenset({ChargeState.REFUND_DUE}),
        MovedForm,
        actions.record_refund,
        "Record a refund",
        "Give it back the way it was paid, unless the patient agrees to another.",
        "Record the refund",
        "Noted: given back.",
    ),
    Act(
        "waive",
        frozenset({ChargeState.DUE}),
        ReasonForm,
        actions.waive,
        "Waive",
        "The patient does not have to pay.",
        "Waive what is due",
        "Noted: nothing to pay.",
    ),
    Act(
        "give-back",
        frozenset({ChargeState.PAID}),
        ReasonForm,
        actions.give_all_back,
        "Give all of it back",
        "A decision of the clinic: the patient gets everything back.",
        "Put it on the list of refunds",
        "Noted: a refund is due.",
    ),
    Act(
        "correct",
        frozenset({ChargeState.PAID, ChargeState.REFUND_DUE}),
        ReasonForm,
        actions.take_payment_back,
        "Correct a mistake",
        "It was never paid.",
        "Take the payment back",
        "Noted: not paid.",
    ),
    Act(
        "not-given-back",
        frozenset({ChargeState.REFUNDED}),
        ReasonForm,
        actions.take_refund_back,
        "Correct a mistake",
        "It was not given back yet.",
        "Take the refund back",
        "Noted: the refund is still due.",
    ),
    Act(
        "not-waived",
        frozenset({ChargeState.WAIVED}),
        ReasonForm,
        actions.ask_after_all,
        "Correct a mistake",
        "It is to be paid after all.",
        "Ask for the fee again",
        "Noted: to pay.",
    ),
    Act(
        "came-after",
        frozenset({ChargeState.WAIVED}),
        StrayPaymentForm,
        actions.record_stray_payment,
        "Record a payment that has to go back",
        "Money came although nothing is to be paid, or “never paid” was said by mistake.",
        "Put it on the list of refunds",
        "Noted: a refund is due.",
        of_nothing=True,
    ),
)


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def charges(request: HttpRequest) -> HttpResponse:
    """Every charge, newest visit first, by state, patient, reference or receipt.

    What is searched for travels by POST: a name has no place in an address. It shows the newest that fit, on one page.
    """
    query = ChargesQuery(request.POST if request.method == "POST" else request.GET.dict() | {"q": ""})
    query.is_valid()
    asked, wanted = query.cleaned_data.get("q", ""), query.cleaned_data.get("state", "")
    if request.method == "POST" and query.is_valid() and not asked:
        return redirect(f"{reverse('desk_charges')}?{urlencode({'state': wanted})}")
    found = _of_state(_searched(request, _charged(request), asked), wanted, timezone.now())
    number = 1 if asked else query.cleaned_data.get("page") or 1
    shown = Paginator(found.order_by("-starts_at", "id"), ON_A_PAGE).get_page(number)
    context = page(request, "Charges", query=query, shown=shown, asked=asked, wanted=wanted)
    return render(request, "desk/charges.html", context, status=422 if query.errors else 200)


@for_the_diary
@require_safe
def refunds_due(request: HttpRequest) -> HttpResponse:
    """What is still to be given back, oldest first."""
    now = timezone.now()
    query = ChargesQuery(request.GET)
    query.is_valid()
    due = _charged(request).filter(charge__state=ChargeState.REFUND_DUE).prefetch_related("charge__entries")
    shown = Paginator(due.order_by("charge__refund_due_at", "id"), ON_A_PAGE).get_page(query.cleaned_data.get("page"))
    rows = [(visit, _paid_by(visit), _waiting(visit, now)) for visit in shown]
    context = page(request, "Refunds due", shown=shown, rows=rows, within=DAYS_TO_REFUND)
    return render(request, "desk/refunds_due.html", context)


@for_the_diary
@require_safe
def charge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The charge of one visit: how it stands, what can be done, and its ledger."""
    return _charge_page(request, *_visit(request, pk))


@for_the_diary
@require_POST
def act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    """Do what a form of the charge's page asks for. A refusal stands on the form."""
    wanted = next((each for each in ACTS if each.slug == act), None)
    if wanted is None:
        raise Http404
    visit, found = _visit(request, pk)
    form = wanted.form(request.POST, auto_id=f"{wanted.slug}_%s")
    if form.is_valid():
        try:
            wanted.work(found, **form.cleaned_data, by=me(request), at=timezone.now())
        except Refusal as refusal:
            found.refresh_from_db()  # what is sent next goes by what is shown now
            sent = request.POST.dict() | {"amount_pence": str(found.amount_pence)}
            form = wanted.form(sent, auto_id=f"{wanted.slug}_%s")
            form.add_error(None, str(refusal))
        else:
            messages.success(request, wanted.done)
            return redirect("desk_charge", pk)
    return _charge_page(request, visit, found, wanted, form)


def _charge_page(
    request: HttpRequest, visit: Appointment, found: Charge, refused: Act | None = None, form: KeyedForm | None = None
) -> HttpResponse:
    """Show the charge; where an act was refused, with its form as it was sent."""
    acts = [(each, _form(each, found, refused, form)) for each in ACTS if _offered(each, found) or each is refused]
    context = page(
        request,
        "Charge",
        visit=visit,
        charge=found,
        patient=visit.patient,
        when=when_text(visit.starts_at),
        acts=acts,
        entries=found.entries.select_related("by"),
        form=form,
    )
    return render(request, "desk/charge.html", context, status=422 if form else 200)


def _offered(act: Act, found: Charge) -> bool:
    """Whether ``act`` makes sense now; what nothing is owed for cannot be asked for again."""
    return found.state in act.states and bool(found.amount_pence) != act.of_nothing


def _form(act: Act, found: Charge, refused: Act | None, form: KeyedForm | None) -> KeyedForm:
    if act is refused and form is not None:
        return form
    return act.form(initial={"amount_pence": found.amount_pence}, auto_id=f"{act.slug}_%s")


def _charged(request: HttpRequest) -> QuerySet[Appointment]:
    visits = Appointment.objects.visits().visible_to(request.user).filter(charge__isnull=False)
    return visits.select_related("charge", "patient", "kind")


def _visit(request: HttpRequest, pk: UUID) -> tuple[Appointment, Charge]:
    visit = get_object_or_404(_charged(request), pk=pk)
    audit.record(AccessLog.What.READ, "charge", visit.pk, by=request.user, at=timezone.now())
    assert visit.charge is not None  # noqa: S101 - that is what _charged asks for
    return visit, visit.charge


def _searched(request: HttpRequest, visits: QuerySet[Appointment], asked: str) -> QuerySet[Appointment]:
    """Return the visits whose patient's name every word fits, or whose charge has this reference or receipt."""
    if not asked:
        return visits
    named = Q()
    for word in asked.split():
        fits = Q()
        for name in SEARCHED:
            fits |= Q(**{f"{name}__icontains": word})
        named &= fits
    fitting = Q(entries__reference__icontains=asked)
    number = asked.upper().removeprefix("R-").lstrip("0")
    if number.isdecimal() and len(number) <= 9:  # as large as the column holds
        fitting |= Q(receipt_number=int(number))
    money = Charge.objects.visible_to(request.user).filter(fitting).values("pk")
    return visits.filter(named | Q(charge__in=money))


def _of_state(visits: QuerySet[Appointment], wanted: str, now: datetime) -> QuerySet[Appointment]:
    if wanted == OVERDUE:
        over = Q(starts_at__lt=now) | Q(state__in=CANCELLED)
        return visits.filter(over, charge__state=ChargeState.DUE)
    return visits.filter(charge__state=wanted) if wanted else visits


def _paid_by(visit: Appointment) -> str:
    """Return how the last payment came: a refund goes the same way."""
    entries = [] if visit.charge is None else [each for each in visit.charge.entries.all() if each.what == Entry.PAID]
    return entries[-1].get_method_display() if entries else ""


def _waiting(visit: Appointment, now: datetime) -> int:
    since = visit.charge.refund_due_at if visit.charge else None
    return days_waiting(since, now) if since else 0
