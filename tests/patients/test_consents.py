"""Consents: their words, what is written down of each answer, and changing one's mind."""

import html
import threading

import pytest
import time_machine
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.consents import actions
from patients.consents.enums import Asked, Change, Method, Purpose
from patients.consents.forms import AT_THE_DESK
from patients.consents.models import Consent
from patients.consents.policy import WORDS, Text, text_in_use, text_of
from patients.intake.form.whole import FORM, PAGES
from patients.intake.models import IntakeVersion
from tests.factories import intakes, people
from tests.factories.intakes import ANSWERS
from tests.factories.people import NOW
from tests.patients.filling import fill_in, save, send, url

pytestmark = pytest.mark.django_db
PAGE = "/care/consents/"
TUESDAY = "2026-11-24"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def of(purpose):
    return reverse("care_consent", args=[purpose])


def give(patient, *purposes, given=True, at=NOW, **more):
    return actions.give_consents(patient, dict.fromkeys(purposes, given), by=patient.user, at=at, **more)


def counts(patient):
    """The answers that count, by purpose."""
    return dict(Consent.objects.filter(patient=patient).newest().values_list("purpose", "given"))


def tasks():
    return sorted(Task.objects.filter(kind="consent_withdrawn").values_list("title", "role", "about", "state"))


# The words -------------------------------------------------------------------------------------------

# Domain sheet, 5.5, in its order; and what the site asks besides.
ASKED_FOR = [
    *("privacy", "share_with_gp", "obtain_records", "video", "unlicensed", "schedule_2", "driving", "pregnancy"),
    *("monitoring", "no_guarantee", "fees", "early_start", "research", "marketing", "supporter"),
]
BESIDES = ["texts", "copies"]

# A text that was used never changes. To say something else, add a version below it, and its line here.
PINNED = {
    ("privacy", "2026-12"): "c71ac40b2255bf11",
    ("share_with_gp", "2026-12"): "4ff932ec00659c81",
    ("obtain_records", "2026-12"): "9fd31b540128a485",
    ("video", "2026-12"): "a6044e30a96cdbef",
    ("no_guarantee", "2026-12"): "36d8bbfc68604f9f",
    ("fees", "2026-12"): "8ddc0968ae968630",
    ("early_start", "2026-11"): "cae3231aff861aaa",
    ("unlicensed", "2026-12"): "aa8ac9942e9fcbf1",
    ("schedule_2", "2026-12"): "766ebbb544d8dbfa",
    ("driving", "2026-12"): "e491f8d22ca7fc94",
    ("pregnancy", "2026-12"): "31dd3a32f1b027df",
    ("monitoring", "2026-12"): "fb808277e62502cd",
    ("texts", "2026-12"): "220c643b3dce19cc",
    ("copies", "2026-12"): "f384e97feb4f47d9",
    ("supporter", "2026-12"): "7fd68e8fa13be6d8",
    ("research", "2026-12"): "1cea2860914f4531",
    ("marketing", "2026-12"): "185c68dd161150e8",
}
# The form asks to agree to these texts: new words are a new version of the form, with an upgrade that asks again.
ASKED_BY_THE_FORM = (
    "2026-12",
    dict.fromkeys(("privacy", "share_with_gp", "obtain_records", "video", "no_guarantee"), "2026-12"),
)


def test_every_consent_of_the_domain_sheet_is_there():
    assert sorted(Purpose.values) == sorted([*ASKED_FOR, *BESIDES])
    assert list(WORDS) == list(Purpose)


def test_no_text_changes_without_a_new_version():
    assert {
        (purpose.value, version): Text(version, words).hash[:16]
        for purpose, about in WORDS.items()
        for version, words in about.texts.items()
    } == PINNED


def test_new_words_of_the_form_are_a_new_form():
    asked = {each.value: about.text.version for each, about in WORDS.items() if about.asked == Asked.FORM}

    assert (FORM.version, asked) == ASKED_BY_THE_FORM


@pytest.mark.parametrize("purpose", Purpose)
def test_each_says_what_follows(purpose):
    about = WORDS[purpose]

    assert len(about.if_withdrawn) > 30
    assert all(len(words) > 30 and words == words.strip() for words in about.texts.values())
    assert about.change != Change.HERE or about.if_no
    assert ("nothing to withdraw" in about.if_withdrawn or "no consent" in about.if_withdrawn) == (
        about.change == Change.NEVER
    )
    assert about.change != Change.BY_TALKING or "Call us first" in about.if_withdrawn


def test_the_hash_is_that_of_the_very_words():
    assert Text("1", "abc").hash == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert Text("1", "abc ").hash != Text("1", "abc").hash


def test_the_pages_that_ask_show_the_very_words(as_user, amina, settings):
    settings.SMS_GATEWAY = "https://sms.example.com"
    client = as_user(amina.user)
    asked_on = {
        url(PAGES["consents"]): ["share_with_gp", "obtain_records"],
        url(PAGES["before-we-meet"]): ["video", "no_guarantee"],
        reverse("contact"): ["texts", "copies"],
        reverse("profile_part", args=["supporter"]): ["supporter"],
    }

    shown = {address: html.unescape(client.get(address).content.decode()) for address in asked_on}

    for address, purposes in asked_on.items():
        for purpose in purposes:
            assert text_in_use(Purpose(purpose)).words in shown[address], purpose
    for paragraph in text_in_use(Purpose.PRIVACY).paragraphs:
        assert paragraph in shown[url(PAGES["consents"])]


# The rows --------------------------------------------------------------------------------------------


def test_a_row_holds_the_answer_with_its_words_and_never_changes(amina):
    rows = give(amina, Purpose.PRIVACY) + give(amina, Purpose.SHARE_WITH_GP, given=False, method=Method.PAPER)

    assert [(each.purpose, each.given, each.text_version, each.method) for each in rows] == [
        ("privacy", True, "2026-12", "website"),
        ("share_with_gp", False, "2026-12", "paper"),
    ]
    assert [each.text_hash for each in rows] == [text_of(Purpose(each.purpose), "2026-12").hash for each in rows]
    assert rows[0].text.words.startswith("We keep your answers in your health record.")
    for write in (lambda: Consent.objects.update(given=True), lambda: Consent.objects.all().delete()):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            write()
    assert counts(amina) == {"privacy": True, "share_with_gp": False}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("purpose", "selling"),
        ("purpose", ""),
        ("method", "guess"),
        ("method", ""),
        ("text_hash", ""),
        ("text_hash", "0" * 63),
        ("text_hash", "g" * 64),
        ("text_hash", "A" * 64),
        ("text_hash", "0" * 63 + "\n"),
    ],
)
def test_the_database_takes_only_what_is_known(amina, field, value):
    whole = {"purpose": "privacy", "given": True, "text_version": "2026-12", "text_hash": "0" * 64, "method": "phone"}

    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(patient=amina, at=NOW, by=amina.user, **whole | {field: value})
    Consent.objects.create(patient=amina, at=NOW, by=amina.user, **whole)


def test_the_newest_answer_counts_of_each_person(amina, ben, clock):
    give(amina, Purpose.RESEARCH)
    give(ben, Purpose.RESEARCH)
    clock.shift(60)
    actions.change(amina, Purpose.RESEARCH, False, by=amina.user, at=people.NOW.replace(minute=1))

    assert (counts(amina), counts(ben)) == ({"research": False}, {"research": True})
    assert Consent.objects.filter(patient=amina).count() == 2


@pytest.mark.parametrize("purpose", [each for each in Purpose if WORDS[each].change != Change.HERE])
def test_what_is_chosen_elsewhere_or_no_consent_is_not_changed_here(amina, purpose, as_user):
    give(amina, purpose)

    with pytest.raises(actions.ChangedElsewhere):
        actions.change(amina, purpose, False, by=amina.user, at=NOW)
    assert as_user(amina.user).post(of(purpose), {"answer": "no"}).status_code == 404
    assert counts(amina) == {purpose.value: True}


@pytest.mark.django_db(transaction=True)
def test_withdrawing_in_two_tabs_at_once_is_written_once(amina):
    give(amina, Purpose.SHARE_WITH_GP)
    gate, said = threading.Barrier(2), []

    def press():
        gate.wait()
        later = NOW.replace(minute=5)
        said.append(actions.change(amina, Purpose.SHARE_WITH_GP, False, by=amina.user, at=later))
        connection.close()

    tabs = [threading.Thread(target=press) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()

    assert (sorted(said), Consent.objects.count(), len(tasks())) == ([False, True], 2, 2)


# The patient's page ----------------------------------------------------------------------------------


def test_the_page_says_what_was_agreed_to_when_and_how(as_user, amina):
    give(amina, Purpose.SHARE_WITH_GP, method=Method.PHONE)
    give(amina, Purpose.UNLICENSED)
    before = Consent.objects.count()
    client = as_user(amina.user)
    page = client.get(PAGE)
    shown = {each.purpose.value: each for each in page.context["consents"]}
    words = html.unescape(page.content.decode())

    assert shown["share_with_gp"].said == "Yes, on Monday 23 November 2026, by phone"
    assert (shown["research"].said, shown["marketing"].said, shown["video"].said) == ("Off", "Off", "Not asked yet")
    assert {"driving", "monitoring", "fees", "privacy"} & set(shown) == set()
    for purpose in ("share_with_gp", "unlicensed"):
        assert WORDS[purpose].if_withdrawn in words
        assert all(paragraph in words for paragraph in WORDS[purpose].text.paragraphs)
    links = [of("share_with_gp"), of("research"), reverse("contact"), reverse("profile_part", args=["supporter"])]
    assert [f'href="{link}"' in words for link in links] == [True] * 4
    assert [f'href="{of(each)}"' in words for each in ("unlicensed", "video")] == [False, False]
    assert f'href="{PAGE}"' in client.get("/care/").content.decode()
    assert Consent.objects.count() == before


def test_withdrawing_and_agreeing_again_each_after_a_page_that_explains(as_user, amina, clock):
    give(amina, Purpose.SHARE_WITH_GP)
    client, address = as_user(amina.user), of("share_with_gp")

    clock.shift(60)
    asked = client.get(address)
    answers = [client.post(address, {"answer": "no"}) for _ in range(2)]
    withdrawn = counts(amina)
    clock.shift(60)
    again = client.get(address)
    client.post(address, {"answer": "yes"})

    assert WORDS[Purpose.SHARE_WITH_GP].if_withdrawn in html.unescape(asked.content.decode())
    assert text_in_use(Purpose.SHARE_WITH_GP).words in html.unescape(again.content.decode())
    assert [(each.status_code, each["Location"]) for each in answers] == [(302, PAGE)] * 2
    assert (withdrawn, counts(amina)) == ({"share_with_gp": False}, {"share_with_gp": True})
    assert list(Consent.objects.order_by("at").values_list("given", "method", "by")) == [
        (given, "website", amina.user.pk) for given in (True, False, True)
    ]


def test_research_and_news_are_off_and_may_be_switched_on(as_user, amina):
    client = as_user(amina.user)

    for purpose in ("research", "marketing"):
        client.post(of(purpose), {"answer": "yes"})

    assert counts(amina) == {"research": True, "marketing": True}
    assert tasks() == []


@pytest.mark.parametrize("answer", ["", "maybe", "%00", "yes%00", "YES", "x" * 5000, "%ed%a0%80", "no&answer=maybe"])
def test_what_is_no_answer_changes_nothing(as_user, amina, answer):
    typed = "application/x-www-form-urlencoded"

    sent = as_user(amina.user).post(of("research"), f"answer={answer}", content_type=typed)

    assert (sent.status_code, Consent.objects.count()) == (422, 0)
    assert "Send this form from its own page" in sent.content.decode()


@pytest.mark.parametrize("purpose", ["nothing", "share_with_gp", "unlicensed", "texts", "privacy", "x" * 500])
def test_what_was_not_asked_or_is_not_there_is_a_404(as_user, amina, purpose):
    client = as_user(amina.user)

    assert [client.get(of(purpose)).status_code, client.post(of(purpose), {"answer": "yes"}).status_code] == [404, 404]
    assert Consent.objects.count() == 0


def test_ben_sees_and_changes_his_own_only(as_user, amina, ben):
    give(amina, Purpose.SHARE_WITH_GP, Purpose.RESEARCH)
    client = as_user(ben.user)

    page = client.get(PAGE)
    refused = client.post(of("share_with_gp"), {"answer": "no"})
    client.post(of("research"), {"answer": "no"})

    assert [each.newest for each in page.context["consents"] if each.newest] == []
    assert refused.status_code == 404
    assert counts(amina) == {"share_with_gp": True, "research": True}


def test_who_has_told_no_details_is_asked_for_them_first(as_user):
    client = as_user(people.user("new@example.com"))

    assert [client.get(address)["Location"] for address in (PAGE, of("research"))] == [reverse("profile")] * 2


# Staff -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", [Purpose.SHARE_WITH_GP, Purpose.OBTAIN_RECORDS, Purpose.VIDEO])
def test_a_withdrawal_that_staff_must_act_on_is_a_task_for_the_next_workday(amina, purpose, okafor, rosa, as_user):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
    give(amina, purpose)
    actions.change(amina, purpose, False, by=amina.user, at=NOW.replace(minute=5))

    title = WORDS[purpose].task
    assert tasks() == [(title, role, amina.pk, "open") for role in ("clinician", "reception")]
    assert {f"{each.due_at:%Y-%m-%d}" for each in Task.objects.all()} == {TUESDAY}
    for user, place in ((rosa, "desk_consents"), (okafor.user, "review_consents")):
        task = Task.objects.get(role=user.role)
        address, client = reverse(place, args=[amina.pk]), as_user(user)
        assert address in client.get(reverse("admin:clinic_task_change", args=[task.pk])).content.decode()
        assert client.get(address).status_code == 200


def test_a_no_to_what_was_never_agreed_to_is_no_task(amina):
    give(amina, Purpose.SHARE_WITH_GP, given=False)

    assert tasks() == []


def test_a_withdrawal_in_the_form_is_a_task_too(as_user, amina):
    intakes.sent(amina)
    client = as_user(amina.user)
    client.post(reverse("intake_change"))
    with time_machine.travel(NOW.replace(minute=5), tick=False):
        save(client, PAGES["consents"], share_gp="no")
        send(client)

    assert counts(amina)["share_with_gp"] is False
    assert {title for title, *_ in tasks()} == {"A patient no longer lets us write to their GP"}


def test_the_record_shows_what_counts_to_whom_it_concerns(as_user, amina, okafor, lind):
    intake = intakes.in_review(amina, okafor)
    actions.change(amina, Purpose.SHARE_WITH_GP, False, by=amina.user, at=NOW.replace(hour=10))
    record, listed = reverse("review_record", args=[intake.pk]), reverse("review_consents", args=[amina.pk])

    shown = [as_user(okafor.user).get(address) for address in (record, listed)]
    refused = as_user(lind.user).get(listed)

    for page in shown:
        found = {each.purpose.value: each.said for each in page.context["consents"]}
        assert found["share_with_gp"] == "No, on Monday 23 November 2026, on this website"
        assert found["obtain_records"] == "Yes, on Monday 23 November 2026, on this website"
        assert "No, on Monday 23 November 2026, on this website" in page.content.decode()
    assert refused.status_code == 403
    logged = AccessLog.objects.filter(about_type="consents").values_list("what", "actor")
    assert sorted(logged) == sorted([("read", okafor.user.pk), ("refused", lind.user.pk)])


def test_reception_writes_down_what_somebody_says(as_user, rosa, clock):
    pat = people.patient(account=False)
    client, address = as_user(rosa), reverse("desk_consents", args=[pat.pk])
    said = {"purpose": "share_with_gp", "answer": "yes", "method": "phone"}
    client.post(address, said)
    client.post(address, said)
    clock.shift(60)
    client.post(address, said | {"answer": "no", "method": "paper"})
    page = client.get(address)

    assert list(Consent.objects.order_by("at").values_list("given", "method", "by")) == [
        (True, "phone", rosa.pk),
        (False, "paper", rosa.pk),
    ]
    assert len(tasks()) == 2
    assert [(each.purpose, each.said) for each in page.context["consents"]] == [
        (Purpose.SHARE_WITH_GP, "No, on Monday 23 November 2026, on paper")
    ]
    words = html.unescape(page.content.decode())
    assert all(text_in_use(purpose).words in words for purpose in AT_THE_DESK)
    assert address in client.get(reverse("admin:patients_patient_change", args=[pat.pk])).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "unlicensed"}, "purpose"),
        ({"purpose": "video"}, "purpose"),
        ({"purpose": "\0"}, "purpose"),
        ({"purpose": ""}, "purpose"),
        ({"answer": ""}, "answer"),
        ({"method": "website"}, "method"),
        ({"method": ""}, "method"),
    ],
)
def test_what_reception_may_not_take_is_refused_beside_the_field(as_user, rosa, amina, changes, field):
    said = {"purpose": "research", "answer": "yes", "method": "phone"} | changes

    page = as_user(rosa).post(reverse("desk_consents", args=[amina.pk]), said)

    assert (page.status_code, list(page.context["form"].errors), Consent.objects.count()) == (422, [field], 0)


def test_only_who_runs_the_diary_writes_consents_down(as_user, amina, okafor):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
    said = {"purpose": "research", "answer": "yes", "method": "phone"}
    address = reverse("desk_consents", args=[amina.pk])

    statuses = [as_user(user).post(address, said).status_code for user in (okafor.user, amina.user)]

    assert (statuses, Consent.objects.count()) == ([403, 404], 0)


# The form --------------------------------------------------------------------------------------------


def test_a_draft_without_the_new_answers_is_asked_for_them(as_user, amina):
    intake = intakes.draft(amina)
    old = {name: value for name, value in intake.answers.items() if name not in {"by_video", "no_guarantee"}}
    type(intake).objects.update(answers=old)
    client = as_user(amina.user)

    refused = send(client)
    fill_in(client)
    sent = send(client)

    assert (refused.status_code, sent["Location"]) == (422, "/intake/sent/")
    assert counts(amina) == {each.value: True for each, about in WORDS.items() if about.asked == Asked.FORM}


def test_what_is_refused_is_kept_as_a_no(amina):
    intakes.sent(amina, share_gp="no", obtain_records="no", by_video="no")

    assert counts(amina) == {
        "privacy": True,
        "share_with_gp": False,
        "obtain_records": False,
        "video": False,
        "no_guarantee": True,
    }


def test_the_same_form_again_does_not_bring_back_what_was_withdrawn_since(as_user, amina, clock):
    intakes.sent(amina)
    clock.shift(60)
    client = as_user(amina.user)
    client.post(of("share_with_gp"), {"answer": "no"})
    client.post(reverse("intake_change"))
    clock.shift(60)
    save(client, PAGES["goals"], goals="Something else")
    send(client)

    assert (IntakeVersion.objects.count(), counts(amina)["share_with_gp"]) == (2, False)


@pytest.mark.parametrize("done_by", ["self", "helped", "other"])
def test_the_declaration_is_frozen_with_the_form(as_user, amina, done_by):
    client = as_user(amina.user)
    fill_in(client)
    name = "  Anna  O'Neill-Ó Súilleabháin 李 "

    client.post(reverse("intake_check"), {"declared": "on", "signed": name, "done_by": done_by})

    version = IntakeVersion.objects.get()
    part = version.record[-1]
    rows = {row["key"]: row["value"] for row in part["rows"]}
    assert (version.signed_name, version.done_by) == ("Anna O'Neill-Ó Súilleabháin 李", done_by)
    assert part["title"] == "Declaration"
    assert rows["Declaration"] == "These answers are true as far as I know"
    assert rows["Full name, as typed"] == version.signed_name
    assert rows["Who filled in this form"] == version.get_done_by_display()
    assert rows["When"] == "Monday 23 November 2026 at 9am, UK time"
    assert "We may write to your GP: yes, to the text of 2026-12" in rows["Texts that were answered"].split("\n")
    with connection.cursor() as cursor:
        cursor.execute("select signed_name from patients_intakeversion")
        assert "Neill" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"signed": ""}, "signed"),
        ({"signed": "   "}, "signed"),
        ({"signed": "a\0b"}, "signed"),
        ({"signed": "x" * 201}, "signed"),
        ({"done_by": ""}, "done_by"),
        ({"done_by": "clinician"}, "done_by"),
        ({"done_by": "\0"}, "done_by"),
    ],
)
def test_a_declaration_that_cannot_be_taken_loses_nothing(as_user, amina, changes, field):
    intakes.draft(amina)
    sent = {"declared": "on", "signed": "Amina Example", "done_by": "self"} | changes

    page = as_user(amina.user).post(reverse("intake_check"), sent)

    form = page.context["form"]
    assert (page.status_code, list(form.errors), IntakeVersion.objects.count()) == (422, [field], 0)
    assert [form[name].value() for name in ("signed", "done_by")] == [sent["signed"], sent["done_by"]]


def test_nobody_is_chosen_before_and_no_name_is_filled_in(as_user, amina):
    intakes.draft(amina)

    form = as_user(amina.user).get(reverse("intake_check")).context["form"]

    assert [form[name].value() for name in ("signed", "done_by", "declared")] == [None, None, None]


def test_how_it_was_signed_is_no_answer_that_was_changed(as_user, amina, okafor, clock):
    intakes.sent(amina)
    clock.shift(60)
    client = as_user(amina.user)
    client.post(reverse("intake_change"))
    save(client, PAGES["goals"], goals="Something else")
    check = client.get(reverse("intake_check"))
    client.post(reverse("intake_check"), {"declared": "on", "signed": "Somebody Else", "done_by": "other"})
    sent = client.get(reverse("intake"))

    assert len(check.context["changed"]) == 1
    assert [len(each["rows"]) for each in sent.context["amendments"]] == [1]
    assert check.context["changed"][0]["before"] == ANSWERS["goals"]
