"""What patients are written about their appointments, and when no more."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils.html import strip_tags
from icalendar import Calendar

from bookings.appointments import letters
from bookings.appointments.models import Appointment
from bookings.appointments.policy import Terms
from clinic.outbox import actions as outbox
from clinic.outbox import registry, sending
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted, compose
from tests.factories import diary, intakes, money, people
from tests.factories.people import NOW

THURSDAY = datetime(2026, 12, 3, 14, 30, tzinfo=UTC)
TO_COME = ["booking_confirmed", "booking_moved", "reminder_48h", "reminder_3h", "missing_7d", "missing_4d"]
ALL = [*TO_COME, "booking_cancelled", "did_not_attend"]
CLINICAL = re.compile(
    r"\b(pain\w*|facial|sclerosis|MS|neuro\w*|jaw|trigeminal|medicine\w*|cannabis\w*|prescri\w*|diagnos\w*|symptom\w*|treatment\w*|assessment)\b",
    re.I,
)


UNPAID = "You have not paid, so there is nothing to give back. You owe nothing."


@pytest.fixture
def kind(okafor):
    return diary.kind(okafor, slug="ms-pain", name="MS pain: first assessment", summary="Neurology.")


@pytest.fixture
def visit(amina, okafor, kind):
    return diary.appointment(amina, okafor, kind, THURSDAY)


def message(visit, rule, **fields):
    details = {"about": visit.pk, "person": visit.patient_id, "round": visit.sequence, "created_at": NOW} | fields
    return Message(
        key=f"{rule}:{visit.pk}",
        rule=rule,
        message_id=f"<{rule}@test>",
        due_at=NOW,
        useful_until=visit.starts_at,
        **details,
    )


def letter(visit, rule="booking_confirmed", **fields):
    if rule == "booking_cancelled" and visit.state == "booked":
        cancel(visit)
    if rule == "did_not_attend":
        Appointment.objects.filter(pk=visit.pk).update(state="did_not_attend")
    return compose(message(visit, rule, **fields))


def cancel(visit, state="cancelled_by_patient", at=NOW):
    Appointment.objects.filter(pk=visit.pk).update(state=state, sequence=visit.sequence + 1)
    visit.refresh_from_db()
    visit.state_changes.create(from_state="booked", to_state=state, at=at)


def test_the_confirmation_holds_what_a_contract_needs(visit):
    written = letter(visit)

    assert (written.to, written.subject) == ("amina@example.com", "Your appointment is booked")
    for part in (
        "Hello Amina,",
        "Thursday 3 December 2026 at 2:30pm, UK time",
        "Dr Ada Okafor",
        "Video call",
        "30 minutes",
        "Total fee: £180",
        f"http://localhost:8000/appointments/{visit.pk}/",
        "You can move it until Wednesday 2 December 2026 at 5pm, UK time.",
        "Cancel before it starts: you get the full fee back, because it is within 14 days of booking.",
        "You made this contract on Monday 23 November 2026.",
        "until Thursday 3 December 2026 at 2:30pm, UK time",  # the visit comes before the 14 days end
        "Your appointment is within the 14 days: once it has taken place in full, this right ends.",
        "I give notice that I cancel my contract for this service",
        "hello@example.com",
        "01632 960 100",
    ):
        assert part in written.text, part


def test_the_right_to_cancel_ends_after_14_days_where_the_visit_is_later(amina, okafor, kind):
    later = diary.appointment(amina, okafor, kind, THURSDAY + timedelta(days=14))

    assert "until the end of Monday 7 December 2026, and" in letter(later).text
    assert (
        "Cancel before Wednesday 16 December 2026 at 5pm, UK time: you get all of the fee back." in letter(later).text
    )
    assert "is within" not in letter(later).text


def test_the_confirmation_says_that_an_early_start_was_asked_for(visit):
    Appointment.objects.filter(pk=visit.pk).update(early_start_requested_at=NOW, early_start_text="2026-11")

    assert "and you asked us to see you before they end" in letter(visit).text


def test_html_and_text_say_the_same(visit):
    written = letter(visit)

    link_words = {
        "sign",
        "it",
        "move",
        "see",
        "http",
        "localhost",
        "8000",
        "appointments",
        "care",
        *re.findall(r"\w+", str(visit.pk)),
    }
    assert words(written.text) - words(written.html) <= link_words


def words(text):
    without_tags = re.sub(r"<[^>]+>|&\w+;", " ", re.sub(r"<head>.*</head>", "", text, flags=re.S))
    return set(re.findall(r"[\w£]+", without_tags.lower()))


@pytest.mark.parametrize("rule", ALL)
def test_only_what_confirms_a_time_carries_the_calendar_file(visit, rule):
    attached = 1 if rule in {"booking_confirmed", "booking_moved"} else 0

    files = letter(visit, rule).attachments

    assert [(name, kind) for name, _, kind in files] == [
        ("appointment.ics", "text/calendar; method=REQUEST")
    ] * attached


@pytest.mark.parametrize("rule", ALL)
def test_nothing_clinical_in_any_part(visit, settings, rule):
    written = letter(visit, rule)
    everything = "\n".join(
        [written.subject, written.text, written.html, *(content for _, content, _ in written.attachments)]
    )

    found = CLINICAL.findall(everything.replace(settings.CLINIC["name"], "").replace("\r\n ", ""))
    assert found == []
    assert [date for date in ("1980-03-27", "27 March 1980", "27/03/1980", "19800327") if date in everything] == []


@pytest.mark.parametrize("rule", ALL)
def test_case_14_nine_oclock_is_nine_oclock_in_every_letter(amina, okafor, kind, rule):
    """Hard case 14."""
    visit = diary.appointment(amina, okafor, kind, datetime(2027, 3, 28, 8, tzinfo=UTC))

    written = letter(visit, rule)

    assert "Sunday 28 March 2027 at 9am, UK time" in written.text
    assert "Sunday 28 March 2027 at 9am, UK time" in written.html


@pytest.mark.parametrize("rule", ALL)
def test_a_letter_about_another_time_is_not_wanted(visit, rule):
    assert letter(visit, rule, round=7) == NotWanted("the appointment has another time")


@pytest.mark.parametrize("rule", TO_COME)
@pytest.mark.parametrize(
    ("state", "wanted"),
    [("confirmed", True), ("checked_in", False), ("cancelled_by_clinic", False), ("did_not_attend", False)],
)
def test_only_visits_to_come_are_announced(amina, okafor, kind, rule, state, wanted):
    visit = diary.appointment(amina, okafor, kind, THURSDAY, state=state)

    assert isinstance(letter(visit, rule), Letter) == wanted


def test_a_cancellation_is_not_told_while_the_visit_stands(visit):
    assert compose(message(visit, "booking_cancelled")) == NotWanted("the appointment is booked")


@pytest.mark.parametrize(
    ("state", "at", "charge", "words"),
    [
        ("cancelled_by_patient", THURSDAY - timedelta(days=3), "waived", ["as you asked", UNPAID]),
        ("cancelled_by_clinic", THURSDAY - timedelta(hours=1), "waived", ["We have cancelled", UNPAID]),
        ("cancelled_by_patient", THURSDAY - timedelta(hours=1), "due", ["You still owe £180. Cancelled after the cut"]),
        (
            "cancelled_by_patient",
            THURSDAY - timedelta(days=3),
            "refund_due",
            ["as you asked", "You get £180 back within 14 days, the way you paid."],
        ),
        (
            "cancelled_by_patient",
            THURSDAY - timedelta(hours=1),
            "paid",
            ["as you asked", "You have paid £180. Cancelled after the cut-off: the fee is not given back."],
        ),
        (
            "cancelled_by_clinic",
            THURSDAY - timedelta(hours=1),
            "refund_due",
            ["We have cancelled", "You get £180 back within 14 days, the way you paid."],
        ),
    ],
)
def test_a_cancellation_says_what_it_means_for_the_money(amina, okafor, kind, state, at, charge, words):
    booked = diary.appointment(amina, okafor, kind, THURSDAY, booked_at=NOW - timedelta(days=30))
    visit = money.charged(booked, charge)
    cancel(visit, state, at)

    written = letter(visit, "booking_cancelled")

    assert written.subject == "Your appointment is cancelled"
    assert [
        word for word in words if word not in written.text or word not in re.sub(r"</?strong>", "", written.html)
    ] == []


def test_the_terms_are_those_that_were_agreed(amina, okafor, kind):
    later = diary.appointment(amina, okafor, kind, THURSDAY + timedelta(days=14))
    diary.agreed(later, Terms(cut_off_minute=12 * 60, before_percent=80, after_percent=20))

    written = letter(later).text

    assert "Cancel before Wednesday 16 December 2026 at 12pm, UK time: you get 80% of the fee back." in written
    assert "Cancel later: you get 20% of the fee back, or all of it while the 14 days below still run." in written


def test_after_the_cut_off_no_letter_promises_what_has_passed(amina, okafor, kind):
    """Booked long ago, and moved at the last moment to a time that is the same evening."""
    late = diary.appointment(amina, okafor, kind, THURSDAY, booked_at=NOW - timedelta(days=30))
    moved = Message(about=late.pk, rule="booking_moved", round=0, created_at=late.cut_off)

    written = letters.booking_moved(moved)

    for text in (written.text, strip_tags(written.html)):
        assert "It is too late to move it online: call us." in text
        assert "Cancel now or later: you get none of the fee back" in text
        assert "Cancel before" not in text


def test_a_reminder_names_the_day_in_its_subject(visit):
    assert letter(visit, "reminder_48h").subject == "Your appointment on Thursday 3 December"


def test_names_are_printed_as_they_are_in_text_and_escaped_in_html(okafor, kind):
    """Security cases 32, 36 and 37: what somebody typed as their name."""
    odd = people.patient("odd@example.com", preferred_name="O'Neill & <b>{{ clinic.phone }}</b>")
    written = letter(diary.appointment(odd, okafor, kind, THURSDAY))

    assert "Hello O'Neill & <b>{{ clinic.phone }}</b>," in written.text
    assert "Hello O&#x27;Neill &amp; &lt;b&gt;{{ clinic.phone }}&lt;/b&gt;," in written.html


def test_somebody_without_an_account_is_written_at_their_own_address(okafor, kind):
    caller = people.patient(account=False)
    caller.email = "caller@example.com"
    caller.save()

    assert letter(diary.appointment(caller, okafor, kind, THURSDAY)).to == "caller@example.com"


def test_the_mail_as_it_leaves(transactional_db, visit, settings):
    """One recipient, no copies, a plain part, a calendar file that calendars understand."""
    outbox.plan("appointment_booked", about=visit.pk, person=visit.patient_id, anchor=visit.starts_at, at=NOW)
    Message.objects.filter(rule="booking_confirmed").update(
        due_at=NOW - timedelta(days=4000), useful_until=NOW + timedelta(days=4000)
    )
    Message.objects.exclude(rule="booking_confirmed").delete()

    sending.drain(5)

    sent = mail.outbox[0].message()
    assert (sent["To"], sent["Cc"], sent["Bcc"], sent["From"], sent["Subject"]) == (
        "amina@example.com",
        None,
        None,
        settings.DEFAULT_FROM_EMAIL,
        "Your appointment is booked",
    )
    assert sent["Message-ID"] == Message.objects.get().message_id
    parts = {part.get_content_type(): part for part in sent.walk() if not part.is_multipart()}
    assert set(parts) == {"text/plain", "text/html", "text/calendar"}
    assert parts["text/calendar"].get_param("method") == "REQUEST"
    assert Calendar.from_ical(parts["text/calendar"].get_payload(decode=True)).walk("VEVENT")[0]["SEQUENCE"] == 0


def test_every_letter_is_registered():
    assert {rule: composer.__name__ for rule, composer in registry._composers.items() if rule in ALL} == {
        "booking_confirmed": "booking_confirmed",
        "booking_moved": "booking_moved",
        "booking_cancelled": "booking_cancelled",
        "reminder_48h": "reminder",
        "reminder_3h": "reminder",
        "missing_7d": "missing",
        "missing_4d": "missing",
        "did_not_attend": "did_not_attend",
    }


# What is missing, and who did not come ---------------------------------------------------------------


STILL_OPEN = "We do not have everything we need"


@pytest.mark.parametrize(
    ("has_form", "has_records", "missing"), [(0, 0, True), (1, 0, True), (0, 1, True), (1, 1, False)]
)
def test_what_is_missing_is_told_only_where_something_is(visit, amina, has_form, has_records, missing):
    if has_form:
        intakes.sent(amina)
    if has_records:
        amina.records_received_on = NOW.date()
        amina.save()

    written, reminder = letter(visit, "missing_7d"), letter(visit, "reminder_48h")

    if missing:
        assert written.subject == "Before your appointment on Thursday 3 December"
        assert [STILL_OPEN in text for text in (written.text, written.html, reminder.text, reminder.html)] == [True] * 4
        assert "http://localhost:8000/care/" in written.text
    else:
        assert written == NotWanted("nothing is missing")
        assert [STILL_OPEN in text for text in (reminder.text, reminder.html)] == [False] * 2


def test_a_form_that_was_only_begun_is_missing(visit, amina):
    intakes.draft(amina)
    amina.records_received_on = NOW.date()
    amina.save()

    assert isinstance(letter(visit, "missing_4d"), Letter)


def test_who_has_no_account_is_asked_to_call(okafor, kind):
    caller = people.patient(account=False, email="caller@example.com")
    visit = diary.appointment(caller, okafor, kind, THURSDAY)

    for rule in ("missing_7d", "reminder_48h"):
        written = letter(visit, rule)
        assert ["Call us to hear what is missing." in text for text in (written.text, written.html)] == [True, True]
        assert "/care/" not in written.text + written.html


def test_which_paper_it_is_stands_in_no_mail(visit):
    written = letter(visit, "missing_7d")

    assert re.findall(r"\b(form|records?|GP|ID)\b", written.subject + written.text + written.html, re.I) == []


def test_who_did_not_come_is_shown_the_way_back_without_a_word_of_blame(visit):
    written = letter(visit, "did_not_attend")

    assert written.subject == "We missed you"
    assert "http://localhost:8000/book/" in written.text
    assert "See, move or cancel" not in written.html
    assert re.findall(r"\b(fail\w*|miss\w* your|why|fee|refund)\b", written.text, re.I) == []


@pytest.mark.parametrize("state", ["booked", "checked_in", "cancelled_by_patient"])
def test_nobody_is_told_they_were_missed_who_was_not(amina, okafor, kind, state):
    visit = diary.appointment(amina, okafor, kind, THURSDAY, state=state)

    assert compose(message(visit, "did_not_attend")) == NotWanted(f"the appointment is {state}")


@pytest.mark.parametrize("rule", [*TO_COME, "did_not_attend"])
def test_a_letter_asks_once_for_all_it_prints(visit, rule, django_assert_num_queries):
    """With the clinic's own words read before, as the sender has them."""
    asked = message(visit, rule)
    asked.own_words = None
    if rule == "did_not_attend":
        Appointment.objects.filter(pk=visit.pk).update(state="did_not_attend")

    with django_assert_num_queries(1):
        assert isinstance(compose(asked), Letter)
