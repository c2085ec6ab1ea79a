"""The virus check, against a clamd of our own that speaks the real protocol over real sockets."""

import socket
import struct
import threading
import time
from contextlib import contextmanager

import pytest
from django.test import override_settings

from patients.documents import actions, refusals, scanner, tasks
from patients.documents.enums import State
from patients.documents.models import Document
from tests.factories import documents
from tests.factories.documents import EICAR, kept
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
SIGNED = b"Eicar-Signature"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    return lambda: sorted(settings.DOCUMENTS_DIR.glob("*"))


def read(line, length):
    data = b""
    while len(data) < length:
        more = line.recv(length - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


def speak(line, answer):
    """One conversation as clamd has it: the command, pieces with their length, a piece of none, the verdict."""
    command = b"".join(iter(lambda: read(line, 1), b"\0"))
    assert command == b"zINSTREAM"
    data = b""
    while length := struct.unpack("!I", read(line, 4))[0]:
        data += read(line, length)
    return answer(data)


def verdict(data):
    return b"stream: Eicar-Signature FOUND\0" if EICAR in data else b"stream: OK\0"


@contextmanager
def clamd(answer=verdict, path=None):
    """A clamd; gives its address, and what it was sent."""
    place = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    place.bind(str(path) if path else ("127.0.0.1", 0))
    place.listen()
    heard = []

    def serve():
        while True:
            try:
                line, _ = place.accept()
            except OSError:
                return
            with line:
                try:
                    said = speak(line, lambda data: heard.append(data) or answer(data))
                    for each in said:  # as slowly as a network may bring it
                        line.sendall(bytes([each]))
                except OSError:
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    address = str(path) if path else f"127.0.0.1:{place.getsockname()[1]}"
    with override_settings(CLAMD_ADDRESS=address):
        yield heard
    place.shutdown(socket.SHUT_RDWR)
    place.close()
    thread.join(5)


@pytest.fixture
def nobody_listens(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.CLAMD_ADDRESS = f"127.0.0.1:{free.getsockname()[1]}"
    return settings


@pytest.mark.parametrize("over", ["tcp", "unix"])
def test_what_is_clean_waits_and_is_then_readable(amina, tmp_path, over):
    with clamd(path=tmp_path / "clamd.sock" if over == "unix" else None) as heard:
        document = kept(amina, data=documents.pdf(60) + b"\n" * 300_000)
        assert document.state == State.WAITING
        with pytest.raises(refusals.NotHere):
            actions.own_file(document)

        tasks.scan_waiting()

    document.refresh_from_db()
    assert document.state == State.CLEAN
    assert heard == [actions.own_file(document)]


@pytest.mark.django_db(transaction=True)
def test_case_45_eicar_is_refused_its_bytes_are_gone_and_its_row_stays(amina, files):
    with clamd():
        document = kept(amina, "letter.pdf", data=documents.pdf() + EICAR)
        good = kept(amina, "good.pdf")

        tasks.scan_waiting()

    document.refresh_from_db()
    good.refresh_from_db()
    assert (document.state, document.stored, good.state) == (State.REFUSED, "", State.CLEAN)
    assert [file.name for file in files()] == [good.stored]
    assert document.state_changes.get().by is None


def test_case_45_the_scanner_is_down_and_comes_back(amina, okafor, nobody_listens, caplog):
    document = kept(amina)

    tasks.scan_waiting()

    document.refresh_from_db()
    assert document.state == State.WAITING
    assert "could not be checked" in caplog.text
    for read_it in (actions.own_file, lambda each: actions.original(each, by=okafor.user, at=NOW)):
        with pytest.raises(refusals.NotHere):
            read_it(document)
    with clamd():
        tasks.scan_waiting()
    document.refresh_from_db()
    assert document.state == State.CLEAN


@pytest.mark.parametrize(
    "said", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK but not yet", b"\xff" * 5000]
)
def test_what_is_no_verdict_is_none(amina, said):
    with clamd(lambda data: said):
        document = kept(amina)

        tasks.scan_waiting()

    document.refresh_from_db()
    assert document.state == State.WAITING


def test_one_file_nobody_can_check_holds_up_no_other(amina):
    with clamd(lambda data: b"no. ERROR\0" if b"poison" in data else verdict(data)):
        kept(amina, data=documents.pdf() + b"poison")
        good = [kept(amina, data=documents.pdf(number)) for number in range(1, 6)]

        tasks.scan_waiting()

    assert {Document.objects.get(pk=each.pk).state for each in good} == {State.CLEAN}


def test_a_scanner_that_hangs_is_left_after_its_time(amina, monkeypatch):
    monkeypatch.setattr(scanner, "ANSWER", 0.3)
    with clamd(lambda data: time.sleep(2) or b"stream: OK\0"):
        document, began = kept(amina), time.monotonic()

        with pytest.raises(scanner.ScannerDown):
            actions.scan(document, at=NOW)

        assert time.monotonic() - began < 1.5


def test_without_a_scanner_it_says_so_and_is_readable(amina, settings):
    with clamd():
        waits = kept(amina)
    none = kept(amina, data=documents.pdf(2))
    assert (waits.state, none.state) == (State.WAITING, State.UNSCANNED)

    tasks.scan_waiting()

    waits.refresh_from_db()
    assert waits.state == State.UNSCANNED
    assert actions.own_file(waits)


def test_with_a_scanner_at_last_what_was_not_checked_is(amina):
    document = kept(amina, data=documents.pdf() + EICAR)
    with clamd():
        tasks.scan_waiting()

    document.refresh_from_db()
    assert document.state == State.REFUSED


def test_what_was_removed_while_it_was_checked_stays_removed(amina):
    document = kept(amina)
    as_the_worker_read_it = Document.objects.get()
    actions.remove(document, by=amina.user, at=NOW)

    with clamd() as heard:
        actions.scan(as_the_worker_read_it, at=NOW)

    assert len(heard) == 1
    assert Document.objects.get().state == State.REMOVED
