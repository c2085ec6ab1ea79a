"""A form on the record page: who opens it, what it shows, and what a clinician does with it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.intake import actions as changing
from patients.intake.models import Intake
from patients.profile.actions import save_details
from patients.suitability import actions as reviewing
from patients.suitability.models import Decision, DecisionAddendum, FlagAnswer, HandOver, PartRead
from patients.suitability.policy import TEMPLATES
from patients.suitability.refusals import (
    CannotTakeOver,
    NotYours,
)
from tests.factories import diary, intakes, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        yield


def url(name, intake):
    return reverse(name, args=[getattr(intake, "pk", intake)])


def logged():
    return list(AccessLog.objects.order_by("actor__email").values_list("what", "about", "actor__email"))


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
    assert [(event["title"], event["text"]) for event in page.context["timeline"]] == [
        ("Form: A specialist is reading it", "By Dr Ada Okafor"),
        ("Form: Waiting for a specialist", "By the patient"),
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
    intake = intakes.ready(intakes.in_review(amina, okafor), okafor)
    client = as_user(okafor.user)

    chosen = client.get(url("review_decide", intake), {"outcome": "refer"}).context["forms"].decision
    response = client.post(
        url("review_decide", intake), intakes.decision("refer", message=chosen["message"].value(), without="")
    )
    page = client.get(response["Location"])

    decision = Decision.objects.get()
    assert (decision.outcome, decision.message, decision.clinician) == ("refer", TEMPLATES["refer"], okafor)
    assert (page.context["decisions"], page.context["may_decide"], page.context["may_claim"]) == (
        [decision],
        False,
        False,
    )
    assert decision.findings == intakes.FOUND
    assert (decision.records_received_on, decision.identity.kind) == (NOW.date(), "passport")
    assert (decision.started_at, decision.at) == (NOW + timedelta(seconds=1), NOW + timedelta(hours=3))


MISTAKES = [
    ({"reasons": ""}, "reasons", "Write your reasons"),
    ({"reasons": "Fine."}, "reasons", "Write your reasons in at least 20 characters. You typed 5."),
    ({"reasons": "x" * 10_000}, "reasons", "Your reasons must be 4,000 characters or fewer. You typed 10,000."),
    ({"message": ""}, "message", "Write what the patient reads"),
    ({"message": "a\0b"}, "message", "The message holds a character that cannot be saved. Type it again."),
    ({"records": ""}, "records", "Write which records you have read, with their dates"),
    ({"diagnosis": ""}, "diagnosis", "Say whether the diagnosis is confirmed"),
    (
        {"diagnosis_source": ""},
        "diagnosis_source",
        "Write where the diagnosis is confirmed, like “letter of Dr Exemplar, 3 May 2024”",
    ),
    (
        {"treatments_verified": ""},
        "treatments_verified",
        "Write how many earlier treatments the records confirm. 0 if none",
    ),
    ({"examination": ""}, "examination", "Say whether an examination is needed"),
    ({"meetings": []}, "meetings", "Choose at least one way to meet"),
    ({"capacity": ""}, "capacity", "Say whether there is a reason to doubt capacity"),
    ({"capacity": "doubt"}, "capacity_note", "Write what raises the doubt, or which support is needed"),
    ({"capacity": "support"}, "capacity_note", "Write what raises the doubt, or which support is needed"),
]


@pytest.mark.parametrize(("changes", "field", "message"), MISTAKES)
def test_a_mistake_in_a_decision_loses_nothing(amina, okafor, as_user, changes, field, message):
    intake = intakes.ready(intakes.in_review(amina, okafor), okafor)
    sent = intakes.decision(**changes)

    response = as_user(okafor.user).post(url("review_decide", intake), sent)

    form = response.context["forms"].decision
    assert (response.status_code, form.errors) == (422, {field: [message]})
    kept = {name: form.data.getlist(name) if name == "meetings" else form.data.get(name) for name in sent}
    assert kept == {name: list(value) if name == "meetings" else str(value) for name, value in sent.items()}
    assert Decision.objects.count() == 0


@pytest.mark.parametrize("outcome", ["", "prescribe", "\0"])
def test_without_a_known_outcome_it_is_asked(amina, okafor, as_user, outcome):
    intake = intakes.ready(intakes.in_review(amina, okafor), okafor)

    response = as_user(okafor.user).post(url("review_decide", intake), intakes.decision(outcome))

    form = response.context["forms"].outcome
    assert (response.status_code, form.errors) == (422, {"outcome": ["Choose what happens next"]})
    assert Decision.objects.count() == 0


def test_a_question_needs_nothing_but_the_question(amina, okafor, as_user):
    intake = intakes.in_review(amina, okafor, psychosis_self="yes")
    client = as_user(okafor.user)

    empty = client.post(url("review_decide", intake), intakes.decision("more_information", message=""))
    asked = client.post(url("review_decide", intake), intakes.decision("more_information", message="Since when?"))

    assert empty.context["forms"].decision.errors == {
        "message": ["Write what you need to know. The patient answers it in their account"]
    }
    assert (asked.status_code, Intake.objects.get().state) == (302, "more_asked")


NO_ANSWER = "Write your answer to RF01 and RF41: emergency and red flags need one each."
NO_RECORDS = "The records are not here. Write down when they came, or ask for more information."
NO_IDENTITY = "Nobody has checked who this is. Check a photo ID, or write down which one you saw."
OR_WHY = " Or write below why you decide without."


class TestWhatKeepsItFromBeingSigned:
    @pytest.fixture
    def intake(self, amina, okafor):
        """Two flags that need an answer, and an amber one that does not."""
        return intakes.in_review(amina, okafor, chest_signs="yes", psychosis_self="yes", pregnant="tell")

    @pytest.fixture
    def refused(self, intake, okafor, as_user):
        def post(outcome="proceed", **changes):
            answer = as_user(okafor.user).post(url("review_decide", intake), intakes.decision(outcome, **changes))
            return answer.status_code, answer.context["forms"].decision.non_field_errors() if answer.context else []

        return post

    @pytest.mark.parametrize("outcome", ["proceed", "face_to_face"])
    def test_it_says_which_all_at_once(self, refused, outcome):
        assert refused(outcome, records="") == (422, [NO_ANSWER, NO_RECORDS, NO_IDENTITY])
        assert Decision.objects.count() == 0

    @pytest.mark.parametrize("outcome", ["refer", "decline"])
    def test_who_is_not_seen_here_may_be_told_so_with_a_reason(self, refused, intake, okafor, outcome):
        first = refused(outcome, records="")
        intakes.answer_flags(intake, okafor)
        second = refused(outcome, records="", without="The pain clinic near them can see them next week.")

        assert first == (422, [NO_ANSWER, NO_RECORDS + OR_WHY, NO_IDENTITY + OR_WHY])
        assert second == (302, [])
        assert Decision.objects.get().without == "The pain clinic near them can see them next week."

    def test_each_of_the_three_alone(self, refused, intake, amina, okafor):
        intakes.ready(intake, okafor)
        save_details(amina, {"records_received_on": None}, by=okafor.user, at=NOW)
        without_records = refused(records="")
        save_details(amina, {"records_received_on": NOW.date()}, by=okafor.user, at=NOW)

        assert without_records == (422, [NO_RECORDS])
        assert refused() == (302, [])

    def test_the_page_says_so_beforehand(self, intake, okafor, as_user):
        client = as_user(okafor.user)
        before = client.get(url("review_record", intake))
        intakes.ready(intake, okafor)
        after = client.get(url("review_record", intake))

        assert (before.context["points"], before.context["to_answer"]) == ([NO_ANSWER, NO_RECORDS, NO_IDENTITY], 2)
        assert (after.context["points"], after.context["to_answer"]) == ([], 0)


class TestFlags:
    @pytest.fixture
    def intake(self, amina, okafor):
        return intakes.in_review(amina, okafor, chest_signs="yes", psychosis_self="yes", pregnant="tell")

    @pytest.fixture
    def flags(self, intake):
        return {flag.code: flag for flag in intake.versions.get().flags.all()}

    def test_are_answered_some_now_and_the_rest_later(self, intake, flags, okafor, as_user):
        client, key = as_user(okafor.user), uuid4()
        sent = {
            f"text-{flags['RF01'].pk}": "In 2009, once; well since.",
            f"seen-{flags['RF06-A'].pk}": "on",
            "key": key,
        }

        answers = [client.post(url("review_flags", intake), sent) for _ in range(2)]  # a double click

        page = client.get(url("review_record", intake))
        said = {
            item["flag"].code: [(each.text, each.clinician) for each in item["said"]] for item in page.context["flags"]
        }
        assert [answer["Location"] for answer in answers] == [url("review_record", intake) + "#flags"] * 2
        assert said == {"RF41": [], "RF01": [("In 2009, once; well since.", okafor)], "RF06-A": [("", okafor)]}
        assert page.context["points"][0] == "Write your answer to RF41: emergency and red flags need one each."

    def test_a_loud_one_is_not_ticked_off(self, intake, flags, okafor, as_user):
        client = as_user(okafor.user)

        ticked = client.post(url("review_flags", intake), {f"seen-{flags['RF01'].pk}": "on", "key": uuid4()})
        short = client.post(url("review_flags", intake), {f"text-{flags['RF01'].pk}": "Fine.", "key": uuid4()})

        assert ticked.context["forms"].flags.errors == {"__all__": ["Write an answer to a flag, or tick one as seen"]}
        assert list(short.context["forms"].flags.errors.values()) == [
            ["Write what you make of RF01, in at least 10 characters. You typed 5."]
        ]
        assert (ticked.status_code, short.status_code, FlagAnswer.objects.count()) == (422, 422, 0)

    def test_an_answer_holds_while_the_words_are_the_same(self, intake, flags, amina, okafor, as_user):
        intakes.answer_flags(intake, okafor)
        changing.begin_changes(intake, at=NOW)
        row = Intake.objects.get(pk=intake.pk)
        said = row.answers | {"psychosis_self": "no", "bipolar": "yes"}
        Intake.objects.filter(pk=intake.pk).update(answers=said)
        changing.submit(Intake.objects.get(pk=intake.pk), **intakes.SIGNED, by=amina.user, at=NOW)

        page = as_user(okafor.user).get(url("review_record", intake))

        found = {item["flag"].code: (len(item["said"]), item["must"], item["is_new"]) for item in page.context["flags"]}
        assert found["RF41"] == (1, False, False)
        assert [code for code, (_, must, is_new) in found.items() if must and is_new] == ["RF03"]

    def test_only_the_reviewer_answers(self, intake, flags, amina, lind, as_user):
        open_care(amina, lind, CareRelationship.Reason.BOOKED, at=NOW)

        answer = as_user(lind.user).post(
            url("review_flags", intake), {f"text-{flags['RF01'].pk}": "Long enough to count", "key": uuid4()}
        )

        assert answer.context["forms"].flags.non_field_errors() == [
            "Dr Ada Okafor has taken this form to review. Only they can decide on it."
        ]
        assert FlagAnswer.objects.count() == 0

    def test_of_another_form_are_not_answered_here(self, intake, ben, okafor, as_user):
        other = intakes.in_review(ben, okafor, psychosis_self="yes").versions.get().flags.first()

        answer = as_user(okafor.user).post(
            url("review_flags", intake), {f"text-{other.pk}": "Long enough to count", "key": uuid4()}
        )

        assert (answer.status_code, FlagAnswer.objects.count()) == (422, 0)


class TestParts:
    def test_each_is_signed_once_by_each_who_reads(self, amina, okafor, lind, as_user):
        intake = intakes.in_review(amina, okafor)
        open_care(amina, lind, CareRelationship.Reason.BOOKED, at=NOW)
        for user in (okafor.user, okafor.user, lind.user):
            as_user(user).post(reverse("review_part", args=[intake.pk, 2]), {"version": "1"})

        part = as_user(okafor.user).get(url("review_record", intake)).context["parts"][2]

        at = "Mon 23 Nov 2026, 12pm"
        assert (part["reads"], part["is_mine"]) == ([f"Dr Ada Okafor, {at}", f"Dr Erik Lind, {at}"], True)

    def test_of_an_older_version_or_none_is_not_signed(self, amina, okafor, as_user):
        intake = intakes.in_review(amina, okafor)
        client = as_user(okafor.user)

        client.post(reverse("review_part", args=[intake.pk, 2]), {"version": "0"})
        client.post(reverse("review_part", args=[intake.pk, 999]), {"version": "1"})

        assert PartRead.objects.count() == 0

    def test_what_was_changed_says_what_it_was(self, amina, okafor, as_user):
        intake = intakes.in_review(amina, okafor)
        changing.begin_changes(intake, at=NOW)
        row = Intake.objects.get(pk=intake.pk)
        Intake.objects.filter(pk=intake.pk).update(answers=row.answers | {"work": "Baker"})
        changing.submit(Intake.objects.get(pk=intake.pk), **intakes.SIGNED, by=amina.user, at=NOW)

        parts = as_user(okafor.user).get(url("review_record", intake)).context["parts"]

        changed = [(row["value"], row["was"]) for part in parts for row in part["rows"] if row["was"] is not None]
        assert changed == [("Baker", "Librarian")]


def test_medicines_stand_beside_the_names_found_in_them(amina, okafor, as_user):
    taken = [intakes.entry("Tegretol 200 mg"), intakes.entry("Zebra tablets")]
    intake = intakes.in_review(amina, okafor, medicines=taken)

    page = as_user(okafor.user).get(url("review_record", intake))

    found = {each.written.splitlines()[0].split(",")[0]: each.found for each in page.context["medicines"]}
    assert found == {"Tegretol 200 mg": ["Tegretol: Carbamazepine, Carbamazepine"], "Zebra tablets": []}
    assert "No match is not a check." in page.content.decode()


class TestAdding:
    def test_to_a_decision_leaves_it_as_it_is(self, amina, okafor, as_user):
        decision = intakes.decide(intakes.in_review(amina, okafor), okafor)
        client, sent = as_user(okafor.user), {"text": "Spoke with the GP.", "key": uuid4()}

        for _ in range(2):
            client.post(url("review_decision_add", decision), sent)

        added = DecisionAddendum.objects.get()
        assert (added.text, added.clinician, added.decision) == ("Spoke with the GP.", okafor, decision)
        assert "Spoke with the GP." in client.get(url("review_record", decision.version.intake)).content.decode()

    def test_nothing_is_refused_in_words(self, amina, okafor, as_user):
        decision = intakes.decide(intakes.in_review(amina, okafor), okafor)

        answer = as_user(okafor.user).post(url("review_decision_add", decision), {"text": " ", "key": uuid4()})

        assert (answer.status_code, answer.context["form"].errors) == (422, {"text": ["Write what you add"]})


class TestHandingOver:
    WHY = "I am away from Wednesday."

    def test_gives_the_form_its_tasks_and_the_care(self, amina, okafor, lind, as_user):
        intake = intakes.in_review(amina, okafor, chest_signs="yes")

        answer = as_user(okafor.user).post(url("review_hand_over", intake), {"taker": lind.pk, "reason": self.WHY})

        intake.refresh_from_db()
        assert (answer["Location"], intake.reviewer) == (reverse("review"), lind)
        assert set(Task.objects.filter(about=intake.pk).values_list("taken_by", flat=True)) == {lind.user.pk}
        care = CareRelationship.objects.order_by("started_at").values_list("clinician", "reason", "ended_at")
        assert list(care) == [
            (okafor.pk, "claimed", NOW + timedelta(hours=3)),
            (lind.pk, "handed_over", None),
        ]
        assert as_user(okafor.user).get(url("review_record", intake)).status_code == 403
        page = as_user(lind.user).get(url("review_record", intake))
        assert (page.context["may_decide"], self.WHY in page.content.decode()) == (True, True)

    def test_with_a_visit_the_giver_stays_in_care(self, amina, okafor, lind, as_user):
        intake = intakes.in_review(amina, okafor)
        diary.appointment(amina, okafor, diary.kind(okafor), NOW + timedelta(days=3))

        as_user(okafor.user).post(url("review_hand_over", intake), {"taker": lind.pk, "reason": self.WHY})

        page = as_user(okafor.user).get(url("review_record", intake))
        assert (page.status_code, page.context["may_decide"]) == (200, False)

    @pytest.mark.parametrize(
        ("changes", "errors"),
        [
            ({"taker": ""}, {"taker": ["Choose who takes it over"]}),
            ({"taker": "nobody"}, {"taker": ["Choose who takes it over"]}),
            ({"reason": ""}, {"reason": ["Write why you hand it over"]}),
            ({"reason": "Away"}, {"__all__": ["Write why, in at least 10 characters."]}),
        ],
    )
    def test_needs_somebody_else_and_a_reason(self, amina, okafor, lind, as_user, changes, errors):
        intake = intakes.in_review(amina, okafor)

        answer = as_user(okafor.user).post(
            url("review_hand_over", intake), {"taker": lind.pk, "reason": self.WHY} | changes
        )

        assert (answer.status_code, answer.context["form"].errors) == (422, errors)
        assert Intake.objects.get().reviewer == okafor

    def test_where_the_reviewer_is_away_who_is_in_care_takes_it_over(self, amina, okafor, lind, as_user):
        intake = intakes.in_review(amina, okafor)
        open_care(amina, lind, CareRelationship.Reason.BOOKED, at=NOW)
        client, sent = as_user(lind.user), {"taker": lind.pk, "reason": "Dr Okafor is ill; it is due today."}

        answer = client.post(url("review_hand_over", intake), sent)

        handed = HandOver.objects.get()
        assert (answer["Location"], handed.giver, handed.taker) == (url("review_record", intake), okafor, lind)
        assert client.get(answer["Location"]).context["may_decide"]
        assert (
            as_user(okafor.user).post(url("review_hand_over", intake), sent | {"taker": okafor.pk}).status_code == 403
        )

    def test_nobody_else_is_made_to_take_it(self, amina, okafor, lind, as_user):
        intake = intakes.in_review(amina, okafor)
        open_care(amina, lind, CareRelationship.Reason.BOOKED, at=NOW)
        third = people.clinician("third@example.com")

        answer = as_user(lind.user).post(url("review_hand_over", intake), {"taker": third.pk, "reason": self.WHY})

        assert answer.context["form"].errors == {"taker": ["Choose who takes it over"]}
        assert Intake.objects.get().reviewer == okafor

    def test_a_form_that_nobody_reads_is_not_handed_over(self, amina, okafor, as_user):
        intake = intakes.sent(amina)
        open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)

        assert as_user(okafor.user).get(url("review_hand_over", intake))["Location"] == url("review_record", intake)

    def test_is_for_the_reviewer_and_to_who_practises(self, amina, okafor, lind):
        intake = intakes.in_review(amina, okafor)
        more = {"reason": self.WHY, "stays": False, "at": NOW}
        gone = people.clinician("gone@example.com", is_active=False)

        for giver, taker, why in (
            (lind, okafor, NotYours),
            (okafor, okafor, CannotTakeOver),
            (okafor, gone, CannotTakeOver),
        ):
            with pytest.raises(why):
                reviewing.hand_over(intake, giver, taker, **more, by=giver.user)
        assert Intake.objects.get().reviewer == okafor


def test_a_clinician_with_a_visit_may_read_but_not_decide(amina, okafor, lind, as_user):
    intake = intakes.in_review(amina, okafor)
    open_care(amina, lind, CareRelationship.Reason.BOOKED, at=NOW)
    client = as_user(lind.user)

    page = client.get(url("review_record", intake))
    response = client.post(url("review_decide", intake), intakes.decision(records=""))

    assert (page.status_code, page.context["may_decide"]) == (200, False)
    assert (response.status_code, response.context["forms"].decision.non_field_errors()) == (
        422,
        ["Dr Ada Okafor has taken this form to review. Only they can decide on it."],
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
        client.post(url("review_decide", intake), intakes.decision()),
        client.post(url("review_flags", intake), {"key": uuid4()}),
        client.post(url("review_hand_over", intake), {}),
        client.get(url("review_record", uuid4())),
    ]

    assert [answer.status_code for answer in answers] == [code] * 7
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
    [("review", {"get"}), ("review_record", {"get"}), ("review_claim", {"post"}), ("review_decide", {"get", "post"})],
)
def test_other_methods_are_refused(amina, okafor, as_user, name, allowed):
    intake = intakes.in_review(amina, okafor)
    address = reverse(name) if name == "review" else url(name, intake)
    client = as_user(okafor.user)

    assert [
        getattr(client, method)(address).status_code
        for method in ("get", "post", "put", "delete")
        if method not in allowed
    ] == [405] * (4 - len(allowed))
