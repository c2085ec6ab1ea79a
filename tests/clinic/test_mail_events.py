"""A mail provider's API and its reports afterwards: delivered, bounced, marked as unwanted."""

import base64
import json
from datetime import timedelta

import pytest
import requests
from anymail.exceptions import AnymailRequestsAPIError
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from clinic.addresses import actions as addresses
from clinic.addresses.models import StoppedAddress
from clinic.db.states import StaleState
from clinic.outbox import policy, sending
from clinic.outbox.enums import Answer
from clinic.outbox.models import Message
from clinic.worklist.models import Task
from tests.factories.messages import due, message_now, plain_composers
from tests.factories.people import NOW

SECRET = "provider:swordfish"
PROVIDER_ID = "0a129aee-e1cd-480d-b08d-4f48548ff48d"


@pytest.fixture
def postmark(settings):
    """A provider; any other is told apart by its name alone."""
    settings.MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


def report(client, secret=SECRET, **fields):
    """A report as Postmark sends it: https://postmarkapp.com/developer/webhooks/webhooks-overview."""
    sent = {"MessageID": PROVIDER_ID, "Recipient": "reader@example.com"} | fields
    return post(client, json.dumps(sent), secret)


def post(client, body, secret=SECRET):
    given = {"authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
    return client.post(reverse("mail_events"), body, content_type="application/json", headers=given)


def delivered(client, **fields):
    return report(client, RecordType="Delivery", DeliveredAt="2026-11-23T10:00:00Z", **fields)


def bounced(client, **fields):
    details = {"RecordType": "Bounce", "TypeCode": 1, "Type": "HardBounce", "Email": "reader@example.com"}
    return report(client, **details | {"BouncedAt": "2026-11-23T10:00:00Z"} | fields)


def complained(client):
    details = {"RecordType": "SpamComplaint", "TypeCode": 512, "Type": "SpamComplaint", "Email": "reader@example.com"}
    return report(client, **details, BouncedAt="2026-11-23T10:00:00Z")


def sent():
    return due(state="sent", sent_at=Now(), provider_id=PROVIDER_ID)


# Reports -------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestReports:
    def test_delivered(self, client, postmark):
        message = sent()

        answers = [delivered(client).status_code for _ in range(2)]

        assert answers == [200, 200]
        assert message_now(message).state == "delivered"
        assert message_now(message).delivered_at is not None
        assert Task.objects.count() == 0

    def test_bounced_fails_the_message_stops_the_address_and_makes_a_task(self, client, postmark):
        message, other = sent(), due(state="sent", sent_at=Now(), provider_id="another")

        answers = [bounced(client).status_code for _ in range(2)]

        assert answers == [200, 200]
        assert (message_now(message).state, message_now(message).why) == ("failed", "bounced")
        assert message_now(other).state == "sent"
        assert list(StoppedAddress.objects.values_list("address", "why")) == [("reader@example.com", "bounced")]
        [task] = Task.objects.all()
        assert (task.kind, task.role, task.about) == ("message_failed", "reception", message.pk)
        assert task.title == "Booking confirmation could not be delivered"

    def test_delivered_and_then_bounced_is_bounced(self, client, postmark):
        message = sent()

        delivered(client), bounced(client), delivered(client)

        assert message_now(message).state == "failed"

    def test_marked_as_unwanted_arrived_and_stops_the_address(self, client, postmark):
        message = sent()

        complained(client)

        assert message_now(message).state == "sent"
        assert StoppedAddress.objects.get().why == "complained"
        assert Task.objects.get().title == "Booking confirmation was marked as unwanted. Ask how to reach the person"

    def test_put_off_for_now_changes_nothing(self, client, postmark):
        message = sent()

        assert bounced(client, TypeCode=2, Type="Transient").status_code == 200
        assert message_now(message).state == "sent"
        assert StoppedAddress.objects.count() == 0

    def test_about_a_mail_that_is_no_message_of_ours(self, client, postmark):
        """An account mail: the address does not work all the same."""
        message = due(state="sent", sent_at=Now())

        assert (delivered(client, MessageID="").status_code, bounced(client, MessageID="").status_code) == (200, 200)
        assert message_now(message).state == "sent"
        assert StoppedAddress.objects.get().address == "reader@example.com"

    @pytest.mark.parametrize("secret", ["", "provider:wrong", "no colon", "provider:swordfish "])
    def test_without_the_secret_nothing_is_believed(self, client, postmark, secret):
        message = sent()

        assert report(client, secret=secret, RecordType="Delivery").status_code == 400
        assert message_now(message).state == "sent"

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "[]",
            "null",
            "7",
            '"text"',
            "{}",
            '{"RecordType": 7}',
            '{"RecordType": "Bounce"}',
            '{"RecordType": "Bounce", "BouncedAt": "yesterday", "TypeCode": "x"}',
            "[" * 5_000,
            "\x00",
        ],
    )
    def test_nonsense_is_no_error_of_ours(self, client, postmark, body):
        assert post(client, body).status_code in {200, 400}

    @pytest.mark.parametrize("address", ["x" * 300 + "@example.com", "\x00@example.com", "", "no address"])
    def test_an_address_that_is_none_is_no_error_of_ours(self, client, postmark, address):
        assert bounced(client, Email=address, Recipient=address).status_code in {200, 400}

    def test_a_name_longer_than_we_keep_still_fits_its_report(self, client, postmark):
        name = "n" * 300
        message = due(state="sent", sent_at=Now(), provider_id=name[:200])

        delivered(client, MessageID=name)

        assert message_now(message).state == "delivered"

    @pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
    def test_other_methods(self, client, postmark, method):
        assert getattr(client, method)(reverse("mail_events")).status_code == 405

    def test_without_a_provider_there_is_no_such_address(self, client, settings):
        settings.MAIL_PROVIDER = ""

        assert delivered(client).status_code == 404

    @pytest.mark.parametrize("provider", ["brevo", "mailersend", "mailgun", "mailjet", "postal", "sparkpost"])
    def test_every_provider_has_its_reader(self, client, settings, provider):
        settings.MAIL_PROVIDER = provider
        settings.ANYMAIL = {
            "WEBHOOK_SECRET": SECRET,
            "MAILERSEND_SIGNING_SECRET": "x",
            "MAILGUN_API_KEY": "x",
            "POSTAL_WEBHOOK_KEY": "x",
        }

        assert post(client, "{", secret="provider:wrong").status_code == 400


# Stopped addresses ---------------------------------------------------------------------------------


class TestStoppedAddresses:
    def test_nothing_is_sent_there_until_it_is_released(self, transactional_db, monkeypatch, rosa):
        plain_composers(monkeypatch)
        addresses.stop("Reader@Example.com", StoppedAddress.Why.BOUNCED, at=NOW)
        first = due()
        sending.drain(5)
        addresses.release(StoppedAddress.objects.get(), by=rosa, at=NOW)
        second = due()
        sending.drain(5)

        assert (message_now(first).state, message_now(first).why) == ("failed", "the address does not work")
        assert message_now(second).state == "sent"
        assert len(mail.outbox) == 1
        assert Task.objects.get().about == first.pk

    def test_an_address_is_stopped_once(self, db):
        for address in ("reader@example.com", "READER@example.com"):
            addresses.stop(address, StoppedAddress.Why.BOUNCED, at=NOW)

        assert StoppedAddress.objects.count() == 1
        with pytest.raises(IntegrityError, match="an_address_is_stopped_once"), transaction.atomic():
            StoppedAddress.objects.create(address="Reader@example.com", why="bounced", stopped_at=NOW)

    def test_one_that_was_released_can_be_stopped_again(self, db, rosa):
        addresses.stop("reader@example.com", StoppedAddress.Why.BOUNCED, at=NOW)
        addresses.release(StoppedAddress.objects.get(), by=rosa, at=NOW)

        addresses.stop("reader@example.com", StoppedAddress.Why.BOUNCED, at=NOW)

        assert StoppedAddress.objects.count() == 2
        assert "reader@example.com" in addresses.stopped()

    def test_releasing_names_who_did_it(self, db):
        with pytest.raises(IntegrityError, match="released_by_somebody"), transaction.atomic():
            StoppedAddress.objects.create(address="a@example.com", why="bounced", stopped_at=NOW, released_at=NOW)

    def test_released_twice_is_told(self, db, rosa):
        addresses.stop("reader@example.com", StoppedAddress.Why.BOUNCED, at=NOW)
        stopped = StoppedAddress.objects.get()
        addresses.release(stopped, by=rosa, at=NOW)

        with pytest.raises(StaleState):
            addresses.release(stopped, by=rosa, at=NOW)

    def test_reception_uses_one_again_by_a_button(self, db, as_user, rosa):
        addresses.stop("reader@example.com", StoppedAddress.Why.BOUNCED, at=NOW)
        stopped, client = StoppedAddress.objects.get(), as_user(rosa)
        page = reverse("admin:clinic_stoppedaddress_change", args=[stopped.pk])

        before = client.get(page).content.decode()
        answer = client.post(reverse("admin:clinic_stoppedaddress_release", args=[stopped.pk]))
        after = client.get(page).content.decode()

        assert ("Use this address again" in before, answer.url, "Use this address again" in after) == (
            True,
            page,
            False,
        )
        assert StoppedAddress.objects.get().released_by == rosa

    @pytest.mark.parametrize("who", ["amina", "okafor"])
    def test_others_see_no_addresses(self, db, as_user, request, who):
        addresses.stop("reader@example.com", StoppedAddress.Why.BOUNCED, at=NOW)
        stopped, client = StoppedAddress.objects.get(), as_user(request.getfixturevalue(who).user)

        codes = {
            client.get(reverse("admin:clinic_stoppedaddress_changelist")).status_code,
            client.post(reverse("admin:clinic_stoppedaddress_release", args=[stopped.pk])).status_code,
        }

        assert codes <= {403, 404}
        assert "reader@example.com" in addresses.stopped()


# Sending through a provider ------------------------------------------------------------------------


def api_error(status):
    response = requests.Response()
    response.status_code = status
    return AnymailRequestsAPIError(response=response)


@pytest.mark.parametrize(
    ("error", "answer", "may_have_arrived"),
    [
        (api_error(400), Answer.NEVER, False),
        (api_error(422), Answer.NEVER, False),
        (api_error(401), Answer.SLOW, False),  # our key
        (api_error(403), Answer.SLOW, False),
        (api_error(429), Answer.SLOW, False),
        (api_error(408), Answer.QUICK, False),
        (api_error(500), Answer.QUICK, True),
        (api_error(503), Answer.QUICK, True),
        (requests.exceptions.ConnectTimeout(), Answer.QUICK, False),
        (requests.exceptions.ReadTimeout(), Answer.QUICK, True),
        (requests.exceptions.ConnectionError(), Answer.QUICK, True),
    ],
)
def test_a_providers_answer_decides_about_the_next_try(error, answer, may_have_arrived):
    assert (policy.answer_to(error), policy.may_have_arrived(error)) == (answer, may_have_arrived)


@pytest.fixture
def provider(settings, monkeypatch):
    """anymail's own stand-in for a provider's API."""
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    return plain_composers(monkeypatch)


def test_the_providers_name_of_a_message_is_kept(transactional_db, provider):
    message = due()

    sending.drain(5)

    assert message_now(message).state == "sent"
    assert message_now(message).provider_id == "0"  # the stand-in counts
    assert mail.outbox[0].anymail_test_params["extra_headers"]["Message-ID"] == message.message_id


def test_a_provider_that_refuses_for_now_is_tried_again(transactional_db, provider, monkeypatch):
    from anymail.backends.test import EmailBackend  # noqa: PLC0415 - only here

    def refuse(self, payload, message):
        raise api_error(503)

    monkeypatch.setattr(EmailBackend, "post_to_esp", refuse)
    message = due(useful_until=Now() + timedelta(days=1))

    sending.drain(5)

    row = message_now(message)
    assert (row.state, row.last_answer, row.why, row.maybe_repeated) == (
        "due",
        "quick",
        "AnymailRequestsAPIError 503",
        True,
    )
    assert Message.objects.filter(provider_id="").count() == 1
