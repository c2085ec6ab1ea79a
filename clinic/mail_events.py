"""What a mail provider tells us afterwards: delivered, bounced, marked as unwanted.

Only with MAIL_PROVIDER. The provider's own view (anymail) checks the secret and reads its way of saying it; what it
understood comes here as one event of a few kinds. Nothing of the mail's text is read or kept.
"""

import logging
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinic.accounts.models import EMAIL_LENGTH
from clinic.addresses.models import StoppedAddress
from clinic.outbox import actions
from clinic.outbox.models import PROVIDER_ID_LENGTH

log = logging.getLogger("clinic.mail")
NOT_DELIVERED = {"bounced": StoppedAddress.Why.BOUNCED, "complained": StoppedAddress.Why.COMPLAINED}


@csrf_exempt  # a provider has no page of ours with a token: its secret stands for it, and no cookie is read
@login_not_required
@require_http_methods(["POST", "HEAD"])
def mail_events(request: HttpRequest) -> HttpResponse:
    """Take the provider's report. 404 without a provider, 400 without its secret or for what is no report."""
    name = settings.MAIL_PROVIDERS.get(settings.MAIL_PROVIDER)
    if name is None:
        raise Http404
    view = import_string(f"anymail.webhooks.{settings.MAIL_PROVIDER}.{name}TrackingWebhookView").as_view()
    try:
        answer: HttpResponse = view(request)
    except AnymailWebhookValidationFailure:
        log.warning("A report of the mail provider came without its secret")
        return HttpResponseBadRequest()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        log.warning("A report of the mail provider could not be read: %s", type(error).__name__)
        return HttpResponseBadRequest()
    return answer


def note(sender: Any, event: Any, **kwargs: Any) -> None:
    """Write down what became of a message. Of a mail that is no message of ours only a bad address is noted."""
    kind, now = event.event_type, timezone.now()
    name = str(event.message_id or "")[:PROVIDER_ID_LENGTH]
    address = event.recipient or ""
    if kind == "delivered":
        actions.note_delivered(name, at=now)
    elif kind in NOT_DELIVERED:
        actions.note_not_delivered(name, address if len(address) <= EMAIL_LENGTH else "", NOT_DELIVERED[kind], at=now)
    elif kind in {"rejected", "failed"}:  # by the provider itself: the address may be fine
        actions.note_not_delivered(name, "", StoppedAddress.Why.BOUNCED, at=now)
