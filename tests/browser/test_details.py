"""The details a topic a page, closing an account, and the flag on staff's pages: looked at, with every error."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.outbox.models import Message
from patients.details.enums import Part
from patients.details.forms import FORMS
from patients.details.models import Supporter
from tests.browser.conftest import DESK, PHONE
from tests.browser.hands import Pointer
from tests.factories import diary, intakes, people
from tests.factories.messages import due

# What each topic is sent with to have as many of its errors at once as there can be.
WRONG = {
    Part.ABOUT: {"Family name": "", "Day": "31", "Month": "2"},
    Part.ADDRESS: {"Postcode": "nowhere", "Mobile": "01632 960 001", "Landline": "07700 900 982"},
    Part.NHS: {"NHS number": "QQ123456C"},
    Part.GP: {"Name of the practice": "", "Phone number of the practice": "1"},
    Part.TEAMS: {"MS team": "x" * 500},
    Part.NEEDS: {"For which language": "x" * 500},
    Part.EMERGENCY: {"Their phone number": "1"},
    Part.SUPPORTER: {"Their phone number": "1"},
}


@pytest.fixture
def walk(visit, look):
    """A hand in a window of a size, which looks at every page it comes to."""

    def through(user, size=PHONE, **way):
        return Pointer(visit(size, user=user, **way), look)

    return through


# Questions whose Yes unfolds another box.
FOLDED = {Part.NHS: ["Do you know your NHS number?"], Part.NEEDS: ["Do you need an interpreter?"]}


def reauthenticate(hand):
    hand.page.goto("/accounts/reauthenticate/")
    hand.write("Password", people.PASSWORD)
    hand.follow("Continue")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1280"])
def test_the_summary(walk, amina, size):
    amina.needs, amina.access_needs = ["bsl", "large_print"], "A room without steps " * 10
    amina.save()
    now = timezone.now()
    Supporter.objects.create(patient=amina, name="S" * 100, may_talk="care", changed_at=now, changed_by=amina.user)

    walk(amina.user, size).arrive("/care/details/")


@pytest.mark.parametrize("part", Part)
def test_a_topic_and_its_errors(walk, db, part):
    hand = walk(people.newcomer("new@example.com").user)
    hand.arrive(f"/care/details/{part}/")
    for question in FOLDED.get(part, ()):
        hand.choose(question, "Yes")
    for label, typed in WRONG[part].items():
        hand.write(label, typed)

    hand.follow("Save my details")

    assert hand.page.title().startswith("Error: ")
    assert hand.page.locator(".error-summary li").count() >= len([typed for typed in WRONG[part].values() if typed])


def test_every_topic_has_wrong_answers_here():
    assert set(WRONG) == set(FORMS)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_box_that_depends_on_an_answer_is_folded_away_by_a_script_only(walk, amina, scripts):
    hand = walk(amina.user, scripts=scripts)
    hand.page.goto("/care/details/nhs-number/")
    box = hand.page.get_by_role("textbox", name="NHS number")

    before = box.is_visible()
    hand.choose("Do you know your NHS number?", "Yes")

    assert (before, box.is_visible()) == (not scripts, True)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_somebody_tells_what_they_need_with_and_without_scripts(walk, amina, scripts):
    hand = walk(amina.user, scripts=scripts)
    hand.page.goto("/care/details/")
    hand.follow("Change What you need to take part")
    hand.tick("Large print")
    hand.choose("Do you need an interpreter?", "No")
    hand.choose("May we leave a voicemail?", "Yes")
    hand.follow("Save my details")

    amina.refresh_from_db()
    assert (amina.needs, amina.voicemail) == (["large_print"], True)


def test_closing_and_its_errors(walk, amina, okafor, kind):
    diary.appointment(amina, okafor, kind, timezone.now() + timedelta(days=9))
    hand = walk(amina.user)
    reauthenticate(hand)
    hand.arrive("/care/close/")
    hand.follow("Close my account")
    assert hand.page.title().startswith("Error: ")

    hand.choose("What about your visits?", "Keep them: I will be there")
    hand.follow("Close my account")

    assert hand.page.url.endswith("/care/closed/")


def test_pages_of_staff_with_the_flag(walk, amina, okafor, rosa, kind):
    amina.needs, amina.interpreter_language, amina.access_needs = ["bsl"], "Polish", "A room without steps " * 10
    amina.save()
    now = timezone.now()
    visit = diary.appointment(amina, okafor, kind, now + timedelta(days=1))
    due("reminder_48h", person=amina.pk, about=visit.pk, state="handed", channel="phone")
    handed = Message.objects.get()
    intakes.in_review(amina, okafor)
    at_the_desk, record = walk(rosa, DESK), walk(okafor.user, DESK)

    for address in (
        "/admin/patients/patient/",
        f"/admin/patients/patient/{amina.pk}/change/",
        f"/admin/bookings/appointment/{visit.pk}/change/",
        f"/admin/diary/?day={visit.starts_at:%Y-%m-%d}",
        f"/admin/messages/{handed.pk}/tell/",
    ):
        at_the_desk.arrive(address)
        assert at_the_desk.page.locator(".needs").first.is_visible(), address
    record.arrive("/review/")
    assert record.page.locator(".needs").first.is_visible()
