"""Attacks on the pages as they are served: other people's forms, hostile text, stolen and replayed keys."""

import re
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse

from bookings.appointments.models import Appointment
from bookings.appointments.slots import Slot
from bookings.choosing.forms import slot_value
from clinic.wsgi import application
from patients.intake.models import Intake
from patients.profile import policy
from patients.profile.models import Patient
from patients.suitability.models import Decision
from tests.factories import diary, intakes, people

pytestmark = pytest.mark.django_db

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
TEMPLATE = "{{ settings.SECRET_KEY }}{% debug %}${x}%(x)s{0.__class__}"
HOSTILE = {
    "NUL": b"a%00b",
    "lone surrogate": b"%ed%a0%80a",
    "right-to-left override": b"%e2%80%aeevil%e2%81%a6",
    "bell and escape": b"a%07%1b%5b31m",
    "header": b"A%0d%0aBcc: x@example.com",
    "huge": b"x" * 300_000,
    "script": SCRIPT.encode().replace(b"%", b"%25"),
}
FORM = "application/x-www-form-urlencoded"
DETAILS = {"first_names": "Ben", "family_name": "Sample", "preferred_name": "", "gp_practice": "Exampleton Surgery"}
DETAILS |= {"date_of_birth_day": "27", "date_of_birth_month": "3", "date_of_birth_year": "1980"}
DETAILS |= {"phone": "07700 900123", "postcode": "AA1 1AA"}


@pytest.fixture
def kind(okafor):
    diary.hours(okafor)
    return diary.kind(okafor)


def soon(days=10, hour=10, minute=0):
    """A weekday at ten, UTC, which is inside opening hours in summer and in winter."""
    moment = datetime.now(UTC).replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)
    return moment + timedelta(days=max(0, 7 - moment.weekday()) if moment.weekday() > 4 else 0)


def slot(clinician, moment):
    return slot_value(Slot(moment, clinician.pk))


def hold(client, clinician, moment, **more):
    return client.post(
        reverse("book_kind", args=["first-assessment"]), {"key": uuid4(), "slot": slot(clinician, moment)} | more
    )


def signed_in(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def encoded(fields, field, value):
    """A form's body with one field's value already percent-encoded."""
    return b"&".join(f"{name}={text}".encode() for name, text in fields.items() if name != field) + (
        f"&{field}=".encode() + value
    )


class TestSomebodyElsesForms:
    def test_a_signed_out_hold_is_its_sessions_alone(self, client, okafor, kind, ben):
        address = hold(client, okafor, soon())["Location"]
        stranger = signed_in(ben.user)

        assert stranger.get(address).status_code == 404
        assert stranger.post(address, {"key": uuid4(), "mode": "video", "early_start": "on"}).status_code == 404
        assert Appointment.objects.get().patient is None

    def test_a_key_somebody_else_used_does_nothing(self, okafor, kind, amina, ben):
        key = uuid4()
        hold(signed_in(amina.user), okafor, soon(), key=key)

        assert hold(signed_in(ben.user), okafor, soon(), key=key).status_code == 422
        assert Appointment.objects.get().patient == amina

    def test_the_owners_key_does_not_open_the_owners_visit(self, okafor, kind, amina, ben):
        visit = diary.appointment(amina, okafor, kind, soon())
        address = reverse("appointment_cancel", args=[visit.pk])
        key = signed_in(amina.user).get(address).context["form"]["key"].value()

        assert signed_in(ben.user).post(address, {"key": key, "refund": visit.fee_pence}).status_code == 404
        assert Appointment.objects.get().state == "booked"

    def test_fields_nobody_asked_for_change_nothing_on_confirming(self, okafor, kind, amina, ben):
        client = signed_in(ben.user)
        address = hold(client, okafor, soon())["Location"]

        client.post(
            address,
            {"key": uuid4(), "mode": "phone", "early_start": "on", "patient": amina.pk, "state": "completed"}
            | {"fee_pence": "0", "clinician": uuid4(), "starts_at": "2020-01-01", "sequence": "9"},
        )

        visit = Appointment.objects.get()
        assert (visit.patient, visit.clinician, visit.mode, visit.sequence) == (ben, okafor, "phone", 0)
        assert (visit.state, visit.fee_pence) == ("booked", 18000)

    @pytest.mark.parametrize("mode", ["in_person", "VIDEO", "video\0", "", "x" * 100_000])
    def test_a_way_to_meet_that_the_kind_does_not_have_is_an_error(self, okafor, kind, ben, mode):
        client = signed_in(ben.user)
        address = hold(client, okafor, soon())["Location"]

        assert client.post(address, {"key": uuid4(), "mode": mode, "early_start": "on"}).status_code == 422
        assert Appointment.objects.get().state == "held"

    @pytest.mark.parametrize("moment", [soon(-10), soon(800), soon(minute=3), soon(hour=2)])
    def test_a_move_to_a_time_never_offered_changes_nothing(self, okafor, kind, ben, moment):
        visit = diary.appointment(ben, okafor, kind, soon())

        answer = signed_in(ben.user).post(
            reverse("appointment_reschedule", args=[visit.pk]),
            {"key": uuid4(), "slot": slot(okafor, moment), "agreed": "True"},
        )

        assert answer.status_code == 422
        assert Appointment.objects.get().starts_at == soon()

    def test_a_hold_whose_clinician_has_stopped_cannot_be_confirmed(self, okafor, kind, ben):
        client = signed_in(ben.user)
        address = hold(client, okafor, soon())["Location"]
        type(okafor).objects.update(is_active=False)

        assert client.post(address, {"key": uuid4(), "mode": "video", "early_start": "on"}).status_code == 422
        assert Appointment.objects.get().state == "held"

    def test_forged_admin_posts_to_lists_change_nothing(self, rosa, amina):
        before = list(Patient.objects.values_list())

        for table in ("patients_patient", "bookings_appointment", "clinic_message", "patients_intake"):
            signed_in(rosa).post(
                reverse(f"admin:{table}_changelist"),
                {"action": "delete_selected", "_selected_action": amina.pk, "select_across": "1", "index": "9" * 30}
                | {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-family_name": "Evil", "_save": "1"},
            )

        assert list(Patient.objects.values_list()) == before


class TestText:
    @pytest.mark.parametrize("what", HOSTILE)
    @pytest.mark.parametrize("field", ["family_name", "date_of_birth_year", "phone", "postcode", "gp_practice"])
    def test_in_the_details_is_never_a_500(self, ben, field, what):
        answer = signed_in(ben.user).post(reverse("profile"), encoded(DETAILS, field, HOSTILE[what]), content_type=FORM)

        assert answer.status_code in {302, 422}
        saved = Patient.objects.values_list("first_names", "family_name", "preferred_name", "gp_practice").get()
        assert not {*"\0\x07\x1b\r\n\x85\u202e\u2066"} & {*"".join(saved)}

    @pytest.mark.parametrize("what", HOSTILE)
    def test_in_the_form_is_never_a_500(self, ben, what):
        body = encoded({}, "goals", HOSTILE[what])

        answer = signed_in(ben.user).post(reverse("intake_section", args=["goals"]), body, content_type=FORM)

        assert answer.status_code in {302, 422}
        assert not {*"\0\x07\x1b\r\x85\u202e\u2066"} & {*Intake.objects.get().answers.get("goals", "")}

    def test_is_text_to_everybody_who_reads_it(self, okafor, rosa, kind, ben):
        evil = SCRIPT + TEMPLATE
        details = dict.fromkeys(["first_names", "family_name", "preferred_name"], evil[:99]) | {"gp_practice": evil}
        assert signed_in(ben.user).post(reverse("profile"), DETAILS | details).status_code == 302
        ben.refresh_from_db()
        form = intakes.in_review(ben, okafor, goals=evil, medicines=[intakes.entry(evil[:150])])
        visit = diary.appointment(ben, okafor, kind, soon())
        intakes.ready(form, okafor)
        said = dict.fromkeys(("reasons", "message", "records", "diagnosis_source"), evil)
        signed_in(okafor.user).post(reverse("review_decide", args=[form.pk]), intakes.decision(**said))
        assert Decision.objects.get().message == evil
        pages = {
            ben.user: ["care", "profile", "intake"],
            okafor.user: ["review", ("review_record", form.pk), ("admin:bookings_appointment_change", visit.pk)],
            rosa: ["admin:patients_patient_changelist", "admin:patients_intake_changelist", "desk_diary"],
        }
        pages[rosa] += [
            ("admin:patients_patient_change", ben.pk),
            ("desk_book_patient", ben.pk),
            ("desk_move", visit.pk),
        ]

        for person, wanted in pages.items():
            for each in wanted:
                name, *key = each if isinstance(each, tuple) else (each,)
                page = signed_in(person).get(reverse(name, args=key), follow=True).content.decode()
                assert "<script>alert" not in page, name
                assert "<img src=x" not in page, name
                assert settings.SECRET_KEY not in page, name

    @pytest.mark.parametrize("check", [partial(policy.uk_phone, drama=True), policy.postcode])
    @pytest.mark.parametrize("text", ["9" * 100_000, "(0)" * 33_000, "+" * 100_000, "A1" * 50_000, "٣" * 100_000])
    def test_of_any_length_is_checked_in_no_time(self, check, text):
        began = time.perf_counter()

        assert check(text) is None
        assert time.perf_counter() - began < 0.1


class TestSignIn:
    WANTED = ["//evil.example", "/\\evil.example", "https:evil.example", "///evil.example", "javascript:alert(1)"]

    @pytest.mark.parametrize("name", ["account_login", "account_logout", "account_reauthenticate"])
    @pytest.mark.parametrize("wanted", [*WANTED, "/\t/evil.example", "http://evil.example/", "/care/\r\nX-Evil: 1"])
    def test_leads_nowhere_else(self, ben, name, wanted):
        client = Client() if name == "account_login" else signed_in(ben.user)

        answer = client.post(reverse(name), {"login": ben.user.email, "password": people.PASSWORD, "next": wanted})

        assert answer.status_code == 302
        assert re.match(r"/(?![/\\\s])", answer["Location"])
        assert "X-Evil" not in answer

    def test_a_copied_session_is_dead_after_signing_out(self, ben):
        client, thief = signed_in(ben.user), Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        assert thief.get(reverse("care")).status_code == 200

        client.post(reverse("account_logout"))

        assert thief.get(reverse("care")).status_code == 302

    def test_cookies_are_out_of_reach_of_scripts_and_other_sites(self, ben):
        client = Client()
        client.get(reverse("account_login"))
        client.post(reverse("account_login"), {"login": ben.user.email, "password": people.PASSWORD})

        for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
            assert client.cookies[name]["httponly"] is True
            assert client.cookies[name]["samesite"] == "Lax"


@pytest.mark.parametrize("path", ["../manage.py", "%2e%2e/manage.py", "..%2f..%2fetc/passwd", "/etc/passwd", "css/"])
def test_nothing_but_static_files_below_static(client, path):
    assert client.get(f"/static/{path}").status_code == 404


@pytest.mark.parametrize(
    "charset", ["hex", "base64", "zip", "rot13", "idna", "undefined", "unicode_escape", "utf-7", "'UTF-16'", "x" * 300]
)
@pytest.mark.parametrize(
    "kind_of_body", ["text/plain", "multipart/form-data; boundary=XX", "application/x-www-form-urlencoded"]
)
def test_another_charset_is_refused_before_anything_reads_it(charset, kind_of_body):
    told = []
    environ = RequestFactory().get("/book/").environ | {"CONTENT_TYPE": f"{kind_of_body}; Charset={charset}"}

    body = application(environ, lambda status, headers: told.append(status))

    assert (told, b"".join(body)) == (["400 Bad Request"], b"This site reads UTF-8 only.")


def test_utf_8_is_read(db):
    told = []
    environ = RequestFactory().get("/healthz").environ | {"CONTENT_TYPE": 'text/plain; charset="UTF-8"'}

    application(environ, lambda status, headers: told.append(status))

    assert told == ["200 OK"]
