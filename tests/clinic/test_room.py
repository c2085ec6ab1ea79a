"""Python's own stack under a request: a loop deep in a page does not ask the system for memory at every call."""

import resource

from clinic import wsgi

DEEPEST, CALLS = 150, 300


def nothing():
    pass


def loop(calls):
    for _ in range(calls):
        nothing()


def at_depth(depth, calls):
    at_depth(depth - 1, calls) if depth else loop(calls)


def faults_of_a_page():
    """How many pages of memory the system was asked for by loops at each depth."""
    at_depth(DEEPEST, 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for depth in range(DEEPEST):
        at_depth(depth, CALLS)
    return [resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before]


def test_no_depth_of_a_page_asks_for_memory_at_every_call(monkeypatch):
    monkeypatch.setattr(wsgi, "site", lambda environ, start_response: faults_of_a_page())

    assert wsgi.application({}, None)[0] < CALLS
    assert faults_of_a_page()[0] > CALLS  # as it is without room: the test can tell
