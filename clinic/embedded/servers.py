"""What stands behind the website: the database and the queue, embedded or given, and their preparation."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlparse

from clinic.embedded import postgres, site, valkey
from clinic.embedded.places import Places
from clinic.embedded.supervisor import Supervisor

PATIENT = "-c statement_timeout=0 -c lock_timeout=10000"  # a migration may take its time


def start_postgres(supervisor: Supervisor, places: Places, *, throwaway: bool) -> None:
    """Start the embedded Postgres and make its database. Raises CannotStart, Stopped."""
    supervisor.start(postgres.service(places, throwaway=throwaway))
    postgres.make_database(places)


def start_valkey(supervisor: Supervisor, places: Places) -> None:
    """Start the embedded Valkey. Raises CannotStart, Stopped."""
    supervisor.start(valkey.service(places))


def prepare(supervisor: Supervisor, root: Path) -> None:
    """Bring the database up to date as its owner. Raises CannotStart, Stopped."""
    supervisor.run("prepare", site.manage("prepare"), owner(os.environ), root)


def owner(env: Mapping[str, str]) -> dict[str, str]:
    """Return what to change in ``env`` so that a command signs in as the database's owner."""
    given = env.get("DATABASE_URL", "").strip()
    if not given:
        return {"DATABASE_ROLE": postgres.OWNER, "DATABASE_OPTIONS": PATIENT, **site.UNBUFFERED}
    return {
        "DATABASE_URL": env.get("DATABASE_OWNER_URL", "").strip() or given,
        "DATABASE_APP_ROLE": unquote(urlparse(given).username or ""),
        "DATABASE_OPTIONS": PATIENT,
        **site.UNBUFFERED,
    }
