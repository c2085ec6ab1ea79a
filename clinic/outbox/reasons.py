"""What became of a message, as a sentence for reception; the class of an error apart from it. Pure.

The reasons themselves are written by whoever calls a message off, in a few words. Those that are too short for
somebody who was not there stand here at length; any other is shown as it was written.
"""

import re

from clinic.outbox.enums import Answer, MessageState
from clinic.outbox.models import Message

ORDINARY: dict[str, str] = {  # what needs no reason
    MessageState.DUE: "It waits for its time.",
    MessageState.SENDING: "A worker is sending it now.",
    MessageState.SENT: "The server took it. Whether it arrived is not known.",
    MessageState.HANDED: "It is not for e-mail: reception has it in the worklist, to call or to post.",
    MessageState.DELIVERED: "It arrived, as the provider says.",
}
CALLED_OFF = {
    "moved": "the visit was moved, and its new time has messages of its own",
    "cancelled": "the visit was cancelled",
    "did not attend": "the patient did not come to the visit",
    "it was a mistake": "“did not attend” was noted by mistake",
    "the time stays": "the visit keeps its time after all",
    "its new time has passed": "its time in the message plan was changed, and the new time had passed already",
    "a text message says it": "the patient gets it as a text message instead",
    "this message is switched off": "this message is switched off in the message plan",
    "no email address": "there is no address to send it to",
    "not wanted any more": "what it tells does not hold any more",
    "the account is in use or shut": "the account is in use already, or was shut",
    "the message is no longer kept": "the message from the website is not kept any longer",
}
ADDRESS_STOPPED = (
    "nothing is sent to this address, because a message to it came back or its reader marked one as unwanted"
)
FAILED = {
    "no address": "there is no address to send it to",
    "the address does not work": ADDRESS_STOPPED,
    "bounced": "it came back, because there is no such mailbox or it refused the message",
}
BY_ANSWER: dict[str, str] = {
    Answer.QUICK: "the server that takes our messages could not be reached",
    Answer.SLOW: "it was refused for now: the mailbox may be full, or our own account has a fault",
    Answer.NEVER: "it was refused for good, so the address may be wrong",
}
OUR_FAULT = "it could not be written or handed over, which is a fault of the website: tell whoever looks after it"
UNKNOWN = "why is not known"
ERROR = re.compile(r"[A-Z]\w+( \d+)?")  # the class of an error and a server's code


def in_words(message: Message) -> str:
    """Return what became of ``message``, or what it waits for. A state that needs no reason says itself."""
    match message.state:
        case MessageState.DUE if message.why:
            return f"Not sent yet: {why_failed(message.why, message.last_answer)}. It is tried again when it is due."
        case MessageState.CANCELLED if message.stopped_by_id:
            return f"Not sent: {message.stopped_by} stopped it."
        case MessageState.CANCELLED:
            return f"Not sent: {why_called_off(message.why)}."
        case MessageState.MISSED:
            return "Not sent: its time had passed before it could go, so it was of no use any more."
        case MessageState.FAILED:
            return f"Could not be sent: {why_failed(message.why, message.last_answer)}. Reach the person another way."
    state = ORDINARY.get(message.state) or f"{message.get_state_display()}."
    return f"{state} It was on its way out when {message.stopped_by} stopped it." if message.stopped_by_id else state


def why_called_off(why: str) -> str:
    """Return why a message is not wanted, as part of a sentence."""
    return CALLED_OFF.get(why, why.replace("_", " ")) or UNKNOWN


def why_failed(why: str, answer: str) -> str:
    """Return why a message did not go out, as part of a sentence; ``answer`` is what the server's answer meant."""
    if why in FAILED:
        return FAILED[why]
    if answer == Answer.NEVER and not is_from_a_server(why):
        return OUR_FAULT
    return BY_ANSWER.get(answer, why) or UNKNOWN


def is_from_a_server(why: str) -> bool:
    """Tell whether the failure ``why`` is a server's answer: then its code is in it."""
    return why.startswith("SMTP") or why[-3:].isdigit()


def detail(message: Message) -> str:
    """Return the class of the last error, for whoever looks after the site, or nothing."""
    return message.why if message.last_answer and ERROR.fullmatch(message.why) else ""
