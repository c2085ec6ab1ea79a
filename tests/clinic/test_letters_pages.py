"""The pages of letters to GPs: a clinician's from the task to the practice's word, and the patient's copies."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.outbox.models import Message
from clinic.worklist.models import Task
from clinic.workspace.letters import listed_for
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.consultations.actions import ask_for_letter
from patients.correspondence.models import GpLetter
from tests.clinic.test_keeping import late
from tests.factories import letters, notes
from tests.factories.letters import FORM
from tests.factories.people import NOW
from tests.loops import browser

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = {"day": "23", "month": "11", "year": "2026"}


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOW + timedelta(hours=3), tick=False) as clock:
        yield clock


@pytest.fixture
def doctor(okafor, amina):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
    return browser(okafor.user)


@pytest.fixture
def note(amina, okafor):
    """A signed note whose letter is due."""
    signed = notes.signed(amina, okafor)
    ask_for_letter(signed, at=NOW)
    return signed


def url(name, record):
    return reverse(name, args=[record.pk])


def on(field):
    return {f"{field}_{part}": value for part, value in TODAY.items()}


def send(client, letter, act="save", **fields):
    return client.post(url("review_letter", letter), FORM | {"version": letter.version, "act": act} | fields)


def test_from_the_task_to_the_practices_word(doctor, note, amina):
    letters.allow(amina)

    page = doctor.get(url("review_letter_due", note)).content.decode()
    draft = doctor.post(url("review_letters_add", amina), {"key": uuid4(), "note": note.pk}).url
    letter = GpLetter.objects.get()
    shown = doctor.get(draft).content.decode()
    send(doctor, letter, "approve")
    doctor.post(url("review_letter_sent", letter), {"method": "post", **on("sent_on")})
    doctor.post(url("review_letter_acknowledged", letter), {"how": "By phone", **on("acknowledged_on")})

    letter.refresh_from_db()
    assert "Write the letter" in page
    assert "From the note of Monday 23 November 2026:" in shown
    assert (letter.state, letter.note, letter.method) == ("acknowledged", note, "post")
    assert Task.objects.get(kind="letter_due").state == "done"
    assert Message.objects.get().rule == "letter_released"


def test_what_is_missing_is_said_beside_each_field(doctor, amina, okafor):
    letter = letters.draft(amina, okafor)

    page = send(doctor, letter, "approve", plan=" ", copy_to_patient="")

    assert (page.status_code, set(page.context["form"].errors)) == (422, {"plan", "copy_to_patient"})
    assert "Burning pain in both legs." in page.content.decode()


@pytest.mark.parametrize(("given", "words"), [(None, "has not answered yet"), (False, "does not let us write")])
def test_without_consent_it_is_not_approved_and_says_so(doctor, amina, okafor, given, words):
    letter = letters.draft(amina, okafor)
    if given is not None:
        letters.allow(amina, given)

    page = send(doctor, letter, "approve")

    letter.refresh_from_db()
    assert (page.status_code, letter.state) == (422, "draft")
    assert words in page.context["form"].non_field_errors()[0]


def test_the_task_is_closed_with_the_refusal(doctor, note, amina):
    letters.allow(amina, given=False)
    assert "No letter: the patient refuses" in doctor.get(url("review_letter_due", note)).content.decode()

    doctor.post(url("review_letter_none", note))

    assert Task.objects.get(kind="letter_due").state == "done"


def test_the_task_stays_where_nobody_refuses(doctor, note):
    assert "No letter: the patient refuses" not in doctor.get(url("review_letter_due", note)).content.decode()

    doctor.post(url("review_letter_none", note))

    assert Task.objects.get(kind="letter_due").state == "taken"


def test_the_second_tab_is_told_and_nothing_is_overwritten(doctor, amina, okafor):
    letter = letters.draft(amina, okafor)
    send(doctor, letter, plan="First tab")

    page = send(doctor, letter, plan="Second tab")

    letter.refresh_from_db()
    text = page.content.decode()
    assert (page.status_code, letter.body["plan"]) == (422, "First tab")
    assert text.count("First tab") == text.count("Second tab") == 1


def test_what_is_typed_after_the_session_ended_is_kept(amina, okafor, doctor):
    letter = letters.draft(amina, okafor)
    late(doctor, url("review_letter", letter), **FORM | {"version": 0, "plan": "Typed too late"})
    doctor.force_login(okafor.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert "Typed too late" in doctor.get(url("review_letter", letter)).content.decode()


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("sent", {}),
        ("sent", {"method": "email", **on("sent_on")}),
        ("sent", {"method": "post", **on("sent_on"), "sent_on_day": "24"}),
        ("sent", {"method": "post", **on("sent_on"), "sent_on_day": "22"}),
        ("withdraw", {"why": " "}),
    ],
)
def test_a_step_that_is_refused_says_why(doctor, amina, okafor, step, fields):
    letter = letters.approved(amina, okafor)

    page = doctor.post(url(f"review_letter_{step}", letter), fields)

    letter.refresh_from_db()
    assert (page.status_code, letter.state) == (422, "approved")
    assert "There is a problem" in page.content.decode()


@pytest.mark.parametrize("step", ["sent", "acknowledged", "withdraw"])
def test_a_step_out_of_turn_changes_nothing(doctor, amina, okafor, step):
    fields = {"method": "post", "why": "x", "how": "x", **on("sent_on"), **on("acknowledged_on")}
    for state in ("draft", "acknowledged", "withdrawn"):
        letter = letters.IN_STATE[state](amina, okafor)

        answer = doctor.post(url(f"review_letter_{step}", letter), fields)

        letter.refresh_from_db()
        assert (letter.state, answer.status_code) == (state, 302 if state == "draft" else 422)


def test_a_letter_that_was_sent_is_replaced_once(doctor, amina, okafor):
    old, key = letters.sent(amina, okafor), uuid4()

    for _ in range(2):
        doctor.post(url("review_letters_add", amina), {"key": key, "replaces": old.pk})

    assert GpLetter.objects.get(replaces=old).state == "draft"


def test_nobody_elses_note_or_letter_is_taken_along(doctor, amina, ben, okafor):
    open_care(ben, okafor, CareRelationship.Reason.BOOKED, at=NOW)
    note = notes.signed(ben, okafor)

    doctor.post(url("review_letters_add", amina), {"key": uuid4(), "note": note.pk})

    assert GpLetter.objects.get().note is None


def test_withdrawn_consent_is_said_before_it_is_sent(doctor, amina, okafor):
    letter = letters.approved(amina, okafor)
    letters.allow(amina, given=False, at=NOW + timedelta(hours=1))

    assert "Do not send this letter" in doctor.get(url("review_letter", letter)).content.decode()


def test_the_list_of_what_is_still_to_do(doctor, note, amina, okafor):
    for state in letters.IN_STATE:
        letters.IN_STATE[state](amina, okafor)

    context = doctor.get(reverse("review_letters_open")).context

    assert [row["pk"] for row in context["to_write"]] == [note.pk]
    states = {"Draft", "Approved, not sent yet", "Sent"}
    assert {row["state"] for row in context["letters"]} == states


def test_the_list_of_a_patient_takes_one_query(doctor, amina, okafor):
    for _ in range(3):
        letters.approved(amina, okafor)

    with CaptureQueriesContext(connection) as asked:
        found = listed_for(okafor.user, amina)["letters"]

    assert (len(found), len(asked)) == (3, 1)


class TestFile:
    def test_it_is_a_pdf_under_a_neutral_name_that_nothing_stores(self, doctor, amina, okafor):
        letter = letters.approved(amina, okafor)

        answer = doctor.get(url("review_letter_pdf", letter))

        assert answer["Content-Disposition"] == 'attachment; filename="letter-2026-11-23.pdf"'
        assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "no-store, private")
        assert answer.content.startswith(b"%PDF-")
        assert AccessLog.objects.get(what="exported").about == letter.pk

    def test_a_draft_has_none(self, doctor, amina, okafor):
        assert doctor.get(url("review_letter_pdf", letters.draft(amina, okafor))).status_code == 403

    @pytest.mark.parametrize(("who", "status"), [("amina", 404), ("rosa", 403), ("manager", 403), ("lind", 403)])
    def test_nobody_else_has_it(self, request, amina, okafor, who, status):
        letter, user = letters.approved(amina, okafor), request.getfixturevalue(who)
        client = browser(getattr(user, "user", user))

        for name in ("review_letter_pdf", "review_letter"):
            assert client.get(url(name, letter)).status_code == status
        assert AccessLog.objects.filter(what="refused", about=letter.pk).count() == 2


class TestCopies:
    def test_a_patient_reads_theirs_as_a_page_and_a_pdf(self, amina, okafor):
        letter, client = letters.sent(amina, okafor), browser(amina.user)

        listed = client.get(reverse("care_letters")).content.decode()
        page = client.get(url("care_letter", letter)).content.decode()
        file = client.get(url("care_letter_pdf", letter))

        assert url("care_letter", letter) in listed
        assert "See again in 4 weeks." in page
        assert file["Content-Disposition"] == 'attachment; filename="letter-2026-11-23.pdf"'
        assert AccessLog.objects.filter(what="read", about=letter.pk, actor=amina.user).count() == 2

    @pytest.mark.parametrize("state", ["draft", "approved", "withdrawn"])
    def test_what_was_not_sent_is_not_there(self, amina, okafor, state):
        letter, client = letters.IN_STATE[state](amina, okafor), browser(amina.user)

        assert "There are no letters here yet" in client.get(reverse("care_letters")).content.decode()
        assert client.get(url("care_letter", letter)).status_code == 404

    def test_nor_one_without_a_copy_nor_another_persons(self, amina, ben, okafor):
        own, others = letters.sent(amina, okafor, copy_to_patient=False), letters.sent(ben, okafor)

        for letter in (own, others):
            for name in ("care_letter", "care_letter_pdf"):
                assert browser(amina.user).get(url(name, letter)).status_code == 404

    def test_a_newer_one_is_named(self, amina, okafor):
        old = letters.sent(amina, okafor)
        new = letters.sent(amina, okafor, about={"replaces": old})

        page = browser(amina.user).get(url("care_letter", old)).content.decode()

        assert url("care_letter", new) in page

    def test_what_was_typed_is_never_markup(self, amina, okafor):
        letter = letters.sent(amina, okafor, plan="<script>alert(1)</script>")

        page = browser(amina.user).get(url("care_letter", letter)).content.decode()

        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
