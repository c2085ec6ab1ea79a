"""Consultation notes: drafts as typed, what signing asks for, and that a signed note is frozen."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.db.refusal import SavedElsewhere, SomethingMissing
from clinic.db.states import StaleState, move
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.consultations import actions, policy
from patients.consultations.enums import State
from patients.consultations.models import ConsultationNote, NoteAddendum
from patients.consultations.refusals import (
    NothingWritten,
    NotSignedYet,
    NotTheWriter,
    SignedAlready,
)
from tests.factories import notes
from tests.factories.notes import SAID, written
from tests.factories.people import NOW
from tests.race import race

ALLOWED = {("draft", "signed")}
AS_TYPED = "  one\n\n\ttwo   three\n \n"


def missing(**said):
    return policy.missing(SAID | said, mode="video", visited_at=NOW, at=NOW)


class TestWhatSigningAsksFor:
    def test_nothing_is_missing_of_a_whole_note(self):
        assert missing() == {}

    @pytest.mark.parametrize(
        ("said", "field", "words"),
        [
            ({"indications": []}, "indications", "at least one indication"),
            ({"indications": ["other"]}, "indication_text", "write the indication"),
            ({"indications": ["other"], "indication_text": " \n"}, "indication_text", "write the indication"),
            ({"history": ""}, "history", "what you found"),
            ({"discussion": "  "}, "discussion", "options"),
            ({"plan": ""}, "plan", "next steps"),
            ({"capacity": ""}, "capacity", "capacity"),
            ({"capacity": "has_it"}, "capacity_text", "how you assessed it"),
            ({"capacity": "lacks_it"}, "capacity_text", "how you assessed it"),
            ({"driving": ""}, "driving", "advice on driving"),
            ({"contraception": "not_relevant", "contraception_why": ""}, "contraception_why", "write why"),
            ({"storage": "not_given"}, "storage_why", "write why"),
            ({"travel": ""}, "travel", "advice on travel"),
            ({"identity": ""}, "identity", "who the person is"),
            ({"identity_how": ""}, "identity_how", "how you confirmed it"),
            ({"identity": "no", "identity_how": ""}, "identity_how", "why you could not"),
        ],
    )
    def test_each_lack_is_said_beside_its_field(self, said, field, words):
        found = missing(**said)

        assert list(found) == [field]
        assert words in found[field]

    def test_other_with_its_text_is_an_indication(self):
        assert missing(indications=["other"], indication_text="Cluster headache") == {}

    def test_when_and_how_they_met(self):
        found = policy.missing(SAID, mode="", visited_at=None, at=NOW)

        assert sorted(found) == ["day", "mode"]

    @pytest.mark.parametrize(("later", "expected"), [(0, []), (1, ["day"])])
    def test_it_was_not_later_than_now(self, later, expected):
        assert list(policy.missing(SAID, mode="phone", visited_at=NOW + timedelta(seconds=later), at=NOW)) == expected

    def test_a_note_reads_in_words_and_keeps_its_lines(self):
        said = SAID | {"history": AS_TYPED, "indications": ["trigeminal", "other"], "indication_text": "Cluster"}

        read = {line.label: line.text for line in policy.lines(said)}

        assert read["Indication"] == "Trigeminal neuralgia\nOther\nCluster"
        assert read["History and findings"] == AS_TYPED
        assert read["Advice on travel"] == "Not given\nNo travel planned"
        assert policy.lines({})  # a draft with nothing in it reads too


@pytest.mark.django_db
class TestDraft:
    def test_it_keeps_what_was_typed_whatever_is_missing(self, amina, okafor):
        note = notes.draft(amina, okafor)

        only = actions.Written(version=0, visited_at=None, mode="", said={"history": AS_TYPED})
        actions.save_draft(note, only, by=okafor.user, at=NOW)

        note.refresh_from_db()
        assert (note.said, note.version, note.state) == ({"history": AS_TYPED}, 1, "draft")

    def test_one_key_opens_one_note(self, amina, okafor):
        key = uuid4()

        opened = {actions.open_note(amina, okafor, key=key, at=NOW).pk for _ in range(2)}

        assert len(opened) == ConsultationNote.objects.count() == 1

    @pytest.mark.parametrize("act", [actions.save_draft, actions.sign])
    def test_the_second_of_two_tabs_is_told(self, amina, okafor, act):
        note = notes.draft(amina, okafor)
        actions.save_draft(note, written(history="First tab"), by=okafor.user, at=NOW)

        with pytest.raises(SavedElsewhere):
            act(note, written(history="Second tab"), by=okafor.user, at=NOW)

        note.refresh_from_db()
        assert (note.said["history"], note.version, note.state) == ("First tab", 1, "draft")

    @pytest.mark.parametrize("act", [actions.save_draft, actions.sign])
    def test_nobody_else_writes_or_signs_it(self, amina, okafor, lind, act):
        note = notes.draft(amina, okafor)

        with pytest.raises(NotTheWriter):
            act(note, written(), by=lind.user, at=NOW)

    def test_only_its_writer_sees_it(self, amina, okafor, lind, rosa, manager):
        for clinician in (okafor, lind):
            open_care(amina, clinician, CareRelationship.Reason.BOOKED, at=NOW)
        note, everybody = notes.draft(amina, okafor), (okafor.user, lind.user, amina.user, rosa, manager)

        before = [ConsultationNote.objects.visible_to(user).filter(pk=note.pk).exists() for user in everybody]
        actions.sign(note, written(), by=okafor.user, at=NOW)
        after = [ConsultationNote.objects.visible_to(user).filter(pk=note.pk).exists() for user in everybody]

        assert before == [True, False, False, False, False]
        assert after == [True, True, False, False, False]

    def test_who_has_left_the_care_sees_no_note(self, amina, okafor):
        open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
        notes.signed(amina, okafor)

        CareRelationship.objects.update(ended_at=NOW)

        assert not ConsultationNote.objects.visible_to(okafor.user).exists()
        assert not NoteAddendum.objects.visible_to(okafor.user).exists()


@pytest.mark.django_db
class TestSigning:
    def test_it_keeps_what_was_typed_with_the_time(self, amina, okafor):
        note = notes.draft(amina, okafor)

        actions.sign(note, written(plan=AS_TYPED), by=okafor.user, at=NOW)

        note.refresh_from_db()
        assert (note.state, note.signed_at, note.visited_at, note.said["plan"]) == ("signed", NOW, NOW, AS_TYPED)
        assert list(note.state_changes.values_list("to_state", "by__email")) == [("signed", "okafor@example.com")]

    def test_lesson_1_without_indication_it_is_refused(self, amina, okafor):
        note = notes.draft(amina, okafor)

        with pytest.raises(SomethingMissing, match="not closed without it") as refused:
            actions.sign(note, written(indications=[]), by=okafor.user, at=NOW)

        assert list(refused.value.fields) == ["indications"]
        note.refresh_from_db()
        assert note.state == "draft"

    def test_signed_twice_the_second_is_told(self, amina, okafor):
        note = notes.signed(amina, okafor)

        for act in (actions.sign, actions.save_draft):
            with pytest.raises(SignedAlready):
                act(note, written(version=1), by=okafor.user, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_saves(amina, okafor):
    note = notes.draft(amina, okafor)

    def save(number):
        actions.save_draft(note, written(history=f"Tab {number}"), by=okafor.user, at=NOW)

    given = race(2, save)

    assert sorted(type(each).__name__ for each in given) == ["NoneType", "SavedElsewhere"]


def each_way(table, column, value):
    """The three ways to change a row: through the ORM, in bulk, in SQL."""

    def by_sql(row):
        with connection.cursor() as cursor:
            cursor.execute(f"update {table} set {column} = %s where id = %s", [value, row.pk])  # noqa: S608

    def saved(row):
        setattr(row, column, value)
        row.save()

    return {
        "saved": saved,
        "bulk": lambda row: type(row).objects.filter(pk=row.pk).update(**{column: value}),
        "bulk_update": lambda row: (setattr(row, column, value), type(row).objects.bulk_update([row], [column])),
        "sql": by_sql,
    }


@pytest.mark.django_db
class TestFrozen:
    @pytest.mark.parametrize("way", ["saved", "bulk", "bulk_update", "sql"])
    @pytest.mark.parametrize(
        ("column", "value"), [("said", "{}"), ("mode", "phone"), ("version", 9), ("saved_at", NOW)]
    )
    def test_a_signed_note_refuses_change(self, amina, okafor, way, column, value):
        note = notes.signed(amina, okafor)

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            each_way("patients_consultationnote", column, value)[way](note)

    @pytest.mark.parametrize("way", ["saved", "bulk", "bulk_update", "sql"])
    def test_an_addendum_refuses_change(self, amina, okafor, way):
        added = actions.add(notes.signed(amina, okafor), okafor, "More", key=uuid4(), at=NOW)

        with pytest.raises(DatabaseError), transaction.atomic():
            each_way("patients_noteaddendum", "text", "Less")[way](added)

    @pytest.mark.parametrize("way", ["saved", "bulk", "sql"])
    def test_a_draft_stays_whose_it_is(self, amina, ben, okafor, way):
        note = notes.draft(amina, okafor)

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            each_way("patients_consultationnote", "patient_id", ben.pk)[way](note)

    @pytest.mark.parametrize("is_signed", [True, False])
    def test_no_note_is_deleted(self, amina, okafor, is_signed):
        note = notes.signed(amina, okafor) if is_signed else notes.draft(amina, okafor)

        for delete in (note.delete, ConsultationNote.objects.filter(pk=note.pk).delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                delete()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("delete from patients_consultationnote where id = %s", [note.pk])

    def test_each_pair_of_states(self, amina, okafor):
        for before, after in product(State.values, State.values):
            note = notes.signed(amina, okafor) if before == "signed" else notes.draft(amina, okafor)
            rest = {"signed_at": NOW, "visited_at": NOW, "mode": "video"} if after == "signed" else {}
            if (before, after) in ALLOWED:
                move(note, after, by=okafor.user, at=NOW, **rest)
                assert note.state == after
                continue
            with pytest.raises(StaleState):
                move(note, after, by=okafor.user, at=NOW, **rest)
            if before != after:
                with pytest.raises(DatabaseError), transaction.atomic():
                    ConsultationNote.objects.filter(pk=note.pk).update(state=after, signed_at=None)


@pytest.mark.django_db
class TestAddenda:
    def test_one_key_adds_once_with_name_and_time(self, amina, okafor, lind):
        note, key = notes.signed(amina, okafor), uuid4()

        for _ in range(2):
            actions.add(note, lind, AS_TYPED, key=key, at=NOW)

        assert [(one.text, one.clinician, one.at) for one in NoteAddendum.objects.all()] == [(AS_TYPED, lind, NOW)]

    def test_a_draft_takes_none(self, amina, okafor):
        with pytest.raises(NotSignedYet):
            actions.add(notes.draft(amina, okafor), okafor, "More", key=uuid4(), at=NOW)

    def test_an_empty_one_is_refused(self, amina, okafor):
        with pytest.raises(NothingWritten):
            actions.add(notes.signed(amina, okafor), okafor, " \n", key=uuid4(), at=NOW)
