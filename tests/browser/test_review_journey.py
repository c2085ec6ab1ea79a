"""A form with an urgent answer, from the queue to the letter, in the words each person sees: by keyboard alone on a phone,
and by pointer at a desk (`make proof`). Every page on the way is looked at (look.py, axe among it).
"""

from datetime import date, timedelta

from django.utils import timezone

from bookings.appointments.models import Appointment
from patients.correspondence.models import GpLetter
from patients.documents.actions import saw_identity
from patients.documents.enums import IdKind
from patients.suitability.models import Decision
from tests.browser import deciding
from tests.browser.hands import words
from tests.factories import diary, intakes

QUESTION, REPLY = "When was the chest tightness?", "Last week, on the stairs. My GP has seen me since."
ANSWERS = {
    "RF41": "Rang them today: their GP saw them on Monday, the heart is well.",
    "RF01": "One episode in 1998, with a letter; well since, no treatment.",
    "RF02": "A brother with schizophrenia: talked about what that means.",
}
REASONS = "Known pain with a diagnosis; the flags were talked about and each has its answer."
MESSAGE = "Thank you for your answers. We look forward to seeing you."


def test_from_an_urgent_answer_to_the_letter(person, kind, amina, okafor, reached):
    intakes.sent(amina, at=timezone.now(), chest_signs="yes", psychosis_self="yes", psychosis_family="yes")
    doctor, patient = person(okafor.user), person(amina.user)

    it_is_seen_and_something_is_asked(doctor)
    she_answers(patient)
    the_flags_are_answered_and_it_is_decided(doctor, amina, okafor)
    she_reads_the_message(patient)
    they_meet_and_the_note_is_signed(doctor, amina, okafor, kind)
    the_letter_goes(doctor)
    she_reads_her_copy(patient)

    assert {"review_record", "review_decide", "review_visits", "review_note", "review_letter", "care_letter"} <= reached


def it_is_seen_and_something_is_asked(doctor):
    doctor.arrive("/review/")
    assert "Urgent answers" in words(doctor)
    doctor.follow("Take the form of Amina Example")
    assert "RF41" in words(doctor)
    doctor.choose("What happens next?", "More information needed")
    doctor.follow("Write this decision")
    doctor.write("Your reasons", "The chest tightness has to be clear before anything else.")
    doctor.write("What do you need to know?", QUESTION)
    doctor.follow("Sign this decision")
    assert "Your decision is signed" in words(doctor)


def she_answers(patient):
    patient.arrive("/care/")
    assert QUESTION not in words(patient)
    patient.follow("Answer the question")
    assert QUESTION in words(patient)
    patient.write("Your answer", REPLY)
    patient.write("Your full name", "Amina Example")
    patient.choose("Who filled in this form?", "I did, on my own")
    patient.follow("Send my answer")


def the_flags_are_answered_and_it_is_decided(doctor, amina, okafor):
    doctor.arrive("/review/")
    doctor.follow("Take the form of Amina Example")
    assert REPLY.split(".")[0] in words(doctor)
    assert "Write your answer to RF01, RF02 and RF41: emergency and red flags need one each." in words(doctor)
    for code, text in ANSWERS.items():
        doctor.write(f"Your answer to {code}", text)
    doctor.follow("Save your answers")
    assert all(text in words(doctor) for text in ANSWERS.values())
    assert "The records are not here." in words(doctor)
    intakes.save_details(amina, {"records_received_on": timezone.localdate()}, by=okafor.user, at=timezone.now())
    saw_identity(amina, IdKind.PASSPORT, date(2031, 1, 1), by=okafor.user, at=timezone.now())
    deciding.proceed(doctor, REASONS, MESSAGE)
    assert (Decision.objects.first().message, REASONS in words(doctor)) == (MESSAGE, True)


def she_reads_the_message(patient):
    patient.arrive("/care/")
    assert MESSAGE in words(patient)
    assert [text for text in (REASONS, *ANSWERS.values(), "RF01") if text in words(patient)] == []


def they_meet_and_the_note_is_signed(doctor, amina, okafor, kind):
    diary.appointment(amina, okafor, kind, timezone.now() + timedelta(minutes=1))
    doctor.arrive("/review/visits/")
    doctor.follow("Start")
    doctor.choose("Did you confirm who", "Yes")
    doctor.write("How you confirmed it", "Name, date of birth, face")
    doctor.mark("Indication", ["Neuropathic pain in MS"])
    doctor.write("History and findings", "Burning pain in both legs since 2019.")
    doctor.write("Discussion", "All options, no new treatment among them.")
    doctor.choose("Capacity", "No reason to doubt it")
    for about in ("driving", "contraception", "storage", "travel"):
        doctor.choose(f"Advice on {about}", "Given")
    doctor.write("Plan and next steps", "See again in four weeks.")
    doctor.follow("Sign it and complete the visit")
    assert Appointment.objects.get().state == "completed"


def the_letter_goes(doctor):
    doctor.arrive("/review/letters/")
    doctor.follow("Amina Example")
    doctor.follow("Write the letter")
    doctor.write("Diagnosis", "Multiple sclerosis with neuropathic pain")
    doctor.write("Why they were seen", "Pain that two treatments did not help.")
    doctor.write("Plan", "See again in four weeks.")
    doctor.choose("Does the patient get a copy", "Yes")
    doctor.follow("Approve this letter")
    doctor.choose("How was it sent?", "Post")
    doctor.follow("Mark it as sent")
    assert GpLetter.objects.get().state == "sent"


def she_reads_her_copy(patient):
    patient.arrive("/care/")
    patient.follow("Your letters")
    patient.follow("Letter to your GP")
    assert "Multiple sclerosis with neuropathic pain" in words(patient)
