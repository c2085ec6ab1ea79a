"""What is written about somebody's prescriptions stands nowhere in clear."""

from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from clinic.db.states import move
from patients.prescriptions.models import Prescription
from tests.clinic.test_dump import opened, signed_in, whole_dump, word
from tests.clinic.test_prescriptions_pages import DRAFT, SIGNED, day
from tests.factories import prescriptions as rx
from tests.factories.people import NOW
from tests.factories.prescriptions import ANSWERS


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.mark.django_db
def test_no_word_of_a_prescription_is_in_clear(amina, okafor, lind):
    rx.ready(amina, okafor)
    rx.open_care_of(amina, okafor)
    patient, clinician = signed_in(amina.user), signed_in(okafor.user)
    boxes = {name: word(f"rx{name}") for name in ("effects_words", "medicines_words", "illness_words", "more")}
    patient.post(reverse("care_prescription_ask"), ANSWERS | boxes | {"mood": "low", "key": uuid4()})
    asked = amina.prescription_requests.get()
    answer = {"answer": "talk", "why": word("rxwhy"), "told": word("rxtold")}
    clinician.post(reverse("review_prescription_request", args=[asked.pk]), answer)

    clinician.post(reverse("review_prescriptions_add", args=[amina.pk]), {"key": uuid4()})
    page = reverse("review_prescription", args=[Prescription.objects.get().pk])
    texts = {name: word(f"rx{name}") for name in ("product", "long_why")} | {"dose": f"{word('rxdose')} 1 ml"}
    clinician.post(page, DRAFT | texts)
    breach = {"version": "1", "is_breach": "on", "breach_why": word("rxbreach")}
    clinician.post(f"{page}signed/", SIGNED | breach)
    move(Prescription.objects.get(), "received", by=okafor.user, at=NOW)
    told = {name: word(f"rx{name}") for name in ("told_by", "substitution", "stock", "note")}
    news = {"state": "received", "seen": "received", "how": "phone", "key": uuid4()} | day("on", NOW)
    clinician.post(f"{page}news/", news | told)

    words = {*boxes.values(), *told.values(), word("rxwhy"), word("rxtold"), word("rxbreach"), word("rxdose")}
    words |= {word("rxproduct"), word("rxlong_why")}
    inside, dump = opened(), whole_dump()
    assert {each for each in words if each not in inside} == set()
    assert {each for each in words if each in dump} == set()
    assert "1 Example Street" not in "".join(line for line in dump.splitlines() if '"serial"' in line)
    assert '"low"' not in dump
