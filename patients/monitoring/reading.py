"""When somebody's treatment began, as their plans and the pharmacy say it."""

from datetime import date

from django.db.models import Min

from patients.prescriptions.enums import FIRST_SUPPLY
from patients.prescriptions.models import DispensingUpdate
from patients.treatment.enums import WAS_IN_FORCE
from patients.treatment.enums import State as PlanState
from patients.treatment.models import PlanQuerySet, PlanVersion


def course_from(plan: PlanVersion) -> date:
    """Return the first day of the treatment that ``plan`` goes on with: of the versions before it, back to a stop."""
    first = plan.starts_on
    older = PlanVersion.objects.filter(
        patient=plan.patient_id, number__lt=plan.number, state__in=sorted(WAS_IN_FORCE)
    ).order_by("-number")
    for version in older:
        if version.state == PlanState.STOPPED:
            break
        first = version.starts_on
    if first is None:
        raise ValueError("A plan in force has a first day.")
    return first


def supply_from(plan: PlanVersion, course: date) -> date | None:
    """Return the day of the first supply of the treatment that began on ``course``, as the pharmacy told us; None without one."""
    told = DispensingUpdate.objects.filter(
        prescription__patient=plan.patient_id, state__in=sorted(FIRST_SUPPLY), on__gte=course
    )
    return told.aggregate(first=Min("on"))["first"]


def course_of(plans: PlanQuerySet) -> date | None:
    """Return the first day of the newest treatment among ``plans`` of one person, also of one that was stopped; None without one."""
    newest = plans.filter(state__in=sorted(WAS_IN_FORCE)).order_by("-number").first()
    return course_from(newest) if newest else None
