"""``make bench`` in small: every figure is there, and bare SQL gives the answer that patients see."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.availability.models import HoursException
from tests.benchmarks import bench, listing, scene
from tests.benchmarks.figures import judge, table
from tests.factories import diary, people
from tests.factories.people import NOW

pytestmark = [pytest.mark.django_db(transaction=True)]
SMALL = bench.Sizes(
    clinicians=3,
    rows=(0, 600),
    runs=2,
    bookings={1: 1, 2: 2},
    posts={1: 1, 2: 2},
    inserts={1: 1, 2: 2},
    mail_takes={},
)


def test_every_figure_is_taken_and_held_against_its_goal(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "EXPLAINED", tmp_path / "explain.txt")

    found = list(bench.everything(SMALL))
    judge(found)

    points = [f"{days}d/{clinicians}c/{rows}" for rows in (0, 600) for days in (1, 28) for clinicians in (1, 3)]
    listings = [f"{what}/{point}" for point in points for what in ("raw/listing", "listing", "page")]
    by_clients = [f"{what}/{clients}" for what in ("book", "raw/insert") for clients in (1, 2)]
    assert [each["name"] for each in found] == [*listings, "raw/view", "raw/post", "raw/post/2", *by_clients]
    assert all(0 < each["p50_ms"] <= each["p95_ms"] for each in found)
    pages = [each for each in found if each["name"].startswith("page/")]
    assert [set(each) for each in pages] == [
        {"name", "p50_ms", "p95_ms", "runs", "queries", "view_ms", "limit_ms", "goal", "missed", "ok"}
    ] * len(pages)
    assert len(table(found).splitlines()) == len(found) + 1
    assert "Execution Time" in (tmp_path / "explain.txt").read_text()


def test_bare_sql_knows_buffers_holds_and_ways_to_meet():
    clinic = scene.build(3, now=NOW)
    first, second, third = clinic.clinicians
    point = clinic.points[-1]
    kind = diary.kind(*clinic.clinicians, slug="odd", minutes=45, align_minutes=15, buffer_before=10, buffer_after=5)
    odd = replace(point, kind=kind)
    diary.hours(second, weekdays=[2], starts=17 * 60, ends=18 * 60, modes=["video"])
    diary.hours(second, weekdays=[2], starts=17 * 60 + 30, ends=20 * 60, modes=["phone"])
    HoursException.objects.create(clinician=third, day=point.first, kind="closed", starts=0, ends=10 * 60 + 5)
    for number, (state, minutes) in enumerate([("booked", 0), ("held", 15), ("held", -15), ("expired", 15)]):
        starts = NOW + timedelta(days=2, hours=number)
        held = {"held_until": NOW + timedelta(minutes=minutes)}
        diary.appointment(people.patient(account=False), first, kind, starts, state=state, **held)

    answers = [(listing.answer(each, now), listing.raw_answer(each, now)) for each, now in moments(odd)]

    assert [ours for ours, _ in answers] == [bare for _, bare in answers]
    assert all(counts for (counts, _, _), _ in answers)


def moments(point):
    return [(point, NOW), *listing.around_the_clock_changes(point, NOW)]
