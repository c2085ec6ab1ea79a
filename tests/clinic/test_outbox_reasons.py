"""Why a message was not sent, in words a receptionist understands."""

import ast
import re
from pathlib import Path

import pytest
from django.db.models.functions import Now

from bookings.appointments.enums import State
from clinic.outbox import reasons
from clinic.outbox.enums import Answer, MessageState, Stop
from tests.factories.messages import due

NOT_FOR_PEOPLE = re.compile(r"_|[a-z][A-Z]|[A-Z]{2}|Error|\d{3}")


def words(state, why="", answer="", **fields):
    return reasons.in_words(due(state=state, why=why, last_answer=answer, sent_at=Now(), lease_until=Now(), **fields))


def reasons_in_the_code():
    """Every reason that our own code gives as it stands, where a message is called off."""
    for path in [path for app in ("clinic", "patients", "bookings") for path in Path(app).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if called == "NotWanted":
                yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))
            if called in {"outbox.cancel", "actions.cancel"}:
                yield from (each.value.value for each in node.keywords if each.arg == "why")


IN_THE_CODE = sorted(set(reasons_in_the_code()))
MADE_UP = [f"the appointment is {state}" for state in State] + [f"the patient {stop.label}" for stop in Stop]


def test_the_reasons_are_found():
    assert {"moved", "cancelled", "nothing is missing", "the offer is no longer open"} <= set(IN_THE_CODE)


@pytest.mark.parametrize("why", [*IN_THE_CODE, *MADE_UP])
def test_every_reason_for_calling_off_is_a_sentence(db, why):
    said = words("cancelled", why)

    assert re.fullmatch(r"Not sent: \S.{14,}[^.]\.", said)
    assert NOT_FOR_PEOPLE.search(said) is None


@pytest.mark.parametrize("state", MessageState)
def test_every_state_is_a_sentence(db, state):
    assert re.fullmatch(r"[A-Z].{6,}\.", words(state, "moved" if state == "cancelled" else ""))


@pytest.mark.parametrize(
    ("why", "answer", "said"),
    [
        ("no address", Answer.NEVER, "there is no address to send it to"),
        ("the address does not work", Answer.NEVER, "nothing is sent to this address, because a message to it came"),
        ("bounced", "", "it came back, because there is no such mailbox"),
        ("SMTPRecipientsRefused 550", Answer.NEVER, "it was refused for good, so the address may be wrong"),
        ("AnymailRequestsAPIError 422", Answer.NEVER, "it was refused for good"),
        ("SMTPRecipientsRefused 452", Answer.SLOW, "it was refused for now: the mailbox may be full"),
        ("not taken", Answer.SLOW, "it was refused for now"),
        ("SMTPServerDisconnected", Answer.QUICK, "the server that takes our messages could not be reached"),
        ("ConnectionRefusedError", Answer.QUICK, "the server that takes our messages could not be reached"),
        ("ValueError", Answer.NEVER, "a fault of the website: tell whoever looks after it"),
        ("BadHeaderError", Answer.NEVER, "a fault of the website: tell whoever looks after it"),
    ],
)
def test_failures_in_words_and_what_to_do(db, why, answer, said):
    failed, waits = words("failed", why, answer), words("due", why, answer)

    assert said in failed
    assert failed.endswith(". Reach the person another way.")
    assert said in waits
    assert waits.endswith("It is tried again when it is due.")
    assert NOT_FOR_PEOPLE.search(failed + waits) is None


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_without_a_reason_it_says_so(db, state):
    assert ": why is not known." in words(state)


@pytest.mark.parametrize(
    ("state", "why", "answer", "detail"),
    [
        ("failed", "SMTPRecipientsRefused 550", Answer.NEVER, "SMTPRecipientsRefused 550"),
        ("due", "ConnectionRefusedError", Answer.QUICK, "ConnectionRefusedError"),
        ("failed", "no address", Answer.NEVER, ""),
        ("cancelled", "moved", "", ""),
    ],
)
def test_the_class_of_the_error_stands_apart(db, state, why, answer, detail):
    assert reasons.detail(due(state=state, why=why, last_answer=answer)) == detail
