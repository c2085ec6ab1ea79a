"""The database goes away, or drops its connections: a page that says so, then on as before, without a restart."""

import time

import httpx
import pytest
from django.conf import settings
from django.db import connection

from tests.factories import people
from tests.web import Visitor, Web

pytestmark = pytest.mark.django_db(transaction=True)


def drop_the_others():
    """End every connection to this database but our own; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("reset role")
        cursor.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        dropped = cursor.fetchone()[0]
        cursor.execute("set role clinic_app")
    return dropped


def test_dropped_connections_cost_nobody_an_error():
    with Web() as web:
        visitor = Visitor(web.origin, people.patient().user)
        assert [visitor.get("/care/").status_code for _ in range(10)] == [200] * 10

        assert drop_the_others() > 0

        assert [visitor.get("/care/").status_code for _ in range(10)] == [200] * 10


def test_without_a_database_every_page_says_so_with_the_phone_number():
    with Web(DATABASE_URL="postgres://clinic_app@%2Ftmp%2Fno-such-folder:5432/nothing") as web:
        began = time.monotonic()
        answers = {
            path: httpx.get(web.origin + path)
            for path in ("/", "/book/", "/ms-pain/", "/accounts/login/", "/healthz", "/readyz")
        }
        took = time.monotonic() - began

    assert {path: answer.status_code for path, answer in answers.items()} == {
        "/": 503,
        "/book/": 503,
        "/ms-pain/": 503,
        "/accounts/login/": 503,
        "/healthz": 200,
        "/readyz": 503,
    }
    assert settings.CLINIC["phone"] in answers["/book/"].text
    assert answers["/book/"].headers["Retry-After"] == "30"
    assert answers["/readyz"].json()["database"] == "missing"
    assert took < 2 * len(answers)
