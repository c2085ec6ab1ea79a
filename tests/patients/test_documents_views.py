"""The patient's page of documents, reception's, and the clinicians', over HTTP."""

import re
import resource
import subprocess
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO
from os import getuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from clinic.audit.models import AccessLog
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.documents import actions, policy, refusals
from patients.documents.enums import IdKind, Kind, State
from patients.documents.models import Document, IdentityCheck
from tests.factories import documents, intakes
from tests.factories.documents import kept
from tests.factories.people import NOW
from tests.web import main_of

pytestmark = pytest.mark.django_db
OWN = "/care/documents/"
INTRUDER = b"<!DOCTYPE html><script>alert(1)</script>"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    return lambda: sorted(settings.DOCUMENTS_DIR.glob("*"))


@pytest.fixture
def care(amina, okafor):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)


def sent(*named, kind="letter", **more):
    """What a browser sends: (name, bytes) of each file."""
    return {"kind": kind, "documents": [SimpleUploadedFile(name, data) for name, data in named], **more}


class TestThePatientsPage:
    def test_several_at_once(self, amina, as_user):
        client = as_user(amina.user)

        answer = client.post(
            OWN, sent(("a.pdf", documents.pdf()), ("b.jpg", documents.picture()), kind="test"), follow=True
        )

        assert answer.redirect_chain == [(OWN, 302)]
        assert {each.name for each in Document.objects.all()} == {"a.pdf", "b.jpg"}
        assert {each.kind for each in Document.objects.all()} == {Kind.TEST}
        page = main_of(answer.content.decode())
        assert "We have “a.pdf”, “b.jpg”." in page
        assert "Scan or test result. 1 page, 1 KB." in page

    def test_one_that_is_refused_keeps_the_others_in_and_is_named_with_what_to_do(self, amina, as_user):
        answer = as_user(amina.user).post(
            OWN,
            sent(
                ("good.pdf", documents.pdf()),
                ("bad.pdf", INTRUDER),
                ("empty.pdf", b""),
                ("locked.pdf", documents.locked_pdf()),
            ),
        )

        page = main_of(answer.content.decode())
        assert answer.status_code == 422
        assert [each.name for each in Document.objects.all()] == ["good.pdf"]
        assert "We have “good.pdf”." in page
        assert "“bad.pdf” was not added. It is not a PDF, JPEG or PNG. Save it as a PDF, then add it." in page
        assert "“empty.pdf” was not added. It is empty." in page
        assert "“locked.pdf” was not added. It is locked with a password." in page
        assert re.search(r'value="letter"[^>]*checked', page)

    def test_no_kind_loses_nothing(self, amina, as_user):
        as_user(amina.user).post(OWN, sent(("a.pdf", documents.pdf()), kind=""))

        assert Document.objects.get().kind == Kind.OTHER

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"kind": "letter"}, "Choose a file"),
            ({"kind": "x", "documents": SimpleUploadedFile("a", b"a")}, "Choose one of the answers"),
        ],
    )
    def test_mistakes_stand_beside_the_question(self, amina, as_user, data, words):
        answer = as_user(amina.user).post(OWN, data)

        assert answer.status_code == 422
        assert main_of(answer.content.decode()).count(words) == 2  # in the summary, and beside it
        assert not Document.objects.exists()

    def test_more_than_fit_into_one_form(self, amina, as_user):
        many = [(f"{number}.pdf", documents.pdf(1, 500 + number)) for number in range(policy.AT_ONCE + 1)]

        answer = as_user(amina.user).post(OWN, sent(*many))

        assert answer.status_code == 422
        assert Document.objects.count() == policy.AT_ONCE
        assert "“10.pdf” was not added. We take 10 files at a time." in answer.content.decode()

    def test_the_script_sends_one_by_one_and_gets_what_is_wrong(self, amina, as_user):
        client = as_user(amina.user)

        def send(name, data):
            answer = client.post(OWN, sent((name, data)), headers={"Accept": "application/json"})
            return answer.status_code, answer.json()["errors"]

        assert send("a.pdf", documents.pdf()) == (200, [])
        status, errors = send("b.pdf", INTRUDER)
        assert (status, len(errors)) == (422, 1)
        assert errors[0].startswith("“b.pdf” was not added. It is not")

    def test_states_are_told_in_words(self, amina, as_user):
        states = {"waiting": "Virus check", "refused": "The virus check found something in it"}
        for number, state in enumerate(states):
            document = kept(amina, f"{state}.pdf", data=documents.pdf(1, 500 + number))
            Document.objects.filter(pk=document.pk).update(uploaded_at=NOW)
            if state == "refused":
                actions._let_go(document, State.REFUSED, by=None, at=NOW)

        page = main_of(as_user(amina.user).get(OWN).content.decode())

        assert "Save it anew from where you have it, or take a photo of each page" in page
        assert page.count("Save a copy") == 1
        assert page.count(">Remove<") == 1

    def test_case_45_a_refused_one_is_told_on_the_front_page(self, amina, as_user):
        document = kept(amina, at=timezone.now())
        assert "We could not keep one of them" not in as_user(amina.user).get("/care/").content.decode()
        actions._let_go(document, State.REFUSED, by=None, at=NOW)

        assert "We could not keep one of them" in as_user(amina.user).get("/care/").content.decode()

    def test_more_files_than_any_form_takes_is_no_500(self, amina, as_user):
        answer = as_user(amina.user).post(OWN, sent(*[(f"{number}.pdf", b"x") for number in range(200)]))

        assert answer.status_code == 400

    def test_without_details_they_come_first(self, as_user, django_user_model):
        user = django_user_model.objects.create(email="new@example.com", role="patient")

        assert as_user(user).get(OWN).url == "/care/details/"

    def test_care_leads_there(self, amina, as_user):
        assert f'href="{OWN}"' in main_of(as_user(amina.user).get("/care/").content.decode())

    def test_as_many_queries_for_20_as_for_one(self, amina, as_user, django_assert_num_queries):
        client = as_user(amina.user)
        kept(amina)
        client.get(OWN)
        with django_assert_num_queries(6) as one:
            client.get(OWN)
        for number in range(19):
            Document.objects.create(
                patient=amina,
                kind="other",
                name="x",
                made="application/pdf",
                size=1,
                sha256=f"{number}",
                pages=1,
                stored="x",
                uploaded_at=NOW,
                uploaded_by=amina.user,
            )

        with django_assert_num_queries(len(one)):
            page = client.get(OWN).content.decode()

        assert "We keep at most 20 files for you" in page
        assert 'type="file"' not in page


class TestSavingACopy:
    @pytest.mark.parametrize(
        ("name", "header"),
        [
            ("letter.pdf", 'attachment; filename="letter.pdf"'),
            ("a\r\nSet-Cookie: x=1.pdf", 'attachment; filename="a Set-Cookie_ x=1.pdf"'),
            ('"; filename="x.exe', 'attachment; filename="_; filename=_x.exe.pdf"'),
            ("Ó 李.pdf", "attachment; filename*=utf-8''%C3%93%20%E6%9D%8E.pdf"),
        ],
    )
    def test_case_43_and_44_it_is_an_attachment_that_nothing_keeps(self, amina, as_user, name, header):
        data = documents.pdf()
        document = kept(amina, name, data=data)

        answer = as_user(amina.user).get(f"{OWN}{document.pk}/file/")

        assert answer.content == data
        assert answer["Content-Disposition"] == header
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cache-Control"] == "no-store, private"
        assert "Set-Cookie" not in answer.headers

    def test_what_waits_for_the_virus_check_is_listed_and_not_served(self, amina, okafor, care, as_user, settings):
        settings.CLAMD_ADDRESS = "127.0.0.1:9"
        document = kept(amina, "letter.pdf")

        assert "letter.pdf" in as_user(amina.user).get(OWN).content.decode()
        assert as_user(amina.user).get(f"{OWN}{document.pk}/file/").status_code == 404
        page = as_user(okafor.user).get(f"/review/documents/{document.pk}/")
        assert "It cannot be opened now" in page.content.decode()
        for part in ("file/", "pages/1/"):
            assert as_user(okafor.user).get(f"/review/documents/{document.pk}/{part}").status_code == 404

    def test_case_44_there_is_no_other_way_to_a_file(self, amina, ben, as_user, client, files):
        document = kept(amina)

        for way in (
            f"/media/{document.stored}",
            f"/documents/{document.stored}",
            f"/static/{document.stored}",
            f"/static/../documents/{document.stored}",
            f"/static/..%2fdocuments%2f{document.stored}",
            f"/static/%2e%2e/documents/{document.stored}",
        ):
            assert client.get(way).status_code in {400, 404}, way
            assert as_user(amina.user).get(way).status_code in {400, 404}, way
        assert as_user(ben.user).get(f"{OWN}{document.pk}/file/").status_code == 404


class TestRemoving:
    def test_it_is_asked_first(self, amina, as_user):
        document, client = kept(amina), as_user(amina.user)
        address = f"{OWN}{document.pk}/remove/"

        assert "Remove this document?" in client.get(address).content.decode()
        assert Document.objects.get().state == State.UNSCANNED
        page = client.post(address, follow=True).content.decode()

        assert Document.objects.get().state == State.REMOVED
        assert "“letter.pdf” is removed." in page

    def test_what_a_specialist_used_stays(self, amina, okafor, care, as_user):
        document = kept(amina)
        as_user(okafor.user).get(f"/review/documents/{document.pk}/")
        client = as_user(amina.user)

        assert ">Remove<" not in client.get(OWN).content.decode()
        assert client.get(f"{OWN}{document.pk}/remove/").url == OWN
        page = client.post(f"{OWN}{document.pk}/remove/", follow=True).content.decode()

        assert "it is part of your record and stays" in page
        assert Document.objects.get().state == State.UNSCANNED

    def test_a_decision_has_what_was_there_stay(self, amina, okafor):
        document = kept(amina)

        intakes.decide(intakes.in_review(amina, okafor), okafor)

        document.refresh_from_db()
        assert document.used_at


@contextmanager
def files_may_have(size):
    """A disk on which no file may grow beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class TestAFullDisk:
    @pytest.mark.parametrize("size", [300_000, 4_000_000])  # the second goes to a temporary file on its way in
    def test_a_file_that_may_not_grow(self, amina, as_user, files, size):
        data, client = documents.pdf() + b"\n" * size, as_user(amina.user)

        with files_may_have(100_000):
            answer = client.post(OWN, sent(("a.pdf", data)))

        assert answer.status_code == 507
        assert "We could not keep your file" in answer.content.decode()
        assert not Document.objects.exists()
        assert files() == []
        assert client.post(OWN, sent(("a.pdf", data))).status_code == 302  # it recovers by itself

    def test_a_disk_that_is_full(self, amina, as_user, files, settings, tmp_path):
        if getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path]).returncode:
            pytest.skip("Only root can mount a small disk")
        try:
            client = as_user(amina.user)
            kept(amina, "before.pdf")

            answer = client.post(OWN, sent(("a.pdf", documents.pdf() + b"\n" * 100_000), ("b.pdf", documents.pdf(2))))

            assert answer.status_code == 507
            assert [each.name for each in Document.objects.all()] == ["before.pdf"]
            assert len(files()) == 1
            assert client.post(OWN, sent(("small.pdf", documents.pdf(3)))).status_code == 302
        finally:
            subprocess.run(["umount", tmp_path], check=True)


class TestTheClinician:
    def test_the_record_lists_them_and_each_opens(self, amina, okafor, as_user):
        intake = intakes.in_review(amina, okafor)
        document = kept(amina, "MRI report.pdf", data=documents.pdf(7))
        client = as_user(okafor.user)

        record = main_of(client.get(f"/review/{intake.pk}/").content.decode())
        page = main_of(client.get(f"/review/documents/{document.pk}/").content.decode())
        rest = main_of(client.get(f"/review/documents/{document.pk}/?page=2").content.decode())

        assert f'href="/review/documents/{document.pk}/"' in record
        assert "Not checked for viruses" in record
        assert "MRI report.pdf" in page
        assert (page.count("<img"), rest.count("<img")) == (5, 2)
        image = client.get(f"/review/documents/{document.pk}/pages/7/")
        assert Image.open(BytesIO(image.content)).format == "JPEG"
        assert image["Cache-Control"] == "no-store, private"
        assert client.get(f"/review/documents/{document.pk}/pages/8/").status_code == 404

    def test_each_reading_and_each_refusal_is_written_down(self, amina, okafor, lind, manager, rosa, care, as_user):
        document = kept(amina)
        address = f"/review/documents/{document.pk}/"

        for who in (okafor.user, lind.user, manager, rosa):
            for part in ("", "file/", "pages/1/"):
                as_user(who).get(address + part)

        entries = AccessLog.objects.filter(about=document.pk)
        assert (
            entries.filter(actor=okafor.user, what="read").count() == 2
        )  # opened, and the original; the page is a part
        for who in (lind.user, manager, rosa):
            assert set(entries.filter(actor=who).values_list("what", flat=True)) == {"refused"}
            assert entries.filter(actor=who).count() == 3

    def test_a_care_relationship_that_has_ended_ends_the_reading(self, amina, okafor, care, as_user):
        document = kept(amina)
        CareRelationship.objects.update(ended_at=NOW)

        assert as_user(okafor.user).get(f"/review/documents/{document.pk}/file/").status_code == 403

    def test_photo_id_is_checked_and_the_result_is_for_staff_too(self, amina, okafor, rosa, care, as_user):
        document = kept(amina, "passport.jpg", kind=Kind.PHOTO_ID, data=documents.picture())
        client, address = as_user(okafor.user), f"/review/documents/{document.pk}/"
        until = timezone.now().date() + timedelta(days=900)
        said = {
            "kind": "passport",
            "valid_until_day": until.day,
            "valid_until_month": until.month,
            "valid_until_year": until.year,
        }

        wrong = client.post(address, said)
        right = client.post(address, said | {"is_same": "on"}, follow=True)

        assert wrong.status_code == 422
        assert "Tick this if they are" in wrong.content.decode()
        assert right.status_code == 200
        check = IdentityCheck.objects.get()
        assert (check.kind, check.valid_until, check.checked_by) == (IdKind.PASSPORT, until, okafor.user)
        assert "Checked by" in right.content.decode()
        assert "Passport, checked" in as_user(rosa).get(f"/admin/patients/patient/{amina.pk}/change/").content.decode()
        assert "Passport, checked on" in as_user(amina.user).get(OWN).content.decode()

    def test_other_documents_have_no_check(self, amina, okafor, care, as_user):
        document = kept(amina)

        page = as_user(okafor.user).post(f"/review/documents/{document.pk}/", {"kind": "passport", "is_same": "on"})

        assert "Check this photo ID" not in page.content.decode()
        assert not IdentityCheck.objects.exists()

    @pytest.mark.parametrize("query", ["?page=x", "?page=-1", "?page=" + "9" * 3000, "?page=%E0"])
    def test_no_page_number_is_a_500(self, amina, okafor, care, as_user, query):
        assert as_user(okafor.user).get(f"/review/documents/{kept(amina).pk}/{query}").status_code == 200

    def test_a_page_that_cannot_be_drawn_is_no_500(self, amina, okafor, care, as_user):
        document = kept(amina, data=documents.pdf(2))
        Document.objects.filter(pk=document.pk).update(pages=3)

        assert as_user(okafor.user).get(f"/review/documents/{document.pk}/pages/3/").status_code == 404


class TestTheDesk:
    def address(self, patient):
        return f"/admin/people/{patient.pk}/documents/"

    def test_reception_adds_for_somebody_and_sees_names(self, amina, rosa, as_user):
        client = as_user(rosa)

        answer = client.post(self.address(amina), sent(("from the post.pdf", documents.pdf())), follow=True)

        document = Document.objects.get()
        assert (document.patient, document.uploaded_by, document.kind) == (amina, rosa, Kind.LETTER)
        page = answer.content.decode()
        assert "from the post.pdf" in page
        assert document.stored not in page

    def test_reception_opens_no_file(self, amina, rosa, as_user):
        document = kept(amina)

        for way in (
            f"/review/documents/{document.pk}/",
            f"/review/documents/{document.pk}/file/",
            f"{OWN}{document.pk}/file/",
        ):
            assert as_user(rosa).get(way).status_code == 403

    def test_who_may(self, amina, rosa, okafor, manager, care, as_user, client):
        assert client.get(self.address(amina)).url.startswith("/accounts/login/")
        for who, status in ((rosa, 200), (manager, 403), (okafor.user, 403), (amina.user, 404)):
            assert as_user(who).get(self.address(amina)).status_code == status
            if status != 200:
                assert as_user(who).post(self.address(amina), sent(("a.pdf", documents.pdf()))).status_code == status
        assert not Document.objects.exists()

    @pytest.mark.parametrize("was_read", [False, True])
    def test_what_was_filed_in_the_wrong_record_is_taken_out(
        self, amina, rosa, okafor, care, as_user, files, was_read, django_capture_on_commit_callbacks
    ):
        wrong = kept(amina, "Ben Sample.pdf", by=rosa)
        if was_read:
            actions.open_for_care(wrong, by=okafor.user, at=NOW)
        client, address = as_user(rosa), f"{self.address(amina)}{wrong.pk}/take-back/"
        assert f"{wrong.pk}/take-back/" in client.get(self.address(amina)).content.decode()

        empty = client.post(address, {})
        with django_capture_on_commit_callbacks(execute=True):
            client.post(address, {"why": "another"})

        wrong.refresh_from_db()
        assert empty.status_code == 422
        assert (wrong.state, wrong.name, files()) == (State.REMOVED, policy.TAKEN_BACK, [])
        assert wrong.state_changes.get().reason == "It belongs to another patient"
        assert list(Task.objects.values_list("kind", "role", "about")) == [("misfiled", "manager", amina.pk)]
        assert "Ben Sample" not in as_user(amina.user).get(OWN).content.decode()

    def test_what_a_patient_added_is_theirs(self, amina, rosa, as_user):
        own = kept(amina)

        answer = as_user(rosa).post(f"{self.address(amina)}{own.pk}/take-back/", {"why": "another"})

        assert (answer.status_code, Document.objects.get().state) == (422, State.UNSCANNED)
        assert answer.context["form"].non_field_errors() == [refusals.NotOurs.words]

    def test_who_may_take_out(self, amina, ben, rosa, okafor, manager, care, as_user):
        wrong = kept(amina, by=rosa)

        answers = [
            as_user(who).post(f"{self.address(whose)}{wrong.pk}/take-back/", {"why": "another"}).status_code
            for who, whose in ((manager, amina), (okafor.user, amina), (amina.user, amina), (rosa, ben))
        ]

        assert (answers, Document.objects.get().state) == ([403, 403, 404, 404], State.UNSCANNED)

    def test_a_mistake_is_told(self, amina, rosa, as_user):
        answer = as_user(rosa).post(self.address(amina), sent(("bad.pdf", INTRUDER)))

        assert answer.status_code == 422
        assert "“bad.pdf” was not added. It is not a PDF" in answer.content.decode()

    def test_the_patients_page_counts_by_kind_and_names_none(self, amina, rosa, manager, as_user):
        kept(amina, "secret name.pdf")
        kept(amina, "more.pdf", kind=Kind.GP_SUMMARY, data=documents.pdf(2))
        amina.records_received_on = date(2026, 11, 20)
        amina.save()

        for who in (rosa, manager):
            page = as_user(who).get(f"/admin/patients/patient/{amina.pk}/change/").content.decode()
            assert "received on 20 November 2026" in page
            assert "GP summary 1, Letter 1" in page
            assert "secret name" not in page


def test_more_than_a_form_takes_is_refused_before_it_is_read(amina, as_user, settings):
    settings.UPLOAD_MAX_BYTES = 2_000_000
    data = documents.pdf() + b"\n" * 1_500_000

    assert as_user(amina.user).post(OWN, sent(("a.pdf", data))).status_code == 302
    answer = as_user(amina.user).post(OWN, sent(("a.pdf", data + b"\n" * 600_000)))
    assert (answer.status_code, "This is too large to send" in answer.content.decode()) == (413, True)
    for way in ("/care/details/", f"{OWN}x/", "/care/documentsx/"):  # other addresses take less
        assert as_user(amina.user).post(way, sent(("a.pdf", data))).status_code == 413
