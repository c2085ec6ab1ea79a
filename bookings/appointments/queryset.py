"""Words for asking about appointments."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from bookings.appointments.enums import HOLD_STATES, OVER_WITHOUT_A_VISIT, UPCOMING, State
from clinic.accounts.enums import Role
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task
from patients.access.models import in_care
from patients.intake.enums import IntakeState
from patients.intake.models import Intake
from patients.profile.models import Patient

if TYPE_CHECKING:
    from bookings.appointments.models import Appointment  # noqa: F401 - named in a base class

LIVE = ~Q(state__in=sorted(OVER_WITHOUT_A_VISIT))


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Words for asking about appointments."""

    def live(self) -> "AppointmentQuerySet":
        """Those that keep their time: held, booked, under way or past."""
        return self.filter(LIVE)

    def visits(self) -> "AppointmentQuerySet":
        """Those that were booked: no holds."""
        return self.exclude(state__in=HOLD_STATES)

    def upcoming(self) -> "AppointmentQuerySet":
        """Those still to come, soonest first."""
        return self.filter(state__in=UPCOMING).order_by("starts_at")

    def with_papers(self) -> "AppointmentQuerySet":
        """The same, each with ``has_form`` (the patient has sent a form, whatever became of it) and ``has_records``."""
        sent = Intake.objects.exclude(state=IntakeState.DRAFT).filter(patient=OuterRef("patient"))
        return self.annotate(has_form=Exists(sent), has_records=Q(patient__records_received_on__isnull=False))

    def to_follow_up(self) -> "AppointmentQuerySet":
        """Those not attended whose task still waits (``task`` is its key), the oldest first."""
        waiting = Task.objects.waiting().filter(about=OuterRef("pk"), kind=TaskKind.DID_NOT_ATTEND)
        followed = self.filter(state=State.DID_NOT_ATTEND).annotate(task=Subquery(waiting.values("pk")[:1]))
        return followed.exclude(task=None).order_by("starts_at", "id")

    def visible_to(self, user: Any, own_hold: UUID | None = None) -> "AppointmentQuerySet":
        """A patient sees their own, a clinician their own diary, reception and managers all.

        ``own_hold`` is the hold the patient's session made before they signed in.
        """
        if user.role == Role.PATIENT:
            # Their key first: joined to the account, Postgres would look for their last visit through everybody's.
            theirs = Q(patient=Subquery(Patient.objects.filter(user=user).values("pk")))
            return self.filter(theirs | Q(pk=own_hold, patient=None) if own_hold else theirs)
        if user.role == Role.CLINICIAN:
            return self.visits().filter(clinician__user=user)
        return self if user.is_staff else self.none()

    def in_care_visible_to(self, user: Any) -> "AppointmentQuerySet":
        """That there are visits, and how each ended: for clinicians, of people in their care, with whomever they are."""
        return self.visits().filter(in_care(user)) if user.role == Role.CLINICIAN else self.none()

    def times_visible_to(self, user: Any) -> "AppointmentQuerySet":
        """The same with the holds of a clinician's own diary: of those only the time is for them to see."""
        if user.role == Role.CLINICIAN:
            return self.filter(clinician__user=user)
        return self.visible_to(user)
