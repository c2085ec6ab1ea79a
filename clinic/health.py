"""Two questions a supervisor asks: is the process up, and is everything it needs there?"""

import logging
from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinic.outbox.models import Heartbeat, Message

OLDEST_HEARTBEAT = timedelta(seconds=60)
log = logging.getLogger("clinic.health")


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers. Asks nobody else."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, queue and scheduler are there and no message is late; 503 where not, and what it is."""
    parts = _rows() | {"queue": "ok" if queue_answers() else "missing"}
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)


def _rows() -> dict[str, str]:
    """What the database tells: of itself, of the scheduler, and whether messages go out in time."""
    try:
        beat = Heartbeat.objects.filter(name=Heartbeat.TICK).first()
        late = Message.objects.late().exists()
    except DatabaseError:
        return dict.fromkeys(("database", "scheduler", "messages"), "missing")
    beats = beat is not None and timezone.now() - beat.at < OLDEST_HEARTBEAT
    return {"database": "ok", "scheduler": "ok" if beats else "missing", "messages": "late" if late else "ok"}


def queue_answers() -> bool:
    """Tell whether the queue answers within half a second."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
