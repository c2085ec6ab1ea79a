"""What a person needs stands beside their name, on every page of staff that names them. Walked over all addresses."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bookings.availability.models import TimeOff
from bookings.waitlist.models import Skip
from clinic.outbox.actions import ask_reception, ask_to_tell
from clinic.outbox.models import Message
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.details.models import Supporter
from patients.profile import needs
from tests.factories import diary, intakes, messages, money, outcomes, people, plans, team, waiting
from tests.factories.people import NOW
from tests.test_access import every_name

pytestmark = pytest.mark.django_db

FLAG = "Needs: British Sign Language (BSL) · Interpreter: Polish · A room without steps"
STAFF_PAGES = ("desk_", "review", "admin:", "appointment_receipt")
# Pages that name her, by who opens them. One that is not here would not have been walked.
NAME_HER = {
    "review_caseload",
    "review_letters",
    "review_checks",
    "review_prescriptions",
    "review_prescriptions_pharmacy",
    "review_team",
    "review_team_person",
    "review_notes",
    "review_timeline",
    "desk_incident_about",
    "review_events",
    "review_events_new",
    "review_flags",
    "review_hand_over",
    "review_papers",
    "review_documents",
    "admin:bookings_appointment_change",
    "admin:bookings_appointment_changelist",
    "admin:bookings_offer_change",
    "admin:bookings_offer_changelist",
    "admin:bookings_skip_change",
    "admin:bookings_skip_changelist",
    "admin:bookings_waitingentry_change",
    "admin:bookings_waitingentry_changelist",
    "admin:patients_patient_change",
    "admin:patients_intake_change",
    "admin:patients_intake_changelist",
    "admin:patients_patient_changelist",
    "admin:patients_patient_history",
    "admin:patients_questionnaire_change",
    "admin:patients_questionnaire_changelist",
    "appointment_receipt",
    "desk_bookable",
    "desk_book_patient",
    "desk_cancel",
    "desk_charge",
    "desk_charges",
    "desk_confirmation",
    "desk_consents",
    "desk_contact",
    "desk_deactivate",
    "desk_diary",
    "desk_duplicates",
    "desk_list",
    "desk_lists",
    "desk_messages_of",
    "desk_move",
    "desk_refunds_due",
    "desk_status",
    "desk_take_back",
    "desk_tell",
    "desk_time_off_one",
    "desk_video",
    "desk_week",
    "review",
    "review_consents",
    "review_questions",
    "review_record",
    "review_plan",
    "review_plan_version",
}

TOMORROW = timezone.localdate() + timedelta(days=1)
QUERIES = ("?state=all", f"?day={TOMORROW}")
ASKED_FOR_MORE = {"admin:bookings_appointment_changelist", "desk_diary", "desk_list"}


@pytest.fixture
def world(amina, okafor, rosa, manager):
    """Everything that staff have of Amina, who needs something: the records."""
    amina.needs, amina.interpreter_language, amina.access_needs = ["bsl"], "Polish", "A room without steps"
    amina.save()
    people.patient("double@example.com", first_names="Amina", family_name="Example")
    diary.hours(okafor)
    kind, now = diary.kind(okafor), timezone.now()
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    visit = money.charged(diary.appointment(amina, okafor, kind, noon + timedelta(days=1)), "paid", by=manager)
    back = diary.appointment(amina, okafor, kind, noon + timedelta(days=2), state="cancelled_by_clinic")
    back = money.charged(back, "refund_due", by=manager)
    missed = diary.appointment(amina, okafor, kind, noon - timedelta(days=1), state="did_not_attend")
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=now)
    team.brought(amina, okafor, at=now)
    entry = waiting.entry(amina, kind)
    held = diary.appointment(
        amina, okafor, kind, noon + timedelta(days=1, hours=2), state="held", held_until=now + timedelta(hours=1)
    )
    skip = Skip.objects.create(
        entry=entry,
        clinician=okafor,
        starts_at=noon,
        freed_at=now,
        at=now,
        why=Skip._meta.get_field("why").choices[0][0],
    )
    away = TimeOff.objects.create(
        clinician=okafor,
        starts_at=noon,
        ends_at=noon + timedelta(days=3),
        reason="Away",
        created_at=now,
        created_by=manager,
        key=uuid4(),
    )
    handed = messages.due("reminder_48h", person=amina.pk, about=visit.pk, state="handed", channel="phone", sent_at=now)
    form, asked = intakes.in_review(amina, okafor), outcomes.asked(amina, okafor)
    records = (amina, visit, back, missed, okafor, okafor.user, entry, skip, away, handed)
    return [*records, waiting.offer(entry, held), form, asked, plans.signed(amina, okafor)]


def addresses(name, records):
    """Every address of a name that has at most a key in it. In the admin a key is of the table the name says."""
    for given in ({}, *({part: record.pk} for part in ("pk", "object_id") for record in keys_of(name, records))):
        try:
            yield reverse(name, kwargs=given)
        except NoReverseMatch:
            continue


def keys_of(name, records):
    app = name.removeprefix("admin:").partition("_")[0]
    if not name.startswith("admin:") or app not in {record._meta.app_label for record in records}:
        return records
    return [record for record in records if name.startswith(f"admin:{app}_{record._meta.model_name}_")]


def pages(client, records):
    """Yield (name, HTML) of every page of staff that can be opened."""
    for name in sorted({name for name in every_name() if name.startswith(STAFF_PAGES)}):
        for address in addresses(name, records):
            for query in ("", *(QUERIES if name in ASKED_FOR_MORE else ())):
                answer = client.get(address + query)
                if answer.status_code == 200 and "html" in answer["Content-Type"]:
                    yield name, answer.content.decode()


def test_no_page_of_staff_names_her_without_what_she_needs(as_user, world, manager, okafor):
    named, bare = set(), set()
    for who in (manager, okafor.user):
        for name, html in pages(as_user(who), world):
            if "Amina Example" in html:
                named.add(name)
                bare |= set() if FLAG in html else {name}

    assert bare == set()
    assert named == NAME_HER


def test_who_is_found_or_looks_the_same_is_shown_with_it(as_user, world, rosa):
    sought = {"name": "Amina", "date_of_birth": "1980-03-27"}

    assert FLAG in as_user(rosa).post(reverse("desk_book"), sought).content.decode()


def test_nobody_without_needs_has_a_flag(as_user, rosa, ben):
    assert "Needs:" not in as_user(rosa).get(reverse("admin:patients_patient_change", args=[ben.pk])).content.decode()


def test_her_own_pages_have_no_flag(as_user, world, amina):
    assert 'class="needs"' not in as_user(amina.user).get("/care/").content.decode()


# Messages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asks", [ask_to_tell, lambda message, at: ask_reception(message, "It failed", at=at)])
def test_a_task_about_a_message_says_what_she_needs_but_not_in_her_words(world, amina, asks):
    message = messages.due("reminder_48h", person=amina.pk, channel="phone")

    asks(message, at=NOW)

    title = Task.objects.get(about=message.pk).title
    assert title.endswith(". Needs: British Sign Language (BSL) · Interpreter: Polish")
    assert "steps" not in title


def test_a_task_is_never_too_long_for_its_needs(amina):
    amina.needs, amina.interpreter_language = list(needs.Need.values), "x" * 60
    amina.save()
    message = messages.due("reminder_48h", person=amina.pk, channel="phone")

    ask_to_tell(message, at=NOW)

    assert len(Task.objects.get(about=message.pk).title) == 200


def test_a_message_to_nobody_needs_nothing(db):
    ask_reception(messages.due("task_overdue", person=None), "It failed", at=NOW)

    assert Task.objects.get().title == "It failed"


def test_the_message_itself_shows_it(as_user, world, rosa, amina):
    message = Message.objects.filter(person=amina.pk).first()

    html = as_user(rosa).get(reverse("admin:clinic_message_change", args=[message.pk])).content.decode()
    assert "British Sign Language (BSL) · Interpreter: Polish" in html


@pytest.mark.parametrize(
    ("voicemail", "may_talk", "words"),
    [
        (None, "no", "Leave no message with anybody else."),
        (True, "no", "You may leave a voicemail"),
        (False, "no", "Leave no voicemail."),
        (None, "visits", "You may talk to Sam Carer about appointments only"),
        (None, "care", "You may talk to Sam Carer about appointments and care"),
    ],
)
def test_who_calls_reads_whom_they_may_talk_to(as_user, world, rosa, amina, voicemail, may_talk, words):
    amina.voicemail = voicemail
    amina.save()
    Supporter.objects.create(patient=amina, name="Sam Carer", may_talk=may_talk, changed_at=NOW, changed_by=amina.user)
    handed = Message.objects.get(person=amina.pk, state="handed")

    assert words in as_user(rosa).get(reverse("desk_tell", args=[handed.pk])).content.decode()


# The words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "language", "words", "expected"),
    [
        ([], "", "", []),
        (["other"], "", "", []),
        (["bsl", "large_print"], "", "", ["Large print", "British Sign Language (BSL)"]),
        ([], "Polish", "", ["Interpreter: Polish"]),
        ([], "", "No steps.\nMy sister comes", ["No steps. My sister comes"]),
        ([], "", "x" * 80, ["x" * 80]),
        ([], "", "x" * 81, ["x" * 79 + "…"]),
    ],
)
def test_what_the_flag_says(codes, language, words, expected):
    assert needs.flag(codes, language, words) == expected
