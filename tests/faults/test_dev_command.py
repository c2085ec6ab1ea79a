"""`make run` as a person meets it: it starts, it stops, it is killed, it is started again.

Real processes in a DATA_DIR of their own. The figures are the ones promised in docs/operations.md.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from clinic.embedded import processes
from clinic.embedded.places import Places

ROOT = Path(__file__).resolve().parents[2]
FIRST_PAGE_WITHIN = 5  # seconds, on a second start
READY_WITHIN = 15
FIRST_START_WITHIN = 90
DEV = [sys.executable, "manage.py", "dev"]


class Copy:
    """One `manage.py dev`, with what it said and what it started."""

    def __init__(self, data_dir, command=DEV, port=None):
        self.data_dir = data_dir
        self.port = port or free_port()
        self.lines = []
        self.began = time.monotonic()
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_ROLE", "DATABASE_URL", "REDIS_URL", "MAKEFLAGS"}
        }
        given = {"CLINIC_ENV": "demo", "DATA_DIR": str(data_dir), "PORT": str(self.port)}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=kept | given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.reader.start()

    def waits_for(self, path, seconds):
        """Return after how many seconds since the start ``path`` answered 200."""
        while time.monotonic() - self.began < seconds:
            if self.status(path) == 200:
                return time.monotonic() - self.began
            assert self.process.poll() is None, "".join(self.lines)
            time.sleep(0.05)
        pytest.fail(f"{path} did not answer within {seconds} s\n" + "".join(self.lines))

    def status(self, path):
        try:
            return urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=5).status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def pid(self, name):
        """Return the number of a service's process, once it has one."""
        note = self.data_dir / "run" / f"{name}.json"
        until = time.monotonic() + 10
        while not note.exists() and time.monotonic() < until:
            time.sleep(0.05)
        return json.loads(note.read_text())["pid"]

    def living(self):
        """Return the command lines of what this copy started and what still runs."""
        mark = str(self.data_dir)
        ours = [one for one in psutil.process_iter() if processes._environment(one).get(processes.MARK) == mark]
        return [one.cmdline() for one in ours if processes.alive(one)]

    def ends(self, seconds=25):
        """Wait until nothing of this copy runs any more; return its exit code and what it said."""
        code = self.process.wait(timeout=seconds)
        self.reader.join(timeout=5)
        until = time.monotonic() + 5
        while self.living() and time.monotonic() < until:
            time.sleep(0.1)
        return code, "".join(self.lines)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.ends()

    def cut_off(self):
        """End everything of this copy, whatever a test left."""
        processes.kill(processes.leftovers(self.data_dir / "run", str(self.data_dir)))
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=5)
        self.reader.join(timeout=5)  # it ends with the last process that could still write
        self.process.stdout.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def new_data_dir():
    folder = Path(tempfile.mkdtemp(prefix="clinic-dev-"))
    folder.chmod(0o755)
    return folder


def remove(data_dir):
    shutil.rmtree(Places.below(data_dir).valkey_socket.parent, ignore_errors=True)
    shutil.rmtree(data_dir, ignore_errors=True)


@pytest.fixture(scope="module")
def first_start():
    """A first start and its stop: the folder it filled, how long it took, and what it said."""
    data_dir = new_data_dir()
    copy = Copy(data_dir)
    try:
        seconds = copy.waits_for("/", FIRST_START_WITHIN)
        copy.waits_for("/readyz", FIRST_START_WITHIN)
        code, said = copy.stop()
        left = copy.living()
    finally:
        copy.cut_off()
    yield {"data_dir": data_dir, "seconds": seconds, "code": code, "said": said, "left": left}
    remove(data_dir)


@pytest.fixture
def start(first_start):
    """Start a copy in the folder that the first start filled, or in another one."""
    copies = []

    def start(data_dir=None, **more):
        copies.append(Copy(data_dir or first_start["data_dir"], **more))
        return copies[-1]

    yield start
    for copy in copies:
        copy.cut_off()


@pytest.fixture
def another_data_dir(first_start):
    """A copy of the filled folder, so that a second site need not be prepared from nothing."""
    folder = new_data_dir()
    subprocess.run(["cp", "-a", f"{first_start['data_dir']}/.", str(folder)], check=True)
    yield folder
    remove(folder)


def test_the_first_start_shows_its_steps_and_who_may_sign_in(first_start):
    said = first_start["said"]

    steps = [
        line.split("|")[1].split()[0] for line in said.splitlines() if line.startswith("clinic ") and "/6 " in line
    ]
    assert steps == ["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]
    assert "Ready: http://localhost:" in said
    assert "amina@example.com" in said
    assert "Traceback" not in said


def test_sigterm_stops_everything_in_reverse_order(first_start):
    said = first_start["said"]

    assert first_start["code"] == 0
    assert first_start["left"] == []
    order = [
        said.index(words)
        for words in (
            "Stopping (SIGTERM)",
            "Warm shutdown",
            "Received SIGTERM scheduling",
            "received fast shutdown request",
        )
    ]
    assert order == sorted(order)


@pytest.mark.proof
def test_a_second_start_is_quick_and_nobody_else_lives_in_its_folder(start):
    copy = start()

    if copy.waits_for("/", READY_WITHIN) >= FIRST_PAGE_WITHIN:  # once more: the machine may have had other things to do
        copy.stop()
        copy = start()
        assert copy.waits_for("/", READY_WITHIN) < FIRST_PAGE_WITHIN
    assert copy.waits_for("/readyz", READY_WITHIN) < READY_WITHIN
    another_is_sent_away(start, copy)
    code, said = copy.stop(signal.SIGINT)

    assert (code, copy.living()) == (0, [])
    assert "Stopping (SIGINT)" in said


def another_is_sent_away(start, copy):
    code, said = start().ends()

    assert code == 1
    assert f"Another copy (process {copy.process.pid}) already uses {copy.data_dir}" in said
    assert "DATA_DIR=" in said
    assert "Traceback" not in said


@pytest.mark.proof
def test_killed_outright_it_recovers_without_help(start):
    killed = start()
    killed.waits_for("/readyz", READY_WITHIN)
    killed.process.kill()
    killed.process.wait()

    copy = start(port=killed.port)

    assert copy.waits_for("/", FIRST_PAGE_WITHIN + 5)
    assert copy.waits_for("/readyz", READY_WITHIN)
    assert killed.living() == copy.living() != []  # one set of processes, the new one
    code, _ = copy.stop()
    assert (code, copy.living()) == (0, [])


@pytest.mark.proof
def test_two_copies_live_side_by_side(start, another_data_dir):
    one, other = start(), start(another_data_dir)
    one.waits_for("/readyz", READY_WITHIN)
    other.waits_for("/readyz", READY_WITHIN)

    assert (one.stop()[0], other.status("/healthz"), other.stop()[0]) == (0, 200, 0)


def test_a_port_in_use_is_said_at_once(start, first_start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        copy = start(port=port)
        code, said = copy.ends()

    assert code == 1
    assert f"Port {port} cannot be used" in said
    assert f"PORT={port + 1}" in said
    assert "1/6" not in said
    assert "Traceback" not in said


def test_when_make_is_killed_everything_ends(start, tmp_path):
    copy = start(command=under_make(tmp_path))
    copy.waits_for("/healthz", READY_WITHIN)

    copy.process.kill()
    copy.process.wait()
    until = time.monotonic() + 20
    while copy.living() and time.monotonic() < until:
        time.sleep(0.1)

    assert copy.living() == []


def under_make(folder):
    """Return a command that has make start the demo, as `make run` does."""
    file = folder / "Makefile"
    file.write_text(f"run:\n\t@export CLINIC_UNDER_MAKE=1; cd {ROOT}; exec {' '.join(DEV)}\n")
    return ["make", "-s", "-f", str(file), "run"]


@pytest.mark.proof
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_make_alone_stops_everything(start, tmp_path, how):
    copy = start(command=under_make(tmp_path))
    copy.waits_for("/healthz", READY_WITHIN)

    _, said = copy.stop(how)

    assert "Stopped. Nothing is left running." in said
    assert copy.living() == []


@pytest.mark.proof
@pytest.mark.parametrize("name", ["postgres", "valkey", "web", "worker", "beat"])
def test_a_child_that_is_killed_is_started_again(start, name):
    copy = start()
    copy.waits_for("/readyz", READY_WITHIN)
    before = copy.pid(name)

    os.kill(before, signal.SIGKILL)
    time.sleep(3)
    copy.began = time.monotonic()

    assert copy.waits_for("/", 20)
    assert copy.waits_for("/readyz", 20)
    assert copy.pid(name) != before
    code, said = copy.stop()
    assert (code, copy.living()) == (0, [])
    assert f"{name} stopped (-9); starting it again" in said


@pytest.mark.proof
def test_everything_killed_at_once_recovers_without_help(start):
    killed = start()
    killed.waits_for("/readyz", READY_WITHIN)
    everything = [killed.process.pid, *map(killed.pid, ("postgres", "valkey", "web", "worker", "beat"))]
    for pid in everything:
        os.kill(pid, signal.SIGKILL)
    killed.process.wait()

    copy = start()

    assert copy.waits_for("/readyz", READY_WITHIN)
    assert copy.stop()[0] == 0


@pytest.mark.proof
def test_a_reader_that_leaves_stops_everything(start):
    copy = start(command=["sh", "-c", f"{' '.join(DEV)} | head -n 3"])

    copy.ends(40)
    until = time.monotonic() + 25
    while copy.living() and time.monotonic() < until:
        time.sleep(0.1)

    assert len(copy.lines) == 3
    assert copy.living() == []


@pytest.mark.proof
@pytest.mark.parametrize("after", [0.3, 0.6, 0.9, 1.2, 1.6, 2.0, 2.5, 3.0])
def test_stopped_while_it_starts_it_leaves_nothing(start, after):
    copy = start()
    time.sleep(after)

    copy.stop()

    assert copy.living() == []
