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

from clinic.outbox.models import Heartbeat

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
    """200 when database, queue and scheduler are all there, 503 when one is missing, and which."""
    database, scheduler = _database_and_scheduler()
    parts = {"database": database, "queue": _queue(), "scheduler": scheduler}
    return JsonResponse(
        {name: "ok" if fine else "missing" for name, fine in parts.items()}, status=200 if all(parts.values()) else 503
    )


def _database_and_scheduler() -> tuple[bool, bool]:
    try:
        beat = Heartbeat.objects.filter(name="tick").first()
    except DatabaseError:
        return False, False
    return True, beat is not None and timezone.now() - beat.at < OLDEST_HEARTBEAT


def _queue() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
