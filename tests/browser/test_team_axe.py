"""The pages of team reviews and of checks, looked at as tests/browser/test_pages_axe.py does every page."""

from datetime import timedelta

from django.utils import timezone

from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.monitoring import actions as checks
from patients.monitoring.models import PlanCheck
from tests.browser.test_pages_axe import look_at, walk, way  # noqa: F401 - fixtures
from tests.factories import intakes, outcomes, plans, team
from tests.patients.test_monitoring import sign

LONG = "A long line without an end " * 8 + "https://example.com/" + "x" * 120


def test_team_reviews(walk, amina, ben, okafor, lind):  # noqa: F811
    now = timezone.now()
    for patient in (amina, ben):
        open_care(patient, okafor, CareRelationship.Reason.BOOKED, at=now)
    intakes.sent(amina, at=now, psychosis_self="yes")
    team.concluded(ben, okafor, lind, at=now, outcome="conditions", conditions=LONG, dissent=LONG)
    hand = walk(okafor.user, "/review/team/", f"/review/people/{ben.pk}/team/", f"/review/people/{amina.pk}/team/")
    hand.follow("Bring this case to the team")
    assert hand.page.title().startswith("Error: ")

    case = team.listed(amina, okafor, lind, at=now)
    hand.arrive("/review/team/")
    hand.arrive(f"/review/team/cases/{case.pk}/")
    hand.arrive(f"/review/team/cases/{case.pk}/conclude/")
    hand.follow("Sign what was concluded")
    assert hand.page.title().startswith("Error: ")


def test_checks(walk, amina, okafor, lind):  # noqa: F811
    start = timezone.now() - timedelta(days=28)
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=start)
    plans.active(amina, okafor, at=start, goals=[plans.GOAL | {"measure": "words", "words": LONG}])
    checks.sweep(at=start)
    outcomes.answered(amina, okafor, at=start)
    hand = walk(okafor.user, f"/review/people/{amina.pk}/checks/")
    hand.follow("Plan this check")
    assert hand.page.title().startswith("Error: ")
    week_1, week_4 = PlanCheck.objects.filter(kind__in=["week_1", "week_4"]).order_by("due_on")
    hand.arrive(f"/review/checks/{week_4.pk}/")
    hand.follow("Sign this record")
    assert hand.page.title().startswith("Error: ")

    sign(week_1, okafor, next_on=timezone.localdate() + timedelta(days=50), at=timezone.now(), benefit=LONG)
    hand.arrive(f"/review/checks/{week_1.pk}/")
    hand.arrive(f"/review/people/{amina.pk}/checks/")
    walk(amina.user, "/care/checks/")
