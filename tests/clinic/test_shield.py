"""Headers, limits, health, and what happens when the database does not answer."""

import socket
import sys
from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from clinic import context, health, logs
from clinic.outbox.models import Heartbeat
from tests.factories.messages import due
from tests.web import Web

pytestmark = pytest.mark.django_db

CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
}
ADDRESSES = [
    "/",
    "/book/",
    "/accounts/login/",
    "/nothing-here/",
    "/care/",
    "/healthz",
    "/static/css/base.css",
    "/?x=%00",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_answer_carries_the_headers(client, path):
    headers = client.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    if path != "/static/css/base.css":
        assert set(headers["Content-Security-Policy"].split("; ")) == CSP
        assert headers["X-Frame-Options"] == "DENY"
        assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("query", ["?q=%00", "?" + "a=b&" * 1500])
def test_hostile_queries_are_refused_early(client, query):
    assert client.get("/book/" + query).status_code == 400


def test_a_nul_in_a_cookie_is_refused_early(client):
    client.cookies["sessionid"] = "\0aaaaaaaaaaaaaaaa"

    assert client.get("/").status_code == 400


@pytest.mark.parametrize("credential", ["[" * 100_000, "1" * 5000, "{", "x" * 70_000, '"\\ud800"'])
def test_a_passkey_that_no_device_sends_is_never_a_500(client, credential):
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})

    assert answer.status_code in {200, 302, 400, 422}


def test_the_admins_way_to_any_key_of_any_table_is_closed(as_user, manager):
    assert as_user(manager).get("/admin/r/1/x/").status_code == 404


def test_signing_out_clears_what_the_browser_kept(as_user, amina):
    assert as_user(amina.user).post(reverse("account_logout"))["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.django_db(transaction=True)
def test_an_answer_to_head_has_no_body_on_the_wire():
    with Web() as web, socket.create_connection(("localhost", web.port)) as wire:
        wire.sendall(b"HEAD /book/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: wire.recv(65536), b""))

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body == b""


def test_an_oversize_body_is_refused(client):
    answer = client.post("/accounts/login/", "a" * (1024 * 1024 + 1), content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("a=1&" * 2000, "application/x-www-form-urlencoded"),
        ("x", "multipart/form-data"),
        ("login=%ff%fe&password=%00", "application/x-www-form-urlencoded"),
        ('{"login": 1}', "application/json"),
    ],
)
def test_a_strange_body_is_never_a_500(client, body, content_type):
    assert client.post("/accounts/login/", body, content_type=content_type).status_code in {200, 400, 403, 422}


def test_another_host_is_refused(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_forged_forwarded_host_is_not_believed(client, amina, mailoutbox):
    client.post(
        "/accounts/password/reset/", {"email": "amina@example.com"}, headers={"x-forwarded-host": "evil.example"}
    )

    assert "evil.example" not in mailoutbox[0].body


def test_a_post_without_its_token_is_refused_in_our_look(amina):
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})

    assert answer.status_code == 403
    assert 'class="skip-link"' in answer.content.decode()


class Failing:
    def __init__(self, error):
        self.error = error

    def __call__(self, *args, **kwargs):
        raise self.error


@pytest.mark.parametrize("error", [OperationalError("the database is away"), DatabaseError("x")])
def test_a_database_that_does_not_answer_is_a_503_with_the_phone_number(client, monkeypatch, settings, error):
    monkeypatch.setattr(
        context, "Page", type("Pages", (), {"objects": type("M", (), {"visible_to": Failing(error)})()})
    )
    client.raise_request_exception = False

    answer = client.get("/")

    assert answer.status_code == (503 if isinstance(error, OperationalError) else 500)
    assert settings.CLINIC["phone"] in answer.content.decode()


class TestHealth:
    def test_healthz_asks_nobody(self, client, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert client.get(reverse("healthz")).content == b"ok"

    def beat(self, seconds_ago):
        Heartbeat.objects.update_or_create(name="tick", defaults={"at": Now() - timedelta(seconds=seconds_ago)})

    def test_readyz_is_green_when_all_are_there(self, client):
        self.beat(5)

        answer = client.get(reverse("readyz"))

        assert (answer.status_code, answer.json()) == (
            200,
            {"database": "ok", "queue": "ok", "scheduler": "ok", "messages": "ok"},
        )

    @pytest.mark.parametrize("seconds_ago", [None, 61])
    def test_readyz_is_red_without_a_fresh_heartbeat(self, client, seconds_ago):
        if seconds_ago:
            self.beat(seconds_ago)

        answer = client.get(reverse("readyz"))

        assert (answer.status_code, answer.json()["scheduler"]) == (503, "missing")

    @pytest.mark.parametrize(("minutes", "status", "words"), [(14, 200, "ok"), (16, 503, "late")])
    def test_readyz_is_red_while_messages_are_late(self, client, minutes, status, words):
        self.beat(5)
        due(since=timedelta(minutes=minutes))

        answer = client.get(reverse("readyz"))

        assert (answer.status_code, answer.json()["messages"]) == (status, words)

    def test_readyz_is_red_without_the_queue(self, client, settings):
        self.beat(5)
        settings.REDIS_URL = "unix:///tmp/no-such-socket"

        assert client.get(reverse("readyz")).json()["queue"] == "missing"

    def test_readyz_is_red_without_the_database(self, client, monkeypatch):
        monkeypatch.setattr(health.Heartbeat, "objects", type("M", (), {"filter": Failing(OperationalError())})())

        answer = client.get(reverse("readyz"))

        assert (answer.status_code, answer.json()["database"]) == (503, "missing")


class TestLogs:
    def test_a_database_error_is_logged_by_code_and_constraint_only(self, amina):
        with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("insert into patients_patient select * from patients_patient")

        text = logs.describe(caught.value)
        assert text == "IntegrityError 23505 patients_patient_pkey"

    def test_a_traceback_shows_places_and_no_values(self):
        secret = "Jane Patient has MS pain"
        try:
            raise ValueError(secret)
        except ValueError:
            text = logs.PlainFormatter().formatException(sys.exc_info())

        assert "Jane" not in text
        assert text.startswith("ValueError at ")

    def test_control_characters_cannot_forge_a_line(self):
        record = logs.logging.LogRecord("x", 20, "f", 1, "name %s", ("a\nERROR forged",), None)

        assert "\n" not in logs.PlainFormatter("%(message)s").format(record)
