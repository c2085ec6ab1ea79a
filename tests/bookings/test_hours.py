"""Weekly hours typed as a week, exceptions of one day: seen first, then saved."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.availability import actions
from bookings.availability.models import HoursException, WeeklyHours
from bookings.availability.opening import opening
from bookings.availability.policy import Planned, left_of, overlap
from bookings.availability.preview import Change, DayPreview, day_by_day, hours_text
from clinic.db.clock import clock
from tests.factories import diary, people
from tests.factories.people import NOW

FIRST = date(2026, 12, 7)  # a Monday
EVERY = ["video", "phone", "in_person"]


@pytest.fixture
def monday_morning():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def planned(weekday=0, starts=540, ends=780, modes=EVERY, first=FIRST, last=None):
    return Planned(weekday, starts, ends, modes, first, last)


def week(*ranges, **fields):
    """What the browser sends: ranges are (weekday, from, until, modes)."""
    sent = {"first": "2026-12-07", "last": ""} | {f"rows_{day}": 3 for day in range(7)}
    seen = dict.fromkeys(range(7), 0)
    for day, starts, ends, modes in ranges:
        row = seen[day]
        sent |= {f"from_{day}_{row}": starts, f"until_{day}_{row}": ends, f"modes_{day}_{row}": modes}
        seen[day] += 1
    return sent | fields


MORNING = (0, "09:00", "13:00", ["video", "phone"])


def url(clinician):
    return reverse("desk_hours_week", args=[clinician.pk])


def save(client, clinician, sent):
    """Press twice, as a person does."""
    shown = client.post(url(clinician), sent)
    return client.post(url(clinician), sent | {"seen": shown.context["shown"].mark})


def rows(clinician):
    found = WeeklyHours.objects.filter(clinician=clinician).order_by("valid_from", "weekday", "starts")
    return list(found.values_list("weekday", "starts", "ends", "valid_from", "valid_until"))


@pytest.mark.parametrize(
    ("held", "plan", "left"),
    [
        ((date(2026, 1, 1), None), (FIRST, None), [(date(2026, 1, 1), date(2026, 12, 6))]),
        ((FIRST, None), (FIRST, None), []),
        ((date(2027, 1, 1), date(2027, 2, 1)), (FIRST, None), []),
        ((date(2026, 1, 1), date(2026, 2, 1)), (FIRST, None), [(date(2026, 1, 1), date(2026, 2, 1))]),
        (
            (date(2026, 1, 1), None),
            (FIRST, date(2026, 12, 13)),
            [(date(2026, 1, 1), date(2026, 12, 6)), (date(2026, 12, 14), None)],
        ),
        ((date(2027, 1, 1), None), (FIRST, date(2026, 12, 13)), [(date(2027, 1, 1), None)]),
        ((date(2026, 12, 8), None), (FIRST, date(2026, 12, 13)), [(date(2026, 12, 14), None)]),
    ],
)
def test_what_a_plan_leaves_of_a_range(held, plan, left):
    assert left_of(planned(first=held[0], last=held[1]), *plan) == left


def test_ranges_that_touch_do_not_overlap():
    assert overlap([planned(ends=600), planned(starts=600)]) is None
    assert overlap([planned(), planned(weekday=1)]) is None
    assert overlap([planned(), planned(starts=779, ends=800)]) == (planned(), planned(starts=779, ends=800))


def test_a_day_in_words():
    rules = [planned(ends=780), planned(starts=840, ends=1440), planned(starts=780, ends=840, modes=["phone"])]

    assert hours_text(FIRST, rules, []) == ["9am to 1pm, 2pm to midnight; video, in person", "9am to midnight; phone"]
    assert DayPreview(FIRST, [], []).text == "Monday 7 December"


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [([], ["x"], Change.NEW), (["x"], [], Change.GONE), (["x"], ["y"], Change.CHANGED), (["x"], ["x"], Change.SAME)],
)
def test_the_difference_in_a_word(before, after, change):
    assert DayPreview(FIRST, after, before).change == change


@pytest.mark.parametrize(
    ("day", "starts", "ends", "text"),
    [
        (date(2026, 10, 25), 60, 120, "1am BST to 2am GMT"),
        (date(2026, 10, 25), 30, 180, "12:30am BST to 3am GMT"),
        (date(2026, 10, 25), 540, 600, "9am to 10am"),
        (date(2026, 3, 29), 30, 180, "12:30am GMT to 3am BST"),
        (date(2026, 10, 25), 0, 1440, "12am BST to midnight"),
    ],
)
def test_a_sunday_on_which_the_clocks_change(day, starts, ends, text):
    assert hours_text(day, [planned(6, starts, ends, ["phone"], date(2026, 1, 1))], []) == [f"{text}; phone"]


def test_hours_inside_the_skipped_hour_are_none():
    assert hours_text(date(2026, 3, 29), [planned(6, 60, 120, ["phone"], date(2026, 1, 1))], []) == []


def test_nine_stays_nine_across_the_change_of_clocks():
    rules = ([planned(first=date(2026, 1, 1))], [])

    days = day_by_day(date(2026, 10, 19), 15, before=([], []), after=rules)

    assert [day.after for day in days if day.after] == [["9am to 1pm; video, phone, in person"]] * 3
    assert [clock(opening(day.day, *rules)[0][0]) for day in days if day.after] == ["9am"] * 3


@pytest.mark.django_db
@pytest.mark.usefixtures("monday_morning")
class TestWeek:
    def test_is_shown_first_and_saved_with_the_second_press(self, as_user, rosa, okafor):
        client = as_user(rosa)

        shown = client.post(url(okafor), week(MORNING, (0, "14:00", "17:00", ["video", "phone"])))

        html = shown.content.decode()
        assert (shown.status_code, rows(okafor)) == (200, [])
        assert "Monday 7 December</strong>" in html
        assert "9am to 1pm, 2pm to 5pm; video, phone" in html
        assert "New</span>" in html
        assert save(client, okafor, week(MORNING)).url == url(okafor)
        assert rows(okafor) == [(0, 540, 780, FIRST, None)]
        assert WeeklyHours.objects.get().modes == ["video", "phone"]

    def test_ends_what_there_was_the_day_before(self, as_user, rosa, okafor, lind):
        diary.hours(okafor, weekdays=[0, 1])
        diary.hours(okafor, weekdays=[2], valid_from=date(2027, 1, 1))
        diary.hours(lind, weekdays=[0])

        save(as_user(rosa), okafor, week(MORNING))

        old = (date(2026, 1, 1), date(2026, 12, 6))
        assert rows(okafor) == [(0, 540, 1020, *old), (1, 540, 1020, *old), (0, 540, 780, FIRST, None)]
        assert rows(lind) == [(0, 540, 1020, date(2026, 1, 1), None)]

    def test_what_was_replaced_stays_in_the_trail(self, okafor, rosa):
        [row] = diary.hours(okafor, weekdays=[2], valid_from=date(2027, 1, 1))

        actions.save_week(okafor, [planned()], first=FIRST, last=None, by=rosa, at=NOW)

        events = WeeklyHours.pgh_event_model.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id")
        assert list(events.values_list("pgh_label", flat=True)) == ["insert", "delete"]

    def test_with_a_last_day_the_hours_of_before_come_back(self, as_user, rosa, okafor):
        diary.hours(okafor, weekdays=[0])

        save(as_user(rosa), okafor, week(MORNING, last="2026-12-13"))

        assert rows(okafor) == [
            (0, 540, 1020, date(2026, 1, 1), date(2026, 12, 6)),
            (0, 540, 780, FIRST, date(2026, 12, 13)),
            (0, 540, 1020, date(2026, 12, 14), None),
        ]

    def test_without_any_range_ends_the_hours(self, as_user, rosa, okafor):
        diary.hours(okafor, weekdays=[0])

        shown = as_user(rosa).post(url(okafor), week())
        save(as_user(rosa), okafor, week())

        assert [str(day.change) for day in shown.context["shown"].days if day.change] == [
            "Gone"
        ] * 3  # one is a holiday
        assert rows(okafor) == [(0, 540, 1020, date(2026, 1, 1), date(2026, 12, 6))]

    def test_a_changed_value_is_shown_again(self, as_user, rosa, okafor):
        client = as_user(rosa)
        mark = client.post(url(okafor), week(MORNING)).context["shown"].mark

        again = client.post(url(okafor), week((0, "09:00", "14:00", ["video"]), seen=mark))

        assert (again.status_code, again.context["shown"].mark == mark, rows(okafor)) == (200, False, [])

    def test_a_visit_booked_since_is_shown_first(self, as_user, rosa, okafor, amina):
        client = as_user(rosa)
        mark = client.post(url(okafor), week(MORNING)).context["shown"].mark
        diary.appointment(amina, okafor, diary.kind(okafor), datetime(2026, 12, 8, 10, tzinfo=UTC))

        again = client.post(url(okafor), week(MORNING, seen=mark))

        assert (again.status_code, rows(okafor)) == (200, [])
        assert "Booked outside the new hours: 1" in again.content.decode()

    def test_case_30_lists_visits_outside_the_new_hours_and_leaves_them(self, as_user, rosa, okafor, amina, ben):
        diary.hours(okafor)
        kind = diary.kind(okafor)
        inside = diary.appointment(amina, okafor, kind, datetime(2026, 12, 7, 10, tzinfo=UTC))
        outside = diary.appointment(ben, okafor, kind, datetime(2027, 3, 1, 15, tzinfo=UTC))
        other_mode = diary.appointment(amina, okafor, kind, datetime(2026, 12, 7, 11, tzinfo=UTC), mode="in_person")

        shown = as_user(rosa).post(url(okafor), week(MORNING))
        saved = save(as_user(rosa), okafor, week(MORNING))

        assert saved.status_code == 302
        assert {(starts, ends) for _, starts, ends, *_ in rows(okafor)} >= {(540, 780)}
        assert [visit for visit, _ in shown.context["shown"].outside] == [other_mode, outside]
        assert reverse("desk_move", args=[outside.pk]) in shown.content.decode()
        for visit in (inside, outside, other_mode):
            before = (visit.starts_at, visit.state)
            visit.refresh_from_db()
            assert (visit.starts_at, visit.state) == before

    def test_the_preview_knows_closures_and_bank_holidays(self, as_user, rosa, okafor):
        diary.hours(okafor, weekdays=[0, 4])
        HoursException.objects.create(day=FIRST, kind="closed")

        shown = as_user(rosa).post(url(okafor), week(MORNING, (4, "09:00", "13:00", ["video"]))).context["shown"]

        by_day = {day.day: day for day in shown.days}
        assert (by_day[FIRST].after, by_day[FIRST].change) == ([], "")
        assert (by_day[date(2026, 12, 25)].after, by_day[date(2026, 12, 25)].is_bank_holiday) == ([], True)
        assert by_day[date(2026, 12, 14)].change == "Changed"
        assert len(shown.days) == 28

    def test_another_range_is_added_and_nothing_lost(self, as_user, rosa, okafor):
        sent = week((0, "09:00", "nonsense", ["phone"]), add="0", first="2026-02-30")

        response = as_user(rosa).post(url(okafor), sent)

        html = response.content.decode()
        assert (response.status_code, rows(okafor)) == (200, [])
        assert 'value="nonsense"' in html
        assert 'value="2026-02-30"' in html
        assert 'name="from_0_3"' in html
        assert 'name="from_1_3"' not in html
        assert response.context["form"]["modes_0_0"].value() == ["phone"]

    def test_at_most_eight_ranges(self, as_user, rosa, okafor):
        html = as_user(rosa).post(url(okafor), week(add="0", rows_0="99")).content.decode()

        assert ('name="from_0_7"' in html, 'name="from_0_8"' in html) == (True, False)

    def test_change_them_first_keeps_what_was_typed(self, as_user, rosa, okafor):
        response = as_user(rosa).post(url(okafor), week(MORNING, change="1"))

        assert response.context["form"]["from_0_0"].value() == "09:00"
        assert response.context["form"]["modes_0_0"].value() == ["video", "phone"]

    @pytest.mark.parametrize(
        ("ranges", "fields", "says"),
        [
            ([(0, "9am", "10:00", ["phone"])], {}, "24-hour clock"),
            ([(0, "09:00", "24:01", ["phone"])], {}, "24-hour clock"),
            ([(0, "09:00", "08:00", ["phone"])], {}, "after the start"),
            ([(0, "09:00", "09:00", ["phone"])], {}, "after the start"),
            ([(0, "", "10:00", ["phone"])], {}, "when it begins"),
            ([(0, "09:00", "", ["phone"])], {}, "when it ends"),
            ([(0, "09:00", "10:00", [])], {}, "at least one way to meet"),
            ([(0, "09:00", "10:00", ["post"])], {}, "valid choice"),
            ([(0, "09:00\0", "10:00", ["phone"])], {}, "24-hour clock"),
            ([MORNING, (0, "12:00", "15:00", ["phone"])], {}, "This overlaps Monday 09:00 to 13:00"),
            ([(0, "12:00", "15:00", ["phone"]), MORNING], {}, "This overlaps Monday 09:00 to 13:00"),
            ([MORNING], {"first": "2026-02-30"}, "Enter a date, like"),
            ([MORNING], {"first": ""}, "Enter a date"),
            ([MORNING], {"first": "9999-12-31"}, "Enter today or a later day"),
            ([MORNING], {"first": "2026-11-22"}, "Enter today or a later day"),
            ([MORNING], {"first": "2026-12-07\0"}, "Enter a date"),
            ([MORNING], {"last": "2026-12-06"}, "must not be before"),
            ([MORNING], {"last": "9999-12-31"}, "until 2099"),
            ([MORNING], {"rows_0": "x"}, "whole number"),
        ],
    )
    def test_what_makes_no_sense_is_said_beside_the_field(self, as_user, rosa, okafor, ranges, fields, says):
        response = as_user(rosa).post(url(okafor), week(*ranges, **fields))

        assert response.status_code == 422
        assert says in response.content.decode()
        assert rows(okafor) == []

    def test_the_latest_plan_there_can_be(self, as_user, rosa, okafor):
        assert save(as_user(rosa), okafor, week((6, "00:00", "24:00", EVERY), first="2099-12-31")).status_code == 302

    def test_shows_the_hours_of_today_to_begin_with(self, as_user, rosa, okafor):
        diary.hours(okafor, weekdays=[0], modes=["phone"])
        diary.hours(okafor, weekdays=[1], valid_until=date(2026, 11, 1))

        form = as_user(rosa).get(url(okafor)).context["form"]

        assert (form["from_0_0"].value(), form["modes_0_0"].value()) == ("09:00", ["phone"])
        assert (form["from_1_0"].value(), form["first"].value()) == (None, NOW.date())

    def test_names_the_bank_holidays_ahead(self, as_user, rosa, okafor):
        for address in (url(okafor), reverse("desk_hours")):
            assert "Friday 25 December 2026: Christmas Day" in as_user(rosa).get(address).content.decode()

    @pytest.mark.parametrize("name", ["desk_hours_week", "desk_hours"])
    def test_wrong_roles(self, as_user, client, okafor, ben, name):
        address = reverse(name, args=[okafor.pk] if name == "desk_hours_week" else [])

        assert client.get(address).url.startswith("/accounts/login/")
        assert as_user(okafor.user).get(address).status_code == 403
        assert as_user(ben.user).get(address).status_code == 404

    def test_pages_ask_the_same_number_of_queries_for_more_rows(self, as_user, rosa, okafor, amina):
        client, kind = as_user(rosa), diary.kind(okafor)

        def asked():
            counts = []
            for ask in (
                lambda: client.get(reverse("desk_hours")),
                lambda: client.get(url(okafor)),
                lambda: client.post(url(okafor), week(MORNING)),
            ):
                with CaptureQueriesContext(connection) as queries:
                    assert ask().status_code == 200
                counts.append(len(queries))
            return counts

        diary.hours(okafor, weekdays=[1])
        diary.appointment(amina, okafor, kind, datetime(2026, 12, 8, 10, tzinfo=UTC))
        client.get(url(okafor))
        few = asked()
        diary.hours(okafor, weekdays=[2, 3])
        people.clinician()
        for day in (9, 10):
            diary.appointment(people.patient(), okafor, kind, datetime(2026, 12, day, 10, tzinfo=UTC))

        assert asked() == few


@pytest.mark.django_db
@pytest.mark.usefixtures("monday_morning")
class TestStockPages:
    def test_weekly_hours_are_read_and_lead_to_the_week(self, as_user, rosa, okafor):
        [row] = diary.hours(okafor, weekdays=[0])
        client = as_user(rosa)

        assert url(okafor) in client.get("/admin/bookings/weeklyhours/").content.decode()
        assert client.get("/admin/bookings/weeklyhours/add/").status_code == 403
        assert client.get(f"/admin/bookings/weeklyhours/{row.pk}/change/").status_code == 200
        assert client.post(f"/admin/bookings/weeklyhours/{row.pk}/change/", {"starts": "10:00"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.usefixtures("monday_morning")
class TestException:
    URL = "/admin/bookings/hoursexception/add/"
    SENT = {
        "day": "24/12/2026",
        "starts": "12:00",
        "ends": "18:00",
        "modes": ["video"],
    }

    @pytest.fixture(autouse=True)
    def of_okafor(self, okafor):
        self.SENT = self.SENT | {"clinician": okafor.pk}

    def save(self, client, sent):
        shown = client.post(self.URL, sent)
        return client.post(self.URL, sent | {"seen": shown.context["mark"]})

    def test_the_day_is_shown_before_and_after_then_saved(self, as_user, rosa, okafor, lind):
        diary.hours(okafor)
        client = as_user(rosa)

        shown = client.post(self.URL, self.SENT)

        assert not HoursException.objects.exists()
        days = {clinician: (day.before, str(day.change)) for clinician, day in shown.context["days"]}
        modes = "video, phone, in person"
        assert days == {okafor: ([f"9am to 5pm; {modes}"], "Changed")}
        assert client.post(self.URL, self.SENT | {"seen": shown.context["mark"]}).status_code == 302
        assert HoursException.objects.values_list("kind", "ends").get() == ("extra", 1080)

    def test_another_value_is_shown_again(self, as_user, rosa):
        client = as_user(rosa)
        mark = client.post(self.URL, self.SENT).context["mark"]

        again = client.post(self.URL, self.SENT | {"starts": "13:00", "seen": mark})

        assert (again.status_code, HoursException.objects.count()) == (200, 0)

    def test_twice_the_same_is_refused(self, as_user, rosa):
        self.save(as_user(rosa), self.SENT)

        response = self.save(as_user(rosa), self.SENT)

        assert response.status_code == 422
        assert "overlaps what is there" in response.content.decode()

    def test_is_changed_after_its_preview(self, as_user, rosa, okafor):
        row = HoursException.objects.create(clinician=okafor, day=FIRST, kind="extra")
        address, sent = f"/admin/bookings/hoursexception/{row.pk}/change/", self.SENT
        client = as_user(rosa)

        shown = client.post(address, sent)

        assert client.post(address, sent | {"seen": shown.context["mark"]}).status_code == 302
        row.refresh_from_db()
        assert (row.day, row.starts, row.clinician) == (date(2026, 12, 24), 720, okafor)

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"starts": "9am"}, "24-hour clock"),
            ({"ends": "11:00"}, "after the start"),
            ({"day": "30/02/2026"}, "valid date"),
            ({"day": "31/12/9999"}, "between 2020"),
            ({"modes": []}, "at least one way to meet"),
            ({"clinician": ""}, "Extra hours need a clinician"),
        ],
    )
    def test_bad_days_are_form_errors(self, as_user, rosa, fields, says):
        response = as_user(rosa).post(self.URL, self.SENT | fields)

        assert response.status_code == 422
        assert says in response.content.decode()
        assert not HoursException.objects.exists()

    def test_a_closure_is_made_as_time_off(self, as_user, rosa):
        client = as_user(rosa)

        html = client.get(self.URL).content.decode()
        self.save(client, self.SENT | {"kind": "closed"})

        assert (reverse("desk_time_off_add") in html, 'name="kind"' in html) == (True, False)
        assert HoursException.objects.get().kind == "extra"

    def test_an_old_closure_is_read_only(self, as_user, rosa):
        row = HoursException.objects.create(day=FIRST, kind="closed")
        address = f"/admin/bookings/hoursexception/{row.pk}/change/"
        client = as_user(rosa)

        html = client.get(address).content.decode()

        assert ("Closed" in html, 'name="day"' in html) == (True, False)
        assert client.post(address, self.SENT).status_code == 403

    def test_clinicians_may_not(self, as_user, okafor):
        assert as_user(okafor.user).post(self.URL, self.SENT).status_code == 403
