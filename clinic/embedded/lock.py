"""One copy per DATA_DIR: a lock that the system itself lets go when its holder dies."""

import fcntl
import os
from pathlib import Path
from typing import IO

from clinic.embedded.errors import CannotStart


def hold(run_dir: Path) -> IO[str]:
    """Lock ``run_dir`` for this process; keep the returned file open for as long as it shall hold.

    Raises CannotStart, with the other's process number, where another copy holds it.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    file = (run_dir / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise CannotStart(
            f"Another copy (process {holder}) already uses {run_dir.parent}. Stop it first,"
            " or give this one its own place: DATA_DIR=/some/folder PORT=8001"
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
