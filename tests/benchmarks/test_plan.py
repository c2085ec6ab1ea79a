"""The page of a person's treatment plan over HTTP from the real web server, with ten versions. Figures are printed (`-s`)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.staff.models import Clinician
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from tests.benchmarks.test_workspace import quietest_round
from tests.factories import intakes, plans

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proof]

PLAN_MS, VERSIONS = 80, 10


@pytest.fixture
def planned(amina, okafor):
    now = timezone.now()
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=now)
    Clinician.objects.filter(pk=okafor.pk).update(verified_on=now.date())
    intakes.sent(amina, at=now)
    for number in range(VERSIONS):
        lines = [plans.OIL | {"brand": f"Brand {number}"}, plans.FLOWER, plans.SPRAY]
        plan = plans.active(amina, okafor, at=now, lines=lines, unsuitable=f"Reason {number}. " * 40)
    return plan


def test_the_plan_page(web, planned, amina, okafor):
    page = reverse("review_plan", args=[amina.pk])

    assert quietest_round(web.origin, okafor.user, page, PLAN_MS) <= PLAN_MS


def test_one_version(web, planned, okafor):
    page = reverse("review_plan_version", args=[planned.pk])

    assert quietest_round(web.origin, okafor.user, page, PLAN_MS) <= PLAN_MS


def test_the_patients_own(web, planned, amina):
    assert quietest_round(web.origin, amina.user, reverse("care_plan"), PLAN_MS) <= PLAN_MS
