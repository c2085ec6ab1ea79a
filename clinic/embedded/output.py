"""What the supervisor and its children say, line by line, each with its speaker's name before it."""

import queue
import threading
from typing import IO

WIDTH = 8
KEPT = 5000  # lines waiting for a slow reader; a stopped terminal must not stop the website


class Output:
    """One writer for many speakers.

    Nothing here ever waits for the reader: past KEPT lines the rest is dropped and counted. When
    the reader has gone (``make run | head``), ``gone`` is set and the supervisor stops.
    """

    def __init__(self, stream: IO[str]) -> None:
        self.gone = threading.Event()
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(KEPT)
        self._dropped = 0
        self._writer = threading.Thread(target=self._write_all, name="output", daemon=True)
        self._writer.start()

    def say(self, text: str, name: str = "clinic") -> None:
        """Write each line of ``text`` as said by ``name``."""
        for line in text.splitlines() or [""]:
            self._put(f"{name:<{WIDTH}} | {line}")

    def follow(self, name: str, pipe: IO[bytes]) -> threading.Thread:
        """Write what comes through ``pipe`` until it ends; return the thread that does so."""
        thread = threading.Thread(target=self._read, args=(name, pipe), name=f"output-{name}", daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """Write what is waiting, for two seconds at most."""
        try:
            self._lines.put(None, timeout=2)
        except queue.Full:
            return
        self._writer.join(timeout=2)

    def _read(self, name: str, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                self.say(line.decode(errors="replace").rstrip(), name)

    def _put(self, line: str) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                self._write(f"{'clinic':<{WIDTH}} | ({dropped} lines left out: nobody was reading)")
            self._write(line)

    def _write(self, line: str) -> None:
        if self.gone.is_set():
            return
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):  # the reader left (EPIPE), or the stream was closed
            self.gone.set()
