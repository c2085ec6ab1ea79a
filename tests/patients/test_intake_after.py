"""After the form was sent: changing it, answering a question about it, and what has changed before a review."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from clinic.db.states import StaleState
from clinic.outbox.models import Message
from clinic.worklist.models import Task
from patients.consents.actions import change as withdraw
from patients.consents.enums import Purpose
from patients.consents.models import Consent
from patients.intake import actions, refusals, walk
from patients.intake.form import review
from patients.intake.form.whole import FORM, PAGES
from patients.intake.models import FlagHit, Intake, IntakeVersion
from patients.intake.questions import YES
from patients.intake.rules.table import EMERGENCIES
from patients.suitability.actions import ChangedSince, NothingAsked, claim
from patients.suitability.enums import Outcome
from patients.suitability.models import Decision
from tests.factories import intakes, outcomes
from tests.factories.intakes import ANSWERS, SIGNED, page_of
from tests.factories.people import NOW
from tests.patients.filling import go_on, save, url

pytestmark = pytest.mark.django_db

LATER, LATER_STILL = NOW + timedelta(hours=2), NOW + timedelta(hours=5)
GOALS, CONSENTS, SYMPTOMS = PAGES["goals"], PAGES["consents"], PAGES["symptoms"]
REASONS = "Read the form and the letters; a first visit will show."
QUESTION = "Which dose of Zebraxin did you take?"


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(LATER, tick=False):
        yield


def now(intake):
    return Intake.objects.get(pk=intake.pk)


def amended(intake, at=LATER, **answers):
    """The form sent again with other answers, in place of what the pages would save."""
    actions.begin_changes(intake, at=at)
    row = now(intake)
    Intake.objects.filter(pk=intake.pk).update(answers=row.answers | answers)
    actions.submit(row, **SIGNED, by=row.patient.user, at=at)
    return now(intake)


def asked_for_more(patient, clinician, message=QUESTION):
    intake = intakes.in_review(patient, clinician)
    more(intake, clinician, message)
    return now(intake)


def more(intake, clinician, message=QUESTION, seen=1, at=LATER):
    return intakes.decide(intake, clinician, Outcome.MORE_INFORMATION, seen=seen, message=message, at=at)


def proceed(intake, clinician, seen=1, at=LATER):
    return intakes.decide(intake, clinician, Outcome.PROCEED, seen=seen, at=at)


def tasks(kind):
    rows = Task.objects.filter(kind=kind).order_by("created_at", "key")
    return [(task.state, task.taken_by and task.taken_by.email) for task in rows]


# Changing what was sent ------------------------------------------------------------------------------


def test_from_the_answers_to_the_next_version(amina, as_user):
    intake = intakes.sent(amina)
    client = as_user(amina.user)

    begun = client.post(reverse("intake_change"))
    page = client.get(url(GOALS))
    save(client, GOALS, goals="Walk to the park", opened=page.context["opened"])
    check = client.get(reverse("intake_check"))
    sent = client.post(reverse("intake_check"), {"declared": "on", **SIGNED})
    shown = client.get(reverse("intake"))

    assert (begun["Location"], sent["Location"]) == ("/intake/", "/intake/sent/")
    change = {
        "key": "What are your goals? Write up to 3.",
        "before": "Sleep through the night\nWalk to the shop",
        "now": "Walk to the park",
    }
    assert check.context["changed"] == [change | {"key": FORM.questions["goals"].label}]
    first, second = IntakeVersion.objects.all()
    assert (first.answers["goals"], second.answers["goals"]) == (ANSWERS["goals"], "Walk to the park")
    assert second.answers == first.answers | {"goals": "Walk to the park"}
    assert (second.number, second.at, now(intake).state, now(intake).changing_since) == (2, LATER, "submitted", None)
    assert [(each["when"], each["rows"][0]["now"]) for each in shown.context["amendments"]] == [
        ("Monday 23 November 2026 at 11am, UK time", "Walk to the park")
    ]
    assert Consent.objects.count() == 5


def test_what_was_sent_counts_until_it_is_sent_again(amina, okafor, as_user):
    intake = intakes.in_review(amina, okafor)
    client = as_user(amina.user)

    client.post(reverse("intake_change"))
    save(client, GOALS, goals="Walk to the park")
    record = as_user(okafor.user).get(reverse("review_record", args=[intake.pk])).content.decode()

    assert ("Walk to the park" in record, "Walk to the shop" in record) == (False, True)
    assert "The patient is changing this form, since Monday 23 November 2026 at 11am" in record


def test_changes_can_be_thrown_away(amina, as_user):
    intake = intakes.sent(amina)
    before = now(intake).answers
    client = as_user(amina.user)
    client.post(reverse("intake_change"))
    save(client, GOALS, goals="Walk to the park")

    kept = client.post(reverse("intake_keep"))
    again = client.post(reverse("intake_keep"))

    assert (kept["Location"], again["Location"]) == ("/intake/", "/intake/")
    after = now(intake).answers
    for answers in (before, after):
        answers.pop(walk.SAVED)
    assert after == before
    assert now(intake).changing_since is None
    assert IntakeVersion.objects.count() == 1


def test_nothing_changed_is_not_sent(amina, as_user):
    intake = intakes.sent(amina)
    client = as_user(amina.user)
    client.post(reverse("intake_change"))

    answer = client.post(reverse("intake_check"), {"declared": "on", **SIGNED})

    assert (answer.status_code, answer.context["form"].non_field_errors()) == (422, [refusals.NothingNew.words])
    assert (intake.versions.count(), now(intake).is_open) == (1, True)


@pytest.mark.parametrize("state", ["submitted", "in_review"])
def test_the_flags_of_the_new_version_are_its_own(amina, okafor, state):
    intake = intakes.sent(amina, falls="1") if state == "submitted" else intakes.in_review(amina, okafor, falls="1")

    amended(intake, falls="2")

    assert list(FlagHit.objects.values_list("version__number", "code", "at")) == [(2, "RF09", LATER)]
    assert tasks("form_changed") == ([] if state == "submitted" else [("taken", "okafor@example.com")])
    assert tasks("decision_due") == [("open", None) if state == "submitted" else ("taken", "okafor@example.com")]


def test_an_emergency_in_a_change_asks_for_a_call_once_and_an_old_one_does_not(amina, okafor):
    intake = intakes.in_review(amina, okafor, numb_or_weak="yes")
    Task.objects.filter(kind="urgent_answers").update(state="done", outcome="Called")
    actions.begin_changes(intake, at=LATER)

    actions.save_page(intake, GOALS, {"goals": "Other"}, opened="", at=LATER)
    old = tasks("urgent_answers")
    for at in (LATER, LATER_STILL):
        actions.save_page(intake, SYMPTOMS, page_of(SYMPTOMS, {"stroke_signs": "yes"}), opened="", at=at)

    assert old == [("done", "okafor@example.com")]
    assert tasks("urgent_answers") == [("done", "okafor@example.com"), ("open", None)]


def test_the_card_of_a_new_emergency_is_read_before_anything_else(amina, as_user):
    intakes.sent(amina)
    client = as_user(amina.user)
    client.post(reverse("intake_change"))

    saved = save(client, SYMPTOMS, stroke_signs="yes")
    sent = client.post(reverse("intake_check"), {"declared": "on", **SIGNED})

    assert (saved["Location"], sent["Location"]) == ("/intake/urgent/", "/intake/urgent/")
    assert IntakeVersion.objects.count() == 1


def test_a_decision_is_about_what_was_read(amina, okafor, as_user):
    intake = intakes.in_review(amina, okafor)
    amended(intake, goals="Walk to the park")
    client, address = as_user(okafor.user), reverse("review_decide", args=[intake.pk])
    intakes.ready(intake, okafor)

    late = client.post(address, intakes.decision())

    form = late.context["forms"].decision
    assert (late.status_code, form.non_field_errors()) == (422, [ChangedSince.words])
    assert (form["seen"].value(), form["reasons"].value()) == (2, intakes.REASONS)
    assert Decision.objects.count() == 0
    assert client.post(address, intakes.decision(seen=2)).status_code == 302
    assert (Decision.objects.get().version.number, tasks("form_changed")) == (2, [("done", "okafor@example.com")])


def test_the_record_shows_what_changed_and_which_flag_is_new(amina, okafor, as_user):
    intake = intakes.in_review(amina, okafor, falls="2")
    amended(intake, psychosis_self="yes")

    page = as_user(okafor.user).get(reverse("review_record", args=[intake.pk]))

    assert {item["flag"].code: item["is_new"] for item in page.context["flags"]} == {"RF01": True, "RF09": False}
    assert [[row["now"] for row in each.rows] for each in page.context["amendments"]] == [["Yes"]]


def test_after_the_decision_nothing_is_changed(amina, okafor, as_user):
    intake = intakes.in_review(amina, okafor)
    client = as_user(amina.user)
    client.post(reverse("intake_change"))
    save(client, GOALS, goals="Walk to the park")
    proceed(intake, okafor)

    answers = [client.post(reverse("intake_change"), follow=True), save(client, GOALS, goals="Other")]
    sent = client.post(reverse("intake_check"), {"declared": "on", **SIGNED})

    assert refusals.Decided.words in answers[0].content.decode()
    assert answers[1].context["form"].non_field_errors() == [refusals.Decided.words]
    assert sent["Location"] == "/intake/sent/"
    assert (IntakeVersion.objects.count(), now(intake).changing_since) == (1, None)


def test_of_a_draft_there_is_nothing_to_change(amina, as_user):
    intake = intakes.draft(amina)
    client = as_user(amina.user)

    for name in ("intake_change", "intake_keep"):
        assert client.post(reverse(name))["Location"] == "/intake/"

    assert (now(intake).changing_since, now(intake).state) == (None, "draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        Intake.objects.update(changing_since=NOW)


def test_another_persons_form_is_never_touched(amina, ben, as_user):
    intake = intakes.sent(amina)
    client = as_user(ben.user)

    answers = [client.post(reverse(f"intake_{name}"), {"reply": "Mine"}) for name in ("change", "keep", "reply")]

    assert [answer["Location"] for answer in answers] == ["/intake/"] * 3
    assert (now(intake).changing_since, IntakeVersion.objects.count()) == (None, 1)


def test_a_consent_that_changes_is_a_new_row_and_one_that_does_not_is_none(amina):
    intake = intakes.sent(amina)

    amended(intake, share_gp="no")

    rows = Consent.objects.order_by("at").values_list("purpose", "given", "at")
    assert [row for row in rows if row[2] == LATER] == [("share_with_gp", False, LATER)]


def test_what_was_withdrawn_since_is_not_agreed_to_again(amina, as_user):
    intake = intakes.sent(amina)
    withdraw(amina, Purpose.SHARE_WITH_GP, False, by=amina.user, at=LATER)

    actions.begin_changes(intake, at=LATER)
    shown = as_user(amina.user).get(url(CONSENTS)).context["form"]["share_gp"].value()
    amended(intake, at=LATER_STILL, goals="Walk to the park")

    version = IntakeVersion.objects.latest("number")
    assert (shown, version.answers["share_gp"]) == ("no", "no")
    assert {flag.code for flag in version.flags.all()} == {"RF18"}
    assert Consent.objects.filter(purpose="share_with_gp", at=LATER_STILL).count() == 0
    assert "We may write to your GP: no" in version.record[-1]["rows"][-1]["value"]


def test_a_reply_alone_does_not_give_back_what_was_withdrawn(amina, okafor):
    intake = asked_for_more(amina, okafor)
    withdraw(amina, Purpose.SHARE_WITH_GP, False, by=amina.user, at=LATER)

    actions.submit(intake, reply="Two a day", **SIGNED, by=amina.user, at=LATER_STILL)

    version = IntakeVersion.objects.latest("number")
    assert (version.answers["share_gp"], Consent.objects.newest().get(purpose="share_with_gp").given) == ("no", False)


def test_what_is_withdrawn_while_the_form_is_changed_stays_withdrawn(amina):
    intake = intakes.sent(amina)
    actions.begin_changes(intake, at=LATER)
    withdraw(amina, Purpose.SHARE_WITH_GP, False, by=amina.user, at=LATER_STILL)

    actions.submit(intake, **SIGNED, by=amina.user, at=LATER_STILL)

    version = IntakeVersion.objects.latest("number")
    assert (version.answers["share_gp"], Consent.objects.newest().get(purpose="share_with_gp").given) == ("no", False)


def test_who_agrees_again_in_the_form_has_agreed_again(amina):
    intake = intakes.sent(amina)
    withdraw(amina, Purpose.SHARE_WITH_GP, False, by=amina.user, at=LATER)
    actions.begin_changes(intake, at=LATER_STILL)
    actions.save_page(intake, CONSENTS, {"share_gp": "yes"}, opened="", at=LATER_STILL)
    actions.save_page(intake, GOALS, {"goals": "Other"}, opened="", at=LATER_STILL)

    actions.submit(intake, **SIGNED, by=amina.user, at=LATER_STILL + timedelta(minutes=5))

    assert Consent.objects.newest().get(purpose="share_with_gp").given is True


def test_a_change_of_a_list_shows_both_lists():
    old = [
        {"title": "T", "rows": [{"name": "tried", "key": f"Treatment {n}", "value": v} for n, v in enumerate("ab", 1)]}
    ]
    new = [{"title": "T", "rows": [{"name": "tried", "key": "Treatment 1", "value": "b"}]}]

    assert walk.changes(old, new) == [{"key": FORM.questions["tried"].label, "before": "a\nb", "now": "b"}]
    assert walk.changes(new, new) == []


@pytest.mark.django_db(transaction=True)
def test_deciding_and_sending_again_at_once_never_decides_on_what_nobody_read(amina, okafor):
    intake = intakes.in_review(amina, okafor)
    actions.begin_changes(intake, at=LATER)
    Intake.objects.filter(pk=intake.pk).update(answers=now(intake).answers | {"goals": "Other"})
    gate, ended = threading.Barrier(2), {}

    def run(name, act):
        gate.wait()
        try:
            act()
            ended[name] = "done"
        except (ChangedSince, refusals.Decided) as refusal:
            ended[name] = type(refusal).__name__
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=("decide", lambda: proceed(intake, okafor))),
        threading.Thread(target=run, args=("send", lambda: actions.submit(intake, **SIGNED, by=amina.user, at=LATER))),
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert ended in ({"decide": "done", "send": "Decided"}, {"decide": "ChangedSince", "send": "done"})
    read = 1 if ended["decide"] == "done" else 2
    assert IntakeVersion.objects.count() == read


# More information ------------------------------------------------------------------------------------


def test_more_information_asked_and_answered_goes_back_to_the_queue(amina, okafor, as_user, lind):
    intake = asked_for_more(amina, okafor)
    client = as_user(amina.user)
    care = client.get(reverse("care")).content.decode()
    shown = client.get(reverse("intake_reply"))

    answer = client.post(reverse("intake_reply"), {"reply": "Two a day.\nFor a month.", **SIGNED})

    assert ("/intake/reply/" in care, QUESTION in care, QUESTION in shown.content.decode()) == (True, False, True)
    assert answer["Location"] == "/intake/sent/"
    assert now(intake).state == "submitted"
    assert IntakeVersion.objects.last().record[-2] == {
        "title": "What we asked you after that",
        "rows": [{"key": QUESTION, "value": "Two a day.\nFor a month."}],
    }
    assert tasks("decision_due") == [("done", "okafor@example.com"), ("open", None)]
    queue = as_user(lind.user).get(reverse("review"))
    assert [row.pk for row in queue.context["rows"]] == [intake.pk]


def test_the_question_is_told_and_called_off(amina, okafor):
    intake = asked_for_more(amina, okafor)
    planned = list(Message.objects.values_list("rule", "about", "state"))

    actions.submit(intake, **SIGNED, reply="Two a day", by=amina.user, at=LATER_STILL)

    assert planned == [("more_information", intake.pk, "due")]
    assert list(Message.objects.values_list("state", flat=True)) == ["cancelled"]


def test_an_answer_takes_the_changes_along(amina, okafor, as_user):
    intake = asked_for_more(amina, okafor)
    client = as_user(amina.user)
    client.post(reverse("intake_change"))
    save(client, GOALS, goals="Walk to the park")

    alone = client.post(reverse("intake_check"), {"declared": "on", **SIGNED})
    page = client.get(reverse("intake_reply"))
    client.post(reverse("intake_reply"), {"reply": "Two a day", **SIGNED})

    assert (alone.status_code, alone.context["form"].non_field_errors()) == (422, [refusals.AnswerFirst.words])
    assert [row["now"] for row in page.context["changed"]] == ["Walk to the park"]
    version = IntakeVersion.objects.last()
    assert (version.number, version.answers["goals"], version.answers[walk.REPLIES][0]["reply"]) == (
        2,
        "Walk to the park",
        "Two a day",
    )
    assert now(intake).changing_since is None


def test_asked_twice_both_answers_stay(amina, okafor):
    intake = asked_for_more(amina, okafor)
    actions.submit(intake, **SIGNED, reply="Two a day", by=amina.user, at=LATER)
    claim(now(intake), okafor, by=okafor.user, at=LATER)
    more(now(intake), okafor, "And since when?", seen=2)

    actions.submit(now(intake), **SIGNED, reply="Since May", by=amina.user, at=LATER_STILL)

    assert IntakeVersion.objects.last().record[-2]["rows"] == [
        {"key": QUESTION, "value": "Two a day"},
        {"key": "And since when?", "value": "Since May"},
    ]
    assert Decision.objects.count() == 2


@pytest.mark.parametrize("reply", ["", "   ", "x" * 4001, "a\0b"])
def test_an_answer_that_cannot_be_taken_loses_nothing(amina, okafor, as_user, reply):
    asked_for_more(amina, okafor)

    answer = as_user(amina.user).post(reverse("intake_reply"), {"reply": reply, **SIGNED})

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form["reply"].value()) == (422, ["reply"], reply)
    assert IntakeVersion.objects.count() == 1


def test_an_answer_sent_twice_is_one(amina, okafor, as_user):
    asked_for_more(amina, okafor)
    client = as_user(amina.user)

    places = [client.post(reverse("intake_reply"), {"reply": "Two a day", **SIGNED})["Location"] for _ in range(2)]

    assert places == ["/intake/sent/", "/intake/"]
    assert IntakeVersion.objects.count() == 2
    with pytest.raises(refusals.NotAsked):
        actions.submit(Intake.objects.get(), **SIGNED, reply="Again", by=amina.user, at=LATER)


def test_to_ask_for_more_is_to_ask_something(amina, okafor):
    intake = intakes.in_review(amina, okafor)

    with pytest.raises(NothingAsked):
        more(intake, okafor, " ")

    assert (now(intake).state, Decision.objects.count()) == ("in_review", 0)


def test_a_clinician_may_decide_without_the_answer(amina, okafor, lind):
    intake = asked_for_more(amina, okafor)

    claim(intake, lind, by=lind.user, at=LATER_STILL)
    proceed(now(intake), lind, at=LATER_STILL)

    assert list(Decision.objects.order_by("at").values_list("outcome", "version__number")) == [
        ("more_information", 1),
        ("proceed", 1),
    ]
    with pytest.raises(refusals.NotAsked):
        actions.submit(now(intake), **SIGNED, reply="Late", by=amina.user, at=LATER_STILL)
    with pytest.raises(StaleState):
        proceed(now(intake), lind, at=LATER_STILL)


def test_the_database_holds_one_decision_a_version(amina, okafor):
    intake = intakes.in_review(amina, okafor)
    decision = proceed(intake, okafor)

    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            version=decision.version, clinician=okafor, outcome="decline", reasons="x", message="y", at=LATER
        )


def test_the_question_is_sealed(amina, okafor):
    asked_for_more(amina, okafor)

    with connection.cursor() as cursor:
        cursor.execute(
            "select row_to_json(i)::text from patients_intake i union all select row_to_json(e)::text from patients_intakeevent e"
        )
        assert [row for (row,) in cursor.fetchall() if "Zebraxin" in row] == []


# What has changed, before a review -------------------------------------------------------------------


@pytest.fixture
def decided(amina, okafor):
    """Amina's form, decided on, and a review near."""
    intake = intakes.in_review(amina, okafor, stiffness="7")
    proceed(intake, okafor)
    outcomes.asked(amina, okafor, at=LATER)
    return now(intake)


def walk_through(client, **answers):
    """Go through the review's form from its first page to its last; return the pages that were met."""
    answers, met, sent = ANSWERS | answers, [], {entry["id"] for entry in ANSWERS["medicines"] + ANSWERS["tried"]}
    address = client.post(reverse("intake_review"))["Location"]
    while address != reverse("intake_check"):
        met += [address]
        assert len(met) < 60
        address = go_on(client, address, answers, sent)
    return [place.split("/")[2] for place in met if place != reverse("intake_next")]


def test_a_review_asks_what_is_new_and_keeps_the_rest(amina, decided, as_user):
    client = as_user(amina.user)

    met = walk_through(client, changed=["none"])
    client.post(reverse("intake_check"), {"declared": "on", **SIGNED})

    assert met == ["what-changed", "symptoms", "symptoms-new", "health-safe", "pregnancy", "mood"]
    intake = Intake.objects.latest("started_at")
    version = intake.versions.get()
    assert (intake.state, intake.is_review, intake.filled_from) == ("submitted", True, decided)
    titles = {part["title"] for part in version.record}
    assert {"Allergies (not changed since Monday 23 November 2026)", "Symptoms that need help today"} <= titles
    health = {
        part["title"]: {row["page"] for row in part["rows"]}
        for part in version.record
        if "Your health" in part["title"]
    }
    assert health == {
        "Your health": {"health-safe"},
        "Your health (not changed since Monday 23 November 2026)": {"health", "health-heart", "health-body"},
    }
    assert "What we may do with your answers" not in titles
    assert version.answers["medicines"] == ANSWERS["medicines"]


def test_a_topic_that_changed_is_gone_through_filled_in(amina, decided, as_user):
    client = as_user(amina.user)

    met = walk_through(client, changed=["medicines", "measured"], weight="66")
    client.post(reverse("intake_check"), {"declared": "on", **SIGNED})

    assert met[:4] == ["what-changed", "symptoms", "symptoms-new", "taking"]
    assert {"medicines", "taking-more", "measured"} <= set(met)
    version = Intake.objects.latest("started_at").versions.get()
    assert (version.answers["weight"], version.answers["height"]) == ("66", "168")
    assert {part["title"] for part in version.record} >= {"What you take now", "Height, weight and blood tests"}


def test_a_ticked_topic_has_to_be_looked_at(amina, decided, as_user):
    client = as_user(amina.user)
    client.post(reverse("intake_review"))
    what, measured = PAGES[review.SLUG], PAGES["measured"]

    client.post(url(what), {"changed": ["measured"]})
    left = [task["label"] for task in client.get(reverse("intake_check")).context["left"]]
    client.post(url(what), {"changed": ["none"]})
    unticked = [task["label"] for task in client.get(reverse("intake_check")).context["left"]]
    client.post(url(what), {"changed": ["measured"]})
    save(client, measured)
    client.post(url(what), {"changed": ["measured"]})
    looked = [task["label"] for task in client.get(reverse("intake_check")).context["left"]]

    assert ["Height, weight and blood tests" in each for each in (left, unticked, looked)] == [True, False, False]


def test_a_review_has_its_own_flags_and_the_old_ones_stay(amina, decided, as_user):
    client = as_user(amina.user)

    walk_through(client, changed=["health"], psychosis_self="yes")
    client.post(reverse("intake_check"), {"declared": "on", **SIGNED})

    assert list(FlagHit.objects.values_list("version__intake__filled_from", "code")) == [(decided.pk, "RF01")]


def test_every_answer_that_an_emergency_looks_at_is_asked_anew():
    fresh = {question.name for slug in review.FRESH for question in PAGES[slug].questions}

    assert {name for rule in EMERGENCIES for name in rule.when.reads if not name.startswith("@")} <= fresh


def test_topics_and_fresh_pages_are_the_whole_form():
    topics = [slug for _, _, slugs in review.TOPICS for slug in slugs]
    first_only = {page.slug for section, page in pages_of("no")} - {page.slug for section, page in pages_of(YES)}

    assert len(topics) == len(set(topics))
    assert set(topics) & review.FRESH == set()
    assert set(topics) | review.FRESH | first_only | {review.SLUG} == set(PAGES)
    assert first_only == {"scores", "pain-effects", "worry", "consents", "before-we-meet"}


def pages_of(is_review):
    return FORM.asked_pages(
        FORM.asked(ANSWERS | {"has_face_pain": "yes", "@age": 60, "@sex": "", "@review": is_review, "@licences": YES})
    )


def test_without_a_review_near_there_is_nothing_to_ask(amina, okafor, as_user):
    client = as_user(amina.user)
    nothing_sent = client.post(reverse("intake_review"), follow=True)
    intake = intakes.in_review(amina, okafor)
    open_one = actions.start_review(amina, at=LATER)
    proceed(intake, okafor)

    with pytest.raises(refusals.NotDue):
        actions.start_review(amina, at=LATER)

    assert refusals.NotDue.words in nothing_sent.content.decode()
    assert (open_one, Intake.objects.count()) == (intake, 1)


def test_a_review_begun_twice_is_one(amina, decided, as_user):
    client = as_user(amina.user)

    places = [client.post(reverse("intake_review"))["Location"] for _ in range(2)]

    assert (places, Intake.objects.count()) == (["/intake/next/"] * 2, 2)
    assert client.get(reverse("intake_review"))["Location"] == "/intake/"


def test_an_emergency_before_a_review_asks_for_a_call(amina, decided, as_user):
    client = as_user(amina.user)
    client.post(reverse("intake_review"))

    saved = save(client, SYMPTOMS, numb_or_weak="yes")

    assert (saved["Location"], tasks("urgent_answers")) == ("/intake/urgent/", [("open", None)])
