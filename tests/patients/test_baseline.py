"""What a form that was sent says of how somebody is, kept as their baseline."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from clinic.workspace.results import results_of
from patients.intake import actions
from patients.intake.baseline import ASKED_AS, baseline_of
from patients.intake.form.whole import PAGES, QUESTIONS
from patients.intake.models import Intake
from patients.outcomes import actions as outcome_actions
from patients.outcomes.history import counting, series
from patients.outcomes.instruments import BY_CODE
from patients.outcomes.models import Response
from patients.outcomes.policy import Measured
from patients.suitability.actions import claim
from tests.factories import intakes, outcomes
from tests.factories.intakes import ANSWERS, SIGNED
from tests.factories.people import NOW
from tests.patients.filling import go_on

pytestmark = pytest.mark.django_db

LATER, LATER_STILL = NOW + timedelta(hours=2), NOW + timedelta(hours=5)
LOW_MOOD = {f"phq9_{item}": "2" for item in range(1, 9)} | {"phq9_9": "0"}
PEG = {"peg_pain": "7", "peg_enjoyment": "8", "peg_activity": "7"}


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def unclear_licences(settings):
    settings.OUTCOMES_UNCLEAR_LICENCES = True


def amended(intake, at=LATER, **answers):
    """The form sent again with other answers, in place of what the pages would save."""
    actions.begin_changes(intake, at=at)
    row = Intake.objects.get(pk=intake.pk)
    Intake.objects.filter(pk=intake.pk).update(answers=row.answers | answers)
    actions.submit(row, **SIGNED, by=row.patient.user, at=at)
    return Intake.objects.get(pk=intake.pk)


def kept(**filters):
    """What is kept: by time and instrument its answers."""
    rows = Response.objects.filter(**filters).order_by("completed_at", "instrument")
    return [(row.completed_at, row.instrument, row.answers) for row in rows]


def codes(**filters):
    return [code for _, code, _ in kept(**filters)]


def test_every_measure_of_the_form_is_an_item_of_its_instrument():
    for code, names in ASKED_AS.items():
        assert set(names) == {question.name for question in BY_CODE[code].questions}
        assert set(names.values()) <= set(QUESTIONS)
        for item, name in names.items():
            question = next(each for each in BY_CODE[code].questions if each.name == item)
            assert [int(value) for value, _ in QUESTIONS[name].choices] == [value for value, _ in question.choices]
            assert QUESTIONS[name].label == question.words


class TestEachKindOfForm:
    def test_of_somebody_with_ms(self, amina):
        intake = intakes.sent(amina, main_reason="ms_pain", **LOW_MOOD)

        assert kept() == [
            (NOW, "gad7", {str(item): 1 for item in range(1, 8)}),
            (NOW, "pain_nrs", {"average": 6, "worst": 8}),
            (NOW, "phq9", {str(item): 2 for item in range(1, 9)} | {"9": 0}),
            (NOW, "sleep_nrs", {"quality": 4}),
            (NOW, "spasticity_nrs", {"average": 5}),
        ]
        assert set(Response.objects.values_list("patient", "form", "questionnaire", "moment", "done_by")) == {
            (amina.pk, intake.pk, None, "baseline", "self")
        }

    def test_of_somebody_with_facial_pain_who_is_not_asked_about_stiffness(self, amina):
        intakes.sent(amina, main_reason="tn")

        assert codes() == ["gad7", "pain_nrs", "phq9", "sleep_nrs"]

    def test_of_somebody_who_was_asked_the_first_two_about_mood_only(self, amina):
        intakes.sent(amina)

        [(_, _, answers)] = kept(instrument="phq9")
        [mood] = [each for each in series(Response.objects.all(), unclear=False) if each.instrument.code == "phq9"]
        assert answers == {"1": 1, "2": 0}
        assert mood.baseline.value is None


class TestSentAgain:
    def test_another_answer_makes_a_second_set_and_the_first_stays(self, amina):
        intake = intakes.sent(amina)

        amended(intake, pain_average="3")

        assert codes(completed_at=NOW) == codes(completed_at=LATER) == codes()[:5]
        assert kept(completed_at=NOW, instrument="pain_nrs") == [(NOW, "pain_nrs", {"average": 6, "worst": 8})]
        counted = counting(Response.objects.all())
        assert {each.completed_at for each in counted} == {LATER}
        assert [each.answers for each in counted if each.instrument == "pain_nrs"] == [{"average": 3, "worst": 8}]

    def test_an_answer_that_is_no_measure_makes_none(self, amina):
        intake = intakes.sent(amina)

        amended(intake, goals="Walk to the park")

        assert len(kept()) == len(kept(completed_at=NOW)) == 5

    def test_a_measure_that_is_not_asked_any_more_is_not_in_the_new_set(self, amina):
        intake = intakes.sent(amina)

        amended(intake, **ANSWERS | {"main_reason": "tn"})

        found = {each.instrument.code: each.baseline for each in series(Response.objects.all(), unclear=False)}
        assert "spasticity_nrs" in codes(completed_at=NOW)
        assert "spasticity_nrs" not in found
        assert found["pain_nrs"].at == LATER

    def test_three_times_the_last_counts(self, amina):
        intake = intakes.sent(amina)

        amended(amended(intake, sleep="1"), at=LATER_STILL, sleep="4")

        assert [at for at, _, _ in kept(instrument="sleep_nrs")] == [NOW, LATER, LATER_STILL]
        assert {each.completed_at for each in counting(Response.objects.all())} == {LATER_STILL}

    def test_answers_to_questions_stay_after_a_form_that_was_sent_again_later(self, amina, okafor):
        intake = intakes.sent(amina)
        outcomes.answered(amina, okafor, at=LATER, pain_average="2")

        amended(intake, at=LATER_STILL, pain_average="5")

        pain = series(Response.objects.all(), unclear=False)[0]
        assert (pain.baseline.value, [point.value for point in pain.points]) == (5, [2, 5])
        row = results_of([pain]).rows[0]
        assert (row.now, row.before.value, row.baseline.value) == (None, "2", "5")
        assert (row.since_before, row.since_baseline) == ("", "")


class TestBeforeAReview:
    @pytest.fixture
    def review(self, amina, okafor, as_user):
        """The form before a review, filled in by its pages up to the last; a call sends it."""
        first = intakes.sent(amina, **LOW_MOOD)
        claim(first, okafor, by=okafor.user, at=NOW + timedelta(seconds=1))
        intakes.decide(Intake.objects.get(pk=first.pk), okafor, at=LATER)
        outcomes.asked(amina, okafor, at=LATER)
        client = as_user(amina.user)

        def through(**answers):
            given, sent = ANSWERS | {"changed": ["none"]} | answers, {"m1", "t1", "t2"}
            address = client.post(reverse("intake_review"))["Location"]
            while address != reverse("intake_check"):
                address = go_on(client, address, given, sent)
            draft = Intake.objects.latest("started_at")
            actions.submit(draft, **SIGNED, by=amina.user, at=LATER)
            return draft

        return through

    def test_mood_alone_is_asked_anew_and_is_no_baseline(self, review):
        draft = review(phq9_1="1", phq9_2="1")

        assert kept(form=draft.pk) == [(LATER, "phq9", {"1": 1, "2": 1})]
        assert set(Response.objects.filter(form=draft.pk).values_list("moment", flat=True)) == {"review_form"}
        mood = next(each for each in series(Response.objects.all(), unclear=False) if each.instrument.code == "phq9")
        assert (mood.baseline.value, [point.value for point in mood.points]) == (16, [16, None])

    def test_the_same_answers_as_last_time_are_kept_with_their_own_time(self, review):
        review(**LOW_MOOD)

        assert [at for at, _, _ in kept(instrument="phq9")] == [NOW, LATER]

    def test_stiffness_that_was_carried_over_is_no_new_answer(self, review):
        review(changed=["problem"])

        assert [at for at, _, _ in kept(instrument="spasticity_nrs")] == [NOW]


class TestOfUnclearLicence:
    def asked(self, **answers):
        return {"@review": "no"} | ANSWERS | PEG | {"bni": "4"} | answers

    def test_off_they_are_neither_asked_nor_kept(self, amina):
        way = actions.way_of(amina, self.asked(main_reason="tn"), NOW)

        assert [page.slug for _, page in way.pages if page.slug in {"pain-effects", "face-now"}] == []
        assert {"peg", "bni"} & set(baseline_of(way.asked).answers) == set()

    @pytest.mark.parametrize(
        ("main_reason", "pages", "answers"),
        [
            ("tn", ["pain-effects", "face-now"], {"peg", "bni"}),
            ("ms_pain", ["pain-effects"], {"peg"}),
        ],
    )
    def test_on_they_are_asked_and_kept(self, amina, unclear_licences, main_reason, pages, answers):
        way = actions.way_of(amina, self.asked(main_reason=main_reason), NOW)

        assert [page.slug for _, page in way.pages if page.slug in {"pain-effects", "face-now"}] == pages
        measured = baseline_of(way.asked).answers
        assert {"peg", "bni"} & set(measured) == answers
        assert measured["peg"] == {"pain": 7, "enjoyment": 8, "activity": 7}

    def test_before_a_review_the_form_asks_one_and_the_questions_the_other(self, amina, unclear_licences):
        way = actions.way_of(amina, self.asked(main_reason="tn"), NOW, is_review=True)

        assert [page.slug for _, page in way.pages if page.slug in {"pain-effects", "face-now"}] == ["face-now"]
        assert set(baseline_of(way.asked).answers) == {"bni", "phq9"}

    def test_a_page_says_its_own_ends(self, as_user, amina, okafor, unclear_licences):
        intakes.draft(amina)
        outcomes.asked(amina, okafor)
        client = as_user(amina.user)

        form = client.get(reverse("intake_section", args=[PAGES["pain-effects"].slug])).content.decode()
        page = client.get("/care/questions/peg-activity/").content.decode()

        for html in (form, page):
            assert "0 means “Does not interfere”. 10 means “Completely interferes”." in html

    def test_off_a_page_is_nowhere(self, as_user, amina, okafor):
        outcomes.asked(amina, okafor)

        assert as_user(amina.user).get("/care/questions/peg-activity/").status_code == 404

    def test_what_was_kept_is_not_shown_once_it_is_off(self, amina, settings, unclear_licences):
        intakes.sent(amina, **PEG)

        assert [each.instrument.code for each in series(Response.objects.all(), unclear=True)].count("peg") == 1
        assert "peg" not in {each.instrument.code for each in series(Response.objects.all(), unclear=False)}


class TestWhatMustNeverBe:
    def test_a_baseline_never_changes(self, amina):
        intakes.sent(amina)

        for change in (lambda: Response.objects.update(done_by="other"), Response.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    @pytest.mark.parametrize(
        "fields",
        [
            {"moment": "review"},  # and of a form
            {"form": None},
            {"moment": "review", "form": None},  # without questions
            {"moment": "unknown"},
        ],
    )
    def test_a_row_is_of_questions_or_of_a_form(self, amina, fields):
        row = {"patient": amina, "moment": "baseline", "form": uuid4(), "instrument": "gad7", "version": "1"}

        with pytest.raises(IntegrityError), transaction.atomic():
            Response.objects.create(**row | {"answers": {}, "done_by": "self", "completed_at": NOW} | fields)

    def test_questions_are_no_baseline(self, amina, okafor):
        asked = outcomes.answered(amina, okafor)

        with pytest.raises(IntegrityError), transaction.atomic():
            Response.objects.create(
                patient=amina,
                questionnaire=asked,
                moment="baseline",
                instrument="gad7",
                version="1",
                answers={},
                done_by="self",
                completed_at=NOW,
            )

    def test_one_row_an_instrument_each_time_a_form_is_sent(self, amina):
        one, other = (Measured("baseline", {"pain_nrs": {"average": value}}) for value in (1, 2))
        sent = {"form": uuid4(), "done_by": "self", "at": NOW}
        outcome_actions.keep_baseline(amina, one, **sent)

        with pytest.raises(IntegrityError), transaction.atomic():
            outcome_actions.keep_baseline(amina, other, **sent)

    def test_it_is_sealed(self, amina):
        intakes.sent(amina)

        with transaction.get_connection().cursor() as cursor:
            cursor.execute("select answers from patients_response")
            assert [raw for (raw,) in cursor.fetchall() if "average" in raw or "quality" in raw] == []


def test_a_later_first_assessment_is_the_new_baseline_and_what_was_before_stays(amina):
    for value, at in ((8, NOW), (4, LATER)):
        measured = Measured("baseline", {"sleep_nrs": {"quality": value}})
        outcome_actions.keep_baseline(amina, measured, form=uuid4(), done_by="self", at=at)

    [sleep] = series(Response.objects.all(), unclear=False)

    assert [point.value for point in sleep.points] == [8, 4]
    assert (sleep.baseline.value, sleep.now) == (4, None)
