"""The first days of a patient's year: the decision, the team, the plan, the letter, the prescription until it is delivered."""

from datetime import timedelta

from django.utils import timezone

from tests.browser import deciding
from tests.browser.hands import words
from tests.factories import intakes, team
from tests.factories.plans import SAID as PLAN
from tests.factories.prescriptions import TEXT as PAPER


def it_begins(amina, okafor):
    """She has sent her form, and Dr Okafor has taken it; the records are here."""
    intakes.ready(intakes.taken(intakes.sent(amina), okafor), okafor)


def it_is_decided(doctor):
    doctor.arrive("/review/")
    doctor.follow("Open the form of Amina Example")
    deciding.proceed(
        doctor,
        "Known pain with a diagnosis; two treatments did not help.",
        "Thank you. Your specialist takes your case to our team.",
    )


def the_team_meets(doctor):
    doctor.follow("Team reviews")
    doctor.write("The case", team.SUMMARY)
    doctor.write("What you propose", team.QUESTION)
    doctor.follow("Bring this case to the team")
    doctor.arrive("/review/team/")
    doctor.date("Day of the meeting", timezone.localdate())
    doctor.write("Time it begins", "17:00")
    doctor.pick("Who leads it", "Dr Ada Okafor")
    doctor.mark("Who else is asked to come", ["Dr Erik Lind"])
    doctor.follow("Plan this meeting")
    doctor.follow("Amina Example")
    doctor.follow("Put it on this agenda")


def the_team_concludes(doctor):
    doctor.arrive("/review/team/")
    doctor.follow("Amina Example")
    doctor.follow("Write down what was concluded")
    today = timezone.localdate()
    doctor.date("Day of the meeting", today)
    doctor.pick("Dr Ada Okafor took part as", "Neurologist")
    doctor.pick("Dr Erik Lind took part as", "Pain medicine specialist")
    for name, text in (("Options considered", team.SAID["options"]), ("Risks and flags", team.SAID["risks"])):
        doctor.write(name, text)
    doctor.write("Discussion", team.SAID["discussion"])
    doctor.choose("Outcome", "Supported")
    doctor.date("Holds until", today + timedelta(days=300))
    doctor.follow("Sign what was concluded")


def the_plan_is_written(doctor):
    today = timezone.localdate()
    doctor.follow("All team reviews of this person")
    doctor.follow("Their record")
    doctor.follow("Treatment plan")
    doctor.follow("Write")
    doctor.mark("Indication", ["Neuropathic pain in MS"])
    doctor.write("What was tried", PLAN["unsuitable"])
    doctor.pick("How it is measured", "Spasms and stiffness, 0 to 10")
    doctor.write("Now", "7")
    doctor.write("Target", "5")
    doctor.date("By when", today + timedelta(days=90))
    _product(doctor, PLAN["lines"][0])
    doctor.write("Medicines that interact", PLAN["interactions"])
    for about in ("driving", "contraception", "storage"):
        doctor.choose(f"Advice on {about}", "Given")
    doctor.date("The day the plan starts", today)
    doctor.date("The day the plan is reviewed", today + timedelta(days=84))
    doctor.mark("When the patient is checked", ["After 1 week", "After 4 weeks", "Every 3 months", "Every year"])
    doctor.mark("Reasons to stop", ["No goal met by week 12", "Side effects that are severe or cannot be borne"])
    doctor.write("How it is stopped safely", PLAN["taper"])
    doctor.follow("Sign this plan")


def _product(doctor, line):
    for name, answer in (("Form", "Oil"), ("Route", "Under the tongue")):
        doctor.pick(name, answer)
    doctor.write("Brand", line["brand"])
    doctor.pick("Type", "Balanced")
    doctor.write("THC", line["thc"])
    doctor.write("CBD", line["cbd"])
    doctor.write("Carrier oil", line["carrier"])
    doctor.write("Most a day", line["max_day"])
    doctor.write("Quantity for 30 days", line["quantity"])
    doctor.follow("Add a step")
    _step(doctor, 1, "1", "7", "0.1", "1", "In the evening.")
    _step(doctor, 2, "9", "", "0.25", "2", "Morning and evening.")


def _step(doctor, number, *texts):
    for name, text in zip(("From day", "To day", "Dose", "Times a day", "How it is taken"), texts, strict=True):
        doctor.write(name, text, group=f"Product 1, step {number}")


def a_mistake_is_refused_and_mended(doctor):
    assert "Step 2 of product 1 must begin on day 8" in words(doctor)
    assert "Open in what is saved" not in words(doctor)
    doctor.write("From day", "8", group="Product 1, step 2")
    doctor.follow("Sign this plan")
    assert "The plan is signed, and the team’s decision carries it." in words(doctor)


def she_reads_her_plan_and_agrees(patient):
    patient.arrive("/care/")
    patient.follow("Read your plan")
    assert "Do not take anything from it yet." in words(patient)
    assert "Never take more than 1 ml in one day." in words(patient)
    for box in patient.page.get_by_role("checkbox").all():
        patient.tick(box.evaluate("box => box.labels[0].innerText.trim()"))
    patient.write("Type your full name", "Amina Example")
    patient.follow("I agree to this plan")
    assert "You agreed to this plan on" in words(patient)


def the_plan_begins(doctor):
    doctor.follow("Treatment plan")
    doctor.follow("Version 1")
    doctor.follow("Make this plan active")
    assert "Active" in words(doctor)


def her_gp_is_written_to(doctor, plan):
    doctor.follow("Treatment plan")
    doctor.follow("Letters to the GP")
    assert "The plan was changed: the letter is due by" in words(doctor)
    doctor.follow("Write a letter about a change")
    doctor.write("Diagnosis", "Multiple sclerosis with spasticity")
    doctor.write("Why they were seen", "Pain that two treatments did not help.")
    doctor.write("Plan", plan)
    doctor.choose("Does the patient get a copy", "Yes")
    doctor.follow("Approve this letter")
    doctor.choose("How was it sent?", "Post")
    doctor.follow("Mark it as sent")


def she_reads_what_her_gp_reads(patient, plan):
    patient.arrive("/care/")
    patient.follow("Your letters")
    patient.follow("Letter to your GP")
    assert plan in words(patient)


def she_chooses_her_pharmacy(patient):
    patient.arrive("/care/prescriptions/")
    patient.follow("Choose your pharmacy")
    assert "You are free to choose any pharmacy in the UK" in words(patient)
    patient.choose("Which pharmacy do you want?", "Exampleton North Pharmacy, 1 Example Road, Exampleton, AA1 1AA")
    patient.tick("I have read that the choice is mine")
    patient.follow("Choose this pharmacy")
    assert "You chose Exampleton North Pharmacy" in words(patient)


def its_record_is_written(doctor):
    for page in ("Letters", "Their record"):
        doctor.follow(page)
    doctor.follow("Prescriptions")
    doctor.follow("Write a prescription’s record")
    doctor.choose("Product of the plan", "Oil, Example Pharma balanced, THC 10 mg/ml, CBD 10 mg/ml")
    doctor.choose("Form", "FP10PCD (England)")
    doctor.write("Serial number", PAPER["serial"])
    doctor.write("Product, as it stands", PAPER["product"])
    doctor.write("Dose, as it stands", PAPER["dose"])
    doctor.write("Total quantity", "30")
    doctor.write("For how many days", "30")
    doctor.follow("Save the draft")
    assert "thirty" in words(doctor)
    return doctor.page.url


def a_colleague_checks_it(colleague, address):
    colleague.arrive(address)
    colleague.write("Why do you need", "I check the prescription of a colleague today.")
    colleague.follow("Open")
    colleague.arrive(address)
    colleague.follow("It is the same as the paper")
    assert "Checked, waits for the ink" in words(colleague)


def it_is_signed_and_posted(doctor, address):
    doctor.arrive(address)
    doctor.follow("Record that the paper is signed")
    doctor.tick("I have seen the doctor’s own signature")
    doctor.tick("The patient has a copy")
    doctor.follow("Record that it is signed")
    doctor.follow("Write down that it is posted")
    doctor.write("Tracking reference", "AB123456789GB")
    doctor.follow("Write down that it is posted")
    assert "Posted to the pharmacy" in words(doctor)


def they_tell_us(doctor, address, state, quantity=""):
    doctor.arrive(address)
    doctor.follow("Write down what we are told")
    doctor.choose("Where it is now", state)
    doctor.write("Who told us", "Nora Example, pharmacist")
    doctor.choose("How we were told", "By phone")
    if quantity:
        doctor.write("Batch number", "B17")
        doctor.write("Quantity supplied", quantity)
    doctor.follow("Write this down")


def she_sees_where_it_is(patient, where):
    patient.arrive("/care/prescriptions/")
    assert where in words(patient)
