"""A patient's own page of checks, and what their front page says of the next one."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.db.clock import day_text, uk_day
from patients.monitoring import actions
from patients.monitoring.models import PlanCheck
from patients.outcomes.models import Response
from patients.treatment import actions as treatment
from tests.factories import diary, outcomes, plans
from tests.patients.test_monitoring import sign

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def hers(as_user, amina, okafor, lind):
    """Amina, whose plan became active today."""
    plans.active(amina, okafor, at=timezone.now())
    actions.sweep(at=timezone.now())
    return as_user(amina.user)


def words(page):
    return page.content.decode()


def test_the_days_to_come_with_what_to_do(hers):
    page = words(hers.get(reverse("care_checks")))

    for check in PlanCheck.objects.all():
        assert day_text(check.due_on) in page
    assert page.count("Book a visit<span") == 1  # the one that is near
    assert "Late" not in page


def test_a_visit_near_a_check_is_named_instead_of_booking(hers, amina, okafor):
    soon = timezone.now() + 6 * DAY
    diary.appointment(amina, okafor, diary.kind(okafor), soon)

    page = words(hers.get(reverse("care_checks")))

    assert "Book a visit<span" not in page
    assert "Your visit: " in page


def test_a_late_check_says_so_and_asks_for_a_visit(hers):
    PlanCheck.objects.filter(kind="week_4").update(state="cancelled")
    row = PlanCheck.objects.get(kind="week_1")
    late = PlanCheck(
        patient=row.patient, plan=row.plan, kind="extra", due_on=row.due_on - 20 * DAY, created_at=timezone.now()
    )
    late.save()

    page = words(hers.get(reverse("care_checks")))

    assert "Late" in page
    assert page.count("Book a visit<span") == 2


def test_the_front_page_asks_for_the_visit_of_the_next_check(hers, amina, okafor):
    page = words(hers.get(reverse("care")))
    day = day_text(uk_day(timezone.now()) + 7 * DAY)
    assert "Your next check" in page
    assert f"Around {day}." in page

    diary.appointment(amina, okafor, diary.kind(okafor), timezone.now() + 5 * DAY)

    assert "Your next check" not in words(hers.get(reverse("care")))


def test_nobody_sees_anothers_checks(hers, as_user, ben):
    page = words(as_user(ben.user).get(reverse("care_checks")))

    assert "No check is planned." in page


def test_the_record_of_a_check_is_not_shown(hers, as_user, amina, okafor):
    check = PlanCheck.objects.get(kind="week_1")
    sign(check, okafor, next_on=check.due_on + 60 * DAY, at=timezone.now(), benefit="Secret words of the doctor")

    page = words(as_user(amina.user).get(reverse("care_checks")))

    assert "Done" in page
    assert "Secret words" not in page


def trend(page):
    """Each measure with what stands in its cells."""
    return {row.about: [cell.value or cell.without for cell in row.cells] for row in page.context["trends"]}


@pytest.mark.parametrize("is_stopped", [False, True])
def test_how_the_answers_have_changed_since_the_start(as_user, amina, okafor, lind, is_stopped):
    """The same numbers that the clinician sees, of the measures that are always a patient's to see."""
    now = timezone.now()
    plan = plans.active(amina, okafor, at=now - 95 * DAY)
    outcomes.answered(amina, okafor, at=now - 96 * DAY, stiffness="7")
    outcomes.answered(amina, okafor, at=now - 66 * DAY, stiffness="6")
    outcomes.answered(amina, okafor, at=now - 2 * DAY, stiffness="5")
    if is_stopped:
        treatment.stop(plan, okafor, by=okafor.user, at=now, **plans.REASON)

    page = as_user(amina.user).get(reverse("care_checks"))

    assert trend(page)["Muscle stiffness or spasm"] == ["7", "6", "5", "Not yet", "Not yet"]
    assert len(trend(page)) == 4
    assert f"Your treatment began on {day_text(plan.starts_on)}" in words(page)
    assert Response.objects.filter(instrument="pgic").exists()  # kept, and not among them


def test_what_has_no_answer_near_these_times_is_left_out(as_user, amina, okafor, lind):
    """Found in a walk: four tables of "No answer" and "Not yet"."""
    now = timezone.now()
    plans.active(amina, okafor, at=now - 8 * DAY)
    outcomes.answered(amina, okafor, at=now)

    page = as_user(amina.user).get(reverse("care_checks"))

    assert (trend(page), "How your answers have changed" in words(page)) == ({}, False)


def test_who_has_no_plan_has_no_trend(as_user, amina, okafor):
    outcomes.answered(amina, okafor, at=timezone.now())

    page = as_user(amina.user).get(reverse("care_checks"))

    assert (page.context["trends"], "How your answers have changed" in words(page)) == ([], False)
