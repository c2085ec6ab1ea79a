"""Every write to a person's details."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from clinic.accounts.enums import Role
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import uk_day
from clinic.db.contention import constraint_of
from clinic.db.refusal import Refusal
from clinic.outbox import actions as outbox
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.profile import policy
from patients.profile.enums import Status
from patients.profile.models import ClaimCode, NotSamePerson, Patient
from patients.profile.policy import is_adult


class TooYoung(Refusal):
    """The clinic sees adults only."""

    def __init__(self) -> None:
        super().__init__(
            f"We see adults of 18 and over. Call us on {settings.CLINIC['phone']} and we will tell you who can help."
        )


class BornTooLate(Refusal):
    """A date of birth after the day since when they are no longer a patient."""

    def __init__(self) -> None:
        super().__init__(
            "This date of birth does not fit with something else we have written down. "
            f"Call us on {settings.CLINIC['phone']}."
        )


class HasAccount(Refusal):
    """The patient has an account already."""

    words = "This patient has an account already, so there is nothing to claim."


class WrongCode(Refusal):
    """No live code goes with these two. It says the same whichever of them is wrong."""

    def __init__(self) -> None:
        super().__init__(
            "This code and date of birth do not go together, or the code has ended. Check both. "
            f"For a new code, call us on {settings.CLINIC['phone']}."
        )


class TriedTooOften(Refusal):
    """Too many tries with a claim code in an hour."""

    def __init__(self) -> None:
        super().__init__(f"You have tried many times. Wait an hour, or call us on {settings.CLINIC['phone']}.")


class HasProfile(Refusal):
    """The account has a record of its own; two records are never joined by themselves."""

    def __init__(self) -> None:
        super().__init__(
            "You have told us your details in this account already, so we cannot add the other ones by ourselves. "
            f"We will look at both. You can also call us on {settings.CLINIC['phone']}."
        )


def save_profile(user: Any, details: Mapping[str, Any], *, at: datetime) -> Patient:
    """Return the patient whose account is ``user``, with ``details`` (the profile form's values) saved.

    Raises TooYoung for somebody under 18, and BornTooLate.
    """
    if not is_adult(details["date_of_birth"], uk_day(at)):
        raise TooYoung
    with _born_in_time():
        patient, _ = Patient.objects.update_or_create(
            user=user, defaults=dict(details), create_defaults={**details, "created_at": at}
        )
    return patient


def add_patient(details: Mapping[str, Any], *, by: Any, at: datetime) -> Patient:
    """Return a new patient without an account, as staff write them down on the phone. Raises TooYoung."""
    if not is_adult(details["date_of_birth"], uk_day(at)):
        raise TooYoung
    return Patient.objects.create(**{**details, "created_at": at})


def save_details(patient: Patient, details: Mapping[str, Any], *, by: Any, at: datetime) -> None:
    """Save ``details`` (some of a patient's fields), as they or staff write them. Raises TooYoung or BornTooLate.

    Where the number we call changes, the address of the account is told, whoever changed it.
    """
    if "date_of_birth" in details and not is_adult(details["date_of_birth"], uk_day(at)):
        raise TooYoung
    for name, value in details.items():
        setattr(patient, name, value)
    with _born_in_time():
        before = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk).phone
        patient.save(update_fields=list(details))
        if patient.phone != before:
            tell_of_a_change(patient, at=at)


def tell_of_a_change(patient: Patient, *, at: datetime) -> None:
    """Write to the address of a patient's account, where there is one, that something of it was changed."""
    if patient.user_id:
        outbox.plan("account_changed", about=patient.pk, person=patient.pk, anchor=at, at=at, again=True)


def set_status(patient: Patient, status: Status, since: date | None, *, by: Any, at: datetime) -> None:
    """Write down a patient's status, and since which day (None for active). What else it ends is ``bookings/status``.

    Raises Refusal for a day that cannot be, or where the day and the status do not go together.
    """
    if (since is None) != (status == Status.ACTIVE):
        raise Refusal("A day goes with every status but active.")
    if since and (why := policy.why_not_since(since, born=patient.date_of_birth, today=uk_day(at))):
        raise Refusal(why)
    Patient.objects.filter(pk=patient.pk).update(status=status, status_since=since)


def save_access_needs(patient: Patient, needs: str, *, by: Any, at: datetime) -> None:
    """Save what a patient needs to take part in a visit; it is carried along to the visits after."""
    if needs != patient.access_needs:
        patient.access_needs = needs
        patient.save(update_fields=["access_needs"])


def give_claim_code(patient: Patient, *, by: Any, at: datetime) -> str:
    """Return a new code with which ``patient`` can claim their record, as people read it. Older codes end.

    It is kept as a hash only: nobody can read it again. Raises HasAccount.
    """
    code = "".join(secrets.choice(policy.CLAIM_LETTERS) for _ in range(policy.CLAIM_LENGTH))
    with transaction.atomic():
        if Patient.objects.select_for_update(no_key=True).get(pk=patient.pk).user_id:
            raise HasAccount
        ClaimCode.objects.filter(patient=patient, used_at=None, replaced_at=None).update(replaced_at=at)
        ClaimCode.objects.create(
            patient=patient,
            digest=_digest(code),
            made_at=at,
            made_by=by,
            expires_at=at + timedelta(days=policy.CLAIM_DAYS),
        )
    return policy.claim_code_text(code)


def claim_record(code: str, born: date, *, by: Any, at: datetime) -> None:
    """Make the account ``by`` that of the patient to whom staff gave ``code`` and who was born on ``born``.

    Raises WrongCode, after the same statements whether the code or the date is wrong, so that neither the
    answer nor its time says which. Raises HasProfile where the account has a record; staff get a task.
    """
    live = ClaimCode.objects.live(at).filter(digest=_digest(policy.claim_code(code)))
    live.exclude(patient__in=Patient.objects.filter(date_of_birth=born)).update(tries=F("tries") + 1)
    with transaction.atomic():
        right = live.filter(patient__in=Patient.objects.filter(date_of_birth=born, user=None))
        claimed = right.select_for_update().first()
        joined = claimed is not None and _join(claimed, by=by, at=at)
        if claimed is not None and not joined:
            _ask_about_two_records(claimed, at=at)
    if claimed is None:
        audit.record(AccessLog.What.REFUSED, "claim", by.pk, by=by, at=at)
        raise WrongCode
    if not joined:
        raise HasProfile


def tell_apart(one: Patient, other: Patient, *, by: Any, at: datetime) -> None:
    """Write down that two records are of two persons. Said twice it is written once. Raises Refusal for one record."""
    if one.pk == other.pk:
        raise Refusal("These are not two records.")
    first, second = policy.in_order(one.pk, other.pk)
    NotSamePerson.objects.get_or_create(one_id=first, other_id=second, defaults={"at": at, "by": by})


def _join(claimed: ClaimCode, *, by: Any, at: datetime) -> bool:
    """Give the patient their account, whose address gets the messages from now on; tell whether it was free to have one."""
    try:
        with transaction.atomic():
            Patient.objects.filter(pk=claimed.patient_id).update(user=by, email="")
    except IntegrityError:  # one account has one record
        return False
    ClaimCode.objects.filter(pk=claimed.pk).update(used_at=at, used_by=by)
    audit.record(AccessLog.What.CLAIMED, "patient", claimed.patient_id, by=by, at=at)
    return True


def _ask_about_two_records(claimed: ClaimCode, *, at: datetime) -> None:
    worklist.ask(
        TaskKind.TWO_RECORDS,
        "Somebody has two records: look at them, then call",
        key=f"two-records:{claimed.patient_id}",
        about=claimed.patient_id,
        role=Role.RECEPTION,
        due_at=at + timedelta(days=1),
        at=at,
        again=True,
    )


@contextmanager
def _born_in_time() -> Iterator[None]:
    """Say in words where the database finds that a date of birth comes after the status's day. Raises BornTooLate."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) == "patient_status_after_birth":
            raise BornTooLate from error
        raise


def _digest(code: str) -> str:
    return salted_hmac("patients.claim", code, algorithm="sha256").hexdigest()
