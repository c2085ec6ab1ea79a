"""The managers' figures of letters and team reviews: counted, plotted, and never whose."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.figures.policy import Share, Week
from clinic.db.clock import uk_day
from clinic.workspace import report_care
from clinic.workspace.report_care import Case, Note
from patients.consultations.models import ConsultationNote
from patients.teamreview.models import TeamCase
from tests.factories import letters, notes, team

MONDAY = date(2026, 11, 16)
WEEK = Week(MONDAY, 7)
NINE = datetime(2026, 11, 18, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def note(days):
    return Note(NINE, None if days is None else uk_day(NINE) + timedelta(days=days))


def test_letters_within_two_days():
    found = report_care.letters([WEEK], [note(0), note(2), note(3), note(None), note(1)])[WEEK]

    assert (found.in_time, found.in_time.percent, found.open) == (Share(3, 5), 60.0, 1)


def test_a_note_signed_at_midnight_counts_in_its_uk_week():
    late = Note(datetime(2027, 6, 6, 23, 30, tzinfo=UTC), date(2027, 6, 9))  # half past midnight on Monday 7 June here
    weeks = [Week(date(2027, 5, 31), 7), Week(date(2027, 6, 7), 7)]

    found = report_care.letters(weeks, [late])

    assert [each.in_time for each in found.values()] == [Share(0, 0), Share(1, 1)]


def test_days_until_a_case_was_concluded():
    cases = [Case(NINE, uk_day(NINE) + timedelta(days=wait)) for wait in (2, 3, 4, 7, 9)] + [Case(NINE, None)]

    found = report_care.team_reviews([WEEK], cases)[WEEK]

    assert (found.brought, found.waits.days, found.waits.middle, found.waits.ninetieth) == (6, (2, 3, 4, 7, 9), 4.0, 9)


@pytest.fixture
def counted(db, amina, ben, okafor, lind):
    """Last week: two notes, one with a letter; two cases, of which one waits."""
    at = timezone.now() - 8 * DAY
    first, _ = notes.signed(amina, okafor, at=at), notes.signed(ben, okafor, at=at)
    letters.sent(amina, okafor, at=at, about={"note": first})
    team.concluded(amina, okafor, lind, at=at)
    team.brought(ben, okafor, at=at)
    return at


def test_the_page_counts_them_and_names_nobody(counted, as_user, manager, amina, ben):
    page = as_user(manager).get(reverse("desk_report"))

    tables = {part.slug: part.table for part in page.context["parts"]}
    week = next(row for row in tables["letters"].rows if row[2:] != (0, 0, None, 0))
    assert week[2:] == (1, 2, None, 1)
    week = next(row for row in tables["team-reviews"].rows if row[2:] != (0, 0, None, None))
    assert week[2:] == (2, 1, None, None)
    assert "Sent within 2 days" in page.content.decode()
    for person in (amina, ben):
        assert person.full_name not in page.content.decode()


def test_only_of_the_clinician_who_was_asked_for(counted, as_user, manager, lind):
    page = as_user(manager).get(reverse("desk_report"), {"clinician": str(lind.pk)})

    tables = {part.slug: part.table for part in page.context["parts"]}
    assert {row[3] for row in tables["letters"].rows} == {0}
    assert {row[2] for row in tables["team-reviews"].rows} == {0}


@pytest.mark.parametrize("table", ["letters", "team-reviews"])
def test_each_is_saved_as_a_file(counted, as_user, manager, table):
    today = uk_day(timezone.now())
    sent = {"first": today - 30 * DAY, "last": today, "clinician": "", "table": table}

    answer = as_user(manager).post(reverse("desk_report_export"), sent)

    assert answer.status_code == 200
    assert answer.content.decode("utf-8-sig").startswith('"Week from Monday",')


def test_others_do_not_count(counted, rosa, okafor, manager):
    for model, number in ((ConsultationNote, 2), (TeamCase, 2)):
        assert [model.objects.counted_visible_to(user).count() for user in (rosa, okafor.user, manager)] == [
            0,
            0,
            number,
        ]
