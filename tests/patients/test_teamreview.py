"""Team reviews: who is a team, what must be written, until when it holds, and what never changes."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from clinic.db.refusal import SavedElsewhere, SomethingMissing
from clinic.db.states import StaleState, move
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.teamreview import actions, policy
from patients.teamreview.enums import CaseState, MeetingState
from patients.teamreview.models import TeamCase, TeamDecision, TeamMeeting
from patients.teamreview.policy import Attendee
from patients.teamreview.refusals import (
    InThePast,
    NotPlanned,
    NotTheProposer,
    OpenAlready,
    TooFew,
)
from tests.factories import team
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def gaps(okafor_pk="p", **changes):
    """What a record of a discussion lacks, all else being there."""
    given = {
        "outcome": "supported",
        "said": team.SAID,
        "attendees": [Attendee("Dr A", "pain", okafor_pk), team.PHARMACIST],
        "held_on": TODAY,
        "valid_until": date(2027, 11, 23),
    } | changes
    outcome, said, attendees = given.pop("outcome"), given.pop("said"), given.pop("attendees")
    return policy.gaps(outcome, said, attendees, proposer=okafor_pk, today=TODAY, **given)


class TestWhatMustBeWritten:
    def test_nothing_is_missing_from_a_whole_record(self):
        assert gaps() == {}

    @pytest.mark.parametrize(("length", "refused"), [(49, True), (50, False)])
    def test_a_discussion_of_fifty_characters(self, length, refused):
        said = team.SAID | {"discussion": "x" * length}

        expected = {"discussion": "Write what was discussed, in at least 50 characters"} if refused else {}
        assert gaps(said=said) == expected

    def test_spaces_are_no_discussion(self):
        assert list(gaps(said=team.SAID | {"discussion": " " * 80})) == ["discussion"]

    @pytest.mark.parametrize(
        ("attendees", "words"),
        [
            ([], "A team is at least 2 people: say who took part, with their roles"),
            ([Attendee("Dr A", "pain", "p")], "A team is at least 2 people: say who took part, with their roles"),
            (
                [Attendee("Nora", "nurse"), Attendee("NORA", "pharmacist")],
                "A team is at least 2 people: say who took part, with their roles",
            ),
            (
                [Attendee("Dr A", "pain", "p"), Attendee("Dr A again", "pain", "p")],
                "The doctor who brought the case cannot decide alone: say who else took part",
            ),
        ],
    )
    def test_a_team_is_two_people_and_not_the_proposer_alone(self, attendees, words):
        assert gaps(attendees=attendees) == {"attendees": words}

    def test_two_others_can_conclude_without_the_proposer(self):
        assert gaps(attendees=[Attendee("Dr B", "neurologist", "b"), team.PHARMACIST]) == {}

    @pytest.mark.parametrize(
        ("name", "label"), [("options", "Options considered"), ("risks", "Risks and flags discussed")]
    )
    def test_options_and_risks(self, name, label):
        assert gaps(said=team.SAID | {name: " "}) == {name: f"Write what stands under “{label}”"}

    def test_conditions_where_it_is_supported_with_conditions(self):
        words = "You chose “Supported with conditions”: write the conditions"

        assert gaps(outcome="conditions") == {"conditions": words}
        assert gaps(outcome="conditions", said=team.SAID | {"conditions": "Liver tests first."}) == {}

    @pytest.mark.parametrize(
        ("held_on", "until", "words"),
        [
            (TODAY, None, "Enter until when this holds"),
            (TODAY, TODAY, "This must be later than the day of the meeting"),
            (TODAY, date(2027, 11, 23), None),
            (TODAY, date(2027, 11, 24), "A team review holds for 12 months at most: until Tuesday 23 November 2027"),
        ],
    )
    def test_it_holds_for_twelve_months_at_most(self, held_on, until, words):
        assert gaps(held_on=held_on, valid_until=until) == ({"valid_until": words} if words else {})

    def test_a_year_after_a_leap_day_is_the_28th(self):
        assert policy.latest_valid_until(date(2028, 2, 29)) == date(2029, 2, 28)

    @pytest.mark.parametrize("outcome", ["not_supported", "deferred"])
    def test_what_is_not_supported_holds_for_no_time(self, outcome):
        assert gaps(outcome=outcome, valid_until=None) == {}

    def test_no_meeting_is_later_than_today(self):
        assert list(gaps(held_on=TODAY + DAY, valid_until=TODAY + 2 * DAY)) == ["held_on"]


class TestMeetings:
    def test_it_is_planned_with_its_members(self, okafor, lind):
        meeting = team.meeting(okafor, lind)

        assert set(meeting.members.all()) == {okafor, lind}
        assert str(meeting) == "Team meeting of Thursday 26 November 2026 at 9am, UK time"

    def test_not_in_the_past_and_not_alone(self, okafor):
        with pytest.raises(InThePast):
            team.meeting(okafor, okafor, days=0)
        with pytest.raises(TooFew):
            team.meeting(okafor, okafor)

    def test_sent_twice_it_is_one(self, okafor, lind):
        key = team.uuid4()
        for _ in range(2):
            actions.plan_meeting(okafor, [lind], NOW + DAY, key=key, at=NOW)

        assert TeamMeeting.objects.count() == 1

    def test_called_off_its_cases_wait_again(self, amina, okafor, lind):
        case = team.listed(amina, okafor, lind)

        actions.cancel_meeting(case.meeting, by=okafor.user, at=NOW)

        case.refresh_from_db()
        assert (case.state, case.meeting, TeamMeeting.objects.get().state) == ("submitted", None, "cancelled")

    def test_no_case_goes_onto_the_agenda_of_one_that_is_over(self, amina, okafor, lind):
        meeting = team.meeting(okafor, lind)
        actions.cancel_meeting(meeting, by=okafor.user, at=NOW)

        with pytest.raises(NotPlanned):
            actions.list_case(team.brought(amina, okafor), meeting, by=okafor.user, at=NOW)


class TestCases:
    def test_bringing_one_asks_the_team(self, amina, okafor):
        case = team.brought(amina, okafor)

        task = Task.objects.get(kind="team_review")
        assert (case.state, task.about, task.due_at, task.role) == ("submitted", case.pk, NOW + 7 * DAY, "clinician")
        assert "Amina" not in task.title

    @pytest.mark.parametrize(("changed", "field"), [({"summary": "Short"}, "summary"), ({"question": " "}, "question")])
    def test_it_says_what_it_is_about(self, amina, okafor, changed, field):
        with pytest.raises(SomethingMissing) as refused:
            team.brought(amina, okafor, **changed)

        assert list(refused.value.fields) == [field]
        assert not Task.objects.exists()

    def test_one_of_a_person_waits_at_a_time(self, amina, ben, okafor, lind):
        first = team.brought(amina, okafor)
        team.brought(ben, okafor)

        with pytest.raises(OpenAlready):
            team.brought(amina, lind)
        actions.withdraw(first, by=okafor.user, at=NOW)
        team.brought(amina, lind)

        assert TeamCase.objects.count() == 3

    def test_its_proposer_changes_it(self, amina, okafor, lind):
        case = team.listed(amina, okafor, lind)
        new = {"summary": team.SUMMARY + " Falls twice a month.", "question": "Agreed?"}

        actions.rewrite(case, **new, version=0, by=okafor.user, at=NOW + DAY)

        case.refresh_from_db()
        assert (case.summary, case.question, case.version) == (new["summary"], "Agreed?", 1)
        with pytest.raises(SavedElsewhere):
            actions.rewrite(case, **new, version=0, by=okafor.user, at=NOW)
        with pytest.raises(NotTheProposer):
            actions.rewrite(case, **new, version=1, by=lind.user, at=NOW)

    def test_withdrawn_by_its_proposer_only(self, amina, okafor, lind):
        case = team.listed(amina, okafor, lind)

        with pytest.raises(NotTheProposer):
            actions.withdraw(case, by=lind.user, at=NOW)
        actions.withdraw(case, by=okafor.user, at=NOW)

        case.refresh_from_db()
        assert (case.state, case.meeting, Task.objects.get().state) == ("withdrawn", None, "done")

    def test_taken_off_it_waits_for_another(self, amina, okafor, lind):
        case = team.listed(amina, okafor, lind)

        actions.take_off(case, by=lind.user, at=NOW)

        case.refresh_from_db()
        assert (case.state, case.meeting) == ("submitted", None)
        with pytest.raises(StaleState):
            actions.take_off(case, by=lind.user, at=NOW)


class TestConcluding:
    def test_it_is_written_down_with_the_case_as_it_was(self, amina, okafor, lind):
        decision = team.concluded(amina, okafor, lind)

        case = TeamCase.objects.get()
        assert (case.state, case.meeting.state, Task.objects.get(kind="team_review").state) == (
            "discussed",
            "held",
            "done",
        )
        assert (decision.summary, decision.question, decision.said) == (team.SUMMARY, team.QUESTION, team.SAID)
        assert decision.attendees_text == "Dr Ada Okafor (Pain medicine specialist), Nora Example (Pharmacist)"
        assert decision.chair_name == "Dr Ada Okafor"

    def test_what_is_missing_is_said_and_nothing_changes(self, amina, okafor, lind):
        case = team.listed(amina, okafor, lind)

        with pytest.raises(SomethingMissing) as refused:
            actions.conclude(case, team.discussion(okafor, TODAY, discussion="Agreed."), okafor, by=okafor.user, at=NOW)

        assert str(refused.value) == "Write what was discussed, in at least 50 characters."
        case.refresh_from_db()
        assert (case.state, TeamDecision.objects.count()) == ("listed", 0)

    def test_a_deferred_case_waits_again_and_can_be_concluded_later(self, amina, okafor, lind):
        decision = team.concluded(amina, okafor, lind, outcome="deferred")
        case = TeamCase.objects.get()
        assert (case.state, case.meeting, Task.objects.get(kind="team_review").state) == ("submitted", None, "open")

        actions.list_case(case, team.meeting(lind, okafor), by=okafor.user, at=NOW)
        case.refresh_from_db()
        second = actions.conclude(case, team.discussion(okafor, TODAY), lind, by=lind.user, at=NOW)

        assert list(TeamDecision.objects.order_by("outcome")) == [decision, second]

    def test_of_two_who_conclude_at_once_the_second_is_told(self, amina, okafor, lind):
        case = team.listed(amina, okafor, lind)
        stale = TeamCase.objects.get()
        actions.conclude(case, team.discussion(okafor, TODAY), okafor, by=okafor.user, at=NOW)

        with pytest.raises(StaleState):
            actions.conclude(stale, team.discussion(okafor, TODAY), lind, by=lind.user, at=NOW)


class TestWhatHolds:
    def supported(self, amina, on):
        return list(TeamDecision.objects.supporting(amina, on))

    def test_until_its_last_day(self, amina, okafor, lind):
        decision = team.concluded(amina, okafor, lind, valid_for=100)
        last = TODAY + 100 * DAY

        assert self.supported(amina, last) == [decision]
        assert decision.is_valid(last)
        assert self.supported(amina, last + DAY) == []
        assert not decision.is_valid(last + DAY)

    def test_a_later_no_ends_it_and_a_deferral_does_not(self, amina, okafor, lind):
        first = team.concluded(amina, okafor, lind)
        team.concluded(amina, okafor, lind, at=NOW + DAY, outcome="deferred")
        assert self.supported(amina, TODAY + 2 * DAY) == [first]

        case = TeamCase.objects.get(state="submitted")
        actions.list_case(case, team.meeting(okafor, lind, at=NOW + DAY), by=okafor.user, at=NOW + DAY)
        case.refresh_from_db()
        actions.conclude(
            case,
            team.discussion(okafor, TODAY + DAY, outcome="not_supported"),
            okafor,
            by=okafor.user,
            at=NOW + 2 * DAY,
        )

        assert self.supported(amina, TODAY + 2 * DAY) == []

    def test_nothing_of_another_person(self, amina, ben, okafor, lind):
        team.concluded(ben, okafor, lind)

        assert self.supported(amina, TODAY) == []


class TestTheTaskBeforeItEnds:
    def due(self):
        return list(Task.objects.filter(kind="team_review_ends").values_list("state", flat=True))

    def test_is_asked_thirty_days_before_and_once(self, amina, okafor, lind):
        team.concluded(amina, okafor, lind, valid_for=100)
        ends = TODAY + 100 * DAY

        actions.remind_of_ends(today=ends - 31 * DAY, at=NOW)
        assert self.due() == []
        for _ in range(2):
            actions.remind_of_ends(today=ends - 30 * DAY, at=NOW)

        assert self.due() == ["open"]

    def test_ends_with_a_new_review(self, amina, okafor, lind):
        team.concluded(amina, okafor, lind, valid_for=10)
        actions.remind_of_ends(today=TODAY, at=NOW)

        team.concluded(amina, okafor, lind, at=NOW + DAY)
        actions.remind_of_ends(today=TODAY + DAY, at=NOW + DAY)

        assert self.due() == ["done"]

    def test_is_not_asked_about_what_was_not_supported(self, amina, okafor, lind):
        team.concluded(amina, okafor, lind, outcome="not_supported")

        actions.remind_of_ends(today=TODAY + 400 * DAY, at=NOW)

        assert self.due() == []


class TestAccess:
    def test_members_of_the_meeting_read_the_case_and_nobody_else(self, amina, okafor, lind, rosa, manager):
        open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
        case = team.brought(amina, okafor)
        assert list(TeamCase.objects.visible_to(lind.user)) == []

        actions.list_case(case, team.meeting(okafor, lind), by=okafor.user, at=NOW)

        readers = {user.email for user in (okafor.user, lind.user, rosa, manager, amina.user)
                   if TeamCase.objects.visible_to(user).exists()}  # fmt: skip
        assert readers == {okafor.user.email, lind.user.email}

    def test_a_meeting_that_is_called_off_opens_nothing(self, amina, okafor, lind):
        case = team.listed(amina, okafor, lind)
        actions.cancel_meeting(case.meeting, by=okafor.user, at=NOW)

        assert not TeamCase.objects.visible_to(lind.user).exists()


MOVES_OF_MEETINGS = {("planned", "held"), ("planned", "cancelled")}
MOVES_OF_CASES = {
    ("submitted", "listed"),
    ("submitted", "withdrawn"),
    ("listed", "submitted"),
    ("listed", "discussed"),
    ("listed", "withdrawn"),
}


@pytest.mark.parametrize(("before", "after"), list(product(MeetingState.values, repeat=2)))
def test_every_pair_of_states_of_a_meeting(okafor, lind, before, after):
    meeting = team.meeting(okafor, lind)
    if before != "planned":
        move(meeting, before, by=None, at=NOW)

    if (before, after) in MOVES_OF_MEETINGS:
        move(meeting, after, by=None, at=NOW)
        return
    with pytest.raises(StaleState):
        move(meeting, after, by=None, at=NOW)
    if before != after:
        with pytest.raises(DatabaseError), transaction.atomic():
            TeamMeeting.objects.update(state=after)


@pytest.mark.parametrize(("before", "after"), list(product(CaseState.values, repeat=2)))
def test_every_pair_of_states_of_a_case(amina, okafor, lind, before, after):
    case = team.brought(amina, okafor)
    meeting = team.meeting(okafor, lind)
    if before in {"listed", "discussed"}:
        move(case, "listed", by=None, at=NOW, meeting=meeting)
    if before in {"discussed", "withdrawn"}:
        move(case, before, by=None, at=NOW)
    where = {"meeting": meeting if after in {"listed", "discussed"} else None}

    if (before, after) in MOVES_OF_CASES:
        move(case, after, by=None, at=NOW, **where)
        return
    with pytest.raises(StaleState):
        move(case, after, by=None, at=NOW, **where)
    if before != after:
        with pytest.raises(DatabaseError), transaction.atomic():
            TeamCase.objects.update(state=after, **where)


class TestWhatNeverChanges:
    def refused(self, change):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

    def test_what_was_concluded(self, amina, okafor, lind):
        decision = team.concluded(amina, okafor, lind)
        decision.outcome = "not_supported"

        self.refused(decision.save)
        self.refused(lambda: TeamDecision.objects.update(outcome="deferred"))
        self.refused(decision.delete)
        self.refused(lambda: connection.cursor().execute("update patients_teamdecision set said = ''"))
        self.refused(lambda: connection.cursor().execute("truncate patients_teamdecision cascade"))

    @pytest.mark.parametrize("state", ["discussed", "withdrawn"])
    def test_a_case_that_is_over(self, amina, okafor, lind, state):
        case = team.listed(amina, okafor, lind)
        move(case, state, by=None, at=NOW, **({"meeting": None} if state == "withdrawn" else {}))
        case.summary = "Another one"

        self.refused(case.save)
        self.refused(lambda: TeamCase.objects.update(summary="Another one"))
        self.refused(case.delete)
        self.refused(lambda: connection.cursor().execute("update patients_teamcase set question = ''"))

    def test_whose_case_it_is(self, amina, ben, okafor):
        team.brought(amina, okafor)

        self.refused(lambda: TeamCase.objects.update(patient=ben))


class TestConstraints:
    def row(self, case, okafor, **changes):
        given = {
            "case": case, "held_on": TODAY, "chair_name": "x", "summary": "x", "question": "x", "said": {},
            "attendees": [{"name": "a"}, {"name": "b"}], "outcome": "supported", "valid_until": date(2027, 11, 23),
            "recorded_by": okafor, "at": NOW,
        }  # fmt: skip
        return TeamDecision(**given | changes)

    @pytest.mark.parametrize(
        "changes",
        [
            {"attendees": [{"name": "a"}]},
            {"outcome": "perhaps"},
            {"valid_until": None},
            {"valid_until": TODAY},
            {"valid_until": date(2027, 11, 26)},
            {"outcome": "not_supported"},
        ],
    )
    def test_the_database_refuses_what_a_team_cannot_conclude(self, amina, okafor, lind, changes):
        case = team.listed(amina, okafor, lind)

        with pytest.raises(IntegrityError), transaction.atomic():
            self.row(case, okafor, **changes).save()
        self.row(case, okafor).save()

    def test_one_conclusion_a_case_beside_deferrals(self, amina, okafor, lind):
        case = team.listed(amina, okafor, lind)
        self.row(case, okafor, outcome="deferred", valid_until=None).save()
        self.row(case, okafor).save()

        with pytest.raises(IntegrityError), transaction.atomic():
            self.row(case, okafor, outcome="not_supported", valid_until=None).save()

    def test_a_case_on_an_agenda_has_a_meeting(self, amina, okafor):
        team.brought(amina, okafor)

        with pytest.raises(IntegrityError), transaction.atomic():
            TeamCase.objects.update(state="listed")


def test_the_first_text_of_a_case_is_what_stands_in_the_record():
    text = policy.first_summary(
        about="Aged 46.",
        note_said={"indications": ["ms_pain"], "history": "Burning pain."},
        noted_at=NOW,
        record=[{"rows": [{"name": "tried_any", "key": "Have you tried treatments?", "value": "Yes"},
                          {"name": "smokes", "key": "Do you smoke?", "value": "No"}]}],
        sent_at=NOW,
        flags=["RF01 Psychosis (Red). Dr Ada Okafor: well since 1998"],
        measures=["Pain on average: first 7 (1 Nov)"],
    )  # fmt: skip

    assert text == (
        "Aged 46.\n\n"
        "From the note of Monday 23 November 2026:\nNeuropathic pain in MS\nBurning pain.\n\n"
        "From the form of Monday 23 November 2026, as the patient wrote it:\nHave you tried treatments? Yes\n\n"
        "Red flags of the form, with what was answered:\nRF01 Psychosis (Red). Dr Ada Okafor: well since 1998\n\n"
        "How they have been:\nPain on average: first 7 (1 Nov)"
    )
    assert (
        policy.first_summary(about="", note_said=None, noted_at=None, record=[], sent_at=None, flags=[], measures=[])
        == ""
    )


def test_times_of_meetings_are_uk_times(okafor, lind):
    meeting = actions.plan_meeting(okafor, [lind], datetime(2027, 6, 1, 12, tzinfo=UTC), key=team.uuid4(), at=NOW)

    assert str(meeting) == "Team meeting of Tuesday 1 June 2027 at 1pm, UK time"
