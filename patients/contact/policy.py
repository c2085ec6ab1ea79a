"""How a patient may be reached, from what they chose. Pure."""

from collections.abc import Sequence

from clinic.outbox.enums import Channel, Stop
from clinic.outbox.policy import Reach
from patients.contact.enums import Way
from patients.profile.enums import stop_of
from patients.profile.policy import is_mobile


def reach(
    *,
    way: str,
    address: str,
    texts: bool,
    phone: str,
    copies_to: str,
    status: str,
    reminders: bool,
    needs: Sequence[str] = (),
) -> Reach:
    """Return how somebody may be reached who chose ``way``, with the e-mail ``address`` we have of them, or none.

    ``texts`` is whether they chose text messages, ``copies_to`` the address of the person they named. ``status`` and
    whether they want ``reminders`` tell what stops messages to them. ``needs`` go along as they are.
    """
    stops = {stop_of(status), None if reminders else Stop.NO_REMINDERS}
    hand = {Way.PHONE: Channel.PHONE, Way.POST: Channel.POST}.get(Way(way))
    channels = {Channel.SMS: texts and is_mobile(phone), Channel.COPY: bool(copies_to)}
    return Reach(
        channels=frozenset(channel for channel, chosen in channels.items() if chosen),
        by_hand=hand or (None if address else Channel.PHONE),
        stops=frozenset(stop for stop in stops if stop),
        needs=tuple(needs),
    )
