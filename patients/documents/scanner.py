"""The virus check: clamd's own protocol, INSTREAM (man 8 clamd), over TCP or a unix socket."""

import socket
import struct

from django.conf import settings

PIECE = 64 * 1024
CONNECT, ANSWER = 3, 30  # seconds
LONGEST_ANSWER = 1024


class ScannerDown(Exception):
    """Nobody answered, or not with a verdict: nothing is known of the file."""


def is_set_up() -> bool:
    """Tell whether this clinic has a virus check (CLAMD_ADDRESS)."""
    return bool(settings.CLAMD_ADDRESS)


def is_clean(data: bytes) -> bool:
    """Ask clamd about a file. Raises ScannerDown."""
    try:
        with _connect() as line:
            line.settimeout(ANSWER)
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), PIECE):
                piece = data[start : start + PIECE]
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            answer = _answer(line)
    except OSError as error:
        raise ScannerDown(type(error).__name__) from error
    if answer.endswith("FOUND"):
        return False
    if answer.endswith(": OK"):
        return True
    raise ScannerDown("no verdict")


def _connect() -> socket.socket:
    address = settings.CLAMD_ADDRESS
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(CONNECT)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=CONNECT)


def _answer(line: socket.socket) -> str:
    """Return clamd's sentence, like "stream: OK"."""
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER and (more := line.recv(LONGEST_ANSWER)):
        said += more
    return said.partition(b"\0")[0].decode("ascii", "replace").strip()
