"""A dump of the database, of the queue or of the disk tells nothing about anybody's health: no word of it is in clear."""

import re
from uuid import uuid4

import pytest
import redis
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinic.enquiries import actions as enquiries
from clinic.keeping.models import KeptTyping
from patients.documents.enums import Kind
from patients.intake import carried
from patients.intake.form.whole import PAGES, QUESTIONS
from patients.intake.models import FlagHit, Intake, IntakeVersion
from patients.intake.questions import Kind as Asked
from patients.intake.rules.table import RULES
from patients.suitability.models import Decision
from tests.factories import documents, intakes, outcomes
from tests.factories.intakes import ANSWERS, SIGNED
from tests.factories.people import NOW
from tests.patients.filling import save, url

pytestmark = pytest.mark.django_db
WORD = "zebraneuralgia"  # planted wherever somebody can write of their health
MARK = re.compile(r'name="kept_for" value="([^"]+)"')


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    return settings.DOCUMENTS_DIR


def planted(questions):
    """An answer with the word to every question that is answered in words."""
    texts = {question.name for question in questions if question.kind in {Asked.LINE, Asked.TEXT}}
    return {name: f"{WORD} {number}" for number, name in enumerate(sorted(texts))}


def everything_is_written(amina, okafor, as_user):
    """What a patient and a clinician can write, over HTTP where it is a page of theirs."""
    client = as_user(amina.user)
    client.post("/care/details/taking-part/", {"interpreter": "no", "voicemail": "yes", "access_needs": WORD})
    client.post("/care/details/other-teams/", dict.fromkeys(("ms_team", "neurologist", "pain_clinic", "dentist"), WORD))
    words = planted(QUESTIONS.values())
    lists = {
        name: [{**entry, "name": f"{WORD} {entry['id']}"} for entry in ANSWERS[name]] for name in ("tried", "medicines")
    }
    intake = intakes.in_review(amina, okafor, **words, **lists, psychosis_self="yes", share_gp="no", travel="yes")
    documents.kept(amina, f"{WORD}.pdf", kind=Kind.LETTER)
    decide = reverse("review_decide", args=[intake.pk])
    said = {"outcome": "more_information", "seen": "1", "reasons": f"{WORD} and more reasons", "message": WORD}
    assert as_user(okafor.user).post(decide, said).status_code == 302
    client = as_user(amina.user)
    client.post(reverse("intake_change"))
    save(client, PAGES["goals"], goals=f"{WORD} again")
    assert client.post(reverse("intake_reply"), {"reply": WORD, **SIGNED}).status_code == 302
    client.post(reverse("intake_change"))
    save(client, PAGES["goals"], goals=f"{WORD} once more")
    outcomes.answered(amina, okafor)
    written = {"name": "Amina", "topic": "before", "reply_by": "email", "email": "a@example.com", "message": WORD}
    enquiries.receive(written, key=uuid4(), at=NOW)
    typed_too_late(amina)
    answered_before_signing_up()


def typed_too_late(amina):
    browser = Client()
    browser.force_login(amina.user)
    mark = MARK.search(browser.get(url(PAGES["goals"])).content.decode())[1]
    Session.objects.all().delete()
    browser.post(url(PAGES["goals"]), {"goals": WORD, "kept_for": mark})
    assert KeptTyping.objects.count() == 1


def answered_before_signing_up():
    browser = Client()
    session = browser.session
    carried.keep(session, {"main_reason": "tn", "diagnosed": WORD}, at=NOW)
    session.save()


def tables():
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        names = [name for (name,) in cursor.fetchall()]
        for name in names:
            cursor.execute(f'select row_to_json(t)::text from "{name}" t')  # noqa: S608 - names of our own tables
            yield name, [row for (row,) in cursor.fetchall()]


def test_no_planted_word_and_no_name_of_an_illness_is_in_the_clear(amina, okafor, as_user):
    everything_is_written(amina, okafor, as_user)

    dumped = dict(tables())

    assert {name for name, rows in dumped.items() if any(WORD in row for row in rows)} == set()
    titles = {rule.title for rule in RULES}
    assert {name for name, rows in dumped.items() if any(title in row for row in rows for title in titles)} == set()
    assert [len(dumped[f"patients_{name}"]) > 0 for name in WRITTEN] == [True] * len(WRITTEN)


WRITTEN = ("intake", "intakeevent", "intakeversion", "flaghit", "decision", "document", "otherteams", "response")


def test_it_was_written_there(amina, okafor, as_user):
    """Or the test above would find nothing because there is nothing."""
    everything_is_written(amina, okafor, as_user)

    amina.refresh_from_db()
    version = IntakeVersion.objects.latest("number")
    assert WORD in amina.access_needs
    assert WORD in Intake.objects.get().answers["goals"]
    assert str(version.answers).count(WORD) > 10
    assert WORD in Decision.objects.get().message
    assert FlagHit.objects.filter(code="RF01").exists()
    assert KeptTyping.objects.get().fields["goals"] == [WORD]


def test_neither_the_queue_nor_the_disk_knows_it(amina, okafor, as_user, files):
    everything_is_written(amina, okafor, as_user)
    queue = redis.from_url(settings.REDIS_URL)

    held = [queue.dump(key) or b"" for key in queue.scan_iter()] + list(queue.scan_iter())

    assert [value for value in held if WORD.encode() in value] == []
    assert [path for path in files.glob("*") if WORD.encode() in path.read_bytes() or WORD in path.name] == []
