"""Python's own stack under a request: a loop deep in a page does not ask the system for memory at every call."""

import resource
from concurrent.futures import ThreadPoolExecutor

from clinic import wsgi

DEEPEST, CALLS = 400, 300


def nothing():
    pass


def loop(calls):
    for _ in range(calls):
        nothing()


def at_depth(depth, calls):
    at_depth(depth - 1, calls) if depth else loop(calls)


def faults_of_a_page(*_):
    """How many pages of memory the system was asked for by loops at each depth, as the body of an answer."""
    at_depth(DEEPEST, 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for depth in range(DEEPEST):
        at_depth(depth, CALLS)
    return [resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before]


def in_a_thread_of_its_own(call, *given):
    """As a server does it: each thread has its own stack, and the tests' one has room already (conftest.py)."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call, *given).result()[0]


def test_no_depth_of_a_page_asks_for_memory_at_every_call(monkeypatch):
    monkeypatch.setattr(wsgi, "site", faults_of_a_page)

    assert in_a_thread_of_its_own(wsgi.application, {}, None) < CALLS
    assert in_a_thread_of_its_own(faults_of_a_page) > CALLS  # as it is without room: the test can tell
