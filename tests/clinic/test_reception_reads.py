"""What reception can come to read: every page of staff with every record's key, searches, messages, files; no answer."""

import pytest
from django.apps import apps
from django.urls import reverse

from tests.clinic.test_dump import everybody_writes, files, monday_morning, signed_in, word  # noqa: F401 - fixtures
from tests.clinic.test_needs_flag import pages
from tests.clinic.test_staff_admin import LISTS

pytestmark = pytest.mark.django_db

# Typed for the clinic's staff, not for clinicians alone: what somebody needs to take part, how a file is called, a letter
# to us, and what a complaint or a correction says is for managers.
FOR_STAFF = {"accessneeds", "filename", "enquiry"}
SEARCHED = [name for name, roles in LISTS.items() if "reception" in roles]


@pytest.fixture
def words(amina, okafor, manager):
    return everybody_writes(amina, okafor, manager)


# What an address can be about.
RECORDS = [
    "clinic.Task",
    "clinic.Message",
    "clinic.Enquiry",
    "patients.Patient",
    "patients.Intake",
    "patients.Document",
    "patients.Decision",
    "patients.AdverseEvent",
    "patients.Incident",
    "patients.ConsultationNote",
    "patients.GpLetter",
    "patients.DataRequest",
    "bookings.Appointment",
]


def one_of_each():
    """The newest row of each."""
    return [apps.get_model(name).objects.order_by("pk").last() for name in RECORDS]


def found_in(texts, words):
    return {each for each in words if any(each in text for text in texts)}


def test_no_page_no_search_and_no_file_shows_an_answer(words, amina, rosa, okafor):
    reception, clinician, records = signed_in(rosa), signed_in(okafor.user), one_of_each()
    assert None not in records
    clinical = words - {word(name) for name in FOR_STAFF}

    seen = [html for _, html in pages(reception, records)]
    searched = [
        reception.get(reverse(f"admin:{name.replace('/', '_')}_changelist"), {"q": each[:-2]}).content.decode()
        for name in SEARCHED
        for each in sorted(clinical)[:5]
    ]

    assert len(seen) > 40
    assert found_in(seen, clinical) == set()
    assert found_in(searched, clinical) == set()
    assert (
        len(found_in([html for _, html in pages(clinician, records)], clinical)) > 20
    )  # so the walk finds what is there
