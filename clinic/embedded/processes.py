"""Our processes: noted when they start, recognised later, stopped with everything they started.

A note holds the process's number *and* when it started, because numbers are used again. Every
child also carries MARK in its environment: what carries our DATA_DIR's mark while we hold the
DATA_DIR's lock was left behind by a supervisor that was killed.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

MARK = "CLINIC_SUPERVISED"
CLOCK_SLACK = 2.0  # seconds: a start time is worked out from the boot time, which moves with the clock
KILL_WAIT = 5.0


def note(run_dir: Path, name: str, pid: int) -> None:
    """Note that the process ``pid`` is our ``name``."""
    try:
        started = psutil.Process(pid).create_time()
    except psutil.Error:
        return  # it has died already; whoever waits for it will see
    file = run_dir / f"{name}.json"
    half = file.with_suffix(".half")
    half.write_text(json.dumps({"pid": pid, "started": started}))
    half.rename(file)


def forget(run_dir: Path, name: str) -> None:
    """Remove the note about ``name``."""
    (run_dir / f"{name}.json").unlink(missing_ok=True)


def leftovers(run_dir: Path, mark: str) -> list[psutil.Process]:
    """Return the living processes of an earlier supervisor of this DATA_DIR, and what they started."""
    found = [process for process in psutil.process_iter() if _environment(process).get(MARK) == mark]
    for file in run_dir.glob("*.json"):
        if process := _noted(file):
            found += family(process)
    return list({process.pid: process for process in found if process.pid != os.getpid()}.values())


def family(process: psutil.Process) -> list[psutil.Process]:
    """Return ``process``, everything it started, and everything else in its session."""
    try:
        started = process.children(recursive=True)
    except psutil.Error:
        started = []
    return [process, *started, *session(process.pid)]


def session(leader: int) -> list[psutil.Process]:
    """Return what runs in the session that ``leader`` (one of our processes, perhaps dead) made.

    Its number cannot have become somebody else's: a session in use keeps its leader's number.
    """
    return [
        process for process in psutil.process_iter() if process.pid != leader and _session_of(process.pid) == leader
    ]


def stop_child(child: "subprocess.Popen[bytes]", ask: signal.Signals, grace: float) -> bool:
    """Ask ``child`` to end; after ``grace`` seconds end it and all it started.

    Returns whether it went by itself. When this returns nothing of it runs any more.
    """
    members = _members(child.pid)
    child.send_signal(ask)
    try:
        child.wait(timeout=grace)
        went = True
    except subprocess.TimeoutExpired:
        went = False
    kill([*members, *_members(child.pid)])
    child.wait(timeout=KILL_WAIT)
    return went


def end(members: list[psutil.Process], grace: float) -> None:
    """Ask ``members`` to end; after ``grace`` seconds end them."""
    _send(members, signal.SIGTERM)
    _wait(members, grace)
    kill(members)


def kill(members: Iterable[psutil.Process]) -> None:
    """End those of ``members`` that live, and wait until they are gone."""
    living = [member for member in members if alive(member)]
    _send(living, signal.SIGKILL)
    _wait(living, KILL_WAIT)


def alive(process: psutil.Process) -> bool:
    """Tell whether ``process`` runs; a zombie, dead but not collected by its parent, does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _members(pid: int) -> list[psutil.Process]:
    try:
        return family(psutil.Process(pid))
    except psutil.Error:
        return session(pid)


def _wait(members: list[psutil.Process], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(map(alive, members)):
        time.sleep(0.02)


def _send(members: list[psutil.Process], what: signal.Signals) -> None:
    for member in members:
        try:
            member.send_signal(what)
        except psutil.Error:
            continue


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1


def _noted(file: Path) -> psutil.Process | None:
    """Return the living process a note speaks of, if it is still the same one."""
    try:
        noted = json.loads(file.read_text())
        process = psutil.Process(int(noted["pid"]))
        return process if abs(process.create_time() - float(noted["started"])) < CLOCK_SLACK else None
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}
