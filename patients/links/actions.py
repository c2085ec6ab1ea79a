"""Opening an address from a message with a date of birth."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from clinic.db.refusal import Refusal
from patients.links.models import TRIES, TriedLink
from patients.profile.models import Patient


class WrongDate(Refusal):
    """This is not the date of birth of the person the message went to."""

    words = "This is not the date of birth we have. Check it and try again."


class DeadLink(Refusal):
    """Too many wrong dates: the address opens nothing any more, also with the right one."""

    def __init__(self) -> None:
        super().__init__(
            "This link has been tried too often, so it no longer works. "
            f"Sign in to your account, or call us on {settings.CLINIC['phone']}."
        )


def open_with(born: date, purpose: str, about: UUID, round: int, *, of: Patient, at: datetime) -> None:
    """Let whoever gave the date of birth ``born`` go on, where it is that of the patient ``of``.

    Raises WrongDate, which counts, and DeadLink after five of them.
    """
    with transaction.atomic():
        tried, _ = TriedLink.objects.get_or_create(purpose=purpose, about=about, round=round, defaults={"last_at": at})
        tried = TriedLink.objects.select_for_update().get(pk=tried.pk)
        is_dead, is_right = tried.wrong >= TRIES, born == of.date_of_birth
        if not is_dead and not is_right:
            TriedLink.objects.filter(pk=tried.pk).update(wrong=tried.wrong + 1, last_at=at)
            is_dead = tried.wrong + 1 >= TRIES
    if is_dead:
        raise DeadLink
    if not is_right:
        raise WrongDate
