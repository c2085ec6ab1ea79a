"""By what name a record says who did something."""

import pytest
from django.urls import reverse

from clinic.workspace.names import named
from tests.factories import people, plans, prescriptions

pytestmark = pytest.mark.django_db


def test_each_kind_of_account(amina, okafor):
    rosa = people.user("rosa@example.com", role="reception")

    assert [named(who) for who in (okafor.user, amina.user, rosa, None)] == [
        "Dr Ada Okafor",
        "the patient",
        "rosa@example.com",
        "the computer",
    ]


def test_plan_and_prescription_name_clinicians_and_show_no_address(amina, okafor, lind, as_user):
    found = prescriptions.signed(amina, okafor)
    prescriptions.open_care_of(amina, okafor)
    client = as_user(okafor.user)

    plan = client.get(reverse("review_plan_version", args=[plans.fresh(found.plan).pk])).context["plan"]
    rows = client.get(reverse("review_prescription", args=[found.pk])).context["rows"]

    assert {step["to"]: step["by"] for step in plan["steps"]} == {
        "Waits for the team": "Dr Ada Okafor",
        "Waits for the patient": "Dr Ada Okafor",
        "Agreed with the patient": "the patient",
        "Active": "Dr Ada Okafor",
    }
    seen = next(row["value"] for row in rows if row["key"] == "Ink seen by")
    assert seen.startswith("Dr Ada Okafor, ")
