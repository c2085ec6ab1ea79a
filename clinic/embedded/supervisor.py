"""Starts the demo's processes, watches them, and stops them all again, whatever happens.

One thread starts and stops (the system ties a child's leash to the thread that started it); the
others only read what the children say.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clinic.embedded import processes
from clinic.embedded.account import Account, myself
from clinic.embedded.errors import CannotStart
from clinic.embedded.output import Output

RESTARTS = 4  # in a row; a child that then ran STEADY seconds starts counting anew
STEADY = 60.0
POLL = 0.1


class Stopped(Exception):
    """Somebody asked us to stop while we were starting."""


def nothing() -> None:
    """Do nothing: what most services need before a start."""


def at_once() -> bool:
    """Return True: for services that need no waiting for."""
    return True


@dataclass(frozen=True)
class Service:
    """A process to keep running."""

    name: str
    command: list[str]
    env: Mapping[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=myself)
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0  # seconds between asking and ending
    before: Callable[[], None] = nothing  # clears what a killed predecessor left
    ready: Callable[[], bool] = at_once
    patience: float = 30.0  # seconds until it must be ready
    cwd: Path | None = None

    def popen(self) -> dict[str, Any]:
        """Return the arguments of ``subprocess`` for whom and where it runs."""
        where = {"cwd": str(self.cwd)} if self.cwd else {}
        return self.account.popen() | where


@dataclass
class Running:
    """A service's present process."""

    service: Service
    child: "subprocess.Popen[bytes]"
    since: float
    deaths: int = 0
    again_at: float | None = None  # it has died, and is started again then


class Supervisor:
    """The processes of one DATA_DIR; the caller holds its lock."""

    def __init__(self, run_dir: Path, mark: str, output: Output, must_stop: Callable[[], str] = str) -> None:
        """``must_stop`` returns why everything must stop now, or nothing."""
        self.output = output
        self._run_dir = run_dir
        self._mark = mark
        self._must_stop = must_stop
        self._running: list[Running] = []

    def clear_leftovers(self) -> int:
        """End what a killed predecessor left running; return how many processes that were."""
        found = processes.leftovers(self._run_dir, self._mark)
        processes.end(found, grace=5)
        for file in self._run_dir.glob("*.json"):
            file.unlink()
        return len(found)

    def start(self, service: Service) -> None:
        """Start ``service`` and wait until it is ready; try again when it dies, like ``watch``.

        Raises Stopped when asked to stop meanwhile, CannotStart when it does not become ready.
        """
        running = self._known(service) or self.warm(service)
        until = time.monotonic() + service.patience
        while not self._is_ready(running):
            self._raise_if_stopped()
            if time.monotonic() > until or not self._revive(running, pause=1.0):
                raise CannotStart(f"{service.name} did not start; what it said is above.")
            time.sleep(POLL / 2)

    def warm(self, service: Service) -> Running:
        """Start ``service`` and do not wait: it loads what it needs while something else is made ready."""
        running = self._launch(service)
        self._running.append(running)
        return running

    def run(self, name: str, command: list[str], env: Mapping[str, str], cwd: Path) -> None:
        """Run ``command`` to its end. Raises Stopped when asked to stop, CannotStart when it fails."""
        running = self._launch(Service(name, command, env, cwd=cwd))
        try:
            while (code := running.child.poll()) is None:
                self._raise_if_stopped()
                time.sleep(POLL / 4)
        finally:
            self._end(running)
        if code != 0:
            raise CannotStart(f"{name} failed (exit code {code}); what it said is above.")

    def watch(self) -> None:
        """Keep everything running until asked to stop. Raises CannotStart when a child keeps dying."""
        while not self._must_stop():
            for running in self._running:
                if not self._revive(running):
                    raise CannotStart(f"{running.service.name} keeps stopping; what it said is above.")
            time.sleep(POLL)

    def stop(self) -> None:
        """Stop everything in reverse order. When this returns nothing of ours runs any more."""
        while self._running:
            running = self._running[-1]
            if not self._end(running):
                self.output.say(f"{running.service.name} did not stop by itself and was ended")
            self._running.pop()

    def pid(self, name: str) -> int:
        """Return the process number of the service ``name``."""
        return next(running.child.pid for running in self._running if running.service.name == name)

    def _known(self, service: Service) -> Running | None:
        return next((running for running in self._running if running.service.name == service.name), None)

    def _raise_if_stopped(self) -> None:
        if why := self._must_stop():
            raise Stopped(why)

    def _is_ready(self, running: Running) -> bool:
        return running.child.poll() is None and running.service.ready()

    def _launch(self, service: Service) -> Running:
        service.before()
        child = subprocess.Popen(
            [*leash(service.stop_signal), *service.command],
            env={**os.environ, **service.env, processes.MARK: self._mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **service.popen(),
        )
        processes.note(self._run_dir, service.name, child.pid)
        assert child.stdout is not None  # noqa: S101 - tells the type checker what PIPE means
        self.output.follow(service.name, child.stdout)
        return Running(service, child, time.monotonic())

    def _revive(self, running: Running, pause: float | None = None) -> bool:
        """Start a dead process again, each time after a longer pause; return False after RESTARTS."""
        now = time.monotonic()
        if running.again_at is None:
            return running.child.poll() is None or self._plan_restart(running, now, pause)
        if now >= running.again_at:
            fresh = self._launch(running.service)
            running.child, running.since, running.again_at = fresh.child, fresh.since, None
        return True

    def _plan_restart(self, running: Running, now: float, pause: float | None) -> bool:
        processes.kill(processes.session(running.child.pid))
        running.deaths = 1 if now - running.since > STEADY else running.deaths + 1
        if running.deaths > RESTARTS:
            return False
        wait = pause or 2.0 ** (running.deaths - 1)
        running.again_at = now + wait
        self.output.say(
            f"{running.service.name} stopped ({running.child.returncode}); starting it again in {wait:.0f} s"
        )
        return True

    def _end(self, running: Running) -> bool:
        """Stop one process and all it started; return whether it went by itself."""
        went = processes.stop_child(running.child, running.service.stop_signal, running.service.grace)
        processes.forget(self._run_dir, running.service.name)
        return went


def leash(how: signal.Signals) -> list[str]:
    """Return the prefix of a command that has the system send ``how`` when its parent dies.

    Linux has it; elsewhere, and where the leash itself is cut, the next start finds the leftovers.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", how.name.removeprefix("SIG"), "--"] if setpriv else []
