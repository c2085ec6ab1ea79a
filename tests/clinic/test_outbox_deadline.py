"""The limit on one act as a whole."""

import signal
import threading
import time
from contextlib import suppress

import pytest

from clinic.outbox import deadline
from clinic.outbox.deadline import within


def wait(pieces, length):
    for _ in range(pieces):
        time.sleep(length)


def swallow_the_first():
    with suppress(OSError):
        time.sleep(5)
    time.sleep(5)


def test_an_act_of_many_short_waits_is_cut_off():
    began = time.monotonic()
    with pytest.raises(TimeoutError), within(0.1):
        wait(100, 0.02)

    assert time.monotonic() - began < 1


def test_who_swallows_the_first_alarm_gets_another(monkeypatch):
    monkeypatch.setattr(deadline, "AGAIN", 0.1)
    began = time.monotonic()
    with pytest.raises(TimeoutError), within(0.1):
        swallow_the_first()

    assert time.monotonic() - began < 2


def test_an_act_in_time_leaves_nothing_behind():
    before = signal.getsignal(signal.SIGALRM)
    with within(5):
        assert signal.getsignal(signal.SIGALRM) is not before

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_without_any_time_nothing_is_begun():
    done = []
    with pytest.raises(TimeoutError), within(-1):
        done.append("begun")

    assert done == []


def test_another_thread_is_not_interrupted():
    done = []

    def act():
        with within(0.05):
            time.sleep(0.2)
            done.append("to the end")

    thread = threading.Thread(target=act)
    thread.start()
    thread.join()

    assert done == ["to the end"]
