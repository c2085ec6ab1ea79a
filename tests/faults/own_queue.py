"""A queue of a test's own, that it may stop: Valkey as the demo runs it, listening on a port as in production."""

import os
import signal
import subprocess
from contextlib import contextmanager

import redis

from clinic.embedded import valkey
from clinic.embedded.places import Places
from tests.web import free_port
from tests.worker import wait_until


class OwnQueue:
    """One Valkey, with its files in ``folder``."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = [*valkey.service(Places.below(folder)).command, "--bind", "127.0.0.1", "--port", str(self.port)]
        self.start()

    def start(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(self.answers, 10, "the queue answers")

    def stop(self):
        self._process.terminate()
        self._process.wait(10)

    def hang(self):
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self._process.send_signal(signal.SIGCONT)

    def flush(self):
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def answers(self):
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return client.ping()
        except redis.RedisError:
            return False

    def end(self):
        """End it whatever a test left: stopped, hung or running."""
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait(10)


@contextmanager
def own_queue(folder):
    queue = OwnQueue(folder)
    try:
        yield queue
    finally:
        queue.end()
