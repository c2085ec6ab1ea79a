"""Letters to GPs: filled from the record, approved and frozen, what becomes of them, and the PDF."""

import io
from datetime import date, timedelta
from itertools import product
from uuid import uuid4

import pypdfium2
import pytest
from django.db import DatabaseError, connection, transaction
from pypdfium2 import raw

from clinic.db.refusal import SavedElsewhere, SomethingMissing
from clinic.db.states import StaleState, move
from clinic.outbox.models import Message
from clinic.outbox.registry import NotWanted
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.consultations.actions import ask_for_letter
from patients.correspondence import actions, pdf, policy, refusals
from patients.correspondence.enums import State
from patients.correspondence.letters import letter_released
from patients.correspondence.models import GpLetter
from tests.factories import intakes, letters, notes
from tests.factories.letters import BODY, written
from tests.factories.people import NOW
from tests.patients.test_consultations import each_way

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ALLOWED = {("draft", "approved"), ("approved", "sent"), ("approved", "withdrawn"), ("sent", "acknowledged")}
EVIL = "#evil *x* $a$ \\ <b> [link](x) @ref `code` 😀 שלום عربي"


class TestFirstDraft:
    def test_it_says_what_stands_in_the_record_and_where(self, amina, okafor):
        intakes.sent(amina, at=NOW)
        notes.signed(amina, okafor, history="Burning\n  pain", plan="Wait\n\nand see")

        body = letters.draft(amina, okafor).body

        assert body["why_seen"] == "From the note of Monday 23 November 2026:\nBurning\n  pain"
        assert body["plan"] == "From the note of Monday 23 November 2026:\nWait\n\nand see"
        assert "Neuropathic pain in MS" in body["diagnosis"]
        source = "From the form of Monday 23 November 2026, as the patient wrote it:"
        assert all(body[name].count(source) == 1 for name in ("diagnosis", "tried", "interactions"))
        assert "Carbamazepine" in body["tried"]
        assert "Paracetamol 500 mg tablets" in body["interactions"]
        assert (body["flags"], body["review"]) == ("", "")

    def test_the_newest_signed_note_counts_and_no_draft(self, amina, okafor):
        notes.signed(amina, okafor, at=NOW - DAY, plan="Old")
        notes.signed(amina, okafor, at=NOW, plan="New")
        notes.draft(amina, okafor, at=NOW)

        assert letters.draft(amina, okafor).body["plan"].endswith("New")

    def test_nothing_in_the_record_is_nothing_in_the_letter(self, amina, okafor):
        body = letters.draft(amina, okafor).body

        assert {name for name, text in body.items() if text} == {"who", "asks", "contact"}

    def test_to_whom_is_a_copy_of_the_profile(self, amina, okafor):
        letter = letters.draft(amina, okafor)

        type(amina).objects.update(gp_practice="Other Surgery")

        letter.refresh_from_db()
        assert letter.to_practice == "Exampleton Surgery"

    def test_one_key_opens_one(self, amina, okafor):
        key = uuid4()

        opened = {actions.open_letter(amina, okafor, key=key, at=NOW).pk for _ in range(2)}

        assert len(opened) == GpLetter.objects.count() == 1


class TestApproving:
    def test_it_freezes_what_was_typed(self, amina, okafor):
        letter = letters.approved(amina, okafor, plan="  as\n\ttyped ")

        assert (letter.state, letter.approved_at, letter.body["plan"]) == ("approved", NOW, "  as\n\ttyped ")

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"plan": " "}, "plan"),
            ({"diagnosis": ""}, "diagnosis"),
            ({"why_seen": ""}, "why_seen"),
            ({"asks": ""}, "asks"),
            ({"copy_to_patient": None}, "copy_to_patient"),
        ],
    )
    def test_it_says_what_is_missing(self, amina, okafor, said, field):
        letters.allow(amina)

        with pytest.raises(SomethingMissing) as refused:
            actions.approve(letters.draft(amina, okafor), written(**said), by=okafor.user, at=NOW)

        assert list(refused.value.fields) == [field]

    @pytest.mark.parametrize(("given", "refusal"), [(None, refusals.NotAsked), (False, refusals.SharingRefused)])
    def test_it_is_refused_without_consent(self, amina, okafor, given, refusal):
        letter = letters.draft(amina, okafor)
        if given is not None:
            letters.allow(amina, given)

        with pytest.raises(refusal):
            actions.approve(letter, written(), by=okafor.user, at=NOW)

        letter.refresh_from_db()
        assert letter.state == "draft"

    def test_what_no_font_has_is_refused_before_it_is_frozen(self, amina, okafor):
        letters.allow(amina)
        letter = letters.draft(amina, okafor)

        with pytest.raises(refusals.CannotBePrinted) as refused:
            actions.approve(letter, written(plan="中文"), by=okafor.user, at=NOW)

        letter.refresh_from_db()
        assert letter.state == "draft"
        assert "中" not in str(refused.value)

    @pytest.mark.parametrize("act", [actions.save_draft, actions.approve])
    def test_the_second_of_two_tabs_is_told(self, amina, okafor, act):
        letters.allow(amina)
        letter = letters.draft(amina, okafor)
        actions.save_draft(letter, written(plan="First"), by=okafor.user, at=NOW)

        with pytest.raises(SavedElsewhere):
            act(letter, written(plan="Second"), by=okafor.user, at=NOW)

        letter.refresh_from_db()
        assert letter.body["plan"] == "First"

    @pytest.mark.parametrize("act", [actions.save_draft, actions.approve])
    def test_nobody_else_writes_or_approves_it(self, amina, okafor, lind, act):
        letters.allow(amina)

        with pytest.raises(refusals.NotTheWriter):
            act(letters.draft(amina, okafor), written(), by=lind.user, at=NOW)

    @pytest.mark.parametrize("act", [actions.save_draft, actions.approve])
    def test_what_is_approved_is_no_draft(self, amina, okafor, act):
        with pytest.raises(refusals.NotADraft):
            act(letters.approved(amina, okafor), written(version=1), by=okafor.user, at=NOW)


class TestAfterApproving:
    def test_lesson_6_sending_ends_the_task(self, amina, okafor):
        note = notes.signed(amina, okafor)
        ask_for_letter(note, at=NOW)

        letters.sent(amina, okafor, about={"note": note})

        assert list(Task.objects.values_list("state", "outcome")) == [("done", "The letter is sent")]

    def test_lesson_6_without_sending_it_waits(self, amina, okafor):
        note = notes.signed(amina, okafor)
        ask_for_letter(note, at=NOW)

        letters.approved(amina, okafor, about={"note": note})

        assert Task.objects.get().state == "taken"

    @pytest.mark.parametrize(("copy", "planned"), [(True, ["letter_released"]), (False, [])])
    def test_the_patient_is_told_where_they_get_a_copy(self, amina, okafor, copy, planned):
        letter = letters.sent(amina, okafor, copy_to_patient=copy)

        assert list(Message.objects.values_list("rule", flat=True)) == planned
        if copy:
            mail = letter_released(Message.objects.get())
            assert (mail.to, mail.subject) == (amina.reach, "There is an update in your account")
            assert letter.to_practice not in mail.text

    def test_no_mail_about_what_they_cannot_read(self, amina, okafor):
        letter = letters.approved(amina, okafor)

        assert isinstance(letter_released(Message(about=letter.pk)), NotWanted)

    @pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 11, 24)])
    def test_it_was_sent_between_approval_and_today(self, amina, okafor, day):
        with pytest.raises(refusals.NotThatDay):
            actions.mark_sent(letters.approved(amina, okafor), "post", day, by=okafor.user, at=NOW)

    def test_withdrawing_wants_a_reason(self, amina, okafor):
        with pytest.raises(refusals.NoReason):
            actions.withdraw(letters.approved(amina, okafor), " ", by=okafor.user, at=NOW)

    def test_what_was_sent_is_replaced_and_nothing_else(self, amina, okafor):
        old = letters.sent(amina, okafor)

        assert letters.draft(amina, okafor, replaces=old).replaces == old
        with pytest.raises(refusals.NotOut):
            letters.draft(amina, okafor, replaces=letters.approved(amina, okafor))

    @pytest.mark.parametrize(("given", "ends"), [(None, False), (True, False), (False, True)])
    def test_the_task_ends_with_a_refusal_only_where_they_refuse(self, amina, okafor, given, ends):
        note = notes.signed(amina, okafor)
        ask_for_letter(note, at=NOW)
        if given is not None:
            letters.allow(amina, given)

        if ends:
            actions.end_without_letter(amina, note.pk, by=okafor.user, at=NOW)
            assert "does not let us write" in Task.objects.get(kind="letter_due").outcome
        else:
            with pytest.raises(refusals.NotRefused):
                actions.end_without_letter(amina, note.pk, by=okafor.user, at=NOW)


class TestWhoSees:
    @pytest.mark.parametrize(
        ("state", "copy", "seen"),
        [
            ("draft", True, {"okafor"}),
            ("approved", True, {"okafor", "lind"}),
            ("sent", True, {"okafor", "lind", "amina"}),
            ("sent", False, {"okafor", "lind"}),
            ("acknowledged", True, {"okafor", "lind", "amina"}),
            ("withdrawn", True, {"okafor", "lind"}),
        ],
    )
    def test_by_state(self, amina, ben, okafor, lind, rosa, manager, state, copy, seen):
        for clinician in (okafor, lind):
            open_care(amina, clinician, CareRelationship.Reason.BOOKED, at=NOW)
        more = {} if copy else {"copy_to_patient": False}
        letters.IN_STATE[state](amina, okafor, **more)
        everybody = {"amina": amina.user, "ben": ben.user, "okafor": okafor.user, "lind": lind.user}

        found = {
            name
            for name, user in (everybody | {"rosa": rosa, "manager": manager}).items()
            if GpLetter.objects.visible_to(user).exists()
        }

        assert found == seen


class TestFrozen:
    @pytest.mark.parametrize("state", ["approved", "sent", "acknowledged", "withdrawn"])
    @pytest.mark.parametrize("way", ["saved", "bulk", "bulk_update", "sql"])
    @pytest.mark.parametrize(
        ("column", "value"), [("body", "{}"), ("to_practice", "Other"), ("with_statement", True), ("version", 9)]
    )
    def test_the_text_refuses_change(self, amina, okafor, state, way, column, value):
        letter = letters.IN_STATE[state](amina, okafor)

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            each_way("patients_gpletter", column, value)[way](letter)

    @pytest.mark.parametrize("way", ["bulk", "sql"])
    @pytest.mark.parametrize(("column", "value"), [("method", "portal"), ("sent_on", date(2026, 11, 24))])
    def test_how_it_was_sent_refuses_change(self, amina, okafor, way, column, value):
        letter = letters.sent(amina, okafor)

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            each_way("patients_gpletter", column, value)[way](letter)

    @pytest.mark.parametrize("state", sorted(letters.IN_STATE))
    def test_none_is_deleted(self, amina, okafor, state):
        letter = letters.IN_STATE[state](amina, okafor)

        with pytest.raises(DatabaseError), transaction.atomic():
            GpLetter.objects.filter(pk=letter.pk).delete()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("delete from patients_gpletter where id = %s", [letter.pk])

    def test_each_pair_of_states(self, amina, okafor):
        sending = {"sent_on": NOW.date(), "method": "post", "sent_by": okafor.user}
        columns = {
            "approved": {"approved_at": NOW, "to_practice": "x", "copy_to_patient": True},
            "sent": sending,
            "acknowledged": {"acknowledged_on": NOW.date()},
        }
        for before, after in product(State.values, State.values):
            letter = letters.IN_STATE[before](amina, okafor)
            if (before, after) in ALLOWED:
                move(letter, after, by=okafor.user, at=NOW, **columns.get(after, {}))
                assert letter.state == after
                continue
            with pytest.raises(StaleState):
                move(letter, after, by=okafor.user, at=NOW)
            if before != after:
                with pytest.raises(DatabaseError), transaction.atomic():
                    GpLetter.objects.filter(pk=letter.pk).update(state=after)


def printed(letter):
    """The text of each page of the letter's PDF."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf.made(letter)))
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def on_one_line(pages):
    return " ".join(" ".join(pages).split())  # what holds a line together is a space to split()


class TestPdf:
    def test_it_is_tagged_in_english_with_a_neutral_title(self, amina, okafor):
        made = pdf.made(letters.approved(amina, okafor))

        document = pypdfium2.PdfDocument(made)
        tree = raw.FPDF_StructTree_GetForPage(document[0])
        assert raw.FPDFCatalog_IsTagged(document)
        assert raw.FPDF_StructTree_CountChildren(tree) > 0
        assert b"pdfuaid:part>1<" in made
        assert b"<dc:language><rdf:Bag><rdf:li>en-GB<" in made
        assert document.get_metadata_dict()["Title"] == "Letter"

    def test_the_text_stands_in_its_order(self, amina, okafor):
        text = on_one_line(printed(letters.approved(amina, okafor, with_statement=True)))

        words = ["Exampleton Clinic", "Exampleton Surgery", "Amina Example", "Diagnosis", "Why they were seen", "Plan"]
        words += [
            "See again in 4 weeks.",
            "controlled drug in Schedule 2",
            "What we ask",
            "Dr Ada Okafor",
            "Copy to the",
        ]
        places = [text.rindex(word) if word == "Amina Example" else text.index(word) for word in words]
        assert places == sorted(places)

    @pytest.mark.parametrize(("ticked", "times"), [(True, 1), (False, 0)])
    def test_the_statement_stands_there_only_where_it_is_ticked(self, amina, okafor, ticked, times):
        text = on_one_line(printed(letters.approved(amina, okafor, with_statement=ticked)))

        assert text.count("Schedule 2") == times

    def test_what_was_typed_is_never_markup(self, amina, okafor):
        letter = letters.approved(amina, okafor, plan=f"{EVIL}\n#panic(1)")

        text = printed(letter)[0].split("\nPlan\n")[1]

        for word in ("#evil *x* $a$ \\ <b> [link](x) @ref `code` 😀", "#panic(1)", "שלום", "عربي"):
            assert word in text

    def test_names_are_never_markup_either(self, amina, okafor):
        type(amina).objects.update(first_names="#evil *A*", family_name="$x$ \\")
        amina.refresh_from_db()

        assert "#evil *A* $x$ \\, born 27 March 1980" in printed(letters.approved(amina, okafor))[0]

    def test_a_long_one_says_on_each_page_whose_it_is(self, amina, okafor):
        long = "\n".join(f"Line {number} of what was typed about this person" for number in range(90))
        word = "x" * 4_000

        pages = printed(letters.approved(amina, okafor, plan=long[:7_999], why_seen=word))

        assert len(pages) > 2
        assert all("Amina Example, born 27 March 1980" in page for page in pages)
        assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1))
        assert "Line 89" in " ".join(pages)
        assert sum(page.count("x") for page in pages) >= 4_000

    @pytest.mark.parametrize("letter_typed", ["x", "W", "@", "😀", "ש"])
    def test_no_letter_stands_outside_the_page(self, amina, okafor, letter_typed):
        made = pdf.made(letters.approved(amina, okafor, plan=letter_typed * 4_000, tried="W" * 29 + " " + "W" * 31))

        outside = 0
        for page in pypdfium2.PdfDocument(made):
            text, (width, height) = page.get_textpage(), page.get_size()
            for number in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(number)
                outside += left < 40 or right > width - 40 or bottom < 20 or top > height - 20
        assert outside == 0

    def test_lines_and_paragraphs_stay_as_they_were_typed(self, amina, okafor):
        letter = letters.approved(amina, okafor, plan="one\n  two   three\n\n\nfour")

        section = next(each for each in pdf.data(letter)["sections"] if each["heading"] == "Plan")

        assert section["paragraphs"] == [["one", "\u00a0 two\u00a0\u00a0 three"], ["four"]]


def test_the_parts_of_the_fixture_are_those_of_a_letter():
    assert list(BODY) == [part.name for part in policy.PARTS]
