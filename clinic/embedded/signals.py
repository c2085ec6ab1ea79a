"""Why the supervisor must stop: somebody asked, the reader has gone, or make has died."""

import os
import signal
from pathlib import Path
from types import FrameType

from clinic.embedded.output import Output

ASKED_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Wishes:
    """Collects reasons to stop; call it to get the first, or nothing."""

    def __init__(self, output: Output, *, under_make: bool) -> None:
        """``under_make``: our parent is make, and we end with it."""
        self._output = output
        self._parent = os.getppid() if under_make else None
        self._make_listens = under_make and _catches_sigint(os.getppid())
        self._why = ""

    def __call__(self) -> str:
        """Return why everything must stop now, or nothing."""
        if not self._why and self._output.gone.is_set():
            self._why = "nobody reads the output any more"
        if not self._why and self._parent is not None:
            self._why = self._how_make_ended(self._parent)
        return self._why

    def listen(self) -> None:
        """Take signals as a wish to stop, in place of their usual effect."""
        for number in ASKED_BY:
            signal.signal(number, self._asked)

    def _how_make_ended(self, parent: int) -> str:
        """Return how make (our parent) ended or is ending, or nothing while it runs.

        make passes SIGTERM on, but not a SIGINT that was sent to it alone; it then waits for us. Having
        taken one it goes back to the signal's default, so SIGINT is no longer among those it catches.
        In the background of a script it never caught any, and then this says nothing.
        """
        if os.getppid() != parent:
            return "make was killed"
        return "make was interrupted" if self._make_listens and not _catches_sigint(parent) else ""

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self._why = self._why or signal.Signals(number).name


def _catches_sigint(process: int) -> bool:
    """Tell whether a process catches SIGINT; False too where that cannot be known (not Linux)."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (signal.SIGINT - 1) & 1)
