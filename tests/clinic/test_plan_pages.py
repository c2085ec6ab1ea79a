"""The clinicians' pages of treatment plans: a person's plan, writing a draft without JavaScript, signing, moving it on."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.forms.dates import DatePartsField
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.correspondence import actions as correspondence
from patients.treatment import policy, rows
from patients.treatment.forms import PlanForm
from patients.treatment.models import PlanVersion
from tests.clinic.test_keeping import late, sign_in
from tests.factories import letters, plans
from tests.factories.people import NOW
from tests.factories.plans import REASON, SAID, fresh, sent
from tests.loops import browser

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def monday_ten():
    with time_machine.travel(NOW + HOUR, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def cared_for(amina, okafor):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)


@pytest.fixture
def doctor(okafor):
    return browser(okafor.user)


@pytest.fixture
def draft(amina, okafor):
    return plans.draft(amina, okafor)


def at(plan):
    return reverse("review_plan_version", args=[plan.pk])


class TestWriting:
    def test_from_the_button_to_a_signed_plan(self, doctor, amina):
        page = doctor.get(reverse("review_plan", args=[amina.pk])).content.decode()
        assert "No plan is active" in page

        draft = doctor.post(reverse("review_plan_add", args=[amina.pk]), {"key": uuid4()})
        assert doctor.get(draft.url).status_code == 200
        saved = doctor.post(draft.url, sent(act="save"), follow=True).content.decode()
        assert "The draft is saved as you typed it" in saved
        assert "0.25 ml × 10 mg/ml = 2.5 mg THC" in saved
        signed = doctor.post(draft.url, sent(version=1, act="sign"), follow=True).content.decode()

        assert "It waits for the team" in signed
        plan = PlanVersion.objects.get()
        assert (plan.state, plan.said) == ("team_pending", SAID)
        assert "No decision of the team supports a plan" in signed

    def test_what_is_typed_is_what_is_kept(self, doctor, draft):
        doctor.post(at(draft), sent(act="save", unsuitable="  one\r\n\r\n two \r\n"))

        assert fresh(draft).said["unsuitable"] == "  one\n\n two \n"

    def test_pressed_twice_it_begins_once(self, doctor, amina):
        key = uuid4()

        pages = {doctor.post(reverse("review_plan_add", args=[amina.pk]), {"key": key}).url for _ in range(2)}

        assert len(pages) == PlanVersion.objects.count() == 1

    def test_what_is_missing_stands_beside_its_field_and_nothing_is_lost(self, doctor, draft):
        answer = doctor.post(
            at(draft), sent(act="sign", line0_step0_dose="1.05", goal0_target="", unsuitable="My words", line0_brand="")
        )

        page = answer.content.decode()
        assert answer.status_code == 422
        assert "more than the most a day you wrote, 1 ml" in page
        assert "Write the target of goal 1" in page
        assert 'aria-invalid="true"' in page
        assert "My words" in page
        assert 'value="1.05"' in page
        assert fresh(draft).said == {}

    def test_signed_with_nothing_typed_there_is_still_a_row_to_fill_in(self, doctor, draft):
        """Found in a walk: the empty rows were gone, and the error had no field to lead to."""
        answer = doctor.post(
            at(draft), {"act": "sign", "version": draft.version, "line0_brand": "", "goal0_target": ""}
        )

        form = answer.context["form"]
        assert (answer.status_code, form.shape) == (422, (1, (1,)))
        assert form.errors["goal0_measure"] == [
            "Add at least one goal: without it nobody can say whether the plan helps"
        ]
        assert form.errors["line0_form"] == ["Add at least one product"]
        assert 'name="line0_step0_dose"' in answer.content.decode()

    def test_every_open_point_is_listed_beforehand(self, doctor, draft):
        page = doctor.get(at(draft)).content.decode()

        for words in (
            "Choose at least one indication",
            "Add at least one goal",
            "Add at least one product",
            "Choose at least one reason to stop",
            "No decision of the team supports",
            "The patient has not agreed to: A medicine without a licence",
            "The patient has not agreed to this version",
        ):
            assert words in page

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("line0_thc", "ten"),
            ("line0_max_day", "1,5"),
            ("line0_step0_times", "1.5"),
            ("goal0_by_day", "31"),
            ("line0_form", "joint"),
            ("indications", "nonsense"),
            ("line0_quantity", "9" * 5000),
            ("driving", "perhaps"),
            ("version", "x"),
            ("version", "9" * 30),
            ("line0_brand", "a\0b"),
            ("goal0_measure", "\0"),
            ("taper", "x" * 20_001),
        ],
    )
    def test_what_cannot_be_read_is_an_error_and_nothing_is_lost(self, doctor, draft, field, typed):
        more = {"goal0_by_month": "2"} if field == "goal0_by_day" else {}

        answer = doctor.post(at(draft), sent(act="save", **{field: typed}, **more, unsuitable="My words"))

        assert answer.status_code == 422
        assert "My words" in answer.content.decode()

    def test_the_second_of_two_tabs_sees_both(self, doctor, draft):
        doctor.post(at(draft), sent(act="save", unsuitable="First tab"))

        answer = doctor.post(at(draft), sent(act="save", unsuitable="Second tab"))

        page = answer.content.decode()
        assert answer.status_code == 422
        assert "First tab" in page
        assert "Second tab" in page
        assert doctor.post(at(draft), sent(version=1, act="save", unsuitable="Both")).status_code == 302

    def test_after_the_session_ended_all_rows_stand_there_again(self, draft, okafor):
        client = Client(enforce_csrf_checks=True)
        with time_machine.travel(NOW + HOUR):
            sign_in(client, okafor)
            late(client, at(draft), **sent(act="save", unsuitable="Not lost", goal1_target="Second goal"))
        again = browser(okafor.user).get(at(draft)).content.decode()

        assert "Not lost" in again
        assert "Second goal" in again
        assert 'name="line0_step2_dose"' in again

    def test_a_register_entry_too_old_is_told(self, doctor, draft, okafor, monday_ten):
        monday_ten.move_to(NOW + timedelta(days=120))

        answer = browser(okafor.user).post(at(draft), sent(act="sign"))

        assert answer.status_code == 422
        assert "ask a manager to check it" in answer.content.decode()


class TestRows:
    """No JavaScript: a button adds or takes out a row, and all that was typed stays."""

    def test_a_goal_a_product_and_a_step_more(self, doctor, draft):
        for act, name in [
            ("add-goal", "goal1_target"),
            ("add-line", "line1_step0_dose"),
            ("add-step-0", "line0_step3_dose"),
        ]:
            answer = doctor.post(at(draft), sent(act=act, unsuitable="Typed", line0_step1_dose="nonsense"))

            page = answer.content.decode()
            assert answer.status_code == 200
            assert f'name="{name}"' in page
            assert "Typed" in page
            assert 'value="nonsense"' in page
            assert "There is a problem" not in page

    def test_one_taken_out_closes_the_gap(self, doctor, draft):
        page = doctor.post(at(draft), sent(act="drop-step-0-0")).content.decode()

        assert 'name="line0_step1_dose"' in page
        assert 'name="line0_step2_dose"' not in page
        form = PlanForm.as_typed(rows.changed(_query(sent()), "drop-step-0-0"))
        assert form.initial["line0_step0_day_from"] == "8"

    def test_empty_rows_are_not_kept(self, doctor, draft):
        empty = {"goal4_target": "", "line2_brand": " ", "line2_step0_dose": "", "line0_step7_dose": ""}

        doctor.post(at(draft), sent(act="save", **empty))

        assert fresh(draft).said == SAID

    def test_errors_meet_their_row_when_an_empty_one_stands_before(self, doctor, draft):
        form = {name.replace("goal0", "goal1"): value for name, value in sent(act="sign").items()}

        page = doctor.post(at(draft), form | {"goal0_words": "", "goal1_target": ""}).content.decode()

        assert "Write the target of goal 1" in page

    @pytest.mark.parametrize(
        "act", ["add-goal", "drop-goal-99", "drop-line-7", "add-step-7", "drop-step-0-99", "add-step", "drop-line"]
    )
    def test_a_row_that_is_not_there_is_no_error(self, doctor, draft, act):
        assert doctor.post(at(draft), sent(act=act)).status_code == 200

    def test_there_is_an_end_to_rows(self, doctor, draft):
        many = {f"goal{place}_target": "x" for place in range(40)}
        many |= {f"line{place}_step{step}_dose": "1" for place in range(15) for step in range(15)}

        page = doctor.post(at(draft), {**many, "act": "add-line"}).content.decode()

        assert 'name="goal4_target"' in page
        assert 'name="goal5_target"' not in page
        assert 'name="line2_step8_dose"' in page
        assert 'name="line3_brand"' not in page
        assert 'name="line2_step9_dose"' not in page

    def test_the_longest_form_can_be_sent(self):
        form = PlanForm(shape=(policy.MOST_GOALS, (policy.MOST_STEPS,) * policy.MOST_LINES))

        boxes = sum(
            3
            if isinstance(field, DatePartsField)
            else len(getattr(field, "choices", []))
            if "Multiple" in type(field).__name__
            else 1
            for field in form.fields.values()
        )
        assert boxes + 3 <= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS  # the button, CSRF and the mark go with it

    @pytest.mark.parametrize("act", ["", "x", "add-", "add-goal-x", "\0", "drop-step-0-0-0"])
    def test_any_other_button_saves(self, doctor, draft, act):
        assert doctor.post(at(draft), sent(act=act)).status_code == 302


def _query(values):
    made = QueryDict(mutable=True)
    for name, value in values.items():
        made.setlist(name, [str(each) for each in value] if isinstance(value, list) else [str(value)])
    return made


class TestMoving:
    @pytest.mark.parametrize(
        ("state", "act", "after"),
        [
            ("team_pending", "support", "supported"),
            ("agreed", "activate", "active"),
            ("paused", "activate", "active"),
            ("active", "pause", "paused"),
            ("active", "stop", "stopped"),
            ("paused", "stop", "stopped"),
            ("supported", "discard", "discarded"),
            ("draft", "discard", "discarded"),
        ],
    )
    def test_each_button(self, doctor, amina, okafor, state, act, after):
        plan = plans.IN_STATE[state](amina, okafor)
        if act == "support":
            plans.decided(amina, okafor)

        if state != "draft":
            assert f'value="{act}"' in doctor.get(at(plan)).content.decode()
        reason = {f"{act}-{name}": value for name, value in REASON.items()}
        answer = doctor.post(reverse("review_plan_move", args=[plan.pk]), {"act": act, **reason})

        assert answer.status_code == 302
        assert fresh(plan).state == after

    @pytest.mark.parametrize(("state", "act"), [("active", "stop"), ("active", "pause"), ("draft", "discard")])
    def test_without_a_reason_it_is_refused_and_nothing_lost(self, doctor, amina, okafor, state, act):
        plan = plans.IN_STATE[state](amina, okafor)

        answer = doctor.post(
            reverse("review_plan_move", args=[plan.pk]), {"act": act, f"{act}-why": "Short", f"{act}-told": "Call us"}
        )

        page = answer.content.decode()
        assert answer.status_code == 422
        assert "at least 10 characters" in page
        assert "Short" in page
        assert fresh(plan).state == state

    def test_open_points_are_listed_and_refuse(self, doctor, amina, okafor, monday_ten):
        plan = plans.agreed(amina, okafor)
        plans.decided(amina, okafor, outcome="not_supported", at=NOW + HOUR)

        page = doctor.get(at(plan)).content.decode()
        answer = doctor.post(reverse("review_plan_move", args=[plan.pk]), {"act": "activate"}, follow=True)

        words = "No decision of the team supports a plan on the day it starts"
        assert words in page
        assert words in answer.content.decode()
        assert fresh(plan).state == "agreed"

    @pytest.mark.parametrize("act", ["", "activate", "agree", "draft", "\0"])
    def test_what_does_not_fit_changes_nothing(self, doctor, amina, okafor, act):
        plan = plans.supported(amina, okafor)

        assert doctor.post(reverse("review_plan_move", args=[plan.pk]), {"act": act}).status_code == 302
        assert fresh(plan).state == "supported"


class TestReading:
    def test_the_plan_as_it_stands_with_what_changed(self, doctor, amina, okafor):
        plans.active(amina, okafor)
        plans.active(amina, okafor, lines=[plans.OIL | {"max_day": "0.5", "quantity": "15"}])

        page = doctor.get(reverse("review_plan", args=[amina.pk])).content.decode()

        assert "What changed from version 1" in page
        assert "Most a day: 1 ml" in page
        assert "Most a day: 0.5 ml" in page
        assert "Replaced" in page

    def test_what_the_team_and_the_patient_said(self, doctor, amina, okafor):
        plans.decided(amina, okafor, outcome="conditions")
        plan = plans.active(amina, okafor)

        page = doctor.get(at(plan)).content.decode()

        assert "Supported with conditions, Monday 23 November 2026" in page
        assert "Weigh every month." in page
        assert "Driving: Yes, on Monday 23 November 2026, on this website" in page

    def test_an_active_plan_says_what_has_ended_since(self, amina, okafor, monday_ten):
        plan = plans.active(amina, okafor)
        monday_ten.move_to(NOW + timedelta(days=366))

        page = browser(okafor.user).get(at(plan)).content.decode()

        assert "it would not be started now" in page
        assert "The review of this version is overdue" in page

    def test_a_signed_version_takes_no_form(self, doctor, amina, okafor):
        plan = plans.signed(amina, okafor)

        answer = doctor.post(at(plan), sent(version=1, act="save", unsuitable="Too late"))

        assert answer.status_code == 422
        assert "is signed and cannot be changed" in answer.content.decode()

    def test_flower_milligrams_are_never_called_a_dose(self, doctor, amina, okafor):
        plan = plans.signed(amina, okafor, lines=[plans.FLOWER])

        assert "18 mg THC in the plant. This is no dose" in doctor.get(at(plan)).content.decode()

    def test_the_licensed_spray_shows_what_the_smpc_says(self, doctor, amina, okafor):
        plan = plans.signed(amina, okafor, lines=[plans.SPRAY])

        assert "At most 12 sprays a day" in doctor.get(at(plan)).content.decode()

    def test_each_reading_is_written_down(self, doctor, amina, okafor):
        plan = plans.signed(amina, okafor)

        doctor.get(at(plan))

        assert AccessLog.objects.filter(about=plan.pk, about_type="plan", what="read").exists()

    def test_another_doctors_draft_is_not_shown(self, amina, draft, lind):
        open_care(amina, lind, CareRelationship.Reason.BOOKED, at=NOW)

        assert browser(lind.user).get(at(draft)).status_code == 403

    @pytest.mark.parametrize("name", ["review_plan", "review_plan_version"])
    def test_ten_versions_take_as_many_queries_as_one(self, doctor, amina, okafor, name):
        plan = plans.active(amina, okafor)

        def queries():
            with CaptureQueriesContext(
                connection,
            ) as seen:
                pk = amina.pk if name == "review_plan" else plan.pk
                assert doctor.get(reverse(name, args=[pk])).status_code == 200
            return len(seen)

        queries()
        one = queries()
        for _ in range(9):
            plan = plans.active(amina, okafor)
        ten = queries()

        print(f"\n{name}: {one} queries")
        assert ten == one


class TestTheLetter:
    """A change of the plan asks for a letter to the GP; a letter about a change ends what was asked for before it."""

    def test_it_waits_with_its_doctor_and_ends_when_sent(self, doctor, amina, okafor):
        plans.active(amina, okafor)
        assert amina.full_name in doctor.get(reverse("review_letters_open")).content.decode()
        due = doctor.get(reverse("review_letter_due", args=[amina.pk]))
        assert due.url == reverse("review_letters", args=[amina.pk])
        assert "The plan was changed: the letter is due by" in doctor.get(due.url).content.decode()

        letters.sent(amina, okafor, at=NOW + HOUR)

        task = Task.objects.get(kind="letter_due")
        assert (task.state, task.outcome) == ("done", "The letter is sent")

    def test_it_begins_with_what_the_plan_says(self, doctor, amina, okafor):
        plans.paused(amina, okafor)

        page = doctor.post(
            reverse("review_letters_add", args=[amina.pk]), {"key": uuid4()}, follow=True
        ).content.decode()

        assert "From the treatment plan, version 1 (paused):" in page
        assert "Most a day: 1 ml" in page
        assert "THC 10 mg/ml, CBD 10 mg/ml" in page
        assert "15 February 2027" in page

    def test_a_letter_approved_before_the_change_does_not_end_it(self, amina, okafor):
        letter = letters.approved(amina, okafor, at=NOW - HOUR)
        plans.active(amina, okafor)

        correspondence.mark_sent(letter, "post", NOW.date(), by=okafor.user, at=NOW)

        assert Task.objects.get(kind="letter_due").state == "taken"

    def test_where_the_patient_refuses_the_task_is_closed_with_why(self, doctor, amina, okafor):
        plans.active(amina, okafor)
        close = reverse("review_letter_none", args=[amina.pk])
        doctor.post(close)
        assert Task.objects.get(kind="letter_due").state == "taken"

        letters.allow(amina, given=False)
        assert (
            "No letter: the patient refuses" in doctor.get(reverse("review_letters", args=[amina.pk])).content.decode()
        )
        doctor.post(close)

        assert "does not let us write" in Task.objects.get(kind="letter_due").outcome

    def test_another_doctor_gets_no_further(self, amina, okafor, lind):
        plans.active(amina, okafor)

        for name in ("review_letter_due", "review_letters"):
            assert browser(lind.user).get(reverse(name, args=[amina.pk])).status_code == 403
        assert browser(lind.user).post(reverse("review_letter_none", args=[amina.pk])).status_code == 403
