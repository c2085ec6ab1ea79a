"""A Valkey (Redis) of our own for a machine that has none: it carries Celery's queue, on a socket only."""

import os
from pathlib import Path

import redis

from clinic.embedded.account import passage
from clinic.embedded.binaries import valkey_server
from clinic.embedded.errors import CannotStart
from clinic.embedded.places import Places
from clinic.embedded.supervisor import Service


def service(places: Places) -> Service:
    """Return the Valkey of ``places``, its folders made where they are missing. Raises CannotStart."""
    program = valkey_server()
    if not os.access(program, os.X_OK):
        raise CannotStart(f"{program} cannot be run. Set REDIS_URL or VALKEY_BIN.")
    passage(places.valkey_socket.parent)
    places.valkey_data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Service(
        name="valkey",
        command=[str(program), *_options(places)],
        grace=5,
        ready=lambda: _answers(places.valkey_socket),
    )


def _options(places: Places) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(places.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(places.valkey_data),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def _answers(socket: Path) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
