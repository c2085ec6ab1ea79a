"""Records that may be of one person: listed for staff to look at, never joined by themselves."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.refusal import Refusal
from clinic.workspace.desk_access import for_the_diary, me, page
from patients.profile.actions import tell_apart
from patients.profile.models import NotSamePerson, Patient
from patients.profile.policy import possible_duplicates

MOST_SHOWN = 100


@for_the_diary
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """List the pairs that look alike and were not told apart. The access log says whose details were shown."""
    people = list(Patient.objects.visible_to(request.user).with_a_double())
    told_apart = set(NotSamePerson.objects.visible_to(request.user).values_list("one", "other"))
    pairs = possible_duplicates(people, told_apart)
    shown = pairs[:MOST_SHOWN]
    read = {person.pk for pair in shown for person in (pair.one, pair.other)}
    audit.record_all(AccessLog.What.READ, "patient", read, by=me(request), at=timezone.now())
    context = page(request, "Possible duplicates", pairs=shown, more=len(pairs) > MOST_SHOWN)
    return render(request, "desk/duplicates.html", context)


@for_the_diary
@require_POST
def not_the_same(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Write down that a pair is two persons."""
    seen = Patient.objects.visible_to(request.user)
    pair = get_object_or_404(seen, pk=pk), get_object_or_404(seen, pk=other)
    try:
        tell_apart(*pair, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Noted: {pair[0].full_name} and {pair[1].full_name} are two persons.")
    return redirect("desk_duplicates")
