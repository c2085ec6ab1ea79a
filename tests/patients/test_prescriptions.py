"""Records of prescriptions: writing, checking, signing, moving; states; frozen rows."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from clinic.db.clock import uk_day
from clinic.db.refusal import NotReady, SavedElsewhere, SomethingMissing
from clinic.db.states import StaleState, move
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted, compose
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.incidents.models import Incident
from patients.prescriptions import actions
from patients.prescriptions.enums import State
from patients.prescriptions.models import DispensingUpdate, PharmacyChoice, Prescription, PrescriptionRequest
from patients.prescriptions.refusals import (
    AnsweredAlready,
    Changed,
    NoInk,
    NoPlan,
    NoReason,
    NoSubstitution,
    NothingOpen,
    NotRead,
    NotTheWriter,
    SerialUsed,
    TheWriterChecks,
    TheWriterSignsTwice,
    WrongDay,
)
from patients.treatment import actions as treatment
from tests.factories import plans
from tests.factories import prescriptions as rx
from tests.factories.people import NOW
from tests.factories.prescriptions import fresh, signing, told, written
from tests.patients.test_consultations import each_way
from tests.race import race

TODAY = date(2026, 11, 23)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


def waits_for_a_check():
    return Task.objects.waiting().filter(kind="prescription", key__contains=":drafted")


class TestWriting:
    def test_it_begins_from_the_plan_on_the_form_of_the_country(self, amina, okafor):
        plan = rx.ready(amina, okafor)

        draft = rx.opened(amina, okafor)

        assert (draft.plan, draft.paper, draft.unit, draft.state) == (plan, "fp10pcd", "ml", "drafted")
        assert draft.snapshot["name"] == "Amina Example"
        assert (draft.prescriber_gmc, draft.prescriber_cd) == (okafor.gmc_number, "612345")

    def test_without_a_plan_in_force_there_is_none(self, amina, okafor):
        plans.agreed(amina, okafor)

        with pytest.raises(NoPlan):
            actions.open_draft(amina, okafor, key=uuid4(), at=NOW)

    def test_one_key_opens_one(self, amina, okafor):
        rx.ready(amina, okafor)
        key = uuid4()

        opened = {actions.open_draft(amina, okafor, key=key, at=NOW).pk for _ in range(2)}

        assert len(opened) == Prescription.objects.count() == 1

    def test_a_draft_keeps_what_was_typed_whatever_is_missing(self, amina, okafor):
        draft = rx.opened(amina, okafor)

        actions.save_draft(draft, written(product="", quantity=None, serial=""), by=okafor.user, at=NOW)

        draft = fresh(draft)
        assert (draft.dose, draft.product, draft.version) == (rx.TEXT["dose"], "", 1)

    def test_the_second_of_two_tabs_is_told(self, amina, okafor):
        draft = rx.drafted(amina, okafor)

        with pytest.raises(SavedElsewhere):
            actions.save_draft(draft, written(0), by=okafor.user, at=NOW)

    def test_only_its_writer_writes_it(self, amina, okafor, lind):
        with pytest.raises(NotTheWriter):
            actions.save_draft(rx.opened(amina, okafor), written(), by=lind.user, at=NOW)

    def test_a_serial_number_stands_on_one_paper(self, amina, okafor):
        first = rx.drafted(amina, okafor, serial="XY777777")
        second = rx.opened(amina, okafor)

        with pytest.raises(SerialUsed):
            actions.save_draft(second, written(serial="XY777777"), by=okafor.user, at=NOW)

        assert (fresh(first).serial, fresh(second).serial) == ("XY777777", "")

    def test_the_quantity_in_words_is_beside_it(self, amina, okafor):
        assert rx.drafted(amina, okafor).quantity_words == "thirty millilitres"


class TestChecking:
    def test_clinicians_are_asked_once_nothing_is_missing_and_once(self, amina, okafor):
        draft = rx.opened(amina, okafor)
        actions.save_draft(draft, rx.written(serial=""), by=okafor.user, at=NOW)
        assert not waits_for_a_check()

        for version in (1, 2):
            actions.save_draft(fresh(draft), rx.written(version), by=okafor.user, at=NOW)
        (task,) = waits_for_a_check()
        assert (task.about, task.role, task.due_at) == (draft.pk, "clinician", NOW + DAY + 8 * HOUR)

    @pytest.mark.parametrize("end", ["checked", "breach", "cancelled"])
    def test_nobody_is_asked_any_more_once_it_has_gone_on(self, amina, okafor, end):
        if end == "cancelled":
            actions.cancel_paper(rx.drafted(amina, okafor), okafor, why="Not needed now", by=okafor.user, at=NOW)
        else:
            {"checked": rx.checked, "breach": rx.breach}[end](amina, okafor)

        assert not waits_for_a_check()

    def test_taken_back_they_are_asked_anew(self, amina, okafor):
        actions.take_back(rx.checked(amina, okafor), by=okafor.user, at=NOW)

        assert len(waits_for_a_check()) == 1

    def test_somebody_else_checks_it(self, amina, okafor, lind):
        found = rx.drafted(amina, okafor)

        actions.check(found, lind, version=1, by=lind.user, at=NOW)

        assert (fresh(found).state, fresh(found).checked_by) == ("checked", lind)

    def test_its_writer_does_not(self, amina, okafor):
        found = rx.drafted(amina, okafor)

        with pytest.raises(TheWriterChecks):
            actions.check(found, okafor, version=1, by=okafor.user, at=NOW)

    def test_nor_in_the_database(self, amina, okafor):
        found = rx.drafted(amina, okafor)

        with pytest.raises(IntegrityError, match="writer_and_checker_are_two"), transaction.atomic():
            Prescription.objects.filter(pk=found.pk).update(checked_by=okafor)

    def test_what_is_missing_is_said_by_field(self, amina, okafor, lind):
        found = rx.opened(amina, okafor)

        with pytest.raises(SomethingMissing, match="serial number") as refused:
            actions.check(found, lind, version=0, by=lind.user, at=NOW)

        assert sorted(refused.value.fields) == ["days", "dose", "product", "quantity", "serial"]

    def test_one_who_read_an_older_text_is_told(self, amina, okafor, lind):
        found = rx.drafted(amina, okafor)

        with pytest.raises(Changed):
            actions.check(found, lind, version=0, by=lind.user, at=NOW)

    def test_it_is_taken_back_and_written_anew(self, amina, okafor):
        found = rx.checked(amina, okafor)

        actions.take_back(found, by=okafor.user, at=NOW)
        actions.save_draft(found, written(1, dose="0.1 ml at night", serial="AB123456"), by=okafor.user, at=NOW)

        assert (fresh(found).dose, fresh(found).checked_by) == ("0.1 ml at night", None)


class TestLongSupply:
    LONG = {"days": 31, "long_why": rx.WHY, "quantity": 31}

    def test_more_than_30_days_with_a_reason_and_a_second_clinician(self, amina, okafor, lind):
        found = rx.drafted(amina, okafor, **self.LONG)
        actions.second_sign(found, lind, version=1, at=NOW)

        actions.check(found, lind, version=1, by=lind.user, at=NOW)
        actions.sign(found, signing(), by=okafor.user, at=NOW)

        assert (fresh(found).state, fresh(found).second_by) == ("signed", lind)

    def test_without_either_it_says_so(self, amina, okafor, lind):
        found = rx.drafted(amina, okafor, days=31, quantity=31)

        with pytest.raises(NotReady) as refused:
            actions.check(found, lind, version=1, by=lind.user, at=NOW)

        assert [words[:40] for words in refused.value.points] == [
            "It is for 31 days. Write why more than 3",
            "It is for 31 days. More than 30 need a s",
        ]

    def test_its_writer_is_not_the_second(self, amina, okafor):
        found = rx.drafted(amina, okafor, **self.LONG)

        with pytest.raises(TheWriterSignsTwice):
            actions.second_sign(found, okafor, version=1, at=NOW)

    def test_without_a_reason_nobody_signs_it_off(self, amina, okafor, lind):
        found = rx.drafted(amina, okafor, days=31, quantity=31)

        with pytest.raises(NoReason):
            actions.second_sign(found, lind, version=1, at=NOW)

    def test_a_new_text_is_signed_off_anew(self, amina, okafor, lind):
        found = rx.drafted(amina, okafor, **self.LONG)
        actions.second_sign(found, lind, version=1, at=NOW)

        actions.save_draft(found, written(1, **self.LONG | {"days": 60}), by=okafor.user, at=NOW)

        assert fresh(found).second_by is None


class TestSigning:
    def test_its_28_days_run(self, amina, okafor):
        found = rx.signed(amina, okafor)

        assert (found.state, found.signed_on, found.valid_until) == ("signed", TODAY, date(2026, 12, 21))
        assert (found.wet_ink_by, found.pharmacy.name, found.is_breach) == (
            okafor.user,
            "Exampleton Own Pharmacy",
            False,
        )
        assert not Incident.objects.exists()

    def test_from_a_stated_start_they_run_from_then(self, amina, okafor):
        found = rx.signed(amina, okafor, starts_on=date(2026, 12, 1))

        assert found.valid_until == date(2026, 12, 29)

    def test_without_ink_it_is_not_signed(self, amina, okafor):
        found = rx.checked(amina, okafor)

        with pytest.raises(NoInk, match="not lawful"):
            actions.sign(found, signing(wet_ink=False), by=okafor.user, at=NOW)

    @pytest.mark.parametrize(
        ("signed_on", "starts_on", "words"),
        [(TODAY + DAY, None, "today or in the past"), (TODAY, TODAY - DAY, "the day of signing or later")],
    )
    def test_the_days_can_be(self, amina, okafor, signed_on, starts_on, words):
        found = rx.checked(amina, okafor, starts_on=starts_on)

        with pytest.raises(SomethingMissing, match=words):
            actions.sign(found, signing(signed_on=signed_on), by=okafor.user, at=NOW)

    def test_what_opened_since_the_check_holds_it_up(self, amina, okafor, lind):
        found = rx.checked(amina, okafor)

        treatment.pause(found.plan, okafor, by=okafor.user, at=NOW, **plans.REASON)

        with pytest.raises(NotReady, match="The plan is paused"):
            actions.sign(found, signing(), by=okafor.user, at=NOW)

    def test_unchecked_it_is_not_signed(self, amina, okafor):
        with pytest.raises(NotReady, match="Nobody else has checked it"):
            actions.sign(rx.drafted(amina, okafor), signing(), by=okafor.user, at=NOW)


class TestBreach:
    def test_what_happened_on_paper_is_recorded_with_what_was_open(self, amina, okafor):
        found = rx.breach(amina, okafor)

        assert (found.state, found.is_breach, found.breach_why) == ("signed", True, "Signed at home in a hurry")
        assert found.breach_points == [
            "Nobody else has checked it against the paper. Ask another clinician to check it."
        ]

    def test_it_opens_an_incident_and_asks_the_managers(self, amina, okafor):
        found = rx.breach(amina, okafor)

        incident = Incident.objects.get()
        assert (incident.patient, incident.happened_on, incident.found_by) == (amina, TODAY, okafor.user)
        assert "Example Pharma" not in incident.what_happened
        assert Task.objects.filter(kind="incident", role="manager", about=incident.pk).count() == 1
        assert found.valid_until == TODAY + 28 * DAY

    def test_without_a_reason_it_is_refused(self, amina, okafor):
        with pytest.raises(NoReason):
            actions.sign(rx.drafted(amina, okafor), signing(is_breach=True, breach_why="Hurry"), by=okafor.user, at=NOW)

    def test_with_nothing_open_it_is_no_breach(self, amina, okafor):
        with pytest.raises(NothingOpen):
            actions.sign(
                rx.checked(amina, okafor), signing(is_breach=True, breach_why="Just in case"), by=okafor.user, at=NOW
            )

    def test_the_database_takes_no_unchecked_signing_else(self, amina, okafor):
        found = rx.breach(amina, okafor)
        row = {field.attname: getattr(found, field.attname) for field in Prescription._meta.concrete_fields}
        row |= {"id": uuid4(), "key": uuid4(), "serial": "ZZ999999"}

        with pytest.raises(DatabaseError, match="unchecked_prescription_is_a_breach"), transaction.atomic():
            Prescription.objects.create(**row | {"is_breach": False, "breach_why": None, "breach_points": None})


class TestNews:
    def test_the_whole_way(self, amina, okafor):
        found = rx.posted(amina, okafor)
        steps = ["received", "queried", "received", "dispensing", "partly", "dispensed", "dispatched", "delivered"]

        for number, state in enumerate(steps):
            told(found, state, at=NOW + number * DAY)
            found = fresh(found)

        assert found.state == "delivered"
        assert [change.to_state for change in found.state_changes.all()] == [
            "checked",
            "signed",
            "posted",
            *steps,
        ]
        assert [update.state for update in found.updates.order_by("at")] == steps

    def test_a_note_without_a_move(self, amina, okafor):
        found = rx.in_state("received", amina, okafor)

        note = told(found, "received", stock="Back on Friday", price_pence=15000, id_checked=True, note="Called us")

        assert (fresh(found).state, note.stock, note.price_pence) == ("received", "Back on Friday", 15000)

    def test_sent_twice_it_is_one(self, amina, okafor):
        found = rx.posted(amina, okafor)
        news = actions.News(seen="posted", state="received", on=TODAY, **rx.TOLD)
        key = uuid4()

        made = {actions.write_down(found, news, okafor, key=key, by=okafor.user, at=NOW).pk for _ in range(2)}

        assert len(made) == DispensingUpdate.objects.count() == 1

    def test_one_who_saw_an_older_state_is_told(self, amina, okafor):
        found = rx.posted(amina, okafor)
        told(found, "received")

        with pytest.raises(StaleState):
            told(found, "dispensed")

    @pytest.mark.parametrize("more", [{"is_accepted": True, "state": "queried"}, {"state": "dispensed"}])
    def test_a_substitution_is_never_accepted(self, amina, okafor, more):
        found = rx.in_state("received", amina, okafor)

        with pytest.raises(NoSubstitution, match="never accepted without a new prescription"):
            told(found, **{"substitution": "Another brand"} | more)

    def test_it_is_written_down_as_a_proposal(self, amina, okafor):
        found = rx.in_state("received", amina, okafor)

        assert told(found, "queried", substitution="Another brand").substitution == "Another brand"

    @pytest.mark.parametrize("day", [TODAY + DAY, TODAY - DAY])
    def test_the_day_can_be(self, amina, okafor, day):
        found = rx.posted(amina, okafor)

        with pytest.raises(WrongDay):
            told(found, "received", on=day)

    def test_a_question_of_the_pharmacy_asks_clinicians_until_it_goes_on(self, amina, okafor):
        found = rx.in_state("queried", amina, okafor)
        waiting = Task.objects.waiting().filter(kind="prescription", about=found.pk)
        assert waiting.count() == 1

        told(found, "received")

        assert not waiting.exists()

    def test_a_lost_one_opens_an_incident(self, amina, okafor):
        rx.in_state("lost", amina, okafor)

        assert Incident.objects.get().what_happened.startswith("A signed prescription form is lost.")

    def test_so_does_one_dispensed_after_its_28_days(self, amina, ben, okafor):
        found = rx.in_state("expired", amina, okafor)
        later = NOW + 30 * DAY

        told(found, "dispensed", at=later, on=found.valid_until)
        assert not Incident.objects.exists()
        late = rx.in_state("received", ben, okafor)
        told(late, "dispensed", at=later)

        assert "after its 28 days" in Incident.objects.get().what_happened

    @pytest.mark.parametrize(
        ("state", "news"),
        [("posted", 1), ("received", 1), ("dispatched", 1), ("signed", 0), ("expired", 1), ("cancelled", 1)],
    )
    def test_the_patient_hears_once_that_there_is_news_until_it_is_sent(self, amina, okafor, state, news):
        found = rx.in_state(state, amina, okafor)

        assert Message.objects.filter(rule="prescription_news", about=found.pk).count() == news

    def test_cancelling_has_a_reason_and_keeps_the_serial(self, amina, okafor):
        found = rx.signed(amina, okafor)
        with pytest.raises(NoReason):
            actions.cancel_paper(found, okafor, why="No", by=okafor.user, at=NOW)

        actions.cancel_paper(found, okafor, why="Written in error", by=okafor.user, at=NOW)

        assert (fresh(found).state, found.updates.get().note) == ("cancelled", "Written in error")
        with pytest.raises(SerialUsed):
            rx.drafted(amina, okafor, serial=found.serial)


class TestTheNextRequest:
    """The reminder that the next one can be asked for: 9 days before the supply ends (domain sheet, 3.3)."""

    def supplied(self, patient, clinician, state="dispensed"):
        found = rx.in_state(state, patient, clinician)
        return found, Message.objects.filter(about=found.pk, rule="next_request").first()

    @pytest.mark.parametrize("state", ["partly", "dispensed", "delivered"])
    def test_is_planned_from_the_last_day_of_the_supply(self, amina, okafor, state):
        _, message = self.supplied(amina, okafor, state)

        assert message.due_at == datetime(2026, 12, 13, 10, tzinfo=UTC)
        assert uk_day(message.anchor) == date(2026, 12, 22)  # 30 days, the 23 November among them

    def test_is_not_planned_before_something_was_given_out(self, amina, okafor):
        assert self.supplied(amina, okafor, "received")[1] is None

    def test_says_nothing_of_what(self, amina, okafor):
        letter = compose(self.supplied(amina, okafor)[1])

        assert (letter.to, letter.subject) == ("amina@example.com", "You can make your next request")
        assert letter.text.count("/care/") == 1
        assert not re.search("medicin|supply|pharmacy|prescri", letter.text)

    def test_is_not_wanted_where_there_is_nothing_to_ask(self, amina, okafor):
        found, message = self.supplied(amina, okafor)
        later = NOW + 20 * DAY
        assert isinstance(compose(message), Letter)

        with transaction.atomic():
            rx.asked(amina, later)
            assert compose(message) == NotWanted("they have asked already")
            transaction.set_rollback(True)
        with transaction.atomic():
            rx.signed(amina, okafor, later, serial="AB123499", starts_on=uk_day(later + 8 * DAY))
            assert compose(message) == NotWanted("the next one is written already")
            transaction.set_rollback(True)
        with transaction.atomic():
            treatment.stop(found.plan, okafor, by=okafor.user, at=later, **plans.REASON)
            assert compose(message) == NotWanted("no plan is in force")
            transaction.set_rollback(True)
        rx.told(found, "returned", later)
        assert compose(message) == NotWanted("it was lost or came back")


class TestExpiry:
    @pytest.mark.parametrize(("days", "state"), [(28, "signed"), (29, "expired")])
    def test_it_runs_out_the_day_after_its_last(self, amina, okafor, days, state):
        found = rx.signed(amina, okafor)

        actions.expire(today=TODAY + days * DAY, at=NOW + days * DAY)

        assert fresh(found).state == state
        assert Task.objects.waiting().filter(kind="prescription").exists() == (state == "expired")

    @pytest.mark.parametrize("state", ["dispensed", "partly", "dispatched", "cancelled", "drafted"])
    def test_what_is_dispensed_or_not_signed_does_not(self, amina, okafor, state):
        found = rx.in_state(state, amina, okafor)

        assert actions.expire(today=TODAY + 90 * DAY, at=NOW + 90 * DAY) == 0
        assert fresh(found).state == state


class TestAsking:
    def test_the_choice_of_a_pharmacy_keeps_the_words_that_were_read(self, amina):
        choice = rx.chosen(amina)

        assert (choice.statement_version, len(choice.statement_hash), choice.listed) == ("2026-11", 64, "own")

    def test_unread_it_is_refused(self, amina):
        with pytest.raises(NotRead):
            rx.chosen(amina, was_read=False)

    def test_the_newest_counts(self, amina, okafor):
        rx.ready(amina, okafor)
        rx.chosen(amina, NOW + DAY, name="Another Pharmacy")

        assert rx.signed(amina, okafor, NOW + 2 * DAY).pharmacy.name == "Another Pharmacy"

    def test_a_request_is_always_taken(self, amina):
        request = rx.asked(amina)

        task = Task.objects.get(kind="prescription_request")
        assert (task.about, task.role) == (request.pk, "clinician")

    @pytest.mark.parametrize(
        ("more", "urgent"),
        [
            ({}, False),
            ({"mood": "dark"}, True),
            ({"terms": ["dizziness"]}, False),
            ({"terms": ["chest_pain"]}, True),
            ({"how_bad": "in_danger"}, True),
        ],
    )
    def test_an_emergency_is_looked_at_today(self, amina, more, urgent):
        rx.asked(amina, **more)

        assert (Task.objects.get().due_at < NOW + timedelta(hours=1)) == urgent

    def test_it_is_answered_once(self, amina, okafor, lind):
        request = rx.asked(amina)
        rx.answered(request, okafor)

        with pytest.raises(AnsweredAlready):
            rx.answered(request, lind)

        assert Task.objects.get(kind="prescription_request").state == "done"
        assert Message.objects.get().rule == "prescription_news"


def test_who_sees_which(amina, ben, okafor, lind, rosa, manager):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
    everybody = (okafor.user, lind.user, amina.user, ben.user, rosa, manager)
    rx.asked(amina)
    found = rx.checked(amina, okafor)

    before = [Prescription.objects.visible_to(user).exists() for user in everybody]
    actions.sign(found, signing(), by=okafor.user, at=NOW)
    after = [Prescription.objects.visible_to(user).exists() for user in everybody]

    assert before == [True, False, False, False, False, False]
    assert after == [True, False, True, False, False, False]
    for model in (PharmacyChoice, PrescriptionRequest):
        assert [model.objects.visible_to(user).exists() for user in everybody] == after
    assert [Prescription.objects.serials_visible_to(user).exists() for user in everybody] == [
        *[True, True],
        *[False] * 3,
        True,
    ]
    assert [Prescription.objects.audit_visible_to(user).exists() for user in everybody] == [*[False] * 5, True]


class TestFrozen:
    @pytest.mark.parametrize("way", ["saved", "bulk", "bulk_update", "sql"])
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("dose", "More"),
            ("serial", "XX999999"),
            ("quantity", 60),
            ("signed_on", TODAY - DAY),
            ("version", 9),
            ("tracking", "Z"),
        ],
    )
    @pytest.mark.parametrize("state", ["signed", "cancelled"])
    def test_a_signed_record_refuses_change(self, amina, okafor, way, column, value, state):
        found = rx.in_state(state, amina, okafor)

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            each_way("patients_prescription", column, value)[way](found)

    @pytest.mark.parametrize("change", [{"dose": "More"}, {"signed_on": TODAY - DAY}, {"tracking": "Z"}, {"days": 5}])
    def test_nor_does_a_move_carry_a_change(self, amina, okafor, change):
        found = rx.posted(amina, okafor)

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            move(found, "received", by=okafor.user, at=NOW, **change)

    @pytest.mark.parametrize("way", ["saved", "bulk", "sql"])
    @pytest.mark.parametrize(("column", "value"), [("dose", "More"), ("days", 5), ("starts_on", TODAY)])
    def test_a_checked_record_refuses_change(self, amina, okafor, way, column, value):
        found = rx.checked(amina, okafor)

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            each_way("patients_prescription", column, value)[way](found)

    @pytest.mark.parametrize("way", ["saved", "bulk", "bulk_update", "sql"])
    @pytest.mark.parametrize("what", ["pharmacychoice", "dispensingupdate", "prescriptionrequest", "requestanswer"])
    def test_what_is_written_once_refuses_change(self, amina, okafor, way, what):
        found = rx.in_state("received", amina, okafor)
        request = rx.asked(amina)
        answer = rx.answered(request, okafor)
        row, column, value = {
            "pharmacychoice": (found.pharmacy, "name", "Other"),
            "dispensingupdate": (found.updates.get(), "note", "Less"),
            "prescriptionrequest": (request, "at", NOW + DAY),
            "requestanswer": (answer, "told", "Less"),
        }[what]

        with pytest.raises(DatabaseError), transaction.atomic():
            each_way(f"patients_{what}", column, value)[way](row)

    @pytest.mark.parametrize("state", ["drafted", "dispensed"])
    def test_none_is_deleted(self, amina, okafor, state):
        found = rx.in_state(state, amina, okafor)

        with pytest.raises(DatabaseError), transaction.atomic():
            Prescription.objects.filter(pk=found.pk).delete()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("delete from patients_prescription where id = %s", [found.pk])

    @pytest.mark.parametrize("column", ["signed_on", "wet_ink_by_id", "signed_at", "quantity", "days", "valid_until"])
    def test_a_signed_row_has_all_it_needs(self, amina, okafor, column):
        found = rx.signed(amina, okafor)
        row = {field.attname: getattr(found, field.attname) for field in Prescription._meta.concrete_fields}

        with pytest.raises(DatabaseError, match="violates check constraint"), transaction.atomic():
            Prescription.objects.create(**row | {"id": uuid4(), "key": uuid4(), "serial": "ZZ1234567", column: None})


# Written out again: what may follow what.
BEFORE = ["queried", "dispensing", "partly", "dispensed"]
ENDS = ["cancelled", "lost", "returned", "expired"]
ALLOWED = {
    "drafted": ["checked", "signed", "cancelled"],
    "checked": ["drafted", "signed", "cancelled"],
    "signed": ["posted", "received", "cancelled", "lost", "expired"],
    "posted": ["received", *BEFORE, *ENDS],
    "received": [*BEFORE, *ENDS],
    "queried": ["received", "dispensing", "partly", "dispensed", *ENDS],
    "dispensing": ["queried", "partly", "dispensed", *ENDS],
    "partly": ["queried", "dispensed", "dispatched", "delivered", "collected"],
    "dispensed": ["dispatched", "delivered", "collected", "lost", "returned"],
    "dispatched": ["delivered", "collected", "lost", "returned"],
    "delivered": [],
    "collected": [],
    "cancelled": [],
    "lost": ["received", "cancelled", "returned"],
    "returned": ["posted", "cancelled"],
    "expired": ["partly", "dispensed", "returned"],
}


@pytest.mark.parametrize("before", State.values)
def test_each_pair_of_states(amina, okafor, lind, before):
    made = rx.in_state(before, amina, okafor)

    for after in State.values:
        with transaction.atomic():
            found = fresh(made)
            rest = _needed(found, after, okafor)
            if after in ALLOWED[before]:
                move(found, after, by=okafor.user, at=NOW, **rest)
                assert fresh(found).state == after
            else:
                with pytest.raises(StaleState):
                    move(found, after, by=okafor.user, at=NOW, **rest)
                if before != after:
                    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
                        Prescription.objects.filter(pk=found.pk).update(state=after)
            transaction.set_rollback(True)


def _needed(found, after, okafor):
    """What the database wants of a record in the state ``after``."""
    if after == "checked":
        return {"checked_by": rx.other_than(okafor), "checked_at": NOW}
    if after == "posted":
        return {"posted_on": TODAY}
    if (found.state, after) in {("drafted", "signed"), ("checked", "signed")}:
        ink = {"signed_on": TODAY, "valid_until": TODAY + 28 * DAY, "wet_ink_by": okafor.user, "signed_at": NOW}
        return ink | {"is_breach": True, "breach_why": "X", "breach_points": []}
    return {}


def test_the_table_names_every_state():
    assert {before: sorted(afters) for before, afters in Prescription.MOVES.items()} == {
        before: sorted(afters) for before, afters in ALLOWED.items() if afters
    }
    assert len(list(product(State.values, State.values))) == 256


@pytest.mark.django_db(transaction=True)
def test_of_two_who_check_at_once_one_is_told(amina, okafor, lind):
    found = rx.drafted(amina, okafor)

    given = race(2, lambda number: actions.check(found, lind, version=1, by=lind.user, at=NOW))

    assert sorted(type(each).__name__ for each in given) == ["NoneType", "StaleState"]
