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

from clinic.addresses.models import StoppedAddress
from clinic.outbox import actions

log = logging.getLogger("clinic.mail")
NOT_DELIVERED = {"bounced": StoppedAddress.Why.BOUNCED, "complained": StoppedAddress.Why.COMPLAINED}


@csrf_exempt
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
    """Write down what became of a message. Reports about mails that are no message of ours change nothing."""
    if event.event_type == "delivered":
        actions.note_delivered(str(event.message_id), at=timezone.now())
    elif event.event_type in NOT_DELIVERED:
        why = NOT_DELIVERED[event.event_type]
        actions.note_not_delivered(str(event.message_id), event.recipient or "", why, at=timezone.now())
    elif event.event_type in {"rejected", "failed"}:  # by the provider itself: the address may be fine
        actions.note_not_delivered(str(event.message_id), "", StoppedAddress.Why.BOUNCED, at=timezone.now())
