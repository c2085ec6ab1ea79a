"""The desk's page of messages, and the log of one patient."""

import re
import socket
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.addresses import actions as addresses
from clinic.addresses.models import StoppedAddress
from clinic.audit.models import AccessLog
from clinic.outbox.models import Heartbeat, Message
from clinic.workspace.message_counts import HEAD
from patients.contact.models import ContactChoice
from tests.factories.messages import due

pytestmark = pytest.mark.django_db
TODAY = "/admin/messages/today/"
LOG = "/admin/clinic/message/"


def at(day, hour, minute=0, month=11, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def planned(moment, state="sent", rule="reminder_3h", **fields):
    """A message that was due at ``moment``."""
    times = {"due_at": moment, "wanted_at": moment, "sent_at": moment}
    return due(rule, state=state, **times | fields)


def beat(name, ago):
    Heartbeat.objects.update_or_create(name=name, defaults={"at": Now() - ago})


def of_log(patient):
    return reverse("desk_messages_of", args=[patient.pk])


class TestAccess:
    def test_who_may(self, as_user, client, amina, ben, rosa, manager, okafor):
        for url in (TODAY, of_log(amina)):
            assert client.get(url).url == f"/accounts/login/?next={url}"
        answers = {
            user: [as_user(user).get(url).status_code for url in (TODAY, of_log(amina))]
            for user in (rosa, manager, okafor.user, amina.user, ben.user)
        }

        assert list(answers.values()) == [[200, 200], [200, 200], [403, 403], [404, 404], [404, 404]]

    def test_only_reading(self, as_user, rosa, amina):
        browser = as_user(rosa)

        assert {browser.post(url).status_code for url in (TODAY, of_log(amina))} == {405}

    def test_the_front_page_and_the_patients_page_lead_there(self, as_user, rosa, amina):
        browser = as_user(rosa)

        assert f'href="{TODAY}"' in browser.get("/admin/").content.decode()
        assert f'href="{of_log(amina)}"' in browser.get(f"/admin/patients/patient/{amina.pk}/change/").content.decode()


class TestToday:
    def numbers(self, browser):
        """What the table of today says: by message and state, without the noughts."""
        lines = browser.get(TODAY).context["lines"]
        return {
            (line.label, state): number
            for line in lines
            for state, number in zip([*HEAD, "In all"], line.numbers, strict=True)
            if number
        }

    def test_by_kind_what_became_of_it(self, as_user, rosa):
        with time_machine.travel(at(23, 12), tick=False):
            for state in ("due", "sending", "sent", "sent", "delivered", "failed", "missed", "cancelled"):
                planned(at(23, 9), state, lease_until=Now())
            planned(at(23, 9), rule="booking_confirmed")
            browser = as_user(rosa)

            assert self.numbers(browser) == {
                ("Booking confirmation", "Sent"): 1,
                ("Booking confirmation", "In all"): 1,
                ("Reminder, 3 hours before", "Waiting"): 2,
                ("Reminder, 3 hours before", "Sent"): 2,
                ("Reminder, 3 hours before", "Delivered"): 1,
                ("Reminder, 3 hours before", "Could not be sent"): 1,
                ("Reminder, 3 hours before", "Too late to be of use"): 1,
                ("Reminder, 3 hours before", "No longer wanted"): 1,
                ("Reminder, 3 hours before", "In all"): 8,
            }
            assert browser.get(TODAY).context["totals"] == [2, 3, 1, 0, 1, 1, 1, 9]

    @pytest.mark.parametrize(
        ("noon", "first", "after"),
        [
            (at(25, 12, month=10), at(24, 23, month=10), at(26, 0, month=10)),  # 25 hours: the clocks go back
            (at(29, 12, month=3), at(29, 0, month=3), at(29, 23, month=3)),  # 23 hours: they go forward
            (at(1, 12, month=7), at(30, 23, month=6), at(1, 23, month=7)),  # summer
            (at(1, 12, month=12), at(1, 0, month=12), at(2, 0, month=12)),
        ],
    )
    def test_the_day_is_that_of_the_uk_clock(self, as_user, rosa, noon, first, after):
        second = timedelta(seconds=1)
        with time_machine.travel(noon, tick=False):
            for moment in (first - second, first, after - second, after):
                planned(moment)
            page = as_user(rosa).get(TODAY)

        day = noon.date()
        assert self_sum(page.context["lines"]) == 2
        assert page.context["by_day"].rows[-2:] == [(day - timedelta(days=1), 1, 0, 0), (day, 2, 0, 0)]

    def test_the_list_behind_each_link_holds_as_many(self, as_user, rosa):
        with time_machine.travel(at(23, 12), tick=False):
            for moment in (at(23, 0), at(23, 23, 59), at(22, 23, 59), at(24, 0)):
                planned(moment)
            for moment in (at(16, 23, 59), at(17, 0), at(20, 5), at(23, 23)):
                planned(moment, "failed")
                planned(moment, "missed", rule="booking_confirmed")
            browser = as_user(rosa)
            html = browser.get(TODAY).content.decode()

            links = re.findall(rf'href="({LOG}\?day=[^"]+)">([^<]+)<', html)
            found = {
                (link, text): browser.get(link.replace("&amp;", "&")).content.decode().count('class="field-name"')
                for link, text in links
            }

        assert found == {
            (f"{LOG}?day=today&amp;rule=booking_confirmed", "Booking confirmation"): 1,
            (f"{LOG}?day=today&amp;rule=reminder_3h", "Reminder, 3 hours before"): 3,
            (f"{LOG}?day=seven-days&amp;rule=reminder_3h&amp;state__exact=failed", "3"): 3,
            (f"{LOG}?day=seven-days&amp;rule=booking_confirmed&amp;state__exact=missed", "3"): 3,
        }

    def test_the_last_30_days_as_plot_and_table(self, as_user, rosa):
        with time_machine.travel(at(23, 12), tick=False):
            planned(at(23, 9)), planned(at(23, 9), "delivered"), planned(at(22, 9), "failed")
            planned(at(25, 0, month=10), "missed")  # the first of the 30 days
            planned(at(24, 9, month=10), "missed")  # the day before
            planned(at(20, 9), "cancelled")
            page = as_user(rosa).get(TODAY)

        rows = page.context["by_day"].rows
        assert (len(rows), rows[0], rows[-2:]) == (
            30,
            (at(25, 0, month=10).date(), 0, 0, 1),
            [(at(22, 0).date(), 0, 1, 0), (at(23, 0).date(), 2, 0, 0)],
        )
        assert sum(sum(row[1:]) for row in rows) == 4
        assert "25 October 2026" in page.content.decode()
        assert page.content.decode().count('class="chart-line chart-line-') == 3

    def test_with_nothing_it_says_so(self, as_user, rosa):
        html = as_user(rosa).get(TODAY).content.decode()

        for words in ("Nothing is late.", "No message is due today.", "went out, or still waits"):
            assert words in html


def self_sum(lines):
    return sum(line.numbers[-1] for line in lines)


class TestLate:
    def test_what_is_late_stands_first_the_longest_first(self, as_user, rosa, amina):
        later = due(since=timedelta(minutes=16), person=amina.pk)
        longest = due("enquiry_received", since=timedelta(minutes=40))
        due(since=timedelta(minutes=14))

        page = as_user(rosa).get(TODAY)

        html = page.content.decode()
        assert [message.pk for message, _, _ in page.context["late"]] == [longest.pk, later.pk]
        assert "Late now (2)" in html
        assert f'href="/admin/patients/patient/{amina.pk}/change/"' in html
        assert "To staff" in html
        assert {words for _, _, words in page.context["late"]} == {"No worker has taken it yet."}
        assert "Example" not in html.split('id="content"')[1]  # nobody's name

    def test_of_very_many_the_first_stand_here_and_all_in_the_list(self, as_user, rosa):
        for _ in range(22):
            due(since=timedelta(minutes=20))
        browser = as_user(rosa)

        page = browser.get(TODAY)

        assert (page.context["late_count"], len(page.context["late"])) == (22, 20)
        assert f'<a href="{LOG}?late=now">All 22 in the list</a>' in page.content.decode()
        assert browser.get(f"{LOG}?late=now").content.decode().count('class="field-name"') == 22

    def test_a_lost_server_is_told_in_words(self, as_user, rosa):
        due(since=timedelta(minutes=20), why="ConnectionRefusedError", last_answer="quick")

        html = as_user(rosa).get(TODAY).content.decode()

        assert "the server that takes our messages could not be reached" in html
        assert "ConnectionRefusedError" not in html


class TestAtWork:
    def test_all_work(self, as_user, rosa):
        beat("scheduler", timedelta(seconds=3)), beat("tick", timedelta(seconds=3))

        page = as_user(rosa).get(TODAY)

        assert [part.state for part in page.context["parts"]] == ["Working"] * 3
        assert "Messages do not go out." not in page.content.decode()

    @pytest.mark.parametrize(
        ("scheduler", "tick", "states"),
        [(200, 200, ["Stopped", "Working", "Not known"]), (5, 200, ["Working", "Working", "Stopped"])],
    )
    def test_what_has_stopped_says_so_and_what_to_do(self, as_user, rosa, scheduler, tick, states):
        beat("scheduler", timedelta(seconds=scheduler)), beat("tick", timedelta(seconds=tick))

        page = as_user(rosa).get(TODAY)

        assert [part.state for part in page.context["parts"]] == states
        html = page.content.decode()
        assert "<strong>Stopped</strong>, last seen 3 minutes ago" in html
        assert "Messages do not go out." in html

    def test_a_queue_that_does_not_answer(self, as_user, rosa, settings):
        beat("scheduler", timedelta(seconds=3)), beat("tick", timedelta(seconds=200))
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            settings.REDIS_URL = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"

            page = as_user(rosa).get(TODAY)

        assert [part.state for part in page.context["parts"]] == ["Working", "Stopped", "Not known"]

    def test_the_databases_clock_decides(self, as_user, rosa):
        beat("scheduler", timedelta(seconds=3)), beat("tick", timedelta(seconds=3))

        with time_machine.travel(timezone.now() + timedelta(minutes=10)):
            page = as_user(rosa).get(TODAY)

        assert page.context["all_work"]


class TestOfAPatient:
    def test_planned_and_past_messages_of_this_patient_alone(self, as_user, rosa, amina, ben):
        coming = planned(at(30, 9), "due", person=amina.pk)
        soon = planned(at(24, 9), "due", "missing_4d", person=amina.pk)
        gone = planned(at(20, 9), "sent", "booking_confirmed", person=amina.pk)
        off = planned(
            at(21, 9), "cancelled", "reminder_48h", person=amina.pk, why="moved", sent_at=None, closed_at=at(19, 8)
        )
        planned(at(21, 9), person=ben.pk), planned(at(21, 9))

        page = as_user(rosa).get(of_log(amina))

        context, html = page.context, page.content.decode()
        assert [line.pk for line in context["planned"]] == [soon.pk, coming.pk]
        assert [line.pk for line in context["past"]] == [off.pk, gone.pk]
        assert [(line.due, line.done, line.state, line.channel, line.reader) for line in context["past"]] == [
            ("Sat 21 Nov 2026, 9am", "Thu 19 Nov 2026, 8am", "No longer wanted", "E-mail", "The patient"),
            ("Fri 20 Nov 2026, 9am", "Fri 20 Nov 2026, 9am", "Sent", "E-mail", "The patient"),
        ]
        assert "Not sent: the visit was moved" in html
        assert "Messages to Amina Example" in html

    def test_a_planned_message_shows_how_it_will_travel(self, as_user, rosa, amina):
        due("reminder_48h", person=amina.pk, since=-timedelta(days=2), useful_until=Now() + timedelta(days=3))
        ContactChoice.objects.create(patient=amina, way="phone", changed_at=Now(), changed_by=amina.user)

        [line] = as_user(rosa).get(of_log(amina)).context["planned"]
        assert (line.label, line.channel) == ("Reminder, 48 hours before", "Phone call")

    def test_reading_it_is_written_down(self, as_user, rosa, amina):
        as_user(rosa).get(of_log(amina))

        assert list(AccessLog.objects.values_list("what", "about_type", "about", "actor")) == [
            ("read", "patient", amina.pk, rosa.pk)
        ]

    def test_a_stopped_address_is_said(self, as_user, rosa, amina):
        browser = as_user(rosa)
        before = browser.get(of_log(amina)).content.decode()

        addresses.stop(amina.reach, StoppedAddress.Why.BOUNCED, at=at(20, 9))
        after = browser.get(of_log(amina)).content.decode()

        assert ("Nothing is sent to their email address" in before, "There is no such mailbox" in after) == (
            False,
            True,
        )

    def test_very_many_stand_on_pages(self, as_user, rosa, amina):
        for number in range(101):
            planned(at(20, 9) - timedelta(days=number), person=amina.pk)
        browser = as_user(rosa)

        pages = [browser.get(of_log(amina), {"page": number}) for number in ("1", "2")]

        assert [len(page.context["past"]) for page in pages] == [100, 1]
        assert 'href="?page=2#past"' in pages[0].content.decode()

    @pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 400, "%00", ""])
    def test_a_page_that_makes_no_sense_is_no_error(self, as_user, rosa, amina, number):
        assert as_user(rosa).get(f"{of_log(amina)}?page={number}").status_code in {200, 400}

    def test_an_unknown_patient_is_not_found(self, as_user, rosa):
        assert as_user(rosa).get(reverse("desk_messages_of", args=[uuid4()])).status_code == 404
        assert not AccessLog.objects.exists()


ROWS = """
    insert into clinic_message (id, key, rule, round, channel, about, anchor, wanted_at, due_at, useful_until, state,
        attempts, message_id, provider_id, maybe_repeated, last_answer, why, created_at, sent_at)
    select gen_random_uuid(), 'key ' || number, rules[1 + mod(number, 5)], 0, 'email', gen_random_uuid(), due, due, due,
        due, case when due > now() then 'due' when mod(number, 50) = 0 then 'failed' else 'sent' end, 0,
        'id ' || number, '', false, '', '', due, due
    from generate_series(1, %(rows)s) number,
        lateral (select now() + make_interval(secs => mod(number * 7919::bigint, %(rows)s)
            * 31536000.0 / %(rows)s - 28382400) as due) times,
        (select array['booking_confirmed', 'reminder_48h', 'reminder_3h', 'missing_7d', 'missing_4d'] as rules) known
"""


class TestSpeed:
    """A year of messages: 11 months behind us, one to come."""

    @pytest.mark.parametrize("rows", [20_000, pytest.param(200_000, marks=pytest.mark.proof)])
    def test_same_queries_for_none_and_for_many_and_under_150_milliseconds(self, as_user, rosa, rows):
        browser = as_user(rosa)
        browser.get(TODAY)
        with CaptureQueriesContext(connection) as none:
            browser.get(TODAY)
        with connection.cursor() as cursor:
            cursor.execute(f"set local statement_timeout = 0; {ROWS}", {"rows": rows})
            cursor.execute("reset role; analyze clinic_message; set role clinic_app")
        with CaptureQueriesContext(connection) as many:
            browser.get(TODAY)

        took = min(timed(browser) for _ in range(3))

        assert Message.objects.count() == rows
        assert len(none) == len(many)
        assert took < 0.15


def timed(browser):
    began = time.perf_counter()
    assert browser.get(TODAY).status_code == 200
    return time.perf_counter() - began
