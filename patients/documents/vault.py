"""Where files are kept: sealed, in a folder of their own, under names that tell nothing."""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from clinic.db.sealed import BrokenSeal, seal_bytes, unseal_bytes
from patients.documents.policy import ORPHAN_AGE
from patients.documents.refusals import (
    NotHere,
)

NAME = re.compile(r"[0-9a-f]{32}")


def _place(owner: UUID) -> str:
    return f"patients.document.file {owner}"


def keep(data: bytes, owner: UUID) -> str:
    """Seal ``data`` for the document ``owner``, write it down for good, and return its name. Raises OSError."""
    folder, name = Path(settings.DOCUMENTS_DIR), secrets.token_hex(16)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(seal_bytes(data, _place(owner)))
            file.flush()
            os.fsync(file.fileno())
        _sync(folder)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return name


def read(name: str, owner: UUID) -> bytes:
    """Return the file ``name`` of the document ``owner``. Raises NotHere where it is missing or does not open."""
    try:
        return unseal_bytes((Path(settings.DOCUMENTS_DIR) / name).read_bytes(), _place(owner))
    except (OSError, BrokenSeal) as error:
        raise NotHere from error


def throw_away(name: str) -> None:
    """Delete the file ``name``, if it is still there."""
    (Path(settings.DOCUMENTS_DIR) / name).unlink(missing_ok=True)


def is_here(name: str) -> bool:
    """Tell whether there is a file ``name``."""
    return (Path(settings.DOCUMENTS_DIR) / name).is_file()


def older_than_an_upload(at: datetime) -> Iterator[str]:
    """Yield the names of files that no upload is still writing at ``at``."""
    folder = Path(settings.DOCUMENTS_DIR)
    if not folder.is_dir():
        return
    for entry in os.scandir(folder):
        if NAME.fullmatch(entry.name) and entry.stat().st_mtime < (at - ORPHAN_AGE).timestamp():
            yield entry.name


def _sync(folder: Path) -> None:
    """Have the folder itself written down: else a power cut could lose a file's name."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
