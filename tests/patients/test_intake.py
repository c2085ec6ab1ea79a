"""Filling in the form over HTTP, to the frozen version."""

import re
import threading
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from clinic.worklist.models import Task
from patients.intake import actions, walk
from patients.intake.enums import MOVES, IntakeState
from patients.intake.models import FlagHit, Intake, IntakeStateChange, IntakeVersion
from patients.intake.questions import CONSENTS, HEALTH, PROBLEM, QUESTIONS, SECTIONS, SYMPTOMS, TAKING, TREATMENTS
from patients.profile.models import Consent
from tests.factories import intakes, people
from tests.factories.intakes import ANSWERS, page
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db

PAGES = [section for section in SECTIONS if section.questions]
EMERGENCIES = {"RF30": "numb_or_weak", "RF31": "stroke_signs", "RF41": "chest_signs", "RF48": "face_swelling"}


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


def url(section):
    return reverse("intake_section", args=[section.slug])


def save(client, section, **changes):
    return client.post(url(section), page(section) | changes)


def fill_in(client, **answers):
    """Fill in every page as a browser does, with the emergency card where it comes."""
    for section in PAGES:
        opened = client.get(url(section)).context["opened"]
        response = client.post(url(section), page(section, answers) | {"opened": opened})
        if response["Location"] == reverse("intake_urgent"):
            client.get(reverse("intake_urgent"))
            client.post(reverse("intake_urgent"))


def send(client):
    return client.post(reverse("intake_check"), {"declared": "on"})


def hits():
    return list(FlagHit.objects.order_by("code").values_list("code", flat=True))


def test_from_the_first_page_to_the_frozen_version(amina, as_user):
    client = as_user(amina.user)

    fill_in(client)
    response = send(client)

    version = IntakeVersion.objects.get()
    assert (response.status_code, response["Location"]) == (302, "/intake/sent/")
    assert (version.intake.patient, version.number, version.answers, version.at) == (amina, 1, ANSWERS, NOW)
    assert (version.intake.state, version.intake.submitted_at) == ("submitted", NOW)
    assert list(IntakeStateChange.objects.values_list("from_state", "to_state", "by")) == [
        ("draft", "submitted", amina.user.pk)
    ]
    assert hits() == []
    assert sorted(Consent.objects.values_list("purpose", "given")) == [
        ("obtain_records", True),
        ("privacy", True),
        ("share_with_gp", True),
    ]
    assert list(Task.objects.values_list("kind", "role", "about", "due_at")) == [
        ("decision_due", "clinician", version.intake.pk, datetime(2026, 11, 25, 17, tzinfo=UTC)),
    ]


def test_each_page_leads_to_the_next_and_the_last_to_the_check(amina, as_user):
    client = as_user(amina.user)

    led_to = [save(client, section)["Location"] for section in PAGES]

    assert led_to == [*(url(section) for section in PAGES[1:]), "/intake/check/"]


def test_no_page_has_an_answer_chosen_before(amina, as_user):
    client = as_user(amina.user)

    html = "".join(client.get(url(section)).content.decode() for section in PAGES)

    assert (" checked" in html, html.count('type="radio"')) == (
        False,
        sum(len(q.choices) for q in QUESTIONS.values() if q.kind in {"choice", "scale"}),
    )


def test_the_patient_sees_no_code_level_or_verdict(amina, as_user):
    client = as_user(amina.user)
    fill_in(client, psychosis_self="yes", numb_or_weak="yes", tried_number="none")

    pages = [client.get(reverse(name)) for name in ("intake", "intake_check")]
    send(client)
    pages += [client.get(reverse(name)) for name in ("intake", "intake_sent", "care")]

    assert [response.status_code for response in pages] == [200] * 5
    text = " ".join(response.content.decode() for response in pages)
    assert re.findall(r"\bRF\d|\bSmPC\b|suitable|eligib|\bAmber\b|cauda", text) == []


def test_saved_answers_are_there_on_coming_back(amina, as_user):
    save(as_user(amina.user), PROBLEM)

    later = Client()
    later.force_login(amina.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    form = later.get(url(PROBLEM)).context["form"]

    assert {field.name: field.value() for field in form} == page(PROBLEM)


def test_stopping_in_the_middle_of_a_page_keeps_what_there_is(amina, as_user):
    client = as_user(amina.user)

    response = client.post(url(PROBLEM), {"main_reason": "jaw", "later": "1"})

    statuses = [task["status"] for task in client.get(reverse("intake")).context["tasks"]]
    assert (response.status_code, response["Location"]) == (302, "/intake/")
    assert Intake.objects.get().answers == {"main_reason": "jaw"}
    assert statuses == ["Done", "Not started", "Started", "Not started", "Not started", "Not started", "Not started"]


TOO_LONG = "x" * 10_000


@pytest.mark.parametrize(
    ("section", "changes", "field", "message"),
    [
        (PROBLEM, {"pain_average": ""}, "pain_average", "Choose an answer about your pain"),
        (PROBLEM, {"pain_average": "11"}, "pain_average", "Choose an answer about your pain"),
        (PROBLEM, {"main_reason": "a\0b"}, "main_reason", "Choose an answer about the main reason"),
        (
            TREATMENTS,
            {"tried_list": TOO_LONG},
            "tried_list",
            "What you tried must be 4,000 characters or fewer. You typed 10,000.",
        ),
        (
            TREATMENTS,
            {"tried_list": "a\0b"},
            "tried_list",
            "What you tried holds a character that cannot be saved. Type it again.",
        ),
        (TAKING, {"medicines": ""}, "medicines", "Write what you take"),
        (TAKING, {"medicines": " \n "}, "medicines", "Write what you take"),
        (
            TAKING,
            {"medicines": TOO_LONG},
            "medicines",
            "What you take must be 4,000 characters or fewer. You typed 10,000.",
        ),
        (HEALTH, {"pregnant": "😀"}, "pregnant", "Choose an answer about being pregnant or breastfeeding"),
        (
            CONSENTS,
            {"privacy_seen": ""},
            "privacy_seen",
            "Tick the box to say that you have read what we do with your answers",
        ),
        (
            CONSENTS,
            {"share_gp": "no", "share_gp_reason": TOO_LONG},
            "share_gp_reason",
            "Your reason must be 1,000 characters or fewer. You typed 10,000.",
        ),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(amina, as_user, section, changes, field, message):
    response = save(as_user(amina.user), section, **changes)

    form = response.context["form"]
    assert (response.status_code, form.errors) == (422, {field: [message]})
    assert {name: form.data[name] for name in page(section) | changes} == page(section) | changes
    assert response.content.decode().count(message) == 2
    kept = {name: value for name, value in (page(section) | changes).items() if name != field}
    assert Intake.objects.get().answers == kept  # the other answers of the page are safe already


def test_emoji_and_other_scripts_are_kept_as_typed(amina, as_user):
    save(as_user(amina.user), TREATMENTS, tried_list="Physio 😀\r\nمساج")

    assert Intake.objects.get().answers["tried_list"] == "Physio 😀\nمساج"


def test_a_reason_is_not_needed_to_refuse(amina, as_user):
    response = save(as_user(amina.user), CONSENTS, share_gp="no")

    assert (response.status_code, response["Location"]) == (302, url(SYMPTOMS))


@pytest.mark.parametrize(("code", "name"), EMERGENCIES.items())
def test_an_emergency_answer_interrupts_at_once_and_goes_on_after_reading(amina, as_user, code, name):
    client = as_user(amina.user)

    response = save(client, SYMPTOMS, **{name: "yes"})
    stopped = {view: client.get(reverse(view))["Location"] for view in ("intake", "intake_check")}
    stopped["section"] = client.get(url(PROBLEM))["Location"]
    card = client.get(reverse("intake_urgent"))
    going_on = client.post(reverse("intake_urgent"))

    assert response["Location"] == "/intake/urgent/"
    assert set(stopped.values()) == {"/intake/urgent/"}
    assert "Call 999 or go to A&E now" in unescape(card.content.decode())
    assert "Nobody reads answers at night" in card.content.decode()
    assert Intake.objects.get().answers == page(SYMPTOMS) | {name: "yes", walk.CARD_SEEN: [code]}
    assert going_on["Location"] == url(PROBLEM)
    assert client.get(url(PROBLEM)).status_code == 200


def test_an_emergency_answer_interrupts_even_where_the_rest_of_the_page_is_empty(amina, as_user):
    response = as_user(amina.user).post(url(SYMPTOMS), {"chest_signs": "yes"})

    assert (response.status_code, response["Location"]) == (302, "/intake/urgent/")
    assert Intake.objects.get().answers == {"chest_signs": "yes"}


def test_an_emergency_answer_asks_staff_for_a_call_at_once_and_only_once(amina, as_user):
    client = as_user(amina.user)
    fill_in(client, numb_or_weak="yes", face_swelling="yes")
    before = list(Task.objects.values_list("kind", "due_at"))

    send(client)

    assert before == [("urgent_answers", NOW + timedelta(minutes=30))]
    assert sorted(Task.objects.values_list("kind", flat=True)) == ["decision_due", "urgent_answers"]
    assert "symptom" not in Task.objects.get(kind="urgent_answers").title


def test_at_night_the_card_says_when_somebody_is_there(amina, as_user):
    with time_machine.travel(
        datetime(2026, 12, 24, 22, tzinfo=UTC), tick=False
    ):  # the eve of four days without a workday
        client = as_user(amina.user)
        save(client, SYMPTOMS, chest_signs="yes")
        text = client.get(reverse("intake_urgent")).content.decode()

    assert "Tuesday 29 December 2026 at 9am, UK time" in text
    assert Task.objects.get().due_at == datetime(2026, 12, 29, 9, 30, tzinfo=UTC)


def test_the_card_lets_people_change_a_wrong_answer(amina, as_user):
    client = as_user(amina.user)
    save(client, SYMPTOMS, chest_signs="yes")

    response = client.post(reverse("intake_urgent"), {"change": "1"})

    assert response["Location"] == url(SYMPTOMS)
    assert client.get(url(SYMPTOMS)).context["form"]["chest_signs"].value() == "yes"


def test_a_second_emergency_shows_its_own_card(amina, as_user):
    client = as_user(amina.user)
    save(client, SYMPTOMS, chest_signs="yes")
    client.post(reverse("intake_urgent"))

    save(client, SYMPTOMS, chest_signs="yes", stroke_signs="yes")
    card = client.get(reverse("intake_urgent"))

    assert card.context["points"] == [
        "you have a drooping face, a weak arm, trouble speaking, a sudden worst headache, a fit, or sudden loss of sight"
    ]


def test_without_an_emergency_there_is_no_card(amina, as_user):
    assert as_user(amina.user).get(reverse("intake_urgent"))["Location"] == "/intake/"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"numb_or_weak": "yes"}, ["RF30"]),
        ({"numb_or_weak": "unsure"}, ["RF30-A"]),
        ({"stroke_signs": "yes"}, ["RF31"]),
        ({"stroke_signs": "tell"}, ["RF31-A"]),
        ({"chest_signs": "yes"}, ["RF41"]),
        ({"chest_signs": "unsure"}, ["RF41-A"]),
        ({"face_swelling": "yes"}, ["RF48"]),
        ({"face_swelling": "tell"}, ["RF48-A"]),
        ({"psychosis_self": "yes"}, ["RF01"]),
        ({"psychosis_self": "unsure"}, ["RF01"]),
        ({"psychosis_self": "tell"}, ["RF01-A"]),
        ({"psychosis_family": "yes"}, ["RF02"]),
        ({"psychosis_family": "unsure"}, ["RF02-A"]),
        ({"pregnant": "yes"}, ["RF06"]),
        ({"pregnant": "tell"}, ["RF06-A"]),
        ({"diagnosed": "no"}, ["RF17"]),
        ({"diagnosed": "unsure"}, ["RF17-A"]),
        ({"tried_number": "one"}, ["RF17"]),
        ({"tried_number": "none"}, ["RF17"]),
        ({"share_gp": "no", "share_gp_reason": "I would rather not say"}, ["RF18"]),
        ({"obtain_records": "no"}, ["RF18"]),
        ({"takes_medicines": "tell"}, []),
    ],
)
def test_rules_fire_on_a_form_filled_in_by_a_person(amina, as_user, answers, expected):
    client = as_user(amina.user)

    fill_in(client, **answers)
    send(client)

    assert hits() == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("2008-11-23", ["RF14"]),
        ("2001-11-24", ["RF14"]),
        ("2001-11-23", []),
        ("1951-11-24", []),
        ("1951-11-23", ["RF15"]),
    ],
)
def test_age_rules_fire_on_a_form_filled_in_by_a_person(as_user, born, expected, db):
    patient = people.patient("age@example.com", date_of_birth=born)
    client = as_user(patient.user)

    fill_in(client)
    send(client)

    assert hits() == expected


def test_the_flag_keeps_the_exact_answer_and_the_rules_version(amina):
    intakes.sent(amina, psychosis_family="yes")

    flag = FlagHit.objects.get()
    assert (flag.code, flag.level, flag.rules_version, flag.at) == ("RF02", "R", "2026-11", NOW)
    assert flag.answer == "Has a parent, brother, sister or child of yours ever had psychosis or schizophrenia? Yes"


def test_an_unfinished_form_cannot_be_sent(amina, as_user):
    client = as_user(amina.user)
    save(client, SYMPTOMS)

    shown, response = client.get(reverse("intake_check")), send(client)

    assert [task["label"] for task in shown.context["left"]] == [section.title for section in PAGES[1:]]
    assert (response.status_code, response.context["form"].non_field_errors()) == (
        422,
        [f"Finish these parts before you send the form: {', '.join(section.title for section in PAGES[1:])}."],
    )
    assert IntakeVersion.objects.count() == 0


def test_the_declaration_has_to_be_ticked(amina, as_user):
    client = as_user(amina.user)
    fill_in(client)

    response = client.post(reverse("intake_check"), {})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["declared"])
    assert IntakeVersion.objects.count() == 0


def test_a_form_with_an_unread_card_cannot_be_sent(amina):
    intake = intakes.draft(amina)
    actions.save_section(intake, SYMPTOMS, {"chest_signs": "yes"}, opened="", at=NOW)

    with pytest.raises(actions.CardNotRead):
        actions.submit(intake, by=amina.user, at=NOW)


def test_the_check_shows_every_answer_with_a_way_to_change_it(amina, as_user):
    client = as_user(amina.user)
    fill_in(client, share_gp="no")

    page_of_answers = client.get(reverse("intake_check"))

    rows = {
        row["key"]: (row["value"], row["change_url"])
        for part in page_of_answers.context["parts"]
        for row in part["rows"]
    }
    assert list(rows) == [question.label for question in QUESTIONS.values()]
    assert rows["If no: what is your reason?"] == ("", "/intake/consents/")
    assert rows["Do you take any medicines?"] == ("Yes", "/intake/taking/")
    assert page_of_answers.context["details"][2] == {
        "key": "Date of birth",
        "value": "27 March 1980",
        "change_url": "/care/details/?next=%2Fintake%2Fcheck%2F",
        "change_about": "your date of birth",
    }


def test_pressing_send_twice_gives_one_version(amina, as_user):
    client = as_user(amina.user)
    fill_in(client)

    answers = [send(client)["Location"] for _ in range(2)]

    assert (answers, IntakeVersion.objects.count(), Consent.objects.count()) == (["/intake/sent/"] * 2, 1, 3)


@pytest.mark.django_db(transaction=True)
def test_sending_from_two_tabs_at_once_gives_one_version(amina):
    intake = intakes.draft(amina)
    gate, outcomes = threading.Barrier(2), []

    def press():
        gate.wait()
        try:
            actions.submit(intake, by=amina.user, at=NOW)
            outcomes.append("sent")
        except actions.AlreadySent:
            outcomes.append("already sent")
        finally:
            connection.close()

    tabs = [threading.Thread(target=press) for _ in range(2)]
    [tab.start() for tab in tabs]
    [tab.join() for tab in tabs]

    assert (sorted(outcomes), IntakeVersion.objects.count()) == (["already sent", "sent"], 1)


def test_a_sent_form_is_read_only(amina, as_user):
    client = as_user(amina.user)
    fill_in(client)
    stale = client.get(url(TAKING)).context["opened"]
    send(client)

    response = client.post(url(TAKING), {"takes_medicines": "yes", "medicines": "Something new", "opened": stale})

    assert (response.status_code, response.context["form"].non_field_errors()) == (
        422,
        ["You have sent this form already, so it cannot be changed here. Call us if something in it is wrong."],
    )
    assert "Something new" in response.content.decode()
    assert Intake.objects.get().answers == ANSWERS
    assert (client.get(url(TAKING))["Location"], client.get(reverse("intake_check"))["Location"]) == (
        "/intake/",
        "/intake/sent/",
    )


def test_after_sending_the_answers_can_be_read(amina, as_user):
    client = as_user(amina.user)
    fill_in(client)
    send(client)

    shown = client.get(reverse("intake"))

    rows = {row["key"]: row["value"] for part in shown.context["parts"] for row in part.rows}
    assert (shown.templates[0].name, rows["What did you try, and what happened?"]) == (
        "patients/intake/answers.html",
        ANSWERS["tried_list"],
    )
    assert "Monday 23 November 2026 at 9am, UK time" in shown.content.decode()


def test_two_tabs_on_different_pages_keep_both(amina, as_user):
    client = as_user(amina.user)
    opened = {section: client.get(url(section)).context["opened"] for section in (PROBLEM, HEALTH)}

    for section, mark in opened.items():
        client.post(url(section), page(section) | {"opened": mark})

    assert Intake.objects.get().answers == page(PROBLEM) | page(HEALTH)


def test_a_page_opened_before_a_change_does_not_undo_it(amina, as_user):
    client = as_user(amina.user)
    stale = client.get(url(TAKING)).context["opened"]
    save(client, TAKING)

    response = client.post(url(TAKING), {"takes_medicines": "yes", "medicines": "Older words", "opened": stale})
    again = client.post(
        url(TAKING), {"takes_medicines": "yes", "medicines": "Older words", "opened": response.context["opened"]}
    )

    assert (response.status_code, len(response.context["form"].non_field_errors())) == (422, 1)
    assert (again.status_code, Intake.objects.get().answers["medicines"]) == (302, "Older words")


def test_an_empty_box_takes_the_old_words_away_only_on_a_fresh_page(amina, as_user):
    client = as_user(amina.user)
    save(client, TREATMENTS)
    client.post(url(TREATMENTS), {"tried_number": "two_or_more", "tried_list": ""})
    kept = Intake.objects.get().answers["tried_list"]

    fresh = client.get(url(TREATMENTS)).context["opened"]
    client.post(url(TREATMENTS), {"tried_number": "two_or_more", "tried_list": "", "opened": fresh})

    assert (kept, Intake.objects.get().answers) == (ANSWERS["tried_list"], {"tried_number": "two_or_more"})


def test_an_emergency_answer_is_saved_from_a_stale_page_too(amina, as_user):
    client = as_user(amina.user)
    stale = client.get(url(SYMPTOMS)).context["opened"]
    save(client, SYMPTOMS)

    response = client.post(url(SYMPTOMS), page(SYMPTOMS) | {"chest_signs": "yes", "opened": stale})

    assert (response["Location"], Intake.objects.get().answers["chest_signs"]) == ("/intake/urgent/", "yes")


def test_fields_of_other_pages_and_of_nobody_are_ignored(amina, as_user):
    save(as_user(amina.user), SYMPTOMS, pregnant="yes", _card_seen="RF30", state="decided")

    intake = Intake.objects.get()
    assert (intake.answers, intake.state) == (page(SYMPTOMS), "draft")


def test_details_come_first(as_user, db):
    newcomer = people.user("new@example.com")
    client = as_user(newcomer)

    shown, section, posted = client.get(reverse("intake")), client.get(url(PROBLEM)), save(client, PROBLEM)

    assert [task["status"] for task in shown.context["tasks"]] == ["Not started"] * 7
    assert {section["Location"], posted["Location"]} == {"/care/details/?next=%2Fintake%2Fproblem%2F"}
    assert client.get(reverse("intake_check"))["Location"] == "/intake/"
    assert client.get(reverse("intake_sent"))["Location"] == "/intake/"


def test_an_unknown_page_is_404(amina, as_user):
    assert as_user(amina.user).get("/intake/nothing/").status_code == 404
    assert as_user(amina.user).get("/intake/details/").status_code == 404


@pytest.mark.parametrize("name", ["intake", "intake_urgent", "intake_check", "intake_sent"])
def test_the_form_is_for_patients(rosa, manager, okafor, as_user, client, name):
    assert [as_user(user).get(reverse(name)).status_code for user in (rosa, manager, okafor.user)] == [403] * 3
    client.logout()
    assert client.get(reverse(name))["Location"] == f"/accounts/login/?next={reverse(name)}"


def test_sections_are_for_patients(rosa, okafor, as_user, client):
    assert [save(as_user(user), PROBLEM).status_code for user in (rosa, okafor.user)] == [403] * 2
    client.logout()
    assert save(client, PROBLEM)["Location"] == "/accounts/login/?next=/intake/problem/"


def test_nobody_meets_somebody_elses_answers(amina, ben, as_user):
    intakes.sent(amina)

    client = as_user(ben.user)

    assert client.get(reverse("intake")).context["tasks"][1]["status"] == "Not started"
    assert client.get(url(TAKING)).context["form"].initial == {}


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(amina, as_user, method):
    names = ["intake", "intake_urgent", "intake_check", "intake_sent"]

    assert [getattr(as_user(amina.user), method)(reverse(name)).status_code for name in names] == [405] * 4
    assert as_user(amina.user).post(reverse("intake")).status_code == 405


def test_answers_are_sealed_at_rest_also_in_the_history(amina):
    secret = "Zebra-striped tablets"
    intakes.sent(amina, medicines=secret, share_gp="no", share_gp_reason="Zebra reasons")

    with connection.cursor() as cursor:
        cursor.execute(
            "select answers from patients_intake union all select answers from patients_intakeversion"
            " union all select answers from patients_intakeevent union all select answer from patients_flaghit"
        )
        cells = [cell for (cell,) in cursor.fetchall()]

    assert len(cells) > 9
    assert [cell for cell in cells if "Zebra" in cell or "medicines" in cell or "May we" in cell] == []
    assert IntakeVersion.objects.get().answers["medicines"] == secret


@pytest.mark.parametrize("model", [IntakeVersion, FlagHit, IntakeStateChange])
def test_what_was_sent_cannot_be_changed(amina, model):
    intakes.sent(amina, psychosis_self="yes")
    table = model._meta.db_table

    for sql in (f"update {table} set at = now()", f"delete from {table}"):  # noqa: S608 - our own table names
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert model.objects.get().at == NOW


@pytest.mark.parametrize("before", IntakeState.values)
@pytest.mark.parametrize("after", IntakeState.values)
def test_the_database_allows_only_the_moves_of_the_table(amina, okafor, before, after):
    reached = {"draft": intakes.draft, "submitted": intakes.sent}.get(before)
    intake = reached(amina) if reached else intakes.in_review(amina, okafor)
    if before == "decided":
        Intake.objects.filter(pk=intake.pk).update(state="decided")

    def write():
        with transaction.atomic():
            Intake.objects.filter(pk=intake.pk).update(state=after, submitted_at=NOW, reviewer=okafor)

    if after == before or after in MOVES.get(before, ()):
        write()
        assert Intake.objects.get().state == after
    else:
        with pytest.raises(InternalError):
            write()
        assert Intake.objects.get().state == before


def test_a_patient_has_one_open_form(amina):
    first = actions.start(amina, at=NOW)

    assert actions.start(amina, at=NOW + timedelta(days=1)) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Intake.objects.create(patient=amina, form_version="x", started_at=NOW, saved_at=NOW)
