"""Logs without field values: a database error's text can hold a whole row, a traceback a form."""

import logging
import re
from typing import Any

from django.db import Error
from django.http import HttpRequest
from django.utils.regex_helper import _lazy_re_compile
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

LONGEST_LINE = 2000
FROM_A_MESSAGE = re.compile(r"(?<=/[vq]/)[^/\s]+")  # the end of an address that opens a visit, or questions


def describe(error: BaseException) -> str:
    """Return what may be written about an error: its class, and for the database the code and the constraint."""
    cause = error.__cause__ if isinstance(error, Error) and error.__cause__ is not None else error
    diagnosis = getattr(cause, "diag", None)
    parts = [type(error).__name__, getattr(cause, "pgcode", None), getattr(diagnosis, "constraint_name", None)]
    return " ".join(part for part in parts if part)


class NoFieldValues(logging.Filter):
    """Replace the text of every logged exception by its class, code and place."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(describe(arg) if isinstance(arg, BaseException) else arg for arg in record.args)
        return True


class PlainFormatter(logging.Formatter):
    """One line a record, with control characters escaped; of a traceback the places only."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        lines, trace = [], ei[2]
        while trace is not None:
            code = trace.tb_frame.f_code
            lines.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        return f"{describe(ei[1])} at " + " < ".join(reversed(lines[-6:]))

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None
        text = FROM_A_MESSAGE.sub("...", super().format(record))
        return text.encode("unicode_escape").decode()[:LONGEST_LINE]


class ReporterWithoutValues(ExceptionReporter):
    """Django's error report without local variables, settings or anything a person typed."""

    @property
    def filter_class(self) -> type[SafeExceptionReporterFilter]:
        return HideEverything

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:
        return []


class HideEverything(SafeExceptionReporterFilter):
    """Hide every setting and every submitted value."""

    hidden_settings = _lazy_re_compile(".*")

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, str]:
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        return []
