"""Taking a form to review, and deciding on it."""

import threading
from datetime import timedelta

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from clinic.db.refusal import Refusal
from clinic.db.states import StaleState
from clinic.outbox import registry
from clinic.outbox.models import Message
from clinic.worklist.models import Task
from patients.access.models import CareRelationship
from patients.intake.models import Intake, IntakeStateChange
from patients.suitability import actions
from patients.suitability.enums import Outcome
from patients.suitability.models import Decision, HandOver
from patients.suitability.policy import TEMPLATES
from tests.factories import intakes, people
from tests.factories.intakes import FOUND, REASONS
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=3)


def decide(intake, clinician, outcome=Outcome.PROCEED, at=LATER, **more):
    return intakes.decide(intake, clinician, outcome, at=at, **more)


def tasks():
    return sorted(Task.objects.values_list("kind", "state", "taken_by__email", "outcome"))


def test_claiming_makes_the_clinician_the_reviewer_and_opens_care(amina, okafor):
    intake = intakes.sent(amina, numb_or_weak="yes")

    actions.claim(intake, okafor, by=okafor.user, at=LATER)

    intake.refresh_from_db()
    assert (intake.state, intake.reviewer) == ("in_review", okafor)
    assert list(CareRelationship.objects.values_list("patient", "clinician", "reason", "started_at")) == [
        (amina.pk, okafor.pk, "claimed", LATER)
    ]
    assert tasks() == [
        ("decision_due", "taken", "okafor@example.com", ""),
        ("urgent_answers", "taken", "okafor@example.com", ""),
    ]


def test_claiming_again_changes_nothing(amina, okafor):
    intake = intakes.in_review(amina, okafor)

    actions.claim(intake, okafor, by=okafor.user, at=LATER)

    assert IntakeStateChange.objects.filter(to_state="in_review").count() == 1


def test_of_two_clinicians_the_first_gets_it(amina, okafor, lind):
    intake = intakes.sent(amina)
    actions.claim(intake, okafor, by=okafor.user, at=NOW)

    with pytest.raises(StaleState):
        actions.claim(intake, lind, by=lind.user, at=NOW)

    assert list(CareRelationship.objects.values_list("clinician", flat=True)) == [okafor.pk]


@pytest.mark.django_db(transaction=True)
def test_two_clinicians_at_the_same_moment(amina, okafor, lind):
    intake = intakes.sent(amina)
    gate, outcomes = threading.Barrier(2), []

    def press(clinician):
        gate.wait()
        try:
            actions.claim(intake, clinician, by=clinician.user, at=NOW)
            outcomes.append("taken")
        except StaleState:
            outcomes.append("too late")
        finally:
            connection.close()

    pressing = [threading.Thread(target=press, args=[clinician]) for clinician in (okafor, lind)]
    [one.start() for one in pressing]
    [one.join() for one in pressing]

    assert (sorted(outcomes), CareRelationship.objects.count()) == (["taken", "too late"], 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_a_form_is_decided_on_or_handed_over_never_both(amina, okafor, lind, turn):
    """Two tabs of one clinician, at the same moment; or a colleague who takes it over meanwhile."""
    intake = intakes.ready(intakes.in_review(amina, okafor), okafor)
    gate, said = threading.Barrier(3), []
    sign = {"seen": 1, "found": FOUND, "reasons": REASONS, "message": "Come in."}

    def press(name, act):
        gate.wait()
        try:
            act()
            said.append(name)
        except Refusal as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    def decided():
        actions.decide(intake, okafor, Outcome.PROCEED, **sign, by=okafor.user, at=LATER)

    def handed():
        reason = {"reason": "I am away from Wednesday.", "stays": False}
        actions.hand_over(intake, okafor, lind, **reason, by=okafor.user, at=LATER)

    acts = [("decided", decided), ("decided", decided), ("handed", handed)]
    pressing = [threading.Thread(target=press, args=act) for act in acts]
    [one.start() for one in pressing]
    [one.join() for one in pressing]

    done = [name for name in said if name in {"decided", "handed"}]
    told = [words for words in said if words not in done]
    assert len(done) == 1
    assert set(told) <= {StaleState.words, "Dr Erik Lind has taken this form to review. Only they can decide on it."}
    assert (Decision.objects.count(), HandOver.objects.count()) == (done.count("decided"), done.count("handed"))


def test_a_draft_cannot_be_claimed(amina, okafor):
    with pytest.raises(StaleState):
        actions.claim(intakes.draft(amina), okafor, by=okafor.user, at=NOW)


def test_a_decision_closes_the_form_its_tasks_and_tells_the_patient(amina, okafor):
    intake = intakes.in_review(amina, okafor, numb_or_weak="yes")

    decision = decide(intake, okafor, message="Come in and see us.")

    intake.refresh_from_db()
    assert (intake.state, decision.version) == ("decided", intake.versions.get())
    assert (decision.outcome, decision.reasons, decision.message, decision.at) == (
        "proceed",
        REASONS,
        "Come in and see us.",
        LATER,
    )
    assert tasks() == [
        ("decision_due", "done", "okafor@example.com", "Decided"),
        ("urgent_answers", "done", "okafor@example.com", "Decided"),
    ]
    assert list(Message.objects.values_list("rule", "about", "person", "due_at")) == [
        ("decision_made", decision.pk, amina.pk, LATER)
    ]


def test_reasons_of_20_characters_are_enough(amina, okafor):
    intake = intakes.in_review(amina, okafor)

    with pytest.raises(actions.TooShort):
        decide(intake, okafor, reasons="x" * 19 + "  ")
    assert decide(intake, okafor, reasons="x" * 20).reasons == "x" * 20


def test_only_the_reviewer_decides(amina, okafor, lind):
    intake = intakes.in_review(amina, okafor)

    intakes.ready(intake, okafor)
    with pytest.raises(actions.NotYours, match="Dr Ada Okafor has taken this form to review"):
        actions.decide(
            intake, lind, Outcome.PROCEED, seen=1, found=FOUND, reasons=REASONS, message="x", by=lind.user, at=LATER
        )
    assert Decision.objects.count() == 0


def test_nothing_is_decided_twice_or_before_it_was_taken(amina, ben, okafor):
    waiting, decided = intakes.sent(ben), intakes.in_review(amina, okafor)
    decide(decided, okafor)

    for intake in (waiting, decided):
        with pytest.raises(Refusal):
            decide(intake, okafor)
    assert Decision.objects.count() == 1


def test_a_decision_never_changes(amina, okafor):
    decide(intakes.in_review(amina, okafor), okafor)

    for sql in ("update patients_decision set outcome = 'decline'", "delete from patients_decision"):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Decision.objects.get().outcome == "proceed"


def test_reasons_and_message_are_sealed_at_rest(amina, okafor):
    decide(intakes.in_review(amina, okafor), okafor, reasons="Zebra reasons of some length", message="Zebra message")

    with connection.cursor() as cursor:
        cursor.execute("select reasons || message from patients_decision")
        (cell,) = cursor.fetchone()

    assert ("Zebra" in cell, len(cell) > 40) == (False, True)


def test_templates_promise_no_treatment():
    text = " ".join(TEMPLATES.values()).lower()

    assert [
        word
        for word in (
            "medicine",
            "cannabis",
            "treatment",
            "suitable",
            "eligible",
            "prescri",
            "pain",
            "unfortunately",
            "hope",
        )
        if word in text
    ] == []


def test_the_mail_says_that_there_is_something_to_read_and_no_more(amina, okafor, settings):
    decide(intakes.in_review(amina, okafor), okafor, outcome=Outcome.DECLINE, message="Zebra message")

    letter = registry.compose(Message.objects.get())

    assert (letter.to, letter.subject) == ("amina@example.com", "There is an update in your account")
    assert (
        "Hello Amina,\n\nThere is an update in your account. Sign in to read it:\nhttp://localhost:8000/care/\n"
        in letter.text
    )
    assert 'href="http://localhost:8000/care/"' in letter.html
    both = (letter.subject + letter.text + letter.html).replace(settings.CLINIC["name"], "").lower()
    assert [
        word
        for word in ("zebra", "pain", "specialist", "decision", "decline", "form ", "medicine", "1980")
        if word in both
    ] == []


def test_who_sees_a_decision(amina, ben, okafor, lind, rosa, manager):
    decision = decide(intakes.in_review(amina, okafor), okafor)

    seen = [
        list(Decision.objects.visible_to(user))
        for user in (amina.user, okafor.user, ben.user, lind.user, rosa, manager)
    ]

    assert seen == [[decision], [decision], [], [], [], []]


def test_who_sees_a_form(amina, ben, okafor, lind, rosa, manager):
    draft, sent = intakes.draft(ben), intakes.in_review(amina, okafor)
    everybody = (amina.user, ben.user, okafor.user, lind.user, rosa, manager)

    assert [list(Intake.objects.visible_to(user)) for user in everybody] == [[sent], [draft], [sent], [], [], []]
    assert [list(Intake.listed.visible_to(user)) for user in everybody] == [[], [], [sent], [sent], [], []]


def test_care_that_has_ended_shows_nothing(amina, okafor):
    intakes.in_review(amina, okafor)
    CareRelationship.objects.update(ended_at=LATER)

    assert Intake.objects.visible_to(okafor.user).count() == 0


def test_lists_hold_no_answers(amina, okafor):
    intakes.sent(amina)

    listed = Intake.listed.visible_to(okafor.user).get()

    assert listed.get_deferred_fields() == {"answers", "question"}


def test_a_draft_with_an_urgent_answer_is_listed_until_somebody_called(amina, okafor):
    people.patient("quiet@example.com")
    draft = intakes.draft(amina, chest_signs="yes")
    listed = Intake.listed.visible_to(okafor.user).with_urgency()
    before = [(intake.pk, intake.is_urgent) for intake in listed.all()]

    actions.worklist.finish_about(draft.pk, "urgent_answers", "Called: already in hospital", by=okafor.user, at=LATER)

    assert (before, list(listed.all())) == ([(draft.pk, True)], [])
