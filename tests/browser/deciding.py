"""A specialist decides on a form: the same steps in every journey."""

from tests.browser.hands import words


def proceed(doctor, reasons, message=""):
    """Write and sign the decision that the person is seen, from the page of their form."""
    doctor.choose("What happens next?", "Proceed to the visit")
    doctor.follow("Write this decision")
    assert "Before you can sign" not in words(doctor)
    doctor.write("Which records have you read?", "GP summary of this month")
    doctor.choose("Is the diagnosis confirmed?", "Confirmed")
    doctor.write("Where is it confirmed", "Letter of the MS clinic, 2024")
    doctor.write("How many earlier treatments", "2")
    doctor.choose("Is an examination needed?", "Not needed")
    doctor.mark("Which ways to meet", ["Video call", "At the clinic"])
    doctor.choose("Is there a reason to doubt", "No reason to doubt it")
    doctor.write("Your reasons", reasons)
    if message:
        doctor.write("Message to the patient", message)
    doctor.follow("Sign this decision")
    assert "Your decision is signed" in words(doctor)
