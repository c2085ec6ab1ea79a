"""The tests' own Postgres and Valkey, kept between runs in DATA_DIR, running only while tests run."""

import atexit
from collections.abc import Callable

from django.conf import settings

from clinic.embedded import lock, servers
from clinic.embedded.output import Output
from clinic.embedded.places import Places
from clinic.embedded.supervisor import Supervisor


def start_for_tests() -> Callable[[], None]:
    """Start what DATABASE_URL and REDIS_URL do not give; return what stops it again.

    Call it before Django connects. What the servers say goes to ``DATA_DIR/servers.log``. The stop
    may be called twice, and happens at exit too; a run that is killed takes its servers with it
    (Linux) or the next run ends them. Raises CannotStart, also when another run uses this DATA_DIR.
    """
    places: Places = settings.PLACES
    held = lock.hold(places.run_dir)
    log = (places.data_dir / "servers.log").open("w")
    output = Output(log)
    supervisor = Supervisor(places.run_dir, str(places.data_dir), output)

    def stop() -> None:
        supervisor.stop()
        output.close()
        log.close()
        held.close()
        atexit.unregister(stop)

    atexit.register(stop)
    try:
        _start(supervisor, places)
    except BaseException:
        stop()
        raise
    return stop


def _start(supervisor: Supervisor, places: Places) -> None:
    supervisor.clear_leftovers()
    if settings.EMBEDDED_POSTGRES:
        servers.start_postgres(supervisor, places, throwaway=True)
    if settings.EMBEDDED_REDIS:
        servers.start_valkey(supervisor, places)
