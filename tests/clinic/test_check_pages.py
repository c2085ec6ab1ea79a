"""The pages of checks, as a specialist uses them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.db.clock import day_text, uk_day
from patients.monitoring import actions
from patients.monitoring.models import CheckRecord, PlanCheck
from patients.treatment import actions as treatment
from tests.factories import outcomes, plans
from tests.patients.test_monitoring import SAID

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def doctor(as_user, amina, okafor, lind):
    """Four weeks after the plan became active."""
    start = timezone.now() - 28 * DAY
    outcomes.answered(amina, okafor, at=start - DAY, stiffness="7")
    plans.active(amina, okafor, at=start)
    actions.sweep(at=start)
    return as_user(okafor.user)


def words(page):
    return page.content.decode()


def page_of(kind):
    return reverse("review_check", args=[PlanCheck.objects.get(kind=kind).pk])


def form(**changes):
    day = uk_day(timezone.now()) + 60 * DAY
    boxes = {"next_on_day": day.day, "next_on_month": day.month, "next_on_year": day.year}
    return SAID | {"verdict": "continue"} | boxes | changes


def test_the_list_says_what_is_due_and_what_is_late(doctor, amina):
    page = words(doctor.get(reverse("review_checks", args=[amina.pk])))

    assert page.count("Overdue") == 1
    for kind in ("After 1 week", "After 4 weeks", "Every 3 months", "Every year"):
        assert kind in page


def test_a_record_is_signed_and_read(doctor, amina):
    page = doctor.post(page_of("week_4"), form(), follow=True)

    for text in ("The record is signed.", "Go on as before", SAID["benefit"], "Falls", "Next check:"):
        assert text in words(page)
    assert "Sign this record" not in words(page)
    listed = words(doctor.get(reverse("review_checks", args=[amina.pk])))
    assert "go on as before" in listed
    assert "Agreed at the check before" in listed


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"typical": ""}, "Write what they usually take, or that they take nothing"),
        ({"falls": ""}, "Choose an answer for “Falls”"),
        ({"cravings": "yes"}, "You chose “Yes” above: write more about it"),
        ({"verdict": ""}, "Choose a decision"),
        ({"reason": ""}, "Write why, in at least 10 characters"),
        ({"next_on_year": "2020"}, "The next check must be later than today"),
        ({"spasticity_now": "eleven"}, "Enter a number from 0 to 10, like 5.6"),
        ({"spasticity_now": "10.5"}, "Enter a number from 0 to 10, like 5.6"),
        ({"spasticity_now": "NaN"}, "Enter a number from 0 to 10, like 5.6"),
    ],
)
def test_what_is_missing_is_said_beside_its_box_and_nothing_is_lost(doctor, changed, said):
    page = doctor.post(page_of("week_4"), form(body="71 kg as typed") | changed)

    assert page.status_code == 422
    assert said in words(page)
    assert "71 kg as typed" in words(page)
    assert not CheckRecord.objects.exists()


def test_the_goals_stand_in_the_box_for_the_benefit(doctor):
    assert "Pain, 0 to 10: from 7 to 5: " in words(doctor.get(page_of("week_4")))


@pytest.mark.parametrize(
    ("now", "said"),
    [("5.6", "down 20.0%"), ("5.7", "down 18.6%")],
)
def test_week_4_shows_the_diarys_change_beside_the_rule(doctor, now, said):
    doctor.post(page_of("week_4"), form(spasticity_before="7", spasticity_now=now))

    page = words(doctor.get(page_of("week_4")))

    assert f"Spasticity was 7 and is {now}: {said}. NICE NG144" in page
    assert ("It has by this number" in page) is (now == "5.6")


def test_week_4_shows_the_answers_where_there_is_no_diary_and_other_weeks_nothing(doctor, amina, okafor):
    questions = PlanCheck.objects.get(kind="week_4")
    assert "NICE" not in words(doctor.get(page_of("week_4")))
    outcomes.answered(amina, okafor, at=timezone.now(), stiffness="5")

    assert "Spasticity was 7 and is 5: down 28.6%. NICE NG144" in words(doctor.get(page_of("week_4")))
    assert "NICE" not in words(doctor.get(page_of("week_1")))
    assert questions.kind == "week_4"


def test_the_trend_names_the_answers_of_each_month(doctor, amina, okafor):
    outcomes.answered(amina, okafor, at=timezone.now(), stiffness="5")

    page = doctor.get(reverse("review_checks", args=[amina.pk]))

    row = next(row for row in page.context["trends"] if "stiffness" in row.about.lower())
    assert [cell.value or cell.without for cell in row.cells] == ["7", "5", *["Not yet"] * 3]


def test_the_trend_stays_when_the_plan_is_stopped(doctor, amina, okafor):
    plan = amina.plans.get()
    treatment.stop(plan, okafor, by=okafor.user, at=timezone.now(), **plans.REASON)

    page = doctor.get(reverse("review_checks", args=[amina.pk]))

    assert page.context["start"] == day_text(plan.starts_on)
    assert "Month 12" in words(page)


def test_a_check_that_is_not_wanted_any_more_says_so(doctor, okafor):
    address = page_of("week_4")
    PlanCheck.objects.filter(kind="week_4").update(state="cancelled")

    assert "not wanted any more" in words(doctor.get(address))
    assert doctor.post(address, form()).status_code == 422


def test_one_more_check(doctor, amina):
    day = uk_day(timezone.now()) + 10 * DAY
    boxes = {"due_on_day": day.day, "due_on_month": day.month, "due_on_year": day.year}
    address = reverse("review_checks", args=[amina.pk])

    assert "The check is planned." in words(doctor.post(address, boxes, follow=True))
    assert "A check is planned for that day already" in words(doctor.post(address, boxes))
    assert "still to come" in words(doctor.post(address, boxes | {"due_on_year": "2020"}))


def test_without_a_plan_in_force_there_is_nothing_to_plan(as_user, amina, okafor, lind):
    plans.agreed(amina, okafor)
    outcomes.asked(amina, okafor)

    page = words(as_user(okafor.user).get(reverse("review_checks", args=[amina.pk])))

    assert "No check is planned." in page
    assert "Plan this check" not in page


@pytest.mark.parametrize("rows", [1, 6])
def test_the_list_asks_the_same_however_many(doctor, django_assert_num_queries, amina, okafor, rows):
    for check in PlanCheck.objects.planned()[rows:]:
        PlanCheck.objects.filter(pk=check.pk).update(state="cancelled")

    with django_assert_num_queries(15):
        doctor.get(reverse("review_checks", args=[amina.pk]))
