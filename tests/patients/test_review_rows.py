"""What a reviewer writes is written once: no row of it changes or goes, by whatever way."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.db.models import ProtectedError

from patients.suitability import actions
from patients.suitability.enums import Outcome
from patients.suitability.models import Decision, DecisionAddendum, FlagAnswer, HandOver, PartRead
from patients.suitability.policy import Findings, gaps, open_points
from tests.factories import intakes
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db

ROWS = [Decision, DecisionAddendum, FlagAnswer, HandOver, PartRead]
REFUSED = (InternalError, ProgrammingError, ProtectedError)


@pytest.fixture
def written(amina, ben, okafor, lind):
    """One row of each."""
    decision = intakes.decide(intakes.in_review(amina, okafor, psychosis_self="yes"), okafor)
    actions.add_to(decision, okafor, "Spoke with the GP.", key=uuid4(), by=okafor.user, at=NOW)
    actions.read_part(decision.version, 0, okafor, by=okafor.user, at=NOW)
    handed = {"reason": "I am away from Wednesday.", "stays": False}
    actions.hand_over(intakes.in_review(ben, okafor), okafor, lind, **handed, by=okafor.user, at=NOW)
    return decision


WAYS = {
    "save": lambda row: row.save(),
    "update": lambda row: type(row).objects.update(at=NOW),
    "bulk update": lambda row: type(row).objects.bulk_update([row], ["at"]),
    "delete": lambda row: row.delete(),
    "queryset delete": lambda row: type(row).objects.all().delete(),
    "update in SQL": lambda row: sql("update", row, "set at = now()"),
    "delete in SQL": lambda row: sql("delete from", row),
    "truncate": lambda row: sql("truncate", row, "cascade"),
}


def sql(verb, row, rest=""):
    with connection.cursor() as cursor:
        cursor.execute(f"{verb} {row._meta.db_table} {rest}")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_a_row_stays_as_it_is(written, model, way):
    row = model.objects.get()
    before = list(model.objects.values())

    with pytest.raises(REFUSED), transaction.atomic():
        WAYS[way](row)

    assert list(model.objects.values()) == before


class TestTheDatabaseHolds:
    def test_a_final_decision_says_what_was_found(self, amina, okafor):
        version = intakes.in_review(amina, okafor).versions.get()
        row = {"version": version, "clinician": okafor, "started_at": NOW, "reasons": "x", "message": "x", "at": NOW}
        found = {"diagnosis": "unclear", "examination": "needed", "capacity": "doubt", "treatments_verified": 0}

        for left_out in found:
            less = {name: value for name, value in found.items() if name != left_out}
            with pytest.raises(IntegrityError, match="final_decision_says_what_was_found"), transaction.atomic():
                Decision.objects.create(outcome="refer", **row, **less)
        with pytest.raises(IntegrityError, match="meetings_known"), transaction.atomic():
            Decision.objects.create(outcome="refer", meetings=["swimming"], **row, **found)
        Decision.objects.create(outcome="refer", **row, **found)

    def test_nobody_hands_over_to_themselves(self, amina, okafor):
        intake = intakes.in_review(amina, okafor)

        with pytest.raises(IntegrityError, match="handed_over_to_another"), transaction.atomic():
            HandOver.objects.create(intake=intake, giver=okafor, taker=okafor, reason="x", at=NOW)


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("has_records", [True, False])
def test_what_each_outcome_needs(outcome, has_records):
    found = set(gaps(outcome, Findings(), has_records=has_records))

    needed = {"diagnosis", "treatments_verified", "examination", "capacity"} | ({"records"} if has_records else set())
    assert (
        found
        == {
            Outcome.MORE_INFORMATION: set(),
            Outcome.PROCEED: needed | {"meetings"},
            Outcome.FACE_TO_FACE: needed | {"meetings"},
            Outcome.REFER: needed,
            Outcome.DECLINE: needed,
        }[outcome]
    )
    assert gaps(outcome, intakes.FOUND, has_records=has_records) == {}


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        (["RF30"], "Write your answer to RF30: emergency and red flags need one each."),
        (["RF41", "RF01", "RF30"], "Write your answer to RF01, RF30 and RF41: emergency and red flags need one each."),
    ],
)
def test_the_flags_without_an_answer_are_named(codes, text):
    assert open_points(Outcome.DECLINE, unanswered=codes, has_records=True, is_identified=True) == [text]
