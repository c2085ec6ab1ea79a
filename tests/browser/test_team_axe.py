"""The pages of team reviews, looked at as tests/browser/test_pages_axe.py does every page."""

from django.utils import timezone

from patients.access.actions import open_care
from patients.access.models import CareRelationship
from tests.browser.test_pages_axe import look_at, walk, way  # noqa: F401 - fixtures
from tests.factories import intakes, team

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
