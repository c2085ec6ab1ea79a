"""Tables as CSV files that a spreadsheet opens without running anything in them. Pure.

A spreadsheet takes a cell that starts with = + - or @ for a formula, and a formula can call programs and addresses
("CSV injection", OWASP). So text is guarded with an apostrophe: the cell is shown as text. Numbers stay numbers.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain

Cell = str | int | float | date | None

FORMULA = "=+\\-@＝＋－＠"  # the wide forms count too: a spreadsheet in Japanese reads them as the narrow ones
# What a spreadsheet may drop before it looks for a formula: spaces, control characters, quotes, unseen marks.
SKIPPED = "[\\s\\x00-\\x1f\\x7f-\\x9f\\xad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\"'`]*"
STARTS_ONE = re.compile(f"{SKIPPED}[{FORMULA}]|[\\t\\r\\n]")
# A program that takes another separator, or reads quotes wrongly, begins a new cell after one of these.
BEGINS_A_CELL = re.compile(f'([",;|\\t\\r\\n]{SKIPPED})(?=[{FORMULA}])')
BYTE_ORDER_MARK = "\ufeff"


def guarded(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it, or a part of it split off, for a formula."""
    inside = BEGINS_A_CELL.sub(r"\1'", text)
    return f"'{inside}" if STARTS_ONE.match(text) or inside != text else text


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield the lines of the same file as ``csv_file``, one at a time: a long table never stands in memory as a whole."""
    line = io.StringIO(newline="")
    write = csv.writer(line, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    line.write(BYTE_ORDER_MARK)
    for row in chain([head], rows):
        write.writerow([_written(cell) for cell in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def csv_file(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file (RFC 4180) of ``head`` and ``rows``, every text in it guarded.

    It is UTF-8 with a byte order mark: without one, Excel reads names such as Łukasz in the machine's own code page.
    Text is quoted, numbers are not; nothing is an empty cell, a date is written like 2026-11-23.
    """
    return b"".join(csv_lines(head, rows))


def _written(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return guarded(cell) if isinstance(cell, str) else cell
