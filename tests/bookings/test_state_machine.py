"""Thousands of random steps on real Postgres, each compared with a simple model: nothing overlaps, no time is lost,
no hold outlives its end, nobody on the waiting list is passed over, and mails, charges and tasks follow the visits.

`make test` walks from the same seeds every time; `make proof` from a new one, and prints it.
"""

import os
import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bookings.machine import PATIENTS, STARTS, World
from tests.bookings.machine_waiting import WaitingMachine, accept, decline

pytestmark = pytest.mark.django_db
# Every act has to succeed at least once, and the refusals that matter most have to come: a walk past them proves nothing.
ACTS = {"hold", "hold_with_whoever", "extend_hold", "confirm", "book_for", "reschedule", "cancel", "will_come"}
ACTS |= {"take", "cancel time off", "join", "offer", "accept", "decline", "withdraw"}
REFUSED = {"Taken", "NotOffered", "Elsewhere", "HoldEnded", "TooLate", "StaleState", "OfferStands", "OfferEnded"}
ALL = ACTS | REFUSED
EVERYTHING = (
    "nothing_overlaps",
    "every_row_is_as_the_model_says",
    "no_time_is_lost_and_no_hold_outlives_its_end",
    "mails_follow_the_visits",
    "charges_follow_the_visits",
    "the_worklist_names_every_visit_inside_time_off",
    "every_entry_and_offer_is_as_the_model_says",
)


def walk(steps, number, runs=10, phases=(Phase.generate,)):
    """Walk from the seed ``number``, then from those after it, until ``steps`` are taken and ALL has come.

    It prints what happened. Gives up at three times as many steps. ``phases``: to shrink a failure to its shortest
    takes some minutes.
    """
    there, tally = World(), Counter()
    begins = True
    while tally["steps"] < steps or (ALL - set(tally) and tally["steps"] < 3 * steps):

        class Walk(seed(number)(WaitingMachine)):
            world = there

        Walk.tally = tally
        if begins:
            what_chance_seldom_brings(Walk())
            begins = False
        run_state_machine_as_test(Walk, settings=how(runs, phases))
        print(f"\nstate machine: {tally['steps']} steps, the last {runs} runs from seed {number}: {dict(tally)}")
        number += 1
    assert ALL - set(tally) == set()


def what_chance_seldom_brings(walk):
    """Offers accepted, declined, in the way and over, a move in time and one that comes too late: a run by hand."""
    given_up = walk.two_wait_and_a_visit_is_given_up
    walk.begin(now=STARTS[0])
    look = [getattr(walk, name) for name in EVERYTHING]
    what = {"kind": "plain", "moves": False}
    given_up(who=PATIENTS, clinician="okafor", number=0, earlier=True, says=accept, **what)
    given_up(who=PATIENTS[::-1], clinician="lind", number=2, earlier=False, says=decline, **what)
    [each() for each in look]
    walk.withdraw(number=1)
    walk.time_passes(by=timedelta(hours=9))  # to 5pm, the cut-off of a visit on the next day
    walk.move(number=2, clinician="lind", when=0, by="patient")
    [each() for each in look]
    given_up(who=PATIENTS, clinician="okafor", number=4, earlier=False, says=None, **what)
    offered = walk.model.rows[list(walk.model.offers)[-1]]
    walk._book(offered.patient, "plain", offered.clinician, offered.start, "")
    walk.time_passes(by=timedelta(days=2))
    walk.answer(number=0, says=accept)
    free = walk.model.free("plain", "okafor")
    visit = walk._book("cara", "plain", "okafor", free[-1], "")
    walk._move(walk.model.rows[visit.pk], visit, "okafor", free[-3], "staff")
    [each() for each in look]
    assert {"accept", "decline", "withdraw", "TooLate", "OfferStands", "OfferEnded", "reschedule"} <= set(walk.tally)
    walk.teardown()


def how(runs, phases):
    """As many runs of 50 steps; how slow the machine is matters to nobody."""
    return settings(
        max_examples=runs,
        stateful_step_count=50,
        deadline=None,
        database=None,
        derandomize=False,  # or on CI the seed would not count
        suppress_health_check=list(HealthCheck),
        phases=phases,
    )


def test_250_steps_leave_the_diary_as_the_model_says(db):
    walk(250, 3, runs=5)


@pytest.mark.proof
def test_2000_steps_of_a_new_walk_leave_the_diary_as_the_model_says(db):
    number = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**9))

    walk(2000, number, 20, (Phase.generate, Phase.shrink))
