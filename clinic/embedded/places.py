"""Where the embedded servers keep their files and sockets.

Plain paths worked out from DATA_DIR alone, so that settings, the supervisor and the tests agree
without talking to each other. Nothing here touches the disk beyond looking at permissions.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

POSTGRES_PORT = 5432  # only names the socket file: no TCP port is opened


@dataclass(frozen=True)
class Places:
    """The embedded servers' folders for one DATA_DIR."""

    data_dir: Path
    postgres_data: Path
    postgres_socket: Path  # a folder; a socket's path may have 107 bytes at most, so it is short
    valkey_data: Path
    valkey_socket: Path
    run_dir: Path  # the lock, and one note per running process
    postgres_port: int = POSTGRES_PORT

    @classmethod
    def below(cls, data_dir: Path) -> "Places":
        """Return the places for ``data_dir``.

        As root, Postgres must run as another account (it refuses root). Where that account cannot
        reach ``data_dir`` (a closed home), the database's files go below /var/tmp instead.
        """
        mark = hashlib.sha256(str(data_dir).encode()).hexdigest()[:10]
        sockets = Path(f"/tmp/clinic-{os.getuid()}-{mark}")  # noqa: S108 - ours alone, checked by the launcher
        shared = data_dir if os.getuid() != 0 or others_can_enter(data_dir) else Path(f"/var/tmp/clinic-{mark}")  # noqa: S108 - as above
        return cls(
            data_dir=data_dir,
            postgres_data=shared / "postgres",
            postgres_socket=sockets / "pg",
            valkey_data=data_dir / "valkey",
            valkey_socket=sockets / "valkey.sock",
            run_dir=data_dir / "run",
        )


def others_can_enter(folder: Path) -> bool:
    """Tell whether an account without rights of its own can walk into ``folder``.

    Folders that do not exist yet count as they will be made, so that the answer is the same before
    and after the first start.
    """
    path = (folder, *folder.parents)
    existing = [part for part in path if part.exists()]
    if len(existing) < len(path) and current_umask() & stat.S_IXOTH:
        return False
    return all(part.stat().st_mode & stat.S_IXOTH for part in existing)


def current_umask() -> int:
    """Return this process's umask (it can only be read by setting it)."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
