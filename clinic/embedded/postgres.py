"""A Postgres of our own for a machine that has none: for the demo and the tests, never for production.

It listens on a socket in a closed folder only, so "trust" means: whoever may enter that folder.
"""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2

from clinic.embedded import processes
from clinic.embedded.account import Account, for_postgres, passage
from clinic.embedded.binaries import postgres_bin
from clinic.embedded.errors import CannotStart
from clinic.embedded.places import Places
from clinic.embedded.supervisor import Service

OWNER = "clinic"
DATABASE = "clinic"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m ",
    "log_checkpoints": "off",
    # No field values in the log: neither the statement nor the detail that quotes the row.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# A test's rows need not survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def service(places: Places, *, throwaway: bool = False) -> Service:
    """Return the Postgres of ``places``, its data folder made where it is missing.

    ``throwaway`` trades safety against power cuts for speed. Raises CannotStart.
    """
    account = for_postgres()
    programs = postgres_bin(account)
    _make_folders(places, account)
    if not places.postgres_data.exists():
        _make_cluster(places.postgres_data, programs, account, ["--no-sync"] if throwaway else [])
    _check_cluster(places.postgres_data, programs, account)
    return Service(
        name="postgres",
        command=_command(places, programs, SETTINGS | (FAST if throwaway else {})),
        account=account,
        stop_signal=signal.SIGINT,  # "fast": roll back and go; SIGTERM would wait for every client
        grace=15,
        before=lambda: _clear_after_a_kill(places),
        ready=lambda: _is_ready(places, programs),
    )


def make_database(places: Places) -> bool:
    """Make the database where it is missing; return whether it was made. The server must be up."""
    with _cursor(places) as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", [DATABASE])
        if cursor.fetchone():
            return False
        cursor.execute(f'create database "{DATABASE}"')
        return True


@contextmanager
def _cursor(places: Places) -> Iterator["psycopg2.extensions.cursor"]:
    """Give a cursor of the owner in the maintenance database, outside any transaction."""
    where = {"host": str(places.postgres_socket), "port": places.postgres_port}
    connection = psycopg2.connect(**where, user=OWNER, dbname="postgres", connect_timeout=5)
    try:
        connection.autocommit = True
        yield connection.cursor()
    finally:
        connection.close()


def _is_ready(places: Places, programs: Path) -> bool:
    where = ["-h", str(places.postgres_socket), "-p", str(places.postgres_port)]
    command = [str(programs / "pg_isready"), "-q", *where, "-U", OWNER, "-d", "postgres"]
    return subprocess.run(command, check=False, cwd="/", capture_output=True).returncode == 0


def _command(places: Places, programs: Path, settings: dict[str, str]) -> list[str]:
    command = [str(programs / "postgres"), "-D", str(places.postgres_data)]
    command += ["-k", str(places.postgres_socket), "-p", str(places.postgres_port)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return command


def _make_folders(places: Places, account: Account) -> None:
    passage(places.postgres_socket.parent)
    account.take(places.postgres_socket)
    if places.postgres_data.parent == places.data_dir:
        places.data_dir.mkdir(parents=True, exist_ok=True)
    else:
        passage(places.postgres_data.parent)


def _make_cluster(data: Path, programs: Path, account: Account, more: list[str]) -> None:
    """Make the cluster beside its place and move it there, so that one cut short is never used."""
    fresh = data.with_name(f"{data.name}.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    account.take(fresh)
    how = ["-U", OWNER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    command = [str(programs / "initdb"), "-D", str(fresh), *how, *more]
    made = subprocess.run(command, check=False, capture_output=True, text=True, **account.popen())
    if made.returncode != 0:
        raise CannotStart(f"initdb could not make {data}:\n{made.stderr.strip()}")
    fresh.rename(data)


def _check_cluster(data: Path, programs: Path, account: Account) -> None:
    """Refuse files of another account or another major version: Postgres would, in words that help nobody."""
    remedy = "Remove it ('make clean'), or choose another DATA_DIR."
    if data.stat().st_uid != account.uid:
        raise CannotStart(f"{data} belongs to another account. {remedy}")
    try:
        made_by = (data / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise CannotStart(f"{data} is not a Postgres data folder. {remedy}") from error
    command = [str(programs / "postgres"), "--version"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout
    if made_by != said.split()[2].split(".")[0]:
        raise CannotStart(f"{data} was made by Postgres {made_by}, not by {said.strip()}. {remedy}")


def _clear_after_a_kill(places: Places) -> None:
    """Clear what a Postgres that was killed leaves: orphaned backends and two files with its number.

    That number may be somebody else's by now, and then Postgres would refuse to start for ever. The
    files may go only when nothing works in the data folder any more (every backend's folder is that).
    """
    processes.end(
        [process for process in psutil.process_iter() if _folder(process) == str(places.postgres_data)], grace=5
    )
    (places.postgres_data / "postmaster.pid").unlink(missing_ok=True)
    (places.postgres_socket / f".s.PGSQL.{places.postgres_port}.lock").unlink(missing_ok=True)


def _folder(process: psutil.Process) -> str:
    try:
        return process.cwd()
    except (psutil.Error, OSError):
        return ""
