"""A demonstration's database that another version of this software made.

While nothing is deployed the migrations are written anew, one for each app, so such a database cannot be
brought up to date. It holds invented people only: it begins anew.
"""

import hashlib
import shutil
from pathlib import Path

from clinic.embedded.places import Places

NOTE = "schema"


def begin_anew(places: Places, root: Path) -> bool:
    """Remove the embedded database where other migrations than those below ``root`` made it; return whether one was."""
    note, now = places.run_dir / NOTE, _fingerprint(root)
    before = note.read_text() if note.exists() else ""
    is_old = places.postgres_data.exists() and before != now
    if is_old:
        shutil.rmtree(places.postgres_data)
    note.write_text(now)
    return is_old


def _fingerprint(root: Path) -> str:
    """Return a hash of all migrations, without the lines that say when they were written."""
    files = sorted(root.glob("*/migrations/0*.py"))
    return hashlib.sha256(b"".join(file.read_bytes().partition(b"\n")[2] for file in files)).hexdigest()
