"""The pages of prescriptions, looked at as tests/browser/test_pages_axe.py does every page."""

from django.utils import timezone

from tests.browser.test_pages_axe import look_at, walk, way  # noqa: F401 - fixtures
from tests.factories import people
from tests.factories import prescriptions as rx

LONG = "A long line without an end " * 8 + "x" * 120


def test_prescriptions_of_clinicians(walk, amina, okafor, lind):  # noqa: F811
    now = timezone.now()
    for clinician in (okafor, lind):
        rx.open_care_of(amina, clinician, now)
    request = rx.asked(amina, now, mood="dark", terms=["dizziness"], effects="yes", more=LONG)
    draft = rx.opened(amina, okafor, now)
    hand = walk(okafor.user, f"/review/people/{amina.pk}/prescriptions/", f"/review/prescriptions/{draft.pk}/")
    hand.write("Serial number of the form", "%%")
    hand.follow("Save the draft")
    assert hand.page.title().startswith("Error: ")

    breach = rx.breach(amina, okafor, now, product=LONG, quantity=40)
    rx.told(
        posted := rx.in_state("queried", *strangers(okafor), now), "queried", now, note=LONG, substitution="Another"
    )
    for address in ("", "signed/"):
        hand.arrive(f"/review/prescriptions/{draft.pk}/{address}")
    for address in ("", "posted/", "news/", "cancel/"):
        hand.arrive(f"/review/prescriptions/{breach.pk}/{address}")
    hand.arrive(f"/review/prescriptions/{posted.pk}/")
    hand.arrive(f"/review/prescriptions/requests/{request.pk}/")
    hand.follow("Save your answer")
    hand.arrive("/review/prescriptions/serials/")
    hand.arrive("/review/people/")
    hand.arrive(f"/review/people/{amina.pk}/timeline/")
    hand.arrive(f"/review/people/{amina.pk}/prescriptions/pharmacy/")
    hand.follow("Choose this pharmacy")
    assert hand.page.title().startswith("Error: ")


def strangers(okafor):
    """Another person in the clinician's care, and the clinician."""
    patient = people.patient()
    rx.open_care_of(patient, okafor, timezone.now())
    return patient, okafor


def test_prescriptions_of_a_patient(walk, amina, okafor):  # noqa: F811
    now = timezone.now()
    rx.in_state("dispatched", amina, okafor, now)
    answered = rx.asked(amina, now)
    rx.answered(answered, okafor, now)
    urgent = rx.asked(amina, now, mood="dark", how_bad="in_danger")
    hand = walk(amina.user, "/care/prescriptions/", f"/care/prescriptions/asked/{answered.pk}/")
    hand.arrive(f"/care/prescriptions/asked/{urgent.pk}/")
    hand.arrive("/care/prescriptions/pharmacy/")
    hand.follow("Choose this pharmacy")
    assert hand.page.title().startswith("Error: ")
    hand.arrive("/care/prescriptions/ask/")
    hand.follow("Send this to us")
    assert hand.page.title().startswith("Error: ")


def test_the_managers_page(walk, manager):  # noqa: F811
    walk(manager, "/admin/prescribing/")
