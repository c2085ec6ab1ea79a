"""The weeks and months of a patient's year: the questions, the checks, a side effect, and the end of the plan."""

from tests.browser.hands import words

WELL = (
    "Uses cannabis that was not prescribed",
    "Uses more than planned",
    "Tried to cut down and could not",
    "Has cravings",
    "New medicines",
    "New diagnoses",
    "Pregnant, trying, or breastfeeding",
    "Low mood, or thoughts of self-harm",
    "Falls",
    "Drives",
    "Trouble at work or in daily life",
)
GONE_BY = "Over the past 7 days, how"


def she_answers_the_questions(patient, stiffness):
    patient.arrive("/care/")
    patient.follow("A few questions")
    patient.follow("Start the questions")
    for question, answer in (
        (f"{GONE_BY} bad was your pain on average?", "5"),
        (f"{GONE_BY} bad was your pain at its worst?", "7"),
        ("Over the past 24 hours, how bad was your muscle stiffness", stiffness),
        (f"{GONE_BY} well did you sleep?", "6"),
        ("How have you been overall", "A little better"),
    ):
        patient.choose(question, answer)
        patient.follow("Save and continue")
    patient.choose("Who answered these questions?", "I did, on my own")
    patient.follow("Send my answers")
    assert "Your answers are with the clinic." in words(patient)


def she_books_the_visit(patient):
    patient.arrive("/care/")
    patient.follow("Your next check")
    patient.follow("Book a visit")
    patient.follow("See free times")
    patient.follow("11am")
    patient.choose("How would you like to meet?", "Phone call")
    patient.tick("I ask the clinic to see me")
    patient.follow("Confirm this time")
    patient.arrive("/care/checks/")
    assert "Your visit: " in words(patient)


def the_check_is_written_down(doctor, amina, kind, next_on, diary=()):
    doctor.arrive(f"/review/people/{amina.pk}/checks/")
    doctor.follow(kind)
    doctor.write("Usual dose", "0.1 ml in the evening")
    for question in WELL:
        doctor.choose(question, "No")
    doctor.write("Benefit against each goal", "The stiffness is less; the goal is not reached yet.")
    for name, mean in zip(("Spasticity at the start", "Spasticity now"), diary, strict=False):
        doctor.write(name, mean)
    doctor.choose("Decision", "Go on as before")
    doctor.write("Why this decision", "It helps somewhat, and there are no side effects.")
    doctor.date("Day of the next check", next_on)
    doctor.follow("Sign this record")
    assert "The record is signed. It cannot be changed." in words(doctor)


def she_tells_of_a_side_effect(patient, began):
    patient.arrive("/care/")
    patient.follow("Side effects and worries")
    patient.follow("Tell us what happened")
    assert "Nobody reads this straight away." in words(patient)
    patient.mark("What was it?", ["Feeling dizzy", "A fall"])
    patient.write("What happened, in your own words?", "I fell in the kitchen and hit my head.")
    patient.date("When did it begin?", began)
    patient.choose("Is it still there?", "Yes")
    patient.choose("How bad was it at its worst?", "I had to go to hospital or could not look after myself")
    patient.choose("Were you in hospital because of it?", "Yes")
    patient.choose("Are you still taking it?", "Yes, as before")
    patient.follow("Send this to us")
    assert "Get help now" in words(patient)
    assert "Call 999 or go to A&E now, if it is still happening" in words(patient)


def it_is_graded(doctor):
    doctor.arrive("/review/")
    doctor.follow("Something was reported: look at it today")
    doctor.follow("Open what this is about")
    assert "Look at it today" in words(doctor)
    doctor.mark("Terms", ["Dizziness", "Fall"])
    doctor.choose("Severity", "3: severe or medically significant, hospital, or limits self-care")
    doctor.mark("Seriousness", ["Hospital stay, new or longer"])
    doctor.choose("Related to the medicine", "Possible")
    doctor.choose("Action taken", "Medicine stopped")
    doctor.choose("Outcome", "Recovering")
    doctor.choose("Yellow Card", "To do")
    doctor.follow("Sign this assessment")


def the_next_prescription_is_held(doctor):
    assert "A hold is proposed" in words(doctor)
    doctor.follow("Decide on the hold")
    doctor.write("Your reason", "A fall with a hospital stay: it is looked into first.")
    doctor.follow("Hold the next prescription")
    assert "The next prescription is held." in words(doctor)


def the_plan_is(doctor, what, why, told):
    """Pause or stop it."""
    doctor.open(f"{what} this plan")
    doctor.write("Why", why)
    doctor.follow(f"{what} this plan")
    assert "Write what the patient reads: what to do now, and whom to call" in words(doctor)
    doctor.write("What the patient reads", told)
    doctor.follow(f"{what} this plan")
    assert "The letter to the GP is due within 48 hours." in words(doctor)


def the_plan_is_opened(doctor, page):
    """From the event, or from the record."""
    doctor.follow(page)
    doctor.follow("Pause or stop it")


def she_reads_what_to_do(patient, headline, *told):
    patient.arrive("/care/")
    assert f"Your plan {headline}" in words(patient)
    patient.follow("Read what to do")
    assert [text for text in told if text not in words(patient)] == []


def nothing_more_is_prescribed(doctor):
    for page in ("Letters", "Their record", "Prescriptions"):
        doctor.follow(page)
    assert "There is no plan in force. A prescription is written from a plan." in words(doctor)
    assert not doctor.page.get_by_role("button", name="Write a prescription").count()


def nothing_more_is_planned(patient):
    patient.arrive("/care/checks/")
    assert "No check is planned." in words(patient)
