"""Nine races against the real web server: 1,000 attempts in `make test`, 10,000 in `make proof`.

No overlap, nothing lost, no false refusal, no 5xx; 95 of 100 answers within 2 s and none over 4 s.
An attempt is one person's whole try. Sessions are made, and first pages fetched, before the race.
"""

import time
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment, AppointmentMove
from bookings.choosing.forms import slot_value
from bookings.timeoff import actions as timeoff
from tests.benchmarks.racing import (
    CHANGED,
    FEE,
    GONE,
    NOT_OFFERED,
    NOT_TO_COME,
    End,
    Report,
    book,
    check,
    choose,
    clear,
    ended,
    free,
    nothing_overlaps,
    run,
    visitors,
)
from tests.factories import diary, people, waiting
from tests.race import race
from tests.web import Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
CLIENTS = 20
CROWD = {1: 20, 10: 50}  # booking case 29: fifty in `make proof`
EACH = 120  # attempts of each race
GAPS = [0, 0.005, 0.01, 0.02, 0.04, 0.08]
REPORTS = {1: Report(), 10: Report()}

long_and_short = pytest.mark.parametrize("scale", [1, pytest.param(10, marks=pytest.mark.proof)])


@pytest.fixture
def kind(okafor):
    diary.hours(okafor, weekdays=range(7), starts=0, ends=1440)
    return diary.kind(okafor, align_minutes=30, notice_hours=1)


@pytest.fixture
def people_at_home(web, kind):
    return visitors(web, CLIENTS, kind)


@pytest.fixture
def crowd(web, kind, scale):
    return visitors(web, CROWD[scale], kind)


def rounds(scale, attempts=CLIENTS):
    return range(-(-EACH * scale // attempts))


def wait_for(rows):
    """Wait until there is one of ``rows``; a race in which one side never wins says nothing of the other."""
    until = time.monotonic() + 4
    while not rows.exists() and time.monotonic() < until:
        time.sleep(0.01)


def tell(scale, name, racers, attempts=CLIENTS):
    took = [each for racer in racers for each in racer.took]
    REPORTS[scale].add(name, len(rounds(scale, attempts)) * attempts, took)


@long_and_short
def test_one_slot(people_at_home, kind, okafor, scale):
    slot = free(kind, okafor, 1)[0]

    for _ in rounds(scale):
        ends = run(people_at_home, lambda number: book(people_at_home[number], kind, slot))
        assert len(check(ends, kind)) == 1
        clear()

    tell(scale, "one slot", people_at_home)


@long_and_short
def test_staggered_starts(web, okafor, scale):
    diary.hours(okafor, weekdays=range(7), starts=8 * 60, ends=18 * 60)
    kind = diary.kind(okafor, minutes=60, align_minutes=5, notice_hours=1)
    racers = visitors(web, CLIENTS, kind)
    wanted = free(kind, okafor, CLIENTS)

    for _ in rounds(scale):
        ends = run(racers, lambda number: book(racers[number], kind, wanted[number]))
        assert 1 <= len(check(ends, kind)) <= 2
        clear()

    tell(scale, "staggered starts", racers)


@long_and_short
def test_gap_sweep(crowd, kind, okafor, scale):
    slot = free(kind, okafor, 1)[0]

    for number in rounds(scale, len(crowd)):
        gap = GAPS[number % len(GAPS)]
        ends = run(crowd, lambda number: book(crowd[number], kind, slot), gap)
        assert len(check(ends, kind)) == 1
        clear()

    tell(scale, "gap sweep", crowd, len(crowd))


@long_and_short
def test_first_available(people_at_home, kind, okafor, lind, scale):
    diary.hours(lind, weekdays=range(7), starts=0, ends=1440)
    kind.clinicians.add(lind)
    slot = free(kind, okafor, 1)[0]

    for _ in rounds(scale):
        ends = run(people_at_home, lambda number: book(people_at_home[number], kind, slot, whoever="on"))
        assert {visit.clinician_id for visit in check(ends, kind)} == {okafor.pk, lind.pk}
        clear()

    tell(scale, "first available", people_at_home)


@long_and_short
def test_reschedule_against_cancel(people_at_home, kind, okafor, scale):
    """Ten people, each with two browsers: one moves the visit while the other cancels it. The visit ends cancelled."""
    times = free(kind, okafor, CLIENTS, days=16)  # before every cut-off, and outside the 14 days
    pairs = [(people_at_home[number], times[number], times[number + 10]) for number in range(10)]
    patients = [people.patient() for _ in pairs]
    browsers = [Visitor(str(pairs[0][0].http.base_url), patients[number // 2].user) for number in range(CLIENTS)]
    for browser in browsers:
        browser.page = browser.get(f"/book/{kind.slug}/")
        browser.took.clear()
    came = Counter()

    for turn in rounds(scale):
        visits = [
            diary.appointment(patients[number], okafor, kind, pair[1].starts_at, booked_at=timezone.now())
            for number, pair in enumerate(pairs)
        ]

        def act(number, visits=visits, turn=turn):
            browser, visit, new = browsers[number], visits[number // 2], pairs[number // 2][2]
            if (number + turn) % 2:  # in turns, who begins first
                fields = {"refund": FEE, "reason": ""}
                answer = browser.post(f"/appointments/{visit.pk}/cancel/", browser.page, key=str(uuid4()), **fields)
                return ended(answer, visit=visit.pk)
            fields = {"slot": slot_value(new), "agreed": "on"}
            answer = browser.post(f"/appointments/{visit.pk}/reschedule/", browser.page, key=str(uuid4()), **fields)
            told = answer.status_code == 422 and (CHANGED in answer.text or NOT_TO_COME in answer.text)
            return End("refused", visit.pk) if told else ended(answer, visit=visit.pk)

        ends = run(browsers, act, gap=GAPS[turn % len(GAPS)] / 2)
        movers, cancellers = ends[turn % 2 :: 2], ends[1 - turn % 2 :: 2]

        assert all(end.how == "booked" for end in cancellers)
        moved = {end.visit for end in movers if end.how == "booked"}
        now = Appointment.objects.in_bulk([visit.pk for visit in visits])
        assert {visit.state for visit in now.values()} == {State.CANCELLED_BY_PATIENT}
        written = AppointmentMove.objects.filter(appointment__in=visits).values_list("appointment", flat=True)
        assert sorted(written) == sorted(moved)
        assert {pk for pk, visit in now.items() if visit.sequence == 2} == moved
        nothing_overlaps()
        came.update(end.how for end in movers)

    assert min(came["booked"], came["refused"]) > 0, came  # each came first at times
    tell(scale, "reschedule against cancel", browsers)


@long_and_short
def test_two_accepts_of_one_offer(web, kind, okafor, scale):
    """Ten people, each with two browsers that say yes: the visit moves once, and both are told so."""
    patients = [people.patient() for _ in range(10)]
    browsers = [Visitor(web.origin, patients[number // 2].user) for number in range(CLIENTS)]
    for browser in browsers:
        browser.page = browser.get(f"/book/{kind.slug}/")
        browser.took.clear()
    times = free(kind, okafor, CLIENTS)

    for _ in rounds(scale):
        until, offers = timezone.now() + timedelta(hours=2), []
        for number, patient in enumerate(patients):
            visit = diary.appointment(patient, okafor, kind, times[number + 10].starts_at, booked_at=timezone.now())
            hold = {"state": "held", "held_until": until, "held_for_offer": True, "booked_at": None, "mode": ""}
            held = diary.appointment(patient, okafor, kind, times[number].starts_at, replaces=visit, **hold)
            offers.append(waiting.offer(waiting.entry(patient, kind, instead_of=visit), held))

        def act(number, offers=offers):
            offer = offers[number // 2]
            address = f"/waiting-list/offers/{offer.pk}/"
            answer = browsers[number].post(address, browsers[number].page, key=str(uuid4()), early_start="on")
            told = "You have taken this time" in answer.text  # the other browser was there long before
            return End("booked", offer.entry.instead_of_id) if told else ended(answer, visit=offer.entry.instead_of_id)

        ends = run(browsers, act)

        assert {end.how for end in ends} == {"booked"}
        assert len(check(ends, kind)) == 10
        assert AppointmentMove.objects.filter(appointment__in={end.visit for end in ends}).count() == 10
        clear()

    tell(scale, "two accepts of one offer", browsers)


@long_and_short
def test_time_off_against_booking(people_at_home, kind, okafor, rosa, scale):
    """19 people book times of a day while reception takes it off: who was booked before is on the list, nobody else in."""
    times = free(kind, okafor, CLIENTS)
    first, last = times[0].starts_at, times[-1].starts_at + timedelta(hours=1)

    came = Counter()
    for turn in rounds(scale):
        taken = []

        def act(number, taken=taken, turn=turn):
            if number != CLIENTS // 2:
                return book(people_at_home[number], kind, times[number], (GONE, NOT_OFFERED))
            if turn % 2:  # every other time somebody was quicker
                wait_for(Appointment.objects.filter(state=State.BOOKED))
            now = timezone.now()
            taken.append(timeoff.take(okafor, first, last, reason="Away", key=uuid4(), by=rosa, at=now))
            return End("refused")

        ends = run(people_at_home, act, gap=GAPS[turn % len(GAPS)] / 4)
        del ends[CLIENTS // 2]  # reception; how the others ended depends on who came first
        booked = {visit.pk for visit in check(ends, kind, closed=True)}
        made, inside = taken[0]
        assert booked == {visit.pk for visit in inside if visit.state == State.BOOKED}
        came.update(end.how for end in ends)
        timeoff.cancel(made, by=rosa, at=timezone.now())
        clear()
        assert free(kind, okafor, CLIENTS) == times

    assert min(came["booked"], came["refused"]) > 0, came
    tell(scale, "time off against booking", people_at_home)


@long_and_short
def test_stale_confirm(people_at_home, kind, okafor, scale):
    """Ten confirm a hold that has run out, from a page loaded before, while ten others book these times: one each."""
    times = free(kind, okafor, 10)

    came = Counter()
    for turn in rounds(scale):
        addresses = [choose(people_at_home[each], kind, times[each]).headers["Location"] for each in range(10)]
        pages = [people_at_home[each].get(address) for each, address in enumerate(addresses)]
        Appointment.objects.filter(state=State.HELD).update(held_until=timezone.now())
        for visitor in people_at_home[:10]:
            del visitor.took[-2:]  # before the race

        def act(place, addresses=addresses, pages=pages, turn=turn):
            number = CLIENTS - 1 - place if turn % 2 else place  # every other time the late ones go last
            if number >= 10:
                return book(people_at_home[number], kind, times[number - 10])
            address = addresses[number]
            if turn % 2:
                own = Appointment.objects.exclude(pk=address.split("/")[2])
                wait_for(own.live().filter(starts_at=times[number].starts_at))
            late = people_at_home[number].post(address, pages[number], mode="video", early_start="on")
            end = ended(late, times[number])
            end.visit = Appointment.objects.get(pk=address.split("/")[2]).pk
            came[f"late, {end.how}"] += 1
            return end

        ends = run(people_at_home, act, gap=GAPS[turn % len(GAPS)] / 4)
        assert {visit.starts_at for visit in check(ends, kind)} == {time.starts_at for time in times}
        clear()

    assert min(came["late, booked"], came["late, refused"]) > 0, came
    tell(scale, "stale confirm", people_at_home)


@long_and_short
def test_different_free_slots(crowd, kind, okafor, scale):
    """Everybody books three times one after the other, all at once: with fifty people 150 visits of one clinician."""
    times = free(kind, okafor, 3 * len(crowd))

    def three(number):
        return [book(crowd[number], kind, slot) for slot in times[number :: len(crowd)]]

    for _ in rounds(scale, 3 * len(crowd)):
        ends = [end for each in race(len(crowd), three) for end in each]
        assert {end.how for end in ends} == {"booked"}
        assert len(check(ends, kind)) == len(times)
        clear()

    tell(scale, "different free slots", crowd, 3 * len(crowd))


@long_and_short
def test_the_attempts_add_up(scale):
    """Runs last, and only says something where all nine ran."""
    report = REPORTS[scale]
    if len(report.races) < 9:
        pytest.skip("Not all nine races were run to their end")
    print(f"\nnine races, {report.attempts} attempts: no overlap, nothing lost, no false refusal, no 5xx")

    assert report.attempts >= 1000 * scale
