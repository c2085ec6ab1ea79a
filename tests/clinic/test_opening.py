"""Opening a record outside one's care: with a reason, for some hours, and the manager is told."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.worklist.models import Task
from patients.access import actions
from patients.access.models import CareRelationship
from patients.profile.models import Patient
from tests.factories import diary, intakes
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db

NOON = NOW + timedelta(hours=3)
WHY = "On call; the hospital rang about this person."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as running:
        yield running


def url(name, pk):
    return reverse(name, args=[pk])


def test_whoever_is_not_in_care_is_asked_why(amina, okafor, lind, as_user):
    intake = intakes.in_review(amina, okafor, medicines=[intakes.entry("Zebra tablets")])
    pages = [
        ("review_record", intake.pk),
        *((name, amina.pk) for name in ("review_person", "review_consents", "review_questions", "review_documents")),
    ]
    client = as_user(lind.user)

    for name, pk in pages:
        page = client.get(url(name, pk))
        text = page.content.decode()
        assert page.status_code == 403
        assert (url("review_open", amina.pk) in text, "Amina" in text, "Zebra" in text) == (True, False, False), name
    assert set(AccessLog.objects.values_list("what", flat=True)) == {"refused"}
    assert AccessLog.objects.count() == len(pages)


def test_a_form_that_waits_can_be_taken_instead(amina, ben, okafor, lind, as_user):
    waiting, taken = intakes.sent(amina), intakes.in_review(ben, okafor)
    client = as_user(lind.user)

    texts = {intake: client.get(url("review_record", intake.pk)).content.decode() for intake in (waiting, taken)}

    assert url("review_claim", waiting.pk) in texts[waiting]
    assert "/claim/" not in texts[taken]


def test_a_reason_opens_it_for_12_hours(amina, okafor, lind, as_user, clock):
    intake = intakes.in_review(amina, okafor)
    client = as_user(lind.user)

    answer = client.post(url("review_open", amina.pk), {"why": WHY})
    followed = client.get(answer["Location"], follow=True)
    page = client.get(url("review_record", intake.pk))

    assert (answer["Location"], followed.status_code) == (url("review_person", amina.pk), 200)
    assert (page.status_code, page.context["may_decide"], page.context["may_hand_over"]) == (200, False, False)
    care = CareRelationship.objects.get(clinician=lind)
    assert (care.reason, care.why, care.until) == ("opened", WHY, NOON + timedelta(hours=12))
    clock.move_to(NOON + timedelta(hours=11, minutes=59))
    client = as_user(lind.user)
    assert client.get(url("review_record", intake.pk)).status_code == 200
    clock.move_to(NOON + timedelta(hours=12))
    assert client.get(url("review_record", intake.pk)).status_code == 403
    care.refresh_from_db()
    assert care.ended_at == care.until


def test_the_manager_is_told_and_the_person_sees_it(amina, okafor, lind, manager, as_user):
    intakes.in_review(amina, okafor)

    as_user(lind.user).post(url("review_open", amina.pk), {"why": WHY})

    care = CareRelationship.objects.get(clinician=lind)
    task = Task.objects.get(kind="record_opened")
    assert (task.role, task.about, "Amina" in task.title) == ("manager", care.pk, False)
    client = as_user(manager)
    assert (
        url("admin:patients_carerelationship_change", care.pk)
        in client.get(url("admin:clinic_task_change", task.pk)).content.decode()
    )
    shown = client.get(url("admin:patients_carerelationship_change", care.pk)).content.decode()
    assert [word for word in (WHY, "Amina Example", "Dr Erik Lind") if word not in shown] == []
    seen = as_user(amina.user).get(reverse("care_seen")).context["rows"]
    assert ("A specialist who is not in your care team, with a reason", "Your details or list of documents") in [
        (row["who"], row["what"]) for row in seen
    ]


@pytest.mark.parametrize(
    ("why", "message"),
    [
        ("", "Write why you need this record"),
        ("   ", "Write why you need this record"),
        ("On call", "Write your reason in at least 20 characters. You typed 7."),
        ("a\0b", "Your reason holds a character that cannot be saved. Type it again."),
        ("x" * 1001, "Your reason must be 1,000 characters or fewer. You typed 1,001."),
    ],
)
def test_without_a_reason_it_stays_shut(amina, lind, as_user, why, message):
    answer = as_user(lind.user).post(url("review_open", amina.pk), {"why": why})

    assert (answer.status_code, answer.context["form"].errors) == (422, {"why": [message]})
    assert not CareRelationship.objects.exists()


def test_nobodys_key_looks_the_same(lind, amina, as_user):
    client = as_user(lind.user)

    known, unknown = (client.get(url("review_person", pk)) for pk in (amina.pk, uuid4()))
    opened = client.post(url("review_open", uuid4()), {"why": WHY})

    assert (known.status_code, unknown.status_code, opened.status_code) == (403, 403, 403)
    assert len(known.content) == len(unknown.content)


def test_from_the_task_about_a_form_that_was_not_sent_one_comes_to_the_record(amina, okafor, lind, as_user):
    draft = intakes.draft(amina, chest_signs="yes", medicines=[intakes.entry("Zebra tablets")])
    actions.open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)

    mine = as_user(okafor.user).get(url("review_record", draft.pk), follow=True)
    theirs = as_user(lind.user).get(url("review_record", draft.pk))

    assert (mine.redirect_chain, mine.status_code) == ([(url("review_person", amina.pk), 302)], 200)
    assert ("07700 900123" in mine.content.decode(), "Zebra" in mine.content.decode()) == (True, False)
    assert theirs.status_code == 403


def test_who_is_in_care_needs_no_reason(amina, okafor):
    intakes.in_review(amina, okafor)

    actions.open_with_reason(amina, okafor, WHY, by=okafor.user, at=NOON)

    assert list(CareRelationship.objects.values_list("reason", flat=True)) == ["claimed"]
    assert not Task.objects.filter(kind="record_opened").exists()


def test_a_form_that_is_taken_outlives_the_reason(amina, lind, as_user, clock):
    intake = intakes.sent(amina)
    client = as_user(lind.user)
    client.post(url("review_open", amina.pk), {"why": WHY})
    client.post(url("review_claim", intake.pk))
    clock.move_to(NOON + timedelta(hours=13))

    assert as_user(lind.user).get(url("review_record", intake.pk)).status_code == 200


@pytest.mark.parametrize(("reason", "until"), [("opened", None), ("booked", NOON)])
def test_only_what_was_opened_with_a_reason_closes_by_itself(amina, okafor, reason, until):
    with pytest.raises(IntegrityError, match="only_an_opened_record_closes_itself"), transaction.atomic():
        CareRelationship.objects.create(patient=amina, clinician=okafor, reason=reason, until=until, started_at=NOW)


@pytest.mark.parametrize("reason", ["opened", "booked"])
def test_one_of_a_kind_is_open_at_a_time(amina, okafor, reason):
    row = {"patient": amina, "clinician": okafor, "reason": reason, "started_at": NOW}
    row |= {"until": NOON} if reason == "opened" else {}
    CareRelationship.objects.create(**row, ended_at=NOW)
    CareRelationship.objects.create(**row)

    with pytest.raises(IntegrityError, match="one_open"), transaction.atomic():
        CareRelationship.objects.create(**row)


class TestPapers:
    def sent(self, **changes):
        day = {"came_on_day": "3", "came_on_month": "11", "came_on_year": "2026"}
        until = {"valid_until_day": "1", "valid_until_month": "2", "valid_until_year": "2031"}
        return day | until | {"kind": "passport", "is_same": "on"} | changes

    def test_say_when_records_came_and_which_id_was_seen(self, amina, okafor, as_user):
        diary.appointment(amina, okafor, diary.kind(okafor), NOW + timedelta(days=3))
        actions.open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)

        answer = as_user(okafor.user).post(url("review_papers", amina.pk), self.sent())

        person, check = Patient.objects.get(pk=amina.pk), amina.identity_checks.get()
        assert (answer.status_code, f"{person.records_received_on}") == (302, "2026-11-03")
        assert (check.kind, f"{check.valid_until}", check.checked_by, check.document) == (
            "passport",
            "2031-02-01",
            okafor.user,
            None,
        )

    @pytest.mark.parametrize(
        ("changes", "errors"),
        [
            (
                {"is_same": ""},
                {"is_same": ["Tick this if they are this person’s. If not, do not save a check: call them."]},
            ),
            (
                {"valid_until_day": "", "valid_until_month": "", "valid_until_year": ""},
                {"valid_until": ["Enter the day until which it is valid, like 27 3 2031"]},
            ),
            ({"kind": ""}, {"kind": ["Choose which photo ID it was"]}),
            (
                dict.fromkeys(
                    (
                        "kind",
                        "is_same",
                        *(f"{field}_{n}" for field in ("came_on", "valid_until") for n in ("day", "month", "year")),
                    ),
                    "",
                ),
                {"__all__": ["Write down when the records came, or which photo ID you saw"]},
            ),
        ],
    )
    def test_are_whole_or_not_saved(self, amina, okafor, as_user, changes, errors):
        actions.open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)

        answer = as_user(okafor.user).post(url("review_papers", amina.pk), self.sent(**changes))

        assert (answer.status_code, answer.context["form"].errors) == (422, errors)
        assert not amina.identity_checks.exists()
