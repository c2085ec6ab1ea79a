"""What a file holds: by its first bytes, and opened by a program of its own that may die (reader.py)."""

import hashlib
import json
import logging
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from clinic.db.refusal import Refusal
from patients.documents.enums import Made
from patients.documents.policy import HEIC, MOST_BYTES, MOST_PAGES, MOST_PIXELS, made_of
from patients.documents.refusals import (
    Busy,
    Empty,
    Heic,
    Locked,
    NotThisSort,
    TooLarge,
    TooManyPages,
    TooManyPixels,
    Unreadable,
)

READER = Path(__file__).with_name("reader.py")
LONGEST = 20  # seconds by the clock, on a machine that is busy; the processor's are bounded by reader.py
AT_ONCE = threading.BoundedSemaphore(2)  # programs a process; each may take some hundred MB
WAIT = 15  # seconds until it is our turn
log = logging.getLogger("clinic.documents")


@dataclass(frozen=True)
class Ready:
    """A file that may be kept: its bytes (of a picture: written anew), and what is known of it."""

    data: bytes
    made: Made
    pages: int
    sha256: str  # of the file as it was sent


def prepare(data: bytes) -> Ready:
    """Return a file as it may be kept. Raises a Refusal that says what to do."""
    if not data:
        raise Empty
    if len(data) > MOST_BYTES:
        raise TooLarge
    made = made_of(data)
    if made is None:
        raise Heic if HEIC.match(data) else NotThisSort
    is_pdf = made == Made.PDF
    said, picture = _read("check" if is_pdf else "clean", data, made, MOST_PAGES if is_pdf else MOST_PIXELS)
    return Ready(data if is_pdf else picture, made, said["pages"], hashlib.sha256(data).hexdigest())


def page_image(data: bytes, made: Made, number: int) -> bytes:
    """Return page ``number`` (from 1) of a file as a JPEG for reading. Raises Unreadable or Busy."""
    return _read("page", data, made, number)[1]


def _read(what: str, data: bytes, made: Made, number: int) -> tuple[dict[str, int], bytes]:
    if not AT_ONCE.acquire(timeout=WAIT):
        raise Busy
    try:
        done = subprocess.run(  # noqa: S603 - our own program; its words are ours, the file comes by a pipe
            [sys.executable, "-I", "-B", str(READER), what, made.value, str(number)],
            input=data,
            capture_output=True,
            timeout=LONGEST,
            env={},  # no secret of ours
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable from error
    finally:
        AT_ONCE.release()
    if done.returncode:
        log.warning("A file could not be opened: %s ended with %s", what, done.returncode)
        raise Unreadable
    line, _, picture = done.stdout.partition(b"\n")
    said = json.loads(line)
    if why := said.get("why"):
        raise _refusal(why)
    return said, picture


def _refusal(why: str) -> Refusal:
    word, _, number = why.partition(" ")
    if word == "pages":
        return TooManyPages(int(number))
    return {"pixels": TooManyPixels, "locked": Locked}.get(word, Unreadable)()
