"""When a session ends: some minutes after its last page, and the same day in any case.

The end stands in the session's own row, in ``expire_date``: what has ended is not found any more, whoever asks. A
page moves that one column and leaves the data alone, so that two pages at once do not undo each other's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from clinic.accounts import policy
from clinic.accounts.actions import move_session_end

BEGAN = "began"  # in the session: when somebody signed in, in seconds since 1970


class SessionStore(db.SessionStore):
    """Django's own, but of somebody signed in a row ends at ``ends_at``."""

    ends_at: datetime | None = None

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]  # Django's, but not in its types
        if row is not None:
            self.ends_at = row.expire_date
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row to write."""
        row = super().create_model_instance(data)
        if SESSION_KEY in data and self.ends_at is not None:
            row.expire_date = self.ends_at
        return row


@dataclass(frozen=True)
class End:
    """What a page tells its reader of the end: seconds until then, whether they can stay longer, and whose it is."""

    seconds_left: int
    can_stay: bool
    idle_minutes: int
    warned_seconds: int
    whole_hours: int
    whose: str


class SessionsEnd:
    """Move the end for who opens or sends a page, up to the whole time. Whose end has come is not signed in any more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now, found = timezone.now(), None
        if request.user.is_authenticated:
            found = _session(request).ends_at
            _move_end(request, now)
        response = self.get_response(request)
        if request.user.is_authenticated:
            _began(request, now)
            if found is None:  # signed in by this request
                _move_end(request, now)
            _write_end(_session(request), found)
        return response


def end_of(request: HttpRequest, at: datetime) -> End | None:
    """Return what a page says about the end of its reader's session; None where nobody is signed in."""
    user = getattr(request, "user", None)  # a page for an error may come before anybody was looked up
    if user is None or not user.is_authenticated or (ends_at := _session(request).ends_at) is None:
        return None
    limits = policy.session_limits(user)
    return End(
        seconds_left=max(round((ends_at - at).total_seconds()), 0),
        can_stay=ends_at < _began(request, at) + limits.whole,
        idle_minutes=limits.idle // timedelta(minutes=1),
        warned_seconds=policy.WARNED_BEFORE // timedelta(seconds=1),
        whole_hours=limits.whole // timedelta(hours=1),
        whose=salted_hmac("session.whose", str(user.pk)).hexdigest()[:16],
    )


def _session(request: HttpRequest) -> SessionStore:
    return cast(SessionStore, request.session)


def _began(request: HttpRequest, now: datetime) -> datetime:
    """Return when this session began: where nobody has written it down, now."""
    if BEGAN not in request.session:
        request.session[BEGAN] = now.timestamp()
    return datetime.fromtimestamp(request.session[BEGAN], UTC)


def _write_end(session: SessionStore, found: datetime | None) -> None:
    """Write the end down where it has moved; a session that was changed is saved as a whole anyway."""
    if session.session_key and session.ends_at and session.ends_at != found and not session.modified:
        move_session_end(session.session_key, session.ends_at)


def _move_end(request: HttpRequest, now: datetime) -> None:
    if policy.keeps_signed_in(request.method or "", request.headers.get("Sec-Fetch-Mode", "")):
        limits, session = policy.session_limits(request.user), _session(request)
        end = policy.session_end(limits, began=_began(request, now), at=now)
        if session.ends_at is None or not timedelta(0) <= end - session.ends_at < policy.WORTH_WRITING:
            session.ends_at = end
