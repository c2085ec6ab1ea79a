"""What staff do to one message by hand: send it again, or stop it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.accounts.models import User
from clinic.db.refusal import Refusal
from clinic.outbox import reasons
from clinic.outbox.actions import new_message_id
from clinic.outbox.enums import ON_THE_WAY, MessageState
from clinic.outbox.models import Message
from clinic.outbox.posting import Failure
from clinic.outbox.registry import NotWanted
from clinic.outbox.sending import letter_of
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind

STOPPED_BY_STAFF = "stopped by staff"


def resend(message: Message, *, by: User, at: datetime) -> Message:
    """Return a new message that says the same again, asked for by the staff member ``by``.

    The old one stays as it is in the log, and its task is done. Raises Refusal where it is still on
    its way, called off, too late, would not go out, or has been sent again already.
    """
    if why := why_not_again(message, at):
        raise Refusal(why)
    with transaction.atomic():
        again, is_new = Message.objects.get_or_create(key=_key_of_next(message), defaults=_same_again(message, by, at))
        if not is_new:
            raise Refusal("This message has been sent again already. Look for the newer one in the list.")
        worklist.finish_about(message.pk, TaskKind.MESSAGE_FAILED, "Sent again", by=by, at=at)
    return again


def why_not_again(message: Message, at: datetime) -> str:
    """Return why ``message`` may not be sent again at ``at``, or nothing.

    What would not go out is told before, not by a second failure. One that staff stopped may still go: what it
    tells has not changed.
    """
    if message.state in ON_THE_WAY:
        return "This message is still on its way."
    if message.state == MessageState.CANCELLED and not message.stopped_by_id:
        return "This message is no longer wanted: what it tells has changed."
    if message.state == MessageState.HANDED:
        return "This message goes by hand: look for its task in the worklist."
    if message.useful_until <= at:
        return "It is too late for this message to be of use."
    letter = letter_of(message)
    if isinstance(letter, NotWanted):
        return f"It would not go out: {reasons.why_called_off(letter.why)}."
    if isinstance(letter, Failure):
        return f"It would not go out: {reasons.why_failed(letter.why, letter.answer)}."
    return ""


def stop(message: Message, *, by: User, at: datetime) -> bool:
    """Stop a message on its way; ``by`` stays in its row. Tell whether a worker had it in hand: it may still go out.

    Then the row will say that it was sent. Raises Refusal where it is not on its way any more.
    """
    with transaction.atomic():
        locked = Message.objects.select_for_update().get(pk=message.pk)
        if why := why_not_stop(locked):
            raise Refusal(why)
        changes = {"state": MessageState.CANCELLED, "why": STOPPED_BY_STAFF, "stopped_by": by, "closed_at": at}
        Message.objects.filter(pk=message.pk).update(**changes, lease_until=None)
    return locked.state == MessageState.SENDING


def why_not_stop(message: Message) -> str:
    """Return why ``message`` cannot be stopped, or nothing."""
    return "" if message.state in ON_THE_WAY else "This message is not on its way any more."


def _key_of_next(message: Message) -> str:
    """Return the key of the one message that may follow ``message``. It grows no longer from one to the next."""
    first = message.key.split(":again:")[0]
    return f"{first}:again:{message.pk.hex}"


def _same_again(message: Message, by: User, at: datetime) -> dict[str, Any]:
    names = ("rule", "round", "channel", "about", "person", "anchor", "useful_until")
    same = {name: getattr(message, name) for name in names}
    return same | {"wanted_at": at, "due_at": at, "created_at": at, "asked_by": by, "message_id": new_message_id()}
