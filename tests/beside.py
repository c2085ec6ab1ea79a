"""Tests in several processes side by side: each with servers of its own, and some with the machine to themselves.

A plugin (``-p`` in pyproject.toml), because it has to come before the settings: they say where the servers are.
"""

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
SHARED = Path(os.environ.get("DATA_DIR", ".local/test"))

if WORKER:
    os.environ["DATA_DIR"] = str(SHARED / WORKER)


def hands_out_only(config):
    """Tell whether this process runs no test itself: others do, and it shows what they say."""
    return bool(config.getoption("numprocesses", None)) and not WORKER


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Hand out what takes long first, or one process works on alone at the end."""
    if WORKER:
        items.sort(key=lambda item: item.path.parent.name not in {"browser", "faults", "benchmarks"})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Run a test marked ``alone`` while the other processes wait: what it measures is time."""
    if not WORKER:
        return (yield)
    with _turn(fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH):
        return (yield)


@contextmanager
def _turn(kind):
    """Hold the lock of all processes. Who waits for it alone keeps the door shut, or it would never be alone."""
    with (SHARED / "door.lock").open("w") as door, (SHARED / "tests.lock").open("w") as tests:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(tests, kind)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield
