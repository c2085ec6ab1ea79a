"""The pages of consultation notes: one's visits, writing and signing, and the way from a visit's start to its end."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments.enums import State
from bookings.appointments.refusals import NotNow
from bookings.attendance import actions as attendance
from bookings.attendance.actions import NoteFirst
from clinic.audit.models import AccessLog
from clinic.db.states import StaleState
from clinic.worklist.models import Task
from clinic.workspace.notes import listed_for
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.consultations import actions
from patients.consultations.models import ConsultationNote
from tests.clinic.test_keeping import late
from tests.factories import diary, notes
from tests.factories.notes import FORM, SAID
from tests.factories.people import NOW
from tests.loops import browser

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AS_TYPED = "  one\n\n\ttwo   three\n \n"


@pytest.fixture(autouse=True)
def monday_ten():
    with time_machine.travel(NOW + HOUR, tick=False) as clock:
        yield clock


@pytest.fixture
def kind(okafor):
    return diary.kind(okafor)


@pytest.fixture
def visit(amina, okafor, kind):
    """Today at 10."""
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
    return diary.appointment(amina, okafor, kind, NOW + HOUR)


@pytest.fixture
def doctor(okafor):
    return browser(okafor.user)


def under_way(visit):
    attendance.begin(visit, by=visit.clinician.user, at=NOW + HOUR)
    return visit.note


def send(client, note, act="save", **fields):
    return client.post(reverse("review_note", args=[note.pk]), FORM | {"version": note.version, "act": act} | fields)


class TestVisit:
    def test_starting_opens_its_note(self, visit, okafor, rosa):
        attendance.check_in(visit, by=rosa, at=NOW + HOUR)
        attendance.start(visit, by=rosa, at=NOW + HOUR)

        visit.refresh_from_db()
        note = ConsultationNote.objects.get()
        assert (visit.note, visit.state) == (note, "in_progress")
        assert (note.patient, note.clinician, note.mode) == (visit.patient, okafor, "video")
        assert (note.visited_at, note.state, note.said) == (NOW + HOUR, "draft", {})

    def test_a_refused_start_opens_none(self, visit, rosa):
        with pytest.raises(StaleState):
            attendance.start(visit, by=rosa, at=NOW + HOUR)

        assert not ConsultationNote.objects.exists()

    def test_lesson_1_a_visit_is_not_completed_before_its_note_is_signed(self, visit, okafor):
        under_way(visit)

        with pytest.raises(NoteFirst, match="indication"):
            attendance.complete(visit, by=okafor.user, at=NOW + HOUR)

        visit.refresh_from_db()
        assert (visit.state, Task.objects.count()) == (State.IN_PROGRESS, 0)

    def test_lesson_1_nor_with_a_note_that_names_no_indication(self, visit, okafor, monkeypatch):
        note = under_way(visit)
        monkeypatch.setattr("patients.consultations.policy.missing", lambda *args, **kwargs: {})
        actions.sign(note, notes.written(indications=[]), by=okafor.user, at=NOW + HOUR)

        with pytest.raises(NoteFirst):
            attendance.complete(visit, by=okafor.user, at=NOW + HOUR)

    def test_lessons_1_and_6_completing_asks_its_clinician_for_the_letter(self, visit, okafor, rosa):
        under_way(visit)
        notes.of_visit(visit)

        attendance.complete(visit, by=rosa, at=NOW + HOUR)

        task = Task.objects.get(kind="letter_due")
        assert (visit.state, task.about, task.role) == ("completed", visit.note_id, "clinician")
        assert (task.state, task.taken_by, task.due_at) == ("taken", okafor.user, NOW + HOUR + timedelta(hours=48))

    def test_one_that_took_place_while_the_system_was_down(self, visit, okafor, monday_ten):
        next_day = NOW + DAY
        attendance.begin(visit, by=okafor.user, at=next_day)

        attendance.sign_and_complete(visit, visit.note, notes.written(), by=okafor.user, at=next_day)

        note = ConsultationNote.objects.get()
        assert (visit.state, note.visited_at, note.created_at) == ("completed", NOW, next_day)
        reasons = list(visit.state_changes.order_by("at", "to_state").values_list("to_state", "reason"))
        assert ("checked_in", "Written down afterwards") in reasons
        assert ("in_progress", "Written down afterwards") in reasons

    def test_it_stands_with_its_own_time_then(self, visit, okafor):
        attendance.begin(visit, by=okafor.user, at=NOW + DAY)

        assert visit.note.visited_at == visit.starts_at

    def test_none_begins_before_its_day(self, visit, okafor):
        with pytest.raises(NotNow):
            attendance.begin(visit, by=okafor.user, at=NOW - DAY)

    @pytest.mark.parametrize("state", ["completed", "cancelled_by_clinic", "did_not_attend", "held"])
    def test_what_is_over_does_not_begin(self, amina, okafor, kind, state):
        more = {"held_until": NOW + DAY} if state == "held" else {}
        over = diary.appointment(amina, okafor, kind, NOW, state=state, **more)

        with pytest.raises(StaleState):
            attendance.begin(over, by=okafor.user, at=NOW)

    def test_one_that_began_before_there_were_notes_gets_its_note(self, amina, okafor, kind):
        old = diary.appointment(amina, okafor, kind, NOW, state="in_progress")

        for _ in range(2):
            attendance.begin(old, by=okafor.user, at=NOW)

        old.refresh_from_db()
        assert old.note == ConsultationNote.objects.get()

    def test_signing_and_completing_are_both_or_neither(self, visit, okafor):
        note = under_way(visit)
        visit_elsewhere = type(visit).objects.get(pk=visit.pk)
        visit_elsewhere.state = State.CHECKED_IN

        with pytest.raises(StaleState):
            attendance.sign_and_complete(visit_elsewhere, note, notes.written(), by=okafor.user, at=NOW + HOUR)

        note.refresh_from_db()
        assert note.state == "draft"


class TestOwnVisits:
    def test_today_and_what_is_not_closed(self, visit, doctor, amina, okafor, kind, ben):
        old = diary.appointment(ben, okafor, kind, NOW - DAY)
        diary.appointment(ben, okafor, kind, NOW - 2 * DAY, state="completed")
        diary.appointment(ben, okafor, kind, NOW + DAY)
        diary.appointment(ben, okafor, kind, NOW + 3 * HOUR, state="cancelled_by_patient")

        page = doctor.get(reverse("review_visits"))

        assert [row["pk"] for row in page.context["today"]] == [visit.pk]
        assert [row["pk"] for row in page.context["earlier"]] == [old.pk]
        text = page.content.decode()
        assert "It took place: write the note" in text
        assert "<span>Start<" in text

    def test_each_sees_their_own(self, visit, lind):
        page = browser(lind.user).get(reverse("review_visits"))

        assert (page.context["today"], page.context["earlier"]) == ([], [])

    def test_start_leads_to_the_note(self, visit, doctor):
        answer = doctor.post(reverse("review_visit_begin", args=[visit.pk]))

        visit.refresh_from_db()
        assert (visit.state, answer.url) == ("in_progress", reverse("review_note", args=[visit.note_id]))

    def test_nobody_begins_or_completes_anothers(self, visit, lind):
        for name in ("begin", "complete"):
            answer = browser(lind.user).post(reverse(f"review_visit_{name}", args=[visit.pk]))
            assert answer.status_code == 404
        visit.refresh_from_db()
        assert visit.state == "booked"
        assert AccessLog.objects.filter(what="refused", about=visit.pk).count() == 2

    def test_the_desk_says_what_to_do_first(self, visit, rosa, as_user):
        under_way(visit)

        page = as_user(rosa).post(reverse("desk_act", args=[visit.pk, "complete"]), follow=True)

        assert "its note is not signed" in page.content.decode()
        visit.refresh_from_db()
        assert visit.state == "in_progress"

    @pytest.mark.parametrize(("who", "leads"), [("okafor", True), ("rosa", False)])
    def test_start_at_the_desk_leads_the_clinician_to_the_note(self, visit, okafor, rosa, who, leads):
        attendance.check_in(visit, by=rosa, at=NOW + HOUR)

        answer = browser(okafor.user if who == "okafor" else rosa).post(reverse("desk_act", args=[visit.pk, "start"]))

        assert answer.url.startswith("/review/notes/") == leads

    def test_a_signed_note_leaves_the_visit_to_complete(self, visit, doctor):
        under_way(visit)
        notes.of_visit(visit)

        page = doctor.get(reverse("review_visits"))
        for _ in range(2):
            doctor.post(reverse("review_visit_complete", args=[visit.pk]))

        assert "Complete the visit" in page.content.decode()
        visit.refresh_from_db()
        assert (visit.state, Task.objects.filter(kind="letter_due").count()) == ("completed", 1)


class TestWriting:
    def test_a_draft_is_saved_as_typed_whatever_is_missing(self, visit, doctor):
        note = under_way(visit)

        answer = doctor.post(
            reverse("review_note", args=[note.pk]),
            {"version": 0, "act": "save", "history": AS_TYPED.replace("\n", "\r\n")},
        )

        note.refresh_from_db()
        assert (answer.status_code, note.said["history"], note.visited_at) == (302, AS_TYPED, None)

    def test_the_form_shows_it_again(self, visit, doctor):
        note = under_way(visit)
        send(doctor, note, history=AS_TYPED)

        text = doctor.get(reverse("review_note", args=[note.pk])).content.decode()

        assert f">\n{AS_TYPED}</textarea>" in text
        assert 'value="09:00"' in text

    def test_signing_says_beside_each_field_what_is_missing(self, visit, doctor):
        note = under_way(visit)

        page = send(doctor, note, "complete", indications=[], plan="", capacity="lacks_it")

        assert page.status_code == 422
        assert set(page.context["form"].errors) == {"indications", "plan", "capacity_text"}
        assert "Burning pain in both legs." in page.content.decode()
        visit.refresh_from_db()
        assert visit.state == "in_progress"

    @pytest.mark.parametrize(("act", "state"), [("complete", "completed"), ("sign", "in_progress")])
    def test_signing_offers_to_complete_the_visit(self, visit, doctor, act, state):
        note = under_way(visit)
        assert "Sign it and complete the visit" in doctor.get(reverse("review_note", args=[note.pk])).content.decode()

        answer = send(doctor, note, act)

        visit.refresh_from_db()
        note.refresh_from_db()
        assert (answer.status_code, note.state, visit.state) == (302, "signed", state)
        assert note.said == SAID

    def test_the_second_tab_is_told_and_nothing_is_overwritten(self, visit, doctor):
        note = under_way(visit)
        send(doctor, note, history="First tab")

        page = send(doctor, note, history="Second tab")

        note.refresh_from_db()
        text = page.content.decode()
        assert (page.status_code, note.said["history"]) == (422, "First tab")
        assert "saved in another tab" in text
        assert text.count("First tab") == text.count("Second tab") == 1
        assert send(doctor, note, history="Both", version=page.context["form"]["version"].value()).status_code == 302

    def test_a_tab_that_comes_after_signing_is_told(self, visit, doctor):
        note = under_way(visit)
        send(doctor, note, "sign")

        page = send(doctor, note, history="Too late")

        note.refresh_from_db()
        assert (page.status_code, note.said["history"]) == (422, SAID["history"])
        assert "Too late" in page.content.decode()

    @pytest.mark.parametrize(
        "fields",
        [
            {"version": ""},
            {"version": "x"},
            {"version": "-1"},
            {"indications": ["nothing"]},
            {"mode": "pigeon"},
            {"minute": "25:00"},
            {"day_day": "31", "day_month": "2"},
            {"minute": ""},
            {"day_day": "", "day_month": "", "day_year": ""},
            {"history": "a\0b"},
            {"history": "x" * 20_001},
        ],
    )
    def test_odd_input_is_refused_and_loses_nothing(self, visit, doctor, fields):
        note = under_way(visit)

        page = send(doctor, note, **fields)

        note.refresh_from_db()
        assert (page.status_code, note.version) == (422, 0)
        assert "See again in 4 weeks." in page.content.decode()

    def test_a_time_the_clock_skips_is_no_500(self, visit, doctor):
        note = under_way(visit)

        assert send(doctor, note, day_day="29", day_month="3", day_year="2026", minute="01:30").status_code == 302

    def test_what_is_typed_after_the_session_ended_is_kept(self, visit, okafor):
        note, client = under_way(visit), browser(okafor.user)
        page = reverse("review_note", args=[note.pk])
        client.get(page)
        late(client, page, **FORM | {"version": 0, "act": "sign", "history": "Typed too late"})
        client.force_login(okafor.user, backend="allauth.account.auth_backends.AuthenticationBackend")

        text = client.get(page).content.decode()

        assert "Typed too late" in text
        assert "not saved yet" in text
        note.refresh_from_db()
        assert (note.state, note.said) == ("draft", {})

    def test_what_was_kept_does_not_overwrite_what_was_saved_in_between(self, visit, okafor):
        note, client = under_way(visit), browser(okafor.user)
        page = reverse("review_note", args=[note.pk])
        late(client, page, **FORM | {"version": 0, "act": "save", "history": "Typed too late"})
        actions.save_draft(note, notes.written(history="Saved since"), by=okafor.user, at=NOW)
        client.force_login(okafor.user, backend="allauth.account.auth_backends.AuthenticationBackend")

        version = client.get(page).context["form"]["version"].value()
        answer = client.post(page, FORM | {"version": version, "act": "save", "history": "Typed too late"})

        note.refresh_from_db()
        assert (answer.status_code, note.said["history"]) == (422, "Saved since")

    def test_a_call_has_a_note_without_a_visit(self, visit, doctor, amina):
        key = uuid4()

        answers = [doctor.post(reverse("review_notes_add", args=[amina.pk]), {"key": key}) for _ in range(2)]

        note = ConsultationNote.objects.get()
        assert {answer.url for answer in answers} == {reverse("review_note", args=[note.pk])}
        assert "complete the visit" not in doctor.get(answers[0].url).content.decode()


class TestReading:
    def test_an_addendum_stands_below_the_note_once(self, visit, doctor, amina, okafor):
        note, key = notes.signed(amina, okafor), uuid4()
        url = reverse("review_note", args=[note.pk])

        for _ in range(2):
            assert doctor.post(url, {"key": key, "text": "Also: tired"}).status_code == 302
        empty = doctor.post(url, {"key": uuid4(), "text": " "})

        assert doctor.get(url).content.decode().count("Also: tired") == 1
        assert empty.status_code == 422

    def test_the_list_takes_two_queries(self, visit, amina, okafor):
        for number in range(4):
            note = notes.signed(amina, okafor, at=NOW - number * DAY)
            actions.add(note, okafor, "More", key=uuid4(), at=NOW)

        with CaptureQueriesContext(
            connection,
        ) as asked:
            found = listed_for(okafor.user, amina)["notes"]

        assert (len(found), len(asked)) == (4, 2)

    @pytest.mark.parametrize("who", ["amina", "rosa", "manager", "lind"])
    def test_nobody_else_reads_it(self, request, visit, amina, okafor, who):
        note, user = notes.signed(amina, okafor), request.getfixturevalue(who)

        client = browser(getattr(user, "user", user))

        for name, pk in (("review_note", note.pk), ("review_notes", amina.pk)):
            answer = client.get(reverse(name, args=[pk]))
            assert answer.status_code == (404 if who == "amina" else 403)
            assert "Burning" not in answer.content.decode()

    def test_reading_is_written_down(self, visit, doctor, amina, okafor):
        note = notes.signed(amina, okafor)

        doctor.get(reverse("review_note", args=[note.pk]))
        doctor.get(reverse("review_notes", args=[amina.pk]))

        logged = AccessLog.objects.filter(what="read", about_type="note")
        assert set(logged.values_list("about", flat=True)) == {note.pk, amina.pk}
