"""The pages of team reviews, as a specialist uses them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.teamreview.models import TeamCase, TeamDecision, TeamMeeting
from tests.factories import intakes, notes, people, team

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_care(amina, okafor):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=timezone.now())


@pytest.fixture
def doctor(as_user, okafor, in_care):
    return as_user(okafor.user)


def url(name, *keys):
    return reverse(f"review_team{name}", args=keys)


def words(page):
    return page.content.decode()


def meeting_form(chair, *members, **changes):
    day = timezone.localdate() + timedelta(days=4)
    boxes = {"day_day": day.day, "day_month": day.month, "day_year": day.year, "minute": "13:00"}
    return {"key": uuid4(), "chair": chair.pk, "members": [each.pk for each in members], **boxes} | changes


def case_form(**changes):
    return {"key": uuid4(), "summary": team.SUMMARY, "question": team.QUESTION, "version": 0} | changes


def test_from_a_meeting_planned_to_what_was_concluded(doctor, as_user, amina, okafor, lind):
    doctor.post(url(""), meeting_form(okafor, lind))
    page = doctor.post(url("_person", amina.pk), case_form(), follow=True)
    assert "The case waits for a meeting of the team." in words(page)
    case, meeting = TeamCase.objects.get(), TeamMeeting.objects.get()
    assert as_user(lind.user).get(url("_case", case.pk)).status_code == 403

    doctor = as_user(okafor.user)
    page = doctor.post(url("_agenda", case.pk), {"act": "list", "meeting": meeting.pk}, follow=True)
    assert "The case is on the agenda." in words(page)
    assert amina.full_name in words(as_user(lind.user).get(url("")))

    page = as_user(lind.user).post(url("_conclude", case.pk), team.form(okafor, lind), follow=True)

    assert "What the team concluded is signed." in words(page)
    for text in (team.SAID["discussion"], "Dr Ada Okafor (Neurologist)", "Nora Example (Pharmacist)", "Supported"):
        assert text in words(page)
    assert TeamDecision.objects.get().recorded_by == lind


def test_the_case_begins_with_what_stands_in_the_record(doctor, amina, okafor):
    intake = intakes.in_review(amina, okafor, psychosis_self="yes", tried_any="yes")
    intakes.answer_flags(intake, okafor)
    notes.signed(amina, okafor, history="Burning pain in both legs.")

    form = doctor.get(url("_person", amina.pk)).context["form"]

    summary = form.initial["summary"]
    for text in ("Aged 46", "Burning pain in both legs.", "RF01", "pain on average"):
        assert text.lower() in summary.lower()
    assert "as the patient wrote it" in summary


@pytest.mark.parametrize(
    ("changed", "words_of_it"),
    [
        ({"discussion": "Agreed."}, "Write what was discussed, in at least 50 characters"),
        ({"other-1": "", "other-role-1": ""}, "A team is at least 2 people"),
        ({"other-role-1": ""}, "Choose the role of Nora Example"),
        ({"other-1": ""}, "Write the name of whoever had this role"),
        ({"options": ""}, "Write what stands under “Options considered”"),
        ({"outcome": "conditions"}, "You chose “Supported with conditions”: write the conditions"),
        ({"outcome": ""}, "Choose the outcome"),
        ({"valid_until_day": "", "valid_until_month": "", "valid_until_year": ""}, "Enter until when this holds"),
        ({"valid_until_year": "2099"}, "A team review holds for 12 months at most"),
        ({"held_on_year": "2099", "valid_until_year": "2099"}, "The meeting cannot be later than today"),
    ],
)
def test_a_record_that_lacks_something_is_refused_and_keeps_what_was_typed(
    doctor, amina, okafor, lind, changed, words_of_it
):
    case = team.listed(amina, okafor, lind, at=timezone.now())

    page = doctor.post(url("_conclude", case.pk), team.form(okafor) | {"risks": "Typed with care"} | changed)

    assert page.status_code == 422
    assert words_of_it in words(page)
    assert "Typed with care" in words(page)
    assert not TeamDecision.objects.exists()


def test_the_doctor_who_brought_it_cannot_decide_alone(doctor, amina, okafor, lind):
    case = team.listed(amina, okafor, lind, at=timezone.now())
    alone = {"other-1": okafor.name + " again", "other-role-1": ""}

    page = doctor.post(url("_conclude", case.pk), team.form(okafor) | alone | {"other-1": "", "other-role-1": ""})

    assert page.status_code == 422
    assert "cannot decide alone" in words(page)


def test_a_case_that_is_too_short_is_refused_and_kept(doctor, amina):
    page = doctor.post(url("_person", amina.pk), case_form(summary="Too short", question="Agreed?"))

    assert page.status_code == 422
    assert "Write the case in at least 50 characters" in words(page)
    assert "Too short" in words(page)


def test_two_tabs_do_not_overwrite_each_other(doctor, amina, okafor):
    case = team.brought(amina, okafor)
    doctor.post(url("_case", case.pk), case_form(summary=team.SUMMARY + " From the first tab."))

    page = doctor.post(url("_case", case.pk), case_form(summary=team.SUMMARY + " From the second tab."))

    assert page.status_code == 422
    assert "saved in another tab" in words(page)
    assert "From the first tab." in words(page)
    assert "From the second tab." in words(page)
    doctor.post(url("_case", case.pk), case_form(summary=team.SUMMARY + " From the second tab.", version=1))
    case.refresh_from_db()
    assert case.summary.endswith("From the second tab.")


def test_a_second_case_is_not_brought(doctor, amina, okafor):
    team.brought(amina, okafor)

    page = doctor.get(url("_person", amina.pk))
    assert "A case waits for the team" in words(page)
    assert "Bring this case to the team" not in words(page)

    page = doctor.post(url("_person", amina.pk), case_form())
    assert page.status_code == 422
    assert "already waits for the team" in words(page)


def test_withdrawn_taken_off_and_called_off(doctor, amina, okafor, lind):
    case = team.listed(amina, okafor, lind, at=timezone.now())

    assert "waits for another meeting" in words(doctor.post(url("_agenda", case.pk), {"act": "off"}, follow=True))
    doctor.post(url("_agenda", case.pk), {"act": "list", "meeting": TeamMeeting.objects.get().pk})
    assert "Its cases wait for another." in words(
        doctor.post(url("_cancel", TeamMeeting.objects.get().pk), follow=True)
    )
    page = doctor.post(url("_agenda", case.pk), {"act": "list", "meeting": TeamMeeting.objects.get().pk}, follow=True)
    assert "Choose a meeting that is planned." in words(page)
    assert "The case is withdrawn." in words(doctor.post(url("_agenda", case.pk), {"act": "withdraw"}, follow=True))
    assert "This has changed since" in words(doctor.post(url("_cancel", TeamMeeting.objects.get().pk), follow=True))


def test_a_colleague_does_not_change_another_ones_case(as_user, amina, okafor, lind):
    case = team.listed(amina, okafor, lind, at=timezone.now())
    colleague = as_user(lind.user)

    page = colleague.get(url("_case", case.pk))
    assert team.SUMMARY in words(page)
    assert "Save the case" not in words(page)
    assert "Only the clinician who brought this case" in words(colleague.post(url("_case", case.pk), case_form()))
    page = colleague.post(url("_agenda", case.pk), {"act": "withdraw"}, follow=True)
    assert "Only the clinician who brought this case" in words(page)


def test_a_meeting_in_the_past_or_alone_is_refused(doctor, okafor, lind):
    assert "still to come" in words(doctor.post(url(""), meeting_form(okafor, lind, day_year="2020")))
    assert "Choose at least one clinician besides the chair" in words(doctor.post(url(""), meeting_form(okafor)))
    assert "besides the chair" in words(doctor.post(url(""), meeting_form(okafor, okafor)))
    assert not TeamMeeting.objects.exists()


def test_the_task_leads_to_the_reviews_of_its_patient(doctor, amina, okafor, lind):
    decision = team.concluded(amina, okafor, lind)

    page = doctor.get(url("_ends", decision.pk), follow=True)

    assert page.redirect_chain == [(url("_person", amina.pk), 302)]
    assert "holds until" in words(page)


def test_what_no_longer_holds_says_so(doctor, amina, okafor, lind):
    team.concluded(amina, okafor, lind, at=timezone.now() - timedelta(days=30), valid_for=10)

    assert "held until" in words(doctor.get(url("_person", amina.pk)))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_however_many(doctor, django_assert_num_queries, people_in_care, okafor, lind, rows):
    for patient in people_in_care(rows):
        team.listed(patient, okafor, lind, at=timezone.now())

    with django_assert_num_queries(13):
        doctor.get(url(""))


@pytest.fixture
def people_in_care(okafor):
    def some(number):
        found = [people.patient(f"p{each}@example.com") for each in range(number)]
        for each in found:
            open_care(each, okafor, CareRelationship.Reason.BOOKED, at=timezone.now())
        return found

    return some
