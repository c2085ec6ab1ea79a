"""The pages of treatment plans, looked at as tests/browser/test_pages_axe.py does every page."""

from django.utils import timezone

from clinic.staff.models import Clinician
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from tests.browser.test_pages_axe import look_at, walk, way  # noqa: F401 - fixtures
from tests.factories import plans

LONG = "A long line without an end " * 8 + "https://example.com/" + "x" * 120


def cared_for(patient, clinician):
    """The clinician cares for the patient, and was looked up on the register today."""
    now = timezone.now()
    open_care(patient, clinician, CareRelationship.Reason.BOOKED, at=now)
    Clinician.objects.filter(pk=clinician.pk).update(verified_on=now.date())
    return now


def test_writing_a_plan(walk, amina, okafor):  # noqa: F811
    cared_for(amina, okafor)
    hand = walk(okafor.user, f"/review/people/{amina.pk}/plan/")
    hand.follow("Write a new version")
    hand.follow("Add a product")
    hand.follow("Add a goal")
    hand.follow("Sign this plan")
    assert hand.page.title().startswith("Error: ")


def test_reading_and_moving_a_plan(walk, amina, okafor):  # noqa: F811
    now = cared_for(amina, okafor)
    plans.active(amina, okafor, at=now, lines=[plans.OIL | {"brand": LONG}, plans.FLOWER], unsuitable=LONG)
    plan = plans.paused(amina, okafor, at=now, lines=[plans.SPRAY], taper=LONG)
    coming = plans.waiting(amina, okafor, at=now)
    hand = walk(
        okafor.user, f"/review/people/{amina.pk}/plan/", f"/review/plans/{coming.pk}/", f"/review/plans/{plan.pk}/"
    )
    hand.page.get_by_text("Stop this plan", exact=True).first.click()
    hand.page.get_by_role("button", name="Stop this plan").click()
    assert hand.page.title().startswith("Error: ")
    hand.look(hand.page)
    hand.arrive(f"/review/people/{amina.pk}/letters/")


def test_a_patients_plan(walk, amina, ben, okafor):  # noqa: F811
    now = cared_for(amina, okafor)
    walk(ben.user, "/care/plan/")
    plans.paused(amina, okafor, at=now, slowly=LONG, lines=[plans.OIL | {"brand": LONG}, plans.FLOWER])
    plans.supported(amina, okafor, at=now, contraception="given")
    hand = walk(amina.user, "/care/plan/")
    hand.follow("I agree to this plan")
    assert hand.page.title().startswith("Error: ")
