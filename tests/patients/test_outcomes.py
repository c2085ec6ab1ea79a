"""Asking how a patient is before a review, and what becomes of the answers."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from clinic.audit.models import AccessLog
from clinic.db.states import StaleState
from clinic.outbox import sending
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted, compose
from patients.access.models import CareRelationship
from patients.contact.models import ContactChoice
from patients.outcomes import actions, links, refusals
from patients.outcomes.models import Questionnaire, Response
from tests.factories import intakes, outcomes
from tests.factories.people import NOW
from tests.race import race

pytestmark = pytest.mark.django_db
UK = ZoneInfo("Europe/London")


TODAY = NOW.date()


def ask(patient, clinician, due_on, at=NOW, **more):
    return actions.ask(patient, clinician, due_on, after_treatment=True, by=clinician.user, at=at, **more)


def planned(asked):
    rows = Message.objects.filter(about=asked.pk).order_by("due_at")
    return [(row.rule, row.due_at.astimezone(UK).strftime("%m-%d %H:%M"), row.state) for row in rows]


def written(asked, rule):
    return compose(Message.objects.get(about=asked.pk, rule=rule))


class TestAsking:
    def test_it_plans_the_messages_of_the_review(self, amina, okafor):
        asked = ask(amina, okafor, date(2026, 12, 14))

        assert planned(asked) == [
            ("review_soon", "12-07 10:00", "due"),
            ("review_due", "12-14 10:00", "due"),
            ("review_late", "12-21 10:00", "due"),
        ]
        assert set(Message.objects.values_list("person", flat=True)) == {amina.pk}

    def test_one_open_asking_a_patient(self, amina, ben, okafor):
        ask(amina, okafor, date(2026, 12, 14))
        ask(ben, okafor, date(2026, 12, 14))

        with pytest.raises(refusals.AlreadyAsked):
            ask(amina, okafor, date(2026, 12, 20))

        assert Questionnaire.objects.count() == 2

    def test_what_was_not_answered_in_time_makes_room(self, amina, okafor):
        old = ask(amina, okafor, date(2026, 11, 25))
        outcomes.answer(old, at=NOW)

        ask(amina, okafor, date(2026, 12, 20), at=old.expires_at)

        assert (outcomes.now(old).state, outcomes.now(old).answers) == ("expired", None)
        assert {state for *_, state in planned(old)} == {"cancelled"}

    def test_nobody_is_asked_whose_messages_would_have_gone(self, amina, okafor):
        with pytest.raises(refusals.NoMessageLeft):
            ask(amina, okafor, NOW.date(), at=NOW + timedelta(hours=2))

        assert (Questionnaire.objects.count(), Message.objects.count()) == (0, 0)

    def test_early_on_the_day_the_message_still_goes(self, amina, okafor):
        assert planned(ask(amina, okafor, NOW.date()))[0] == ("review_due", "11-23 10:00", "due")

    def test_only_an_active_patient_is_asked(self, amina, okafor):
        amina.status, amina.status_since = "discharged", NOW.date()
        amina.save()

        with pytest.raises(refusals.NotAPatientNow):
            ask(amina, okafor, date(2026, 12, 14))

    def test_withdrawing_calls_the_messages_off(self, amina, okafor):
        asked = ask(amina, okafor, date(2026, 12, 14))

        actions.withdraw(asked, by=okafor.user, at=NOW)

        assert {state for *_, state in planned(asked)} == {"cancelled"}
        assert list(asked.state_changes.values_list("to_state", "by")) == [("withdrawn", okafor.user.pk)]
        with pytest.raises(StaleState):
            actions.withdraw(outcomes.now(asked), by=okafor.user, at=NOW)

    def test_two_clinicians_at_once_ask_once(self, transactional_db, amina, okafor, lind):
        results = race(2, lambda number: ask(amina, (okafor, lind)[number], date(2026, 12, 14)))

        assert sorted(type(each).__name__ for each in results) == ["AlreadyAsked", "Questionnaire"]
        assert Message.objects.count() == 3


class TestAnswering:
    def test_sending_freezes_one_response_an_instrument(self, amina, okafor):
        asked = outcomes.answered(amina, okafor, at=NOW, pain_worst="none")

        found = {each.instrument: (each.version, each.answers, each.done_by) for each in Response.objects.all()}
        assert found == {
            "pain_nrs": ("1", {"average": 6, "worst": None}, "self"),
            "spasticity_nrs": ("1", {"average": 7}, "self"),
            "sleep_nrs": ("1", {"quality": 3}, "self"),
            "pgic": ("1", {"grade": 2}, "self"),
        }
        assert (asked.state, asked.answers, asked.completed_at) == ("answered", None, NOW)

    def test_sending_stops_the_messages_that_wait(self, amina, okafor):
        asked = outcomes.answered(amina, okafor, at=NOW)

        assert {state for *_, state in planned(asked)} == {"cancelled"}
        assert set(Message.objects.values_list("why", flat=True)) == {"the questions are answered"}

    def test_one_answer_short_cannot_be_sent(self, amina, okafor):
        asked = outcomes.asked(amina, okafor, at=NOW)
        for page in asked.pages[:-1]:
            actions.keep(asked, page, "1", opening="one", at=NOW)

        with pytest.raises(refusals.Incomplete, match="change overall"):
            actions.send(asked, "self", by=None, at=NOW)

        assert Response.objects.count() == 0

    def test_what_is_no_answer_is_not_kept(self, amina, okafor):
        asked = outcomes.asked(amina, okafor, at=NOW)

        with pytest.raises(refusals.NotAnAnswer):
            actions.keep(asked, asked.pages[0], "11", opening="one", at=NOW)

        assert outcomes.now(asked).started_at is None

    @pytest.mark.parametrize("days", [-8, 15])
    def test_before_and_after_its_time_nothing_is_kept(self, amina, okafor, days):
        asked = outcomes.asked(amina, okafor, in_days=20, at=NOW)
        at = datetime(2026, 12, 13, 9, tzinfo=UK) + timedelta(days=days)

        with pytest.raises(refusals.NotOpen):
            actions.keep(asked, asked.pages[0], "1", opening="one", at=at)

    def test_two_presses_at_once_send_one_set(self, transactional_db, amina, okafor):
        asked = outcomes.answer(outcomes.asked(amina, okafor))

        results = race(4, lambda _: actions.send(asked, "self", by=None, at=timezone.now()))

        assert sorted(type(each).__name__ for each in results) == ["NotOpen"] * 3 + ["list"]
        assert Response.objects.count() == 4

    def test_a_draft_is_sealed_and_has_no_history(self, amina, okafor):
        outcomes.answer(outcomes.asked(amina, okafor))

        with connection.cursor() as cursor:
            cursor.execute("select answers from patients_questionnaire")
            [(raw,)] = cursor.fetchall()
            cursor.execute("select * from patients_questionnaireevent")
            columns = [column.name for column in cursor.description]

        assert "pain_nrs" not in raw
        assert "answers" not in columns


class TestWhatMustNeverBe:
    def test_responses_never_change(self, amina, okafor):
        outcomes.answered(amina, okafor)

        for change in (lambda: Response.objects.update(done_by="other"), Response.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    @pytest.mark.parametrize(
        "fields",
        [
            {"answers": None},
            {"state": "withdrawn"},  # and keeps its draft
            {"state": "answered", "answers": None},  # without a time
            {"completed_at": NOW},
            {"started_at": NOW - timedelta(days=30)},
            {"expires_at": NOW - timedelta(days=30)},
            {"opens_at": NOW - timedelta(days=30)},
        ],
    )
    def test_the_database_refuses_what_makes_no_sense(self, amina, okafor, fields):
        asked = outcomes.asked(amina, okafor, at=NOW)

        with pytest.raises(IntegrityError), transaction.atomic():
            Questionnaire.objects.filter(pk=asked.pk).update(**fields)

    def test_what_is_closed_is_not_opened_again(self, amina, okafor):
        asked = outcomes.answered(amina, okafor)

        with pytest.raises(DatabaseError), transaction.atomic():
            Questionnaire.objects.filter(pk=asked.pk).update(state="asked", answers={}, completed_at=None)


class TestWhoSees:
    def test_an_asking_and_its_answers(self, amina, ben, okafor, lind, rosa, manager):
        asked = outcomes.answered(amina, okafor)
        everybody = (amina.user, okafor.user, ben.user, lind.user, rosa, manager)

        assert [list(Questionnaire.objects.visible_to(user)) for user in everybody] == [
            [asked],
            [asked],
            [],
            [],
            [],
            [],
        ]
        assert [Response.objects.visible_to(user).count() for user in everybody] == [4, 4, 0, 0, 0, 0]
        assert [Questionnaire.objects.status_visible_to(user).count() for user in everybody] == [0, 0, 0, 0, 1, 1]

    def test_nobody_but_the_patient_loads_a_draft(self, amina, okafor, rosa):
        outcomes.asked(amina, okafor)

        for seen in (Questionnaire.objects.visible_to(okafor.user), Questionnaire.objects.status_visible_to(rosa)):
            assert seen.get().get_deferred_fields() == {"answers"}

    def test_care_that_has_ended_shows_nothing(self, amina, okafor):
        outcomes.answered(amina, okafor)
        CareRelationship.objects.update(ended_at=timezone.now())

        assert Questionnaire.objects.visible_to(okafor.user).count() == 0
        assert Response.objects.visible_to(okafor.user).count() == 0

    def test_reception_sees_how_it_stands_and_no_answer(self, as_user, rosa, amina, okafor):
        asked = outcomes.answer(outcomes.asked(amina, okafor), pain_average="8")

        for address in ("", f"{asked.pk}/change/"):
            html = as_user(rosa).get(f"/admin/patients/questionnaire/{address}").content.decode()
            assert "Open for answers" in html
            assert "opening" not in html.lower().replace("opening hours", "")


class TestMessages:
    def test_the_letter_has_the_link_and_says_nothing_clinical(self, amina, okafor):
        asked = ask(amina, okafor, date(2026, 12, 14))

        for rule in ("review_soon", "review_due"):
            letter = written(asked, rule)
            assert isinstance(letter, Letter)
            assert (letter.to, letter.attachments) == ("amina@example.com", ())
            assert links.address(asked) in letter.text
            assert links.address(asked) in letter.html
            assert "Monday 28 December 2026" in letter.text

    def test_the_check_in_of_the_first_week_is_asked_for_now_and_says_no_week(self, as_user, amina, okafor):
        asked = ask(amina, okafor, TODAY, at=NOW + timedelta(hours=9), is_check_in=True)

        assert planned(asked) == [("week_1_check", "11-23 18:00", "due")]
        letter = written(asked, "week_1_check")
        assert (letter.subject, links.address(asked) in letter.text) == ("A few questions for you", True)
        assert not re.search("week|review|treatment|medicine", letter.text + letter.html.split("<body")[1])

    def test_a_check_in_asks_for_nothing_else(self, as_user, amina, okafor):
        form = intakes.in_review(amina, okafor)
        intakes.ready(form, okafor)
        intakes.decide(form, okafor)
        asked = ask(amina, okafor, timezone.localdate(), at=timezone.now(), is_check_in=True)

        page = as_user(amina.user).get("/care/").content.decode()

        assert ("Your check-in. About 3 minutes." in page, "What has changed" in page) == (True, False)
        actions.withdraw(asked, by=okafor.user, at=timezone.now())
        ask(amina, okafor, timezone.localdate() + timedelta(days=3), at=timezone.now())
        assert "What has changed" in as_user(amina.user).get("/care/").content.decode()

    def test_a_message_before_the_link_opens_says_from_when(self, amina, okafor):
        asked = ask(amina, okafor, date(2026, 12, 14))
        Message.objects.filter(rule="review_soon").update(due_at=NOW)  # the clinic set an earlier time

        assert "You can answer from Monday 7 December 2026." in written(asked, "review_soon").text
        assert "You can answer from" not in written(asked, "review_due").text

    @pytest.mark.parametrize("rule", ["review_soon", "review_due", "review_late"])
    def test_each_asks_again_at_the_moment_of_sending(self, amina, okafor, rule):
        asked = outcomes.answered(amina, okafor, at=NOW)
        Message.objects.create(
            key="x",
            rule=rule,
            about=asked.pk,
            person=amina.pk,
            anchor=NOW,
            wanted_at=NOW,
            due_at=NOW,
            useful_until=NOW,
            created_at=NOW,
            message_id="<x>",
        )

        assert compose(Message.objects.get(key="x")) == NotWanted("the questions are answered")

    def test_large_print(self, amina, okafor):
        amina.needs = ["large_print"]
        amina.save()

        assert "26px" in written(ask(amina, okafor, date(2026, 12, 14)), "review_soon").html

    def test_the_clinician_who_asked_is_told_of_no_name(self, amina, okafor):
        letter = written(ask(amina, okafor, date(2026, 12, 14)), "review_late")

        assert letter.to == "okafor@example.com"
        assert f"/review/people/{amina.pk}/questions/" in letter.text
        assert "Amina" not in letter.subject + letter.text + letter.html

    def test_somebody_whose_account_is_shut_is_not_written_to(self, amina, okafor):
        asked = ask(amina, okafor, date(2026, 12, 14))
        okafor.user.is_active = False
        okafor.user.save()

        assert written(asked, "review_late") == NotWanted("whoever asked does not work here any more")

    def test_staff_get_theirs_by_mail_also_about_a_patient_who_is_phoned(self, transactional_db, amina, okafor):
        """Found here: the letter to the clinician became a phone call to the patient."""
        ContactChoice.objects.create(patient=amina, way="phone", changed_at=NOW, changed_by=amina.user)
        asked = outcomes.asked(amina, okafor)
        Message.objects.filter(about=asked.pk).update(due_at=Now(), useful_until=Now() + timedelta(hours=1))

        sending.drain(5)

        assert {rule: state for rule, _, state in planned(asked)} == {
            "review_due": "handed",
            "review_late": "sent",
        }
        assert [each.to for each in mail.outbox] == [["okafor@example.com"]]

    def test_what_staff_are_told_is_not_among_a_patients_messages(self, as_user, amina, okafor):
        outcomes.asked(amina, okafor)

        html = as_user(amina.user).get("/care/messages/").content.decode()

        assert "Questions before a review, on the day" in html
        assert "Answers for a review are late" not in html


class TestTheClinicianPages:
    def page(self, client, patient):
        return client.get(f"/review/people/{patient.pk}/questions/")

    def test_asking_from_the_record(self, as_user, amina, okafor):
        record = intakes.in_review(amina, okafor)
        client = as_user(okafor.user)
        url = f"/review/people/{amina.pk}/questions/"

        assert url in client.get(f"/review/{record.pk}/").content.decode()
        day = timezone.now().date() + timedelta(days=30)
        sent = {"due_on_day": day.day, "due_on_month": day.month, "due_on_year": day.year, "after_treatment": "yes"}
        answer = client.post(url, sent)

        assert (answer.status_code, answer["Location"]) == (302, url)
        assert Questionnaire.objects.get().due_on == day
        assert "Withdraw these questions" in self.page(client, amina).content.decode()

    @pytest.mark.parametrize("days", [-1, 366])
    def test_a_day_out_of_bounds_is_an_error_beside_the_field(self, as_user, amina, okafor, days):
        intakes.in_review(amina, okafor)
        day = timezone.localdate() + timedelta(days=days)
        sent = {"due_on_day": day.day, "due_on_month": day.month, "due_on_year": day.year, "after_treatment": "no"}

        answer = as_user(okafor.user).post(f"/review/people/{amina.pk}/questions/", sent)

        assert answer.status_code == 422
        assert "The day of the review must be" in answer.content.decode()
        assert f'value="{day.year}"' in answer.content.decode()
        assert Questionnaire.objects.count() == 0

    def test_a_refusal_loses_nothing_typed(self, as_user, amina, okafor):
        outcomes.asked(amina, okafor)
        day = timezone.localdate() + timedelta(days=30)
        sent = {"due_on_day": day.day, "due_on_month": day.month, "due_on_year": day.year, "after_treatment": "no"}

        answer = as_user(okafor.user).post(f"/review/people/{amina.pk}/questions/", sent)

        assert answer.status_code == 422
        assert "has questions to answer already" in answer.content.decode()
        assert Questionnaire.objects.count() == 1

    def test_withdrawing(self, as_user, amina, ben, okafor):
        asked, other = outcomes.asked(amina, okafor), outcomes.asked(ben, okafor)
        client = as_user(okafor.user)

        client.post(f"/review/people/{amina.pk}/questions/{other.pk}/withdraw/")
        answer = client.post(f"/review/people/{amina.pk}/questions/{asked.pk}/withdraw/", follow=True)

        assert "The questions are withdrawn." in answer.content.decode()
        assert (outcomes.now(asked).state, outcomes.now(other).state) == ("withdrawn", "asked")

    def test_the_newest_answers_stand_beside_those_before(self, as_user, amina, okafor):
        record = intakes.in_review(amina, okafor)
        outcomes.answered(amina, okafor, at=NOW + timedelta(days=1), pain_average="7", pain_worst="0")
        again = {"pain_average": "5", "pain_worst": "2", "stiffness": "none", "sleep": "4"}
        outcomes.answered(amina, okafor, at=NOW + timedelta(days=91), **again)

        client = as_user(okafor.user)
        short = client.get(f"/review/{record.pk}/").content.decode()
        html = self.page(client, amina).content.decode()

        assert "Change on this questionnaire" in html
        for text in ("Down 2 points (28.6%)", "Up 2 points<", "Up 1 point (33.3%)", "Not answered", "2: Much better"):
            assert text in html, text
        assert ("Higher is better." in html, "Higher is better." in short) == (True, False)
        assert "Down 2 points (28.6%)" in short
        assert "by the patient alone" in html

    def test_answers_to_other_words_are_not_compared(self, as_user, amina, okafor):
        old = outcomes.answered(amina, okafor, at=timezone.now() - timedelta(days=90), pain_average="7")
        with connection.cursor() as cursor:
            cursor.execute("reset role; set session_replication_role = replica")
            cursor.execute("update patients_response set version = '0' where questionnaire_id = %s", [old.pk])
            cursor.execute("set session_replication_role = origin; set role clinic_app")
        outcomes.answered(amina, okafor, pain_average="5")

        html = self.page(as_user(okafor.user), amina).content.decode()

        assert "Down" not in html
        assert html.count("Not worked out") == 5

    def test_who_asked_for_no_reminders_is_named_before_asking(self, as_user, amina, okafor):
        intakes.in_review(amina, okafor)
        ContactChoice.objects.create(patient=amina, reminders=False, changed_at=NOW, changed_by=amina.user)

        assert "has asked for no reminders" in self.page(as_user(okafor.user), amina).content.decode()

    def test_reading_and_refusals_are_written_down(self, amina, okafor, lind, rosa, ben):
        outcomes.answered(amina, okafor)
        statuses = {}
        for who in (okafor.user, lind.user, rosa, ben.user):
            client = Client()
            client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
            statuses[who.email] = self.page(client, amina).status_code

        assert list(statuses.values()) == [200, 403, 403, 404]
        log = AccessLog.objects.filter(about=amina.pk).order_by("at").values_list("what", "about_type")
        assert list(log) == [("read", "questions"), *[("refused", "questions")] * 3]


def test_the_task_on_the_patients_own_page(as_user, amina, okafor):
    asked = outcomes.asked(amina, okafor, in_days=20)
    client = as_user(amina.user)
    early = client.get("/care/").content.decode()
    with transaction.atomic():
        Questionnaire.objects.filter(pk=asked.pk).update(opens_at=asked.asked_at)
    open_now = client.get("/care/").content.decode()
    outcomes.answer(asked)
    actions.send(outcomes.now(asked), "self", by=amina.user, at=timezone.now())

    assert "A few questions" not in early
    assert "A few questions" in open_now
    assert "A few questions" not in client.get("/care/").content.decode()
