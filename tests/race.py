"""Real threads on real Postgres: everybody waits at the line, then goes, after a gap of their own."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def race(count, act, gap=0.0):
    """Run ``act(number)`` in ``count`` threads, ``gap`` seconds apart; return what each returned or raised."""
    line = threading.Barrier(count)

    def run(number):
        line.wait()
        time.sleep(number * gap)
        try:
            return act(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
