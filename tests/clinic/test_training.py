"""The register of training: until when it holds, who is asked, and who can sign without it (nobody)."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.db.clock import months_after, uk_day
from clinic.training import actions, policy
from clinic.training.models import Training, TrainingDone
from clinic.training.policy import Standing
from clinic.worklist.models import Task
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.fixture
def drugs(db):
    return Training.objects.create(name="Controlled drugs", roles=["clinician"], months=12)


@pytest.fixture
def privacy(db):
    return Training.objects.create(name="Data protection", roles=["clinician", "reception", "manager"], months=12)


def done(training, user, by, done_on=TODAY, at=NOW):
    return actions.record(training, user, done_on, "Certificate 17", by=by, today=TODAY, at=at)


def tasks(kind):
    return list(Task.objects.filter(kind=kind).order_by("created_at", "key").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 10, 31), 3, date(2027, 1, 31)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month(day, months, later):
    assert months_after(day, months) == later


@pytest.mark.parametrize(
    ("last_day", "how"),
    [
        (None, Standing.NEVER),
        (TODAY - DAY, Standing.OVER),
        (TODAY, Standing.SOON),
        (TODAY + 30 * DAY, Standing.SOON),
        (TODAY + 31 * DAY, Standing.HOLDS),
    ],
)
def test_how_somebody_stands(last_day, how):
    assert policy.standing(last_day, TODAY) == how


class TestWhoLacksIt:
    def test_whoever_never_did_it_or_whose_has_ended(self, drugs, privacy, okafor, manager):
        assert actions.lacking(okafor.user, TODAY) == ["Controlled drugs", "Data protection"]

        done(drugs, okafor.user, manager)

        assert actions.lacking(okafor.user, TODAY) == ["Data protection"]
        assert actions.lacking(okafor.user, date(2027, 11, 23)) == ["Data protection"]
        assert actions.lacking(okafor.user, date(2027, 11, 24)) == ["Controlled drugs", "Data protection"]

    def test_only_what_the_role_asks_for_now(self, drugs, privacy, rosa):
        assert actions.lacking(rosa, TODAY) == ["Data protection"]

        Training.objects.filter(pk=privacy.pk).update(is_asked=False)

        assert actions.lacking(rosa, TODAY) == []

    def test_the_newest_row_counts_also_where_it_ends_sooner(self, drugs, okafor, manager):
        done(drugs, okafor.user, manager)
        done(drugs, okafor.user, manager, done_on=date(2025, 1, 1), at=NOW + DAY)

        assert actions.lacking(okafor.user, TODAY) == ["Controlled drugs"]

    def test_what_is_not_done_yet_is_refused(self, drugs, okafor, manager):
        with pytest.raises(actions.NotYetDone):
            done(drugs, okafor.user, manager, done_on=TODAY + DAY)


class TestReminding:
    def test_who_has_one_that_ends_soon_is_asked_once_and_by_name(self, drugs, okafor, lind, manager):
        for person in (okafor, lind):
            done(drugs, person.user, manager, done_on=date(2026, 1, 1))
        done(drugs, lind.user, manager, at=NOW + DAY)

        for _ in range(2):
            actions.remind(today=date(2026, 12, 10), at=NOW)

        task = Task.objects.get()
        assert (task.kind, task.taken_by, task.title) == (
            "training_ends",
            okafor.user,
            "A training of yours ends soon: Controlled drugs",
        )

    def test_the_manager_is_asked_where_it_has_ended_or_was_never_done(self, drugs, privacy, okafor, rosa, manager):
        done(drugs, okafor.user, manager, done_on=date(2025, 1, 1))
        for person in (okafor.user, manager):
            done(privacy, person, manager)

        for _ in range(2):
            actions.remind(today=TODAY, at=NOW)

        asked = set(Task.objects.filter(kind="training_over", role="manager").values_list("about", flat=True))
        assert asked == {okafor.user.pk, rosa.pk}
        assert tasks("training_ends") == []

    def test_nobody_asks_of_who_cannot_sign_in_or_is_a_patient(self, privacy, rosa, amina):
        rosa.is_active = False
        rosa.save()

        actions.remind(today=TODAY, at=NOW)

        assert tasks("training_over") == []

    def test_done_again_the_tasks_end_and_are_asked_anew_a_year_later(self, drugs, okafor, manager):
        actions.remind(today=TODAY, at=NOW)
        assert tasks("training_over") == ["open"]

        done(drugs, okafor.user, manager)
        assert tasks("training_over") == ["done"]

        actions.remind(today=date(2027, 11, 1), at=NOW + 340 * DAY)
        actions.remind(today=date(2027, 12, 1), at=NOW + 370 * DAY)
        assert tasks("training_ends") == ["taken"]
        assert tasks("training_over") == ["done", "open"]

    def test_one_that_is_old_when_it_is_written_down_ends_no_task(self, drugs, okafor, manager):
        actions.remind(today=TODAY, at=NOW)

        done(drugs, okafor.user, manager, done_on=date(2024, 1, 1))

        assert tasks("training_over") == ["open"]


class TestTheRegister:
    def test_a_manager_writes_it_down(self, as_user, drugs, okafor, manager):
        day = uk_day(timezone.now()) - DAY
        boxes = {"training": drugs.pk, "person": okafor.user.pk, "done_on": day.isoformat(), "evidence": "No 17"}

        page = as_user(manager).post(reverse("admin:clinic_trainingdone_add"), boxes, follow=True)

        row = TrainingDone.objects.get()
        assert page.status_code == 200
        assert (row.ends_on, row.recorded_by) == (months_after(day, 12), manager)

    def test_a_day_to_come_is_refused_and_nothing_is_lost(self, as_user, drugs, okafor, manager):
        boxes = {"training": drugs.pk, "person": okafor.user.pk, "done_on": "2099-01-01", "evidence": "Number 17"}

        page = as_user(manager).post(reverse("admin:clinic_trainingdone_add"), boxes)

        assert "The day cannot be later than today." in page.content.decode()
        assert "Number 17" in page.content.decode()
        assert not TrainingDone.objects.exists()

    def test_only_staff_can_be_chosen(self, as_user, drugs, amina, manager):
        boxes = {"training": drugs.pk, "person": amina.user.pk, "done_on": "2026-01-01", "evidence": "No 17"}

        as_user(manager).post(reverse("admin:clinic_trainingdone_add"), boxes)

        assert not TrainingDone.objects.exists()

    def test_others_see_their_own_and_write_nothing(self, as_user, drugs, privacy, okafor, rosa, manager):
        done(drugs, okafor.user, manager)
        done(privacy, rosa, manager)

        page = as_user(rosa).get(reverse("admin:clinic_trainingdone_changelist"))

        assert [str(row.training) for row in page.context["cl"].queryset] == ["Data protection"]
        assert as_user(rosa).get(reverse("admin:clinic_trainingdone_add")).status_code == 403

    def test_a_training_is_made_and_changed(self, as_user, manager):
        boxes = {
            "name": "Consent",
            "scope": "All of it",
            "roles": ["clinician", "reception"],
            "months": 24,
            "is_asked": "on",
        }

        as_user(manager).post(reverse("admin:clinic_training_add"), boxes)
        training = Training.objects.get()
        as_user(manager).post(
            reverse("admin:clinic_training_change", args=[training.pk]), boxes | {"months": 0, "roles": []}
        )
        training.refresh_from_db()
        assert (training.roles, training.months) == (["clinician", "reception"], 24)

        as_user(manager).post(reverse("admin:clinic_training_change", args=[training.pk]), boxes | {"months": 36})
        training.refresh_from_db()
        assert training.months == 36


def test_a_row_never_changes(drugs, okafor, manager):
    row = done(drugs, okafor.user, manager)
    row.evidence = "Another"

    for change in (
        row.save,
        row.delete,
        lambda: TrainingDone.objects.update(ends_on=date(2030, 1, 1)),
        lambda: connection.cursor().execute("update clinic_trainingdone set evidence = 'x'"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("changes", [{"months": 0}, {"months": 61}, {"roles": []}, {"roles": ["patient"]}])
def test_the_database_refuses_a_training_that_cannot_be(db, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        Training.objects.create(**{"name": "One", "roles": ["manager"], "months": 12} | changes)
