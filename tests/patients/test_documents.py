"""Documents: what is kept and what is not, the virus check, taking back, and what the clock asks for."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from PIL import Image

from clinic.audit.models import AccessLog
from clinic.db.sealed import BrokenSeal, seal_bytes, unseal_bytes
from clinic.db.states import StaleState
from patients.documents import actions, content, policy, refusals, vault
from patients.documents.enums import IdKind, Kind, Made, State
from patients.documents.models import Document, IdentityCheck
from tests.factories import documents
from tests.factories.documents import kept
from tests.factories.people import NOW
from tests.race import race

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """A vault of the test's own; gives the files in it."""
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    return lambda: sorted(settings.DOCUMENTS_DIR.glob("*"))


class TestAdding:
    def test_a_pdf_is_kept_as_it_is_and_a_sealed_file_lies_on_the_disk(self, amina, files):
        data = documents.pdf(3)

        document = kept(amina, "MRI report.pdf", data=data)

        (file,) = files()
        assert (document.made, document.pages, document.name) == (Made.PDF, 3, "MRI report.pdf")
        assert actions.own_file(document) == data
        assert file.name == document.stored
        assert b"%PDF" not in file.read_bytes()
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700

    def test_a_dump_holds_neither_its_name_nor_what_was_in_it(self, amina):
        kept(amina, "epilepsy letter.pdf")

        with connection.cursor() as cursor:
            cursor.execute(
                "select d::text from patients_document d union all select e::text from patients_documentevent e"
            )
            rows = " ".join(row[0] for row in cursor.fetchall())

        assert len(rows) > 300
        assert "epilepsy" not in rows

    @pytest.mark.parametrize(("kind", "made"), [("JPEG", Made.JPEG), ("PNG", Made.PNG)])
    def test_a_picture_is_written_anew_without_what_a_camera_adds(self, amina, kind, made):
        exif = Image.Exif()
        exif[0x010F], exif[0x0112] = "Secret Camera", 6  # its maker; turned by 90 degrees
        comment = {"comment": b"planted words"} if kind == "JPEG" else {}
        sent = (
            documents.picture(kind, exif=exif, icc_profile=b"planted profile", **comment) + b"<script>alert(1)</script>"
        )

        stored = actions.own_file(kept(amina, "photo", data=sent))

        assert b"Secret Camera" in sent
        assert not any(word in stored for word in (b"Secret", b"planted", b"script"))
        picture = Image.open(BytesIO(stored))
        assert (picture.size, picture.format, len(picture.getexif())) == ((40, 60), made.label, 0)
        assert picture.convert("RGB").getpixel((5, 5))[0] > 250

    @pytest.mark.parametrize(
        ("mode", "color"), [("1", 1), ("L", 9), ("LA", (9, 0)), ("P", 3), ("RGBA", (1, 2, 3, 0)), ("I;16", 300)]
    )
    def test_pictures_of_every_mode_are_kept(self, amina, mode, color):
        document = kept(amina, data=documents.picture("PNG", mode=mode, color=color))

        assert content.page_image(actions.own_file(document), Made.PNG, 1).startswith(b"\xff\xd8\xff")

    def test_the_same_file_again_is_not_added_again(self, amina, files):
        data = documents.pdf()
        kept(amina, data=data)

        with pytest.raises(refusals.HaveIt):
            kept(amina, "again.pdf", data=data)

        assert len(files()) == Document.objects.count() == 1

    def test_the_database_refuses_the_same_file_twice_too(self, amina):
        first = kept(amina)

        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.create(
                patient=amina,
                kind=first.kind,
                name="x",
                made=first.made,
                size=1,
                sha256=first.sha256,
                pages=1,
                stored="x",
                uploaded_at=NOW,
                uploaded_by=amina.user,
            )

    def test_nobody_adds_and_removes_for_ever(self, amina, monkeypatch):
        monkeypatch.setattr(actions, "MOST_A_DAY", 2)
        for number in range(2):
            actions.remove(kept(amina, data=documents.pdf(number + 1)), by=amina.user, at=NOW)

        with pytest.raises(refusals.TooManyToday):
            kept(amina)

        assert kept(amina, at=NOW + timedelta(days=1, seconds=1)).pk


class TestWhatIsNotKept:
    """Security cases 41, 42 and 45."""

    HTML = b"<!DOCTYPE html><script>alert(1)</script>"
    SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    EXE = b"MZ\x90\x00" + b"\0" * 100

    @pytest.mark.parametrize(
        ("data", "refusal"),
        [
            (HTML, refusals.NotThisSort),
            (SVG, refusals.NotThisSort),
            (EXE, refusals.NotThisSort),
            (b"PK\x03\x04" + b"\0" * 100, refusals.NotThisSort),  # docx, and any other zip
            (b"GIF89a" + HTML, refusals.NotThisSort),
            (HTML + documents.pdf(), refusals.NotThisSort),  # a polyglot: HTML first
            (b"\0\0\0\x18ftypheic\0\0\0\0", refusals.Heic),
            (b"", refusals.Empty),
            (b"%PDF-1.7 but no more", refusals.Unreadable),
            (b"\xff\xd8\xff" + b"\0" * 500, refusals.Unreadable),
            (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, refusals.Unreadable),
            (documents.picture("PNG", size=(300, 300))[:-40], refusals.Unreadable),
            (documents.pdf(0), refusals.Unreadable),
            (documents.locked_pdf(), refusals.Locked),
            (documents.pdf(policy.MOST_PAGES + 1), refusals.TooManyPages),
        ],
    )
    def test_case_41_what_is_not_a_document_leaves_no_trace(self, amina, files, data, refusal):
        with pytest.raises(refusal):
            kept(amina, "letter.pdf", data=data)

        assert files() == []
        assert not Document.objects.exists()

    def test_case_41_a_polyglot_that_is_a_pdf_first_leaves_as_a_pdf(self, amina):
        document = kept(amina, "letter.pdf.html", data=documents.pdf() + self.HTML)

        assert document.download_name == "letter.pdf.html.pdf"

    def test_case_42_one_byte_over_the_limit(self, amina):
        fits = documents.pdf() + b"\n" * (policy.MOST_BYTES - len(documents.pdf()))

        assert kept(amina, data=fits).size == policy.MOST_BYTES
        with pytest.raises(refusals.TooLarge):
            kept(amina, data=fits + b"\n")

    def test_case_42_one_row_of_pixels_over_the_limit(self, amina):
        assert kept(amina, data=documents.picture(size=(5000, 5000))).pages == 1
        with pytest.raises(refusals.TooManyPixels):
            kept(amina, data=documents.picture(size=(5000, 5001)))


def wait_for(cursor, count):
    """Wait until ``count`` connections wait for a lock; less than a lock's time-out, which is 3 s."""
    for _ in range(100):
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        if cursor.fetchone()[0] >= count:
            return
        time.sleep(0.025)
    raise AssertionError(f"There were never {count} that wait")


class TestTwentyFiles:
    """Security case 46."""

    @pytest.fixture
    def filled(self, amina):
        """Add rows by hand until there are as many as asked for."""

        def fill(many):
            for number in range(many):
                Document.objects.create(
                    patient=amina,
                    kind="other",
                    name="x",
                    made=Made.PDF,
                    size=1,
                    sha256=f"{number}",
                    pages=1,
                    stored="x",
                    uploaded_at=NOW - timedelta(days=9),
                    uploaded_by=amina.user,
                )

        return fill

    def test_the_21st_is_refused_and_leaves_no_file(self, amina, ben, filled, files):
        filled(policy.MOST_FILES - 1)
        last = kept(amina)

        with pytest.raises(refusals.Full):
            kept(amina, data=documents.pdf(2))

        assert len(files()) == 1
        assert kept(ben).pk
        actions.remove(last, by=amina.user, at=NOW)
        assert kept(amina, data=documents.pdf(2)).pk

    @pytest.mark.race
    @pytest.mark.django_db(transaction=True)
    def test_20_at_once_where_five_fit(self, amina, filled, files):
        filled(policy.MOST_FILES - 5)
        sent = [documents.pdf(1, 500 + number) for number in range(20)]

        said = race(20, lambda number: kept(amina, data=sent[number]))

        assert sum(isinstance(each, Document) for each in said) == 5
        assert sum(isinstance(each, refusals.Full) for each in said) == 15
        assert Document.objects.with_a_file().count() == policy.MOST_FILES
        assert len(files()) == 5

    @pytest.mark.race
    @pytest.mark.django_db(transaction=True)
    def test_all_have_counted_before_the_first_is_written(self, amina, filled, files):
        """Nothing can be written until all six are as far as they come: without the lock each would have seen room."""
        filled(policy.MOST_FILES - 1)
        sent = [documents.picture("PNG", size=(1, number + 1)) for number in range(6)]
        with connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                cursor.execute("reset role; lock table patients_document in exclusive mode")
                said = pool.submit(race, 6, lambda number: kept(amina, data=sent[number]))
                wait_for(cursor, 6)
            cursor.execute("set role clinic_app")

        assert sum(isinstance(each, Document) for each in said.result()) == 1
        assert sum(isinstance(each, refusals.Full) for each in said.result()) == 5
        assert Document.objects.with_a_file().count() == policy.MOST_FILES

    @pytest.mark.race
    @pytest.mark.django_db(transaction=True)
    def test_the_same_file_ten_times_at_once_is_there_once(self, amina, files):
        data = documents.pdf()

        said = race(10, lambda number: kept(amina, data=data))

        assert sum(isinstance(each, Document) for each in said) == 1
        assert sum(isinstance(each, refusals.HaveIt) for each in said) == 9
        assert len(files()) == 1


class TestNames:
    """Security case 43."""

    @pytest.mark.parametrize(
        ("given", "shown", "saved"),
        [
            ("../../x", "x", "x.pdf"),
            ("C:\\Users\\me\\scan.PDF", "scan.PDF", "scan.PDF"),
            ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie: x=1.pdf", "a Set-Cookie_ x=1.pdf"),
            ("n" * 300 + ".pdf", "n" * 196 + ".pdf", "n" * 196 + ".pdf"),
            ("CON", "CON", "_CON.pdf"),
            ("con.pdf", "con.pdf", "_con.pdf"),
            ("letter\u202efdp.exe", "letter fdp.exe", "letter fdp.exe.pdf"),
            ('my "best" one.pdf', 'my "best" one.pdf', "my _best_ one.pdf"),
            ("", "Document", "Document.pdf"),
            ("...", "Document", "Document.pdf"),
            (".pdf", "pdf", "pdf.pdf"),
            ("李 Ó Súilleabháin.pdf", "李 Ó Súilleabháin.pdf", "李 Ó Súilleabháin.pdf"),
            ("\0\ud800x.pdf", "x.pdf", "x.pdf"),
        ],
    )
    def test_case_43_a_name_is_shown_as_given_and_saved_harmless(self, given, shown, saved):
        assert policy.shown_name(given) == shown
        assert policy.download_name(shown, Made.PDF) == saved


class TestTakingBack:
    def test_the_file_goes_and_the_row_says_who(self, amina, files, django_capture_on_commit_callbacks):
        document = kept(amina)

        with django_capture_on_commit_callbacks(execute=True):
            actions.remove(document, by=amina.user, at=NOW)

        gone = Document.objects.get()
        assert (gone.state, gone.stored, files()) == (State.REMOVED, "", [])
        assert gone.state_changes.get().by == amina.user

    def test_what_a_clinician_has_opened_stays(self, amina, okafor):
        document = kept(amina)
        actions.original(document, by=okafor.user, at=NOW)

        with pytest.raises(refusals.StaysNow):
            actions.remove(document, by=amina.user, at=NOW)

        assert AccessLog.objects.get().about == document.pk

    def test_what_a_clinician_decided_on_stays_and_what_came_after_does_not(self, amina):
        before = kept(amina)
        actions.keep_what_was_decided_on(amina.pk, at=NOW)
        after = kept(amina, data=documents.pdf(2), at=NOW)

        with pytest.raises(refusals.StaysNow):
            actions.remove(before, by=amina.user, at=NOW)
        actions.remove(after, by=amina.user, at=NOW)

    def test_removing_twice_is_once(self, amina):
        document = kept(amina)
        actions.remove(document, by=amina.user, at=NOW)

        with pytest.raises(StaleState):
            actions.remove(document, by=amina.user, at=NOW)

    def test_what_is_gone_cannot_be_read(self, amina, okafor):
        document = kept(amina)
        actions.remove(document, by=amina.user, at=NOW)

        for read in (actions.original, actions.draw_page):
            with pytest.raises(refusals.NotHere):
                read(document, *((1,) if read == actions.draw_page else ()), by=okafor.user, at=NOW)


class TestReading:
    def test_pages_leafed_through_at_once_are_one_reading(self, amina, okafor):
        document = kept(amina, data=documents.pdf(3))
        actions.open_for_care(document, by=okafor.user, at=NOW)

        images = [actions.draw_page(document, number, by=okafor.user, at=NOW) for number in (1, 2, 3)]

        assert {Image.open(BytesIO(image)).size for image in images} == {(1240, 1755)}
        assert AccessLog.objects.filter(about=document.pk, what="read").count() == 1
        actions.draw_page(document, 1, by=okafor.user, at=NOW + timedelta(hours=1))
        assert AccessLog.objects.filter(about=document.pk, what="read").count() == 2

    @pytest.mark.parametrize("number", [0, -1, 4, 10**30])
    def test_there_is_no_such_page(self, amina, okafor, number):
        with pytest.raises(refusals.NotHere):
            actions.draw_page(kept(amina, data=documents.pdf(3)), number, by=okafor.user, at=NOW)

    @pytest.mark.parametrize(("width", "height"), [(14_400, 14_400), (3, 3)])
    def test_no_page_is_drawn_larger_than_a_screen_needs(self, amina, width, height):
        image = Image.open(BytesIO(content.page_image(documents.pdf(1, width, height), Made.PDF, 1)))

        assert image.width * image.height <= 2_510_000

    def test_a_thread_of_paper_is_not_drawn(self):
        with pytest.raises(refusals.Unreadable):
            content.page_image(documents.pdf(1, 14_400, 0.1), Made.PDF, 1)

    def test_a_file_that_was_changed_moved_or_lost_does_not_open(self, amina, ben, files):
        mine, other = kept(amina), kept(ben)
        folder = files()[0].parent
        (folder / mine.stored).write_bytes((folder / other.stored).read_bytes())
        with pytest.raises(refusals.NotHere):
            actions.own_file(mine)

        (folder / mine.stored).unlink()
        with pytest.raises(refusals.NotHere):
            actions.own_file(mine)

    def test_sealed_bytes_open_with_an_old_key_and_never_when_changed(self, settings):
        sealed = seal_bytes(b"letter", "place")
        settings.FIELD_KEYS = ["a new key", *settings.FIELD_KEYS]

        assert unseal_bytes(sealed, "place") == b"letter"
        assert b"letter" not in sealed
        for place in range(0, len(sealed), 7):
            changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
            with pytest.raises(BrokenSeal):
                unseal_bytes(changed, "place")
        for broken in (b"", sealed[:20], sealed[:-1]):
            with pytest.raises(BrokenSeal):
                unseal_bytes(broken, "place")


class TestEachNight:
    def test_the_image_of_an_id_goes_30_days_after_its_check(
        self, amina, okafor, files, django_capture_on_commit_callbacks
    ):
        card, letter = kept(amina, kind=Kind.PHOTO_ID, data=documents.picture()), kept(amina)
        actions.check_identity(card, IdKind.PASSPORT, NOW.date(), by=okafor.user, at=NOW)

        for days, state in ((29, State.UNSCANNED), (30, State.DELETED)):
            with django_capture_on_commit_callbacks(execute=True):
                actions.forget_checked_ids(at=NOW + timedelta(days=days))
            card.refresh_from_db()
            assert card.state == state

        check = IdentityCheck.objects.get()
        assert (check.kind, check.valid_until, check.checked_by) == ("passport", NOW.date(), okafor.user)
        assert [file.name for file in files()] == [letter.stored]

    def test_what_nobody_checked_goes_90_days_after_it_was_added(self, amina):
        card, letter = kept(amina, kind=Kind.PHOTO_ID, data=documents.picture()), kept(amina)

        for days, state in ((89, State.UNSCANNED), (90, State.DELETED)):
            actions.forget_checked_ids(at=NOW + timedelta(days=days))
            card.refresh_from_db()
            assert card.state == state

        letter.refresh_from_db()
        assert letter.state == State.UNSCANNED

    def test_only_photo_id_that_is_there_is_checked(self, amina, okafor):
        with pytest.raises(refusals.NotAnId):
            actions.check_identity(kept(amina), IdKind.PASSPORT, NOW.date(), by=okafor.user, at=NOW)

    def test_files_without_a_row_go_after_a_day(self, amina, files, settings):
        document = kept(amina)
        young, old = vault.keep(b"x", amina.pk), vault.keep(b"x", amina.pk)
        for name, age in ((document.stored, 40), (old, 25), (young, 23)):
            moment = (NOW - timedelta(hours=age)).timestamp()
            os.utime(Path(settings.DOCUMENTS_DIR) / name, (moment, moment))
        (Path(settings.DOCUMENTS_DIR) / "README").write_text("not ours")

        actions.sweep(at=NOW)

        assert {file.name for file in files()} == {document.stored, young, "README"}

    def test_a_row_without_a_file_is_told_of(self, amina, files, caplog):
        document = kept(amina)
        files()[0].unlink()

        actions.sweep(at=NOW)

        assert str(document.pk) in caplog.text
