"""The first words of the messages about visits. The clinic may change them ("Message texts" in the admin)."""

from django.conf import settings

from clinic.outbox.words import Words
from patients.links.tokens import LONGEST

# A value for each fact, as long as it may become: for previews, and to see that a text message is not too long.
SAMPLES = {
    "day": "Wednesday 30 September",
    "when": "Wednesday 30 September 2026 at 12:30pm, UK time",
    "short": "Sun 25 Oct 1:30am GMT",
    "clinician": "Dr Example",
    "link": f"{settings.SITE_ORIGIN}/care/",
}
WITH_ANSWER = SAMPLES | {"link": f"{settings.SITE_ORIGIN}/v/{'x' * LONGEST}/"}
CANCELLED_BY = SAMPLES | {"what_happened": "Your appointment is cancelled, as you asked."}

# The subject of the copy that the named contact gets. Its few facts are the template's.
COPIES = {
    "booking_confirmed": "An appointment is booked",
    "booking_moved": "An appointment has a new time",
    "booking_cancelled": "An appointment is cancelled",
    "please_move": "An appointment needs a new time",
    "reminder_48h": "A reminder of an appointment",
    "reminder_3h": "A reminder of an appointment",
}

CONFIRMED = Words("Your appointment is booked", "Your appointment is booked.")
MOVED = Words(
    "Your appointment has a new time",
    "Your appointment has a new time. The old time no longer holds.",
    text="{clinic}: your appointment is now on {short}, UK time. See {link} or call {phone}",
)
CANCELLED = Words(
    "Your appointment is cancelled",
    "{what_happened}",
    "If the appointment is in your own calendar, take it out there.",
    text="{clinic}: your appointment of {short} is cancelled. Questions? Call {phone}",
)
PLEASE_MOVE = Words(
    "Your appointment needs a new time",
    "Your appointment needs a new time. We cannot keep this one:",
    "If no time fits, call us.",
    text="{clinic}: we cannot keep your appointment of {short}. Choose another time: {link} or call {phone}",
)
REMINDER = Words(
    "Your appointment on {day}",
    "This is a reminder of your appointment.",
    "If you cannot come, tell us as soon as you can. Someone else can then have the time.",
    text="{clinic}: appointment {short}, UK time. Coming? {link} or call {phone}",
)
MISSING = Words(
    "Before your appointment on {day}",
    "We do not have everything we need for your appointment yet.",
    "If you have sent it in the last few days, you need not do anything. If something is hard to do, call us. We will help.",
    text="{clinic}: we do not have all we need for your appointment on {short} yet. See {link} or call {phone}",
)
DID_NOT_ATTEND = Words(
    "We missed you",
    "You had an appointment with us, and we did not see you.",
    "If you were there, or if you need help, call us.",
    text="{clinic}: we missed you on {short}. To book again see {link} or call {phone}",
)
