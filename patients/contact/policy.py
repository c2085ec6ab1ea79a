"""How a patient may be reached, from what they chose. Pure."""

import re

from clinic.outbox.enums import Channel, Stop
from clinic.outbox.policy import Reach
from patients.contact.enums import Way
from patients.profile.enums import stop_of

# UK mobile numbers: 071 to 075 and 077 to 079 (Ofcom's numbering plan; 076 is mostly pagers, 070 forwards calls).
MOBILE = re.compile(r"\+447[1-57-9][0-9]{8}")


def is_mobile(phone: str) -> bool:
    """Tell whether a text message can go to ``phone`` (in international form)."""
    return MOBILE.fullmatch(phone) is not None


def reach(*, way: str, address: str, texts: bool, phone: str, copies_to: str, status: str, reminders: bool) -> Reach:
    """Return how somebody may be reached who chose ``way``, with the e-mail ``address`` we have of them, or none.

    ``texts`` is whether they chose text messages, ``copies_to`` the address of the person they named. ``status`` and
    whether they want ``reminders`` tell what stops messages to them.
    """
    stops = {stop_of(status), None if reminders else Stop.NO_REMINDERS}
    hand = {Way.PHONE: Channel.PHONE, Way.POST: Channel.POST}.get(Way(way))
    channels = {Channel.SMS: texts and is_mobile(phone), Channel.COPY: bool(copies_to)}
    return Reach(
        channels=frozenset(channel for channel, chosen in channels.items() if chosen),
        by_hand=hand or (None if address else Channel.PHONE),
        stops=frozenset(stop for stop in stops if stop),
    )
