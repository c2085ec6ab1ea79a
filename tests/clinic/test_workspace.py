"""The clinicians' queue and record page."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.workspace.queue import Row, in_order
from patients.intake.models import Intake
from patients.profile.actions import open_care
from patients.profile.models import CareRelationship
from patients.suitability.models import Decision
from patients.suitability.policy import STANDARD_MESSAGES
from tests.factories import diary, intakes, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db

REASONS = "Records are here; the diagnosis is confirmed by a letter."


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        yield


def url(name, intake):
    return reverse(name, args=[getattr(intake, "pk", intake)])


def logged():
    return list(AccessLog.objects.order_by("actor__email").values_list("what", "about", "actor__email"))


def row(name, minutes, *, urgent=False):
    return Row(pk=uuid4(), name=name, phone="", since=NOW + timedelta(minutes=minutes), is_urgent=urgent, since_text="")


def test_urgent_first_then_the_longest_waiting():
    rows = [row("new", 9), row("old", 1), row("new urgent", 8, urgent=True), row("old urgent", 2, urgent=True)]

    assert [one.name for one in in_order(rows)] == ["old urgent", "new urgent", "old", "new"]


def test_the_queue_shows_who_waits_since_when_and_how_urgently(amina, ben, okafor, as_user):
    intakes.sent(ben, at=NOW)
    intakes.sent(amina, at=NOW + timedelta(hours=1), stroke_signs="yes")
    diary.appointment(amina, okafor, diary.kind(okafor), NOW + timedelta(days=3))

    page = as_user(okafor.user).get(reverse("review"))

    assert [(one.name, one.is_urgent, one.since_text, one.visit_text) for one in page.context["waiting"]] == [
        (
            "Amina Example",
            True,
            "Monday 23 November 2026 at 10am, UK time",
            "Thursday 26 November 2026 at 9am, UK time",
        ),
        ("Ben Sample", False, "Monday 23 November 2026 at 9am, UK time", ""),
    ]
    text = page.content.decode()
    assert (text.count("Urgent answers"), text.count("Not urgent"), text.count("None booked")) == (1, 1, 1)
    assert (page.context["mine"], page.context["to_call"]) == ([], [])


def test_the_queue_shows_no_answer(amina, okafor, as_user):
    intakes.sent(amina, medicines=[intakes.entry("Zebra tablets")], psychosis_self="yes")

    text = as_user(okafor.user).get(reverse("review")).content.decode()

    assert [word for word in ("Zebra", "sychosis", "RF01", "Baclofen") if word in text] == []


def test_each_sees_what_they_took(amina, ben, okafor, lind, as_user):
    mine = intakes.in_review(amina, okafor)
    theirs = intakes.in_review(ben, lind)

    seen = {
        clinician: [one.pk for one in as_user(clinician.user).get(reverse("review")).context["mine"]]
        for clinician in (okafor, lind)
    }

    assert seen == {okafor: [mine.pk], lind: [theirs.pk]}


def test_people_to_call_are_listed_without_their_answers(amina, okafor, as_user):
    intakes.draft(amina, chest_signs="yes", medicines=[intakes.entry("Zebra tablets")])

    page = as_user(okafor.user).get(reverse("review"))

    assert [(one.name, one.phone) for one in page.context["to_call"]] == [("Amina Example", "07700 900123")]
    assert "Zebra" not in page.content.decode()


def test_the_queue_asks_as_many_questions_of_the_database_for_3_as_for_1(okafor, as_user):
    client = as_user(okafor.user)
    kind = diary.kind(okafor)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("review"))
        return len(queries)

    def fill(days):
        intakes.sent(people.patient(), chest_signs="yes")
        intakes.draft(people.patient(), chest_signs="yes")
        patient = people.patient()
        intakes.in_review(patient, okafor)
        diary.appointment(patient, okafor, kind, NOW + timedelta(days=days))

    fill(1)
    count()  # warm: session, content types
    one = count()
    fill(2)
    fill(3)

    assert count() == one


def test_taking_a_form_opens_it(amina, okafor, as_user):
    intake = intakes.sent(amina)

    response = as_user(okafor.user).post(url("review_claim", intake))

    intake.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, url("review_record", intake))
    assert (intake.state, intake.reviewer) == ("in_review", okafor)


def test_a_form_taken_by_somebody_else_is_refused_in_words(amina, okafor, lind, as_user):
    intake = intakes.in_review(amina, okafor)

    response = as_user(lind.user).post(url("review_claim", intake))

    assert response.status_code == 422
    assert "This has changed since you opened it. Look at it again, then decide." in response.content.decode()


def test_the_record_shows_the_person_the_flags_and_the_answers(amina, okafor, as_user):
    intake = intakes.in_review(
        amina,
        okafor,
        chest_signs="yes",
        psychosis_family="yes",
        pregnant="tell",
        medicines=[intakes.entry("Zebra tablets")],
    )

    page = as_user(okafor.user).get(url("review_record", intake))

    assert [(item["flag"].code, item["level"]) for item in page.context["flags"]] == [
        ("RF41", "Emergency"),
        ("RF02", "Red"),
        ("RF06-A", "Amber"),
    ]
    assert page.context["details"] == [
        {"key": "Date of birth", "value": "27 March 1980, aged 46"},
        {"key": "Phone number", "value": "07700 900123"},
        {"key": "Email", "value": "amina@example.com"},
        {"key": "Postcode", "value": "AA1 1AA"},
        {"key": "GP practice", "value": "Exampleton Surgery"},
    ]
    assert [(event["title"], event["text"]) for event in page.context["history"]] == [
        ("Waiting for a specialist", "By amina@example.com"),
        ("A specialist is reading it", "By okafor@example.com"),
    ]
    text = page.content.decode()
    assert [
        word
        for word in ("No flag is not a check", "Zebra tablets", "I would rather tell the doctor", "Amina Example")
        if word not in text
    ] == []


def test_the_flags_shown_are_those_of_the_day_it_was_sent(okafor, as_user):
    patient = people.patient("almost25@example.com", date_of_birth=date(2001, 11, 24))
    intake = intakes.in_review(patient, okafor)

    with time_machine.travel(NOW + timedelta(days=10)):
        page = as_user(okafor.user).get(url("review_record", intake))

    assert [item["flag"].answer for item in page.context["flags"]] == ["Aged 24"]


def test_deciding(amina, okafor, as_user):
    intake = intakes.in_review(amina, okafor)
    client = as_user(okafor.user)

    response = client.post(
        url("review_decide", intake), {"outcome": "refer", "seen": "1", "reasons": REASONS, "message": ""}
    )
    page = client.get(response["Location"])

    decision = Decision.objects.get()
    assert (decision.outcome, decision.message, decision.clinician) == ("refer", STANDARD_MESSAGES["refer"], okafor)
    assert (list(page.context["decisions"]), page.context["may_decide"], page.context["may_claim"]) == (
        [decision],
        False,
        False,
    )


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"outcome": ""}, "outcome", "Choose what happens next"),
        ({"outcome": "prescribe"}, "outcome", "Choose what happens next"),
        ({"reasons": ""}, "reasons", "Write your reasons"),
        ({"reasons": "Fine."}, "reasons", "Write your reasons in at least 20 characters. You typed 5."),
        ({"reasons": "x" * 10_000}, "reasons", "Your reasons must be 4,000 characters or fewer. You typed 10,000."),
        (
            {"outcome": "more_information", "message": ""},
            "message",
            "Write what you need to know. The patient answers it in their account",
        ),
        ({"message": "a\0b"}, "message", "The message holds a character that cannot be saved. Type it again."),
    ],
)
def test_a_mistake_in_a_decision_loses_nothing(amina, okafor, as_user, changes, field, message):
    intake = intakes.in_review(amina, okafor)
    sent = {"outcome": "proceed", "seen": "1", "reasons": REASONS, "message": "Come in."} | changes

    response = as_user(okafor.user).post(url("review_decide", intake), sent)

    form = response.context["form"]
    assert (response.status_code, form.errors) == (422, {field: [message]})
    assert {name: str(form.data[name]) for name in sent} == sent
    assert Decision.objects.count() == 0


def test_nothing_is_chosen_or_written_beforehand(amina, okafor, as_user):
    form = as_user(okafor.user).get(url("review_record", intakes.in_review(amina, okafor))).context["form"]

    assert {field.name: field.value() for field in form} == {
        "outcome": None,
        "reasons": None,
        "message": None,
        "seen": 1,
    }


def test_a_clinician_with_a_visit_may_read_but_not_decide(amina, okafor, lind, as_user):
    intake = intakes.in_review(amina, okafor)
    open_care(amina, lind, CareRelationship.Reason.BOOKED, at=NOW)
    client = as_user(lind.user)

    page = client.get(url("review_record", intake))
    response = client.post(url("review_decide", intake), {"outcome": "proceed", "seen": "1", "reasons": REASONS})

    assert (page.status_code, page.context["may_decide"]) == (200, False)
    assert (response.status_code, response.context["form"].non_field_errors()) == (
        422,
        ["Dr Ada Okafor has taken this form to review. Only they can decide on it."],
    )


def test_without_a_care_relationship_403_with_the_way_to_take_it_while_it_waits(amina, ben, okafor, lind, as_user):
    waiting, taken = intakes.sent(amina), intakes.in_review(ben, okafor)
    client = as_user(lind.user)

    pages = {intake: client.get(url("review_record", intake)) for intake in (waiting, taken)}

    assert {intake: (page.status_code, page.context["waits"]) for intake, page in pages.items()} == {
        waiting: (403, True),
        taken: (403, False),
    }
    assert (
        url("review_claim", waiting) in pages[waiting].content.decode(),
        url("review_claim", taken) in pages[taken].content.decode(),
    ) == (True, False)
    assert "Amina" not in pages[waiting].content.decode()
    assert (
        client.post(url("review_decide", taken), {"outcome": "proceed", "seen": "1", "reasons": REASONS}).status_code
        == 403
    )


@pytest.mark.parametrize(("who", "code"), [("amina", 404), ("ben", 404), ("rosa", 403), ("manager", 403)])
def test_who_else_may_not(request, amina, ben, rosa, manager, okafor, as_user, who, code):
    intake = intakes.in_review(amina, okafor)
    person = request.getfixturevalue(who)
    client = as_user(getattr(person, "user", person))

    answers = [
        client.get(reverse("review")),
        client.get(url("review_record", intake)),
        client.post(url("review_claim", intake)),
        client.post(url("review_decide", intake), {"outcome": "proceed", "seen": "1", "reasons": REASONS}),
        client.get(url("review_record", uuid4())),
    ]

    assert [answer.status_code for answer in answers] == [code] * 5
    assert [answer for answer in answers if b"Baclofen" in answer.content] == []
    assert Intake.objects.get().state == "in_review"


def test_signed_out_leads_to_sign_in_for_known_and_unknown_alike(amina, client):
    intake = intakes.sent(amina)

    for pk in (intake.pk, uuid4()):
        answer = client.get(url("review_record", pk))
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next=/review/{pk}/")


def test_an_unknown_record_is_404_for_a_clinician(okafor, as_user):
    client = as_user(okafor.user)

    assert client.get(url("review_record", uuid4())).status_code == 404
    assert client.post(url("review_claim", uuid4())).status_code == 404
    assert client.post(url("review_decide", uuid4())).status_code == 404


def test_a_draft_is_not_for_clinicians(amina, okafor, as_user):
    draft = intakes.draft(amina)
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
    client = as_user(okafor.user)

    assert client.get(url("review_record", draft)).status_code == 404
    assert client.post(url("review_claim", draft)).status_code == 404


def test_a_clinicians_account_without_a_clinician_is_refused(amina, as_user):
    account = people.user("nobody@example.com", role="clinician")

    assert as_user(account).get(reverse("review")).status_code == 403


def test_every_opening_and_every_refusal_is_written_down(amina, okafor, lind, rosa, ben, as_user):
    intake = intakes.in_review(amina, okafor)

    for user in (okafor.user, lind.user, rosa, ben.user):
        as_user(user).get(url("review_record", intake))

    assert logged() == [
        ("refused", intake.pk, "ben@example.com"),
        ("refused", intake.pk, "lind@example.com"),
        ("read", intake.pk, "okafor@example.com"),
        ("refused", intake.pk, "rosa@example.com"),
    ]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("review", "get"), ("review_record", "get"), ("review_claim", "post"), ("review_decide", "post")],
)
def test_other_methods_are_refused(amina, okafor, as_user, name, allowed):
    intake = intakes.in_review(amina, okafor)
    address = reverse(name) if name == "review" else url(name, intake)
    client = as_user(okafor.user)

    assert [
        getattr(client, method)(address).status_code for method in ("get", "post", "put", "delete") if method != allowed
    ] == [405] * 3
