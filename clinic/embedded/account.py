"""Under which account a server runs: Postgres refuses root, so root lends it another account."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic.embedded.errors import CannotStart

LENT_ACCOUNTS = ("postgres", "nobody")  # initdb needs an account that exists; none is ever made


@dataclass(frozen=True)
class Account:
    """Who runs a server; ``switch`` is false where that is the present user."""

    uid: int
    gid: int
    switch: bool

    def popen(self) -> dict[str, Any]:
        """Return the arguments of ``subprocess`` that start a process as this account."""
        if not self.switch:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.uid, "group": self.gid, "extra_groups": []}

    def take(self, folder: Path) -> None:
        """Make ``folder`` (its parent exists) this account's own, closed to everybody else.

        Raises CannotStart where somebody else has put something there.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), self.uid}:
            raise CannotStart(f"{folder} belongs to another account. Remove it, or choose another DATA_DIR.")
        if self.switch and found.st_uid != self.uid:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)
        folder.chmod(0o700)


def myself() -> Account:
    """Return the present user."""
    return Account(os.geteuid(), os.getegid(), switch=False)


def for_postgres() -> Account:
    """Return who runs Postgres: the present user, or as root the first account of LENT_ACCOUNTS.

    Raises CannotStart where this machine has none of them.
    """
    if os.geteuid() != 0:
        return myself()
    found = next((entry for entry in map(_entry, LENT_ACCOUNTS) if entry), None)
    if found is None:
        raise CannotStart(
            "Postgres cannot run as root, and this machine has no account 'postgres' or 'nobody'. Set DATABASE_URL."
        )
    return Account(found.pw_uid, found.pw_gid, switch=True)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def passage(folder: Path) -> None:
    """Make ``folder``, in a place where everybody may write, ours; as root others may pass through it.

    Raises CannotStart where another account has put something there.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise CannotStart(f"{folder} belongs to another account. Remove it, or choose another DATA_DIR.")
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
