"""A person's details, a topic a page: over HTTP, in the database, and what of them the form waits for."""

from datetime import date
from types import SimpleNamespace

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.outbox.enums import Channel
from clinic.outbox.models import Message
from clinic.outbox.policy import carried_by
from clinic.outbox.registry import compose, reach_of
from clinic.outbox.rules import BY_CODE
from patients.consents.models import Consent
from patients.contact.models import ContactChoice
from patients.details import policy
from patients.details.enums import Part
from patients.details.forms import FORMS
from patients.details.models import OtherTeams, Supporter
from patients.profile.actions import save_details
from patients.profile.models import Patient
from tests.factories import intakes, people
from tests.factories.people import NOW, PASSWORD
from tests.loops import browser, undone

pytestmark = pytest.mark.django_db

BORN = {"date_of_birth_day": "27", "date_of_birth_month": "3", "date_of_birth_year": "1980"}
ABOUT = {"first_names": "Amina", "family_name": "Example", "sex": "female", "gender": ""} | BORN
ADDRESS = {
    "address_1": "1 Example Street",
    "address_2": "",
    "town": "Exampleton",
    "postcode": "aa11aa",
    "country": "wales",
    "mobile": "07700 900123",
    "landline": "",
}
NEEDS = {"needs": ["bsl", "large_print"], "interpreter": "no", "voicemail": "no", "access_needs": "No steps"}
SAM = {"name": "Sam Carer", "relationship": "Husband", "phone": "07700 900456", "may_talk": "visits"}
GOOD = {
    Part.ABOUT: ABOUT,
    Part.ADDRESS: ADDRESS,
    Part.NHS: {"knows": "yes", "nhs_number": "999-000-0018"},
    Part.GP: {"gp_registered": "yes", "gp_practice": "Exampleton Surgery", "gp_address": "a 12345", "gp_phone": ""},
    Part.TEAMS: {"ms_team": "Exampleton MS nurses", "mental_health": "Dr Sample"},
    Part.NEEDS: NEEDS,
    Part.EMERGENCY: {"emergency_name": "Sam Carer", "emergency_phone": "01632 960001"},
    Part.SUPPORTER: SAM,
}
SUMMARY = "/care/details/"


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


def address(part):
    return reverse("profile_part", args=[part])


def error_of(response):
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


@pytest.mark.parametrize("part", Part)
def test_each_topic_is_saved_and_shown_and_asked_no_second_time(as_user, amina, part):
    client = as_user(amina.user)

    answer = client.post(address(part), GOOD[part])

    assert (answer.status_code, answer["Location"]) == (302, SUMMARY)
    assert client.get(SUMMARY).status_code == 200
    form = client.get(address(part)).context["form"]
    for name, typed in GOOD[part].items():
        if name in form.fields and name not in {"postcode", "nhs_number", "gp_address"}:
            field = form[name]
            assert field.value() == typed or sorted(field.value()) == sorted(typed), name
    again = client.post(address(part), GOOD[part])
    assert again.status_code == 302


def test_what_is_stored_is_normalised(as_user, amina):
    client = as_user(amina.user)
    for part in Part:
        client.post(address(part), GOOD[part])

    amina.refresh_from_db()
    assert (amina.sex, amina.postcode, amina.country, amina.phone, amina.other_phone) == (
        "female",
        "AA1 1AA",
        "wales",
        "+447700900123",
        "",
    )
    assert (amina.nhs_number, amina.gp_address, amina.needs, amina.voicemail) == (
        "9990000018",
        "A12345",
        ["bsl", "large_print"],
        False,
    )
    assert amina.address_lines == "1 Example Street\nExampleton\nAA1 1AA"
    assert (amina.emergency_phone, amina.supporter.phone) == ("+441632960001", "+447700900456")
    assert "999 000 0018" in client.get(SUMMARY).content.decode()


def test_the_summary_leads_to_every_topic_and_says_what_is_not_finished(as_user, db):
    newcomer = people.newcomer()

    html = as_user(newcomer.user).get(SUMMARY).content.decode()

    assert [address(part) in html for part in Part] == [True] * len(Part)
    assert html.count("Not finished") == len(policy.missing(newcomer)) == 5


def test_it_goes_on_where_it_came_from(as_user, amina):
    answer = as_user(amina.user).post(f"{address(Part.GP)}?next=/intake/", GOOD[Part.GP])

    assert answer["Location"] == "/intake/"


@pytest.mark.parametrize("part", ["nothing", "supporter-x", "about_you"])
def test_a_topic_that_is_not_there(as_user, amina, part):
    assert as_user(amina.user).get(f"/care/details/{part}/").status_code == 404


def test_a_newcomer_is_asked_first_for_what_is_needed(as_user, db):
    answer = as_user(people.user("new@example.com")).get(address(Part.ABOUT))

    assert (answer.status_code, answer["Location"]) == (302, SUMMARY)


def test_extra_fields_change_nothing(as_user, amina, ben):
    strange = {"user": str(ben.user.pk), "status": "deceased", "phone": "+447700900999", "id": str(ben.pk)}

    as_user(amina.user).post(address(Part.ABOUT), ABOUT | strange)

    amina.refresh_from_db()
    assert (amina.user.email, amina.status, amina.phone) == ("amina@example.com", "active", "+447700900123")


# Hard input ------------------------------------------------------------------------------------------

HARD = {
    "a name with an apostrophe": "O'Neill-Ó Súilleabháin",
    "one sign": "李",
    "200 combining marks": "e" + "\u0301" * 200,
    "turned around": "\u202egnp.exe",
    "NUL": "a\0b",
    "5,000 digits": "9" * 5_000,
    "a lone surrogate's stand-in": "\ufffd",
    "white space": " \t\u00a0 ",
    "markup": "<script>alert(1)</script>",
    "a far year": "9999-12-31",
}
BOXES = [
    (part, name)
    for part, form in FORMS.items()
    for field_name, field in form.base_fields.items()
    for name in (
        [f"{field_name}_{each}" for each in ("day", "month", "year")] if "birth" in field_name else [field_name]
    )
]


USUAL = list(HARD)[:4]


@pytest.mark.parametrize(
    "values", [USUAL, pytest.param(sorted({*HARD} - {*USUAL}), marks=pytest.mark.proof)], ids=["usual", "others"]
)
@pytest.mark.parametrize(("part", "box"), BOXES, ids=str)
def test_no_box_gives_a_500_or_loses_what_was_typed(amina, part, box, values):
    client, faults = browser(amina.user), []

    for words in values:
        with undone():
            faults += [(words, fault) for fault in typed_into(client, part, box, HARD[words])]

    assert faults == []


def typed_into(client, part, box, typed):
    """Send a page with ``typed`` in one box, and look at the summary; yield what is wrong."""
    sent = GOOD[part] | {box: [typed] if isinstance(GOOD[part].get(box), list) else typed}
    answer = client.post(address(part), sent)
    if answer.status_code == 422:
        if answer.context["form"].data.get(box) != typed:
            yield "lost"
        if "<script>alert" in answer.content.decode():
            yield "markup on the page"
    elif answer.status_code != 302:
        yield answer.status_code
    summary = client.get(SUMMARY).content.decode()
    if "\u202e" in summary or "<script>alert" in summary:
        yield "shown as it was typed"


NAMES = ["O'Neill-Ó Súilleabháin", "李", "Nguyễn Thị Minh Khai", "X Æ A-12", "x" * 100]
NAME_BOXES = [("about-you", name) for name in ("first_names", "family_name", "preferred_name")]
NAME_BOXES += [("supporter", "name"), ("emergency-contact", "emergency_name")]


@pytest.mark.parametrize(("part", "box"), NAME_BOXES)
def test_names_of_every_kind_are_kept_as_they_are(as_user, amina, part, box):
    client, kept = as_user(amina.user), []

    for name in NAMES:
        client.post(address(part), GOOD[Part(part)] | {box: name})
        kept.append(client.get(address(part)).context["form"][box].value())

    assert kept == NAMES


@pytest.mark.parametrize("part", Part)
def test_an_empty_page_says_what_is_missing(as_user, amina, part):
    answer = as_user(amina.user).post(address(part), {})

    needed = [name for name, field in FORMS[part].base_fields.items() if field.required]
    wanted = {*needed, *({"mobile"} if part == Part.ADDRESS else ())}
    assert set(error_of(answer) if answer.status_code == 422 else {}) == wanted
    assert "This field is required" not in answer.content.decode()


# Each topic's own rules ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("QQ123456C", "This is a National Insurance number. An NHS number has 10 digits, like 999 123 4567"),
        ("999 000 001x", "Enter the NHS number in digits, without letters, like 999 123 4567"),
        ("999 000 001", "This NHS number is too short: it must have 10 digits, and you typed 9"),
        ("999 000 00188", "This NHS number is too long: it must have 10 digits, and you typed 11"),
        ("999 123 4567", "One of the digits of this NHS number is wrong. Check it, then type it again"),
        ("", "Enter your number, or choose “No” above"),
    ],
)
def test_a_wrong_nhs_number_is_told_why(as_user, amina, typed, message):
    answer = as_user(amina.user).post(address(Part.NHS), {"knows": "yes", "nhs_number": typed})

    assert (answer.status_code, error_of(answer)) == (422, {"nhs_number": [message]})


def test_a_number_for_tests_is_refused_in_production(as_user, amina, settings):
    settings.PRODUCTION = True

    answer = as_user(amina.user).post(address(Part.NHS), GOOD[Part.NHS])

    assert "are for tests" in error_of(answer)["nhs_number"][0]


def test_who_does_not_know_the_number_needs_none(as_user, amina):
    answer = as_user(amina.user).post(address(Part.NHS), {"knows": "no", "nhs_number": "QQ"})

    amina.refresh_from_db()
    assert (answer.status_code, amina.nhs_number) == (302, "")


@pytest.mark.parametrize(
    ("country", "name"),
    [
        ("", "NHS number"),
        ("england", "NHS number"),
        ("wales", "NHS number"),
        ("scotland", "CHI number"),
        ("northern_ireland", "Health and Care number"),
    ],
)
def test_the_number_is_called_as_it_is_where_they_live(as_user, amina, country, name):
    Patient.objects.filter(pk=amina.pk).update(country=country)

    page = as_user(amina.user).get(address(Part.NHS)).content.decode()
    assert f"Do you know your {name}?" in page


@pytest.mark.parametrize(
    ("numbers", "stored"),
    [
        ({"mobile": "07700 900 982", "landline": "01632 960 001"}, ("+447700900982", "+441632960001")),
        ({"mobile": "", "landline": "01632 960 001"}, ("+441632960001", "")),
        ({"mobile": "+44 7700 900982", "landline": ""}, ("+447700900982", "")),
    ],
)
def test_a_mobile_a_landline_or_both(as_user, amina, numbers, stored):
    client = with_password(as_user, amina)

    client.post(address(Part.ADDRESS), ADDRESS | numbers)

    amina.refresh_from_db()
    form = client.get(address(Part.ADDRESS)).context["form"]
    assert (amina.phone, amina.other_phone) == stored
    assert [bool(form[name].value()) for name in numbers] == [bool(each) for each in numbers.values()]


@pytest.mark.parametrize(
    ("numbers", "box"),
    [
        ({"mobile": "01632 960 001"}, "mobile"),
        ({"mobile": "", "landline": "07700 900 982"}, "landline"),
        ({"mobile": "", "landline": ""}, "mobile"),
        ({"mobile": "0906 123 4567"}, "mobile"),
    ],
)
def test_a_number_in_the_wrong_box(as_user, amina, numbers, box):
    answer = as_user(amina.user).post(address(Part.ADDRESS), ADDRESS | numbers)

    assert (answer.status_code, list(error_of(answer))) == (422, [box])


@pytest.mark.parametrize(
    ("said", "box"),
    [
        ({"interpreter": "yes", "interpreter_language": ""}, "interpreter_language"),
        ({"needs": ["other"], "access_needs": " "}, "access_needs"),
        ({"needs": ["telepathy"]}, "needs"),
    ],
)
def test_an_answer_that_needs_words(as_user, amina, said, box):
    answer = as_user(amina.user).post(address(Part.NEEDS), NEEDS | said)

    assert (answer.status_code, list(error_of(answer))) == (422, [box])


def test_no_interpreter_needs_no_language(as_user, amina):
    as_user(amina.user).post(address(Part.NEEDS), NEEDS | {"interpreter_language": "x" * 500})

    amina.refresh_from_db()
    assert amina.interpreter_language == ""


@pytest.mark.parametrize("broken", [{"needs": ["telepathy"]}, {"country": "mars"}])
def test_the_database_knows_the_codes(amina, broken):
    with pytest.raises(IntegrityError, match="patient_(needs|country)_known"), transaction.atomic():
        Patient.objects.filter(pk=amina.pk).update(**broken)


def test_other_teams_are_sealed_and_not_for_reception(as_user, amina, rosa, manager, okafor):
    as_user(amina.user).post(address(Part.TEAMS), GOOD[Part.TEAMS])

    assert [OtherTeams.objects.visible_to(who).count() for who in (amina.user, rosa, manager, okafor.user)] == [
        1,
        0,
        0,
        0,
    ]
    assert OtherTeams.objects.get().mental_health == "Dr Sample"
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("select mental_health from patients_otherteams")
        assert "Sample" not in cursor.fetchone()[0]


# The person who helps --------------------------------------------------------------------------------


def consents(patient):
    rows = Consent.objects.filter(patient=patient, purpose="supporter").order_by("at", "pk")
    return [row.given for row in rows]


def test_nobody_is_talked_to_unless_it_is_chosen(as_user, amina):
    page = as_user(amina.user).get(address(Part.SUPPORTER))

    assert (page.context["form"]["may_talk"].value(), "checked" in page.content.decode()) == ("", False)
    assert Supporter(patient=amina, name="Sam").may_talk == "no"


def test_leave_to_talk_is_a_consent_and_is_withdrawn_with_one_button(as_user, amina):
    client = as_user(amina.user)
    client.post(address(Part.SUPPORTER), SAM)
    html = client.get(SUMMARY).content.decode()

    answer = client.post(reverse("profile_withdraw"))

    assert "Do not talk to them any more" in html
    assert (answer.status_code, Supporter.objects.get().may_talk) == (302, "no")
    assert sorted(consents(amina)) == [False, True]
    assert "Do not talk to them any more" not in client.get(SUMMARY).content.decode()


def test_withdrawn_twice_is_written_once(as_user, amina):
    client = as_user(amina.user)
    client.post(address(Part.SUPPORTER), SAM)

    for _ in range(2):
        client.post(reverse("profile_withdraw"))

    assert sorted(consents(amina)) == [False, True]


def test_its_history_is_kept(as_user, amina):
    client = as_user(amina.user)
    for may_talk in ("care", "visits", "no"):
        client.post(address(Part.SUPPORTER), SAM | {"may_talk": may_talk})

    history = Supporter.pgh_event_model.objects.order_by("pgh_id").values_list("may_talk", flat=True)
    assert list(history) == ["care", "visits", "no"]
    assert consents(amina).count(False) == 1


def test_the_same_answer_again_is_no_new_consent(as_user, amina):
    client = as_user(amina.user)
    for _ in range(2):
        client.post(address(Part.SUPPORTER), SAM)

    assert consents(amina) == [True]


def test_staff_see_whom_they_may_talk_to(as_user, amina, rosa):
    as_user(amina.user).post(address(Part.SUPPORTER), SAM)

    html = as_user(rosa).get(f"/admin/patients/patient/{amina.pk}/change/").content.decode()
    assert "Helps them: Sam Carer, Husband, 07700 900456." in html
    assert "Yes, about my appointments only" in html


# A new phone number ----------------------------------------------------------------------------------


def with_password(as_user, patient):
    """A client that has just entered the password."""
    client = as_user(patient.user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def test_a_new_number_asks_for_the_password_and_loses_nothing(as_user, amina):
    client = as_user(amina.user)
    sent = ADDRESS | {"mobile": "07700 900 982", "town": "Newtown"}

    asked = client.post(address(Part.ADDRESS), sent)
    amina.refresh_from_db()
    before = (amina.phone, amina.town)
    answer = client.post(asked["Location"], {"password": PASSWORD})

    amina.refresh_from_db()
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert before == ("+447700900123", "Exampleton")
    assert (answer.status_code, answer["Location"]) == (302, SUMMARY)
    assert (amina.phone, amina.town) == ("+447700900982", "Newtown")


def test_nothing_is_lost_on_the_way_from_another_page_either(as_user, amina):
    client = as_user(amina.user)
    page = client.get(f"{address(Part.ADDRESS)}?next=/intake/").content.decode()
    sent = ADDRESS | {"mobile": "07700 900 982", "next": "/intake/"}

    asked = client.post(address(Part.ADDRESS), sent)
    answer = client.post(asked["Location"], {"password": PASSWORD})

    amina.refresh_from_db()
    assert f'action="{address(Part.ADDRESS)}"' in page
    assert '<input type="hidden" name="next" value="/intake/">' in page
    assert (answer["Location"], amina.phone) == ("/intake/", "+447700900982")


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example/", "a\0b", "x" * 5000])
def test_it_goes_on_to_no_other_site(as_user, amina, wanted):
    answer = as_user(amina.user).post(address(Part.GP), GOOD[Part.GP] | {"next": wanted})

    assert (answer.status_code, answer["Location"]) == (302, SUMMARY)


def test_the_pages_ask_the_database_as_much_with_everything_filled_in(as_user, amina):
    client = as_user(amina.user)
    client.get(SUMMARY)
    before = queries(client)
    for part in Part:
        client.post(address(part), GOOD[part])
    client.get(SUMMARY)  # what was said of the saving is read

    assert queries(client) == before


def queries(client):
    """How many statements each page takes."""
    counts = []
    for page in (SUMMARY, *map(address, Part)):
        with CaptureQueriesContext(connection) as seen:
            client.get(page)
        counts.append(len(seen))
    return counts


def test_a_wrong_password_changes_nothing(as_user, amina):
    client = as_user(amina.user)
    asked = client.post(address(Part.ADDRESS), ADDRESS | {"mobile": "07700 900 982"})

    client.post(asked["Location"], {"password": "not-the-password"})

    amina.refresh_from_db()
    assert amina.phone == "+447700900123"


def test_the_rest_of_the_address_needs_no_password(as_user, amina):
    as_user(amina.user).post(address(Part.ADDRESS), ADDRESS | {"town": "Newtown"})

    amina.refresh_from_db()
    assert amina.town == "Newtown"
    assert Message.objects.count() == 0


def test_of_a_new_number_the_account_is_told_each_time(as_user, amina):
    client = with_password(as_user, amina)
    for number in ("07700 900 982", "07700 900 983"):
        client.post(address(Part.ADDRESS), ADDRESS | {"mobile": number})
        Message.objects.update(state="sent", sent_at=NOW)

    assert (
        list(Message.objects.values_list("rule", "channel", "person")) == [("security_notice", "email", amina.pk)] * 2
    )


def test_where_staff_change_a_number_the_account_is_told_too(amina, rosa):
    save_details(amina, {"phone": "+447700900982"}, by=rosa, at=NOW)

    assert Message.objects.get().rule == "security_notice"


def test_who_has_no_account_is_told_nothing(rosa, db):
    save_details(people.patient(account=False), {"phone": "+447700900982"}, by=rosa, at=NOW)

    assert Message.objects.count() == 0


def test_the_mail_goes_to_the_account_whatever_way_was_chosen_and_names_nobody(amina, rosa):
    choice = {"way": "phone", "changed_at": NOW, "changed_by": rosa}
    ContactChoice.objects.create(patient=amina, **choice)
    save_details(amina, {"phone": "+447700900982"}, by=rosa, at=NOW)
    message = Message.objects.get()

    letter = compose(message)

    rule = BY_CODE[message.rule]
    assert carried_by(rule, Channel.EMAIL, reach_of([amina.pk])[amina.pk], NOW, message.useful_until) == Channel.EMAIL
    assert (letter.to, letter.subject) == ("amina@example.com", "Something was changed in your account")
    for private in ("Amina", "Example,", "982", "900123"):
        assert private not in letter.subject + letter.text.replace("Exampleton", "")


# What the form waits for -----------------------------------------------------------------------------

WHOLE = {
    "family_name": "Example",
    "date_of_birth": date(1980, 3, 27),
    "sex": "tell",
    "address_1": "1 Example Street",
    "town": "Exampleton",
    "postcode": "AA1 1AA",
    "country": "england",
    "phone": "+447700900123",
    "gp_practice": "Exampleton Surgery",
    "gp_registered": "no",
    "voicemail": False,
    "emergency_name": "Sam",
    "emergency_phone": "+447700900456",
}


def test_with_every_starred_answer_nothing_is_missing():
    whole = SimpleNamespace(**WHOLE)

    assert (policy.missing(whole), policy.is_ready_for_form(whole)) == ([], True)


@pytest.mark.parametrize("name", WHOLE)
def test_without_one_its_part_is_missing(name):
    lacking = SimpleNamespace(**WHOLE | {name: None if name == "voicemail" else ""})

    assert policy.missing(lacking) == [part for part, names in policy.WANTED.items() if name in names]
    assert not policy.is_ready_for_form(lacking)


def test_of_nobody_all_is_missing():
    assert policy.missing(None) == list(policy.WANTED)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("a12345", "A12345"), (" A 12345 ", "A12345"), ("A1234", "A1234"), ("1 High Street", "1 High Street")],
)
def test_a_practice_code_or_an_address(typed, kept):
    assert policy.practice_place(typed).strip() == kept


def test_the_doctor_in_charge_reads_all_of_it_and_reception_no_teams(as_user, amina, okafor, rosa):
    client = as_user(amina.user)
    for part in Part:
        client.post(address(part), GOOD[part])
    form = intakes.in_review(amina, okafor)

    record = as_user(okafor.user).get(f"/review/{form.pk}/").content.decode()
    contact = as_user(rosa).get(f"/admin/patients/patient/{amina.pk}/change/").content.decode()

    for words in ("Exampleton MS nurses", "Dr Sample", "999 000 0018", "Sam Carer"):
        assert words in record
    assert ("Exampleton MS nurses" in contact, "Dr Sample" in contact) == (False, False)
