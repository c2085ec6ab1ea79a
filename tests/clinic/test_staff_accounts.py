"""Inviting staff, giving roles, shutting accounts: effective at the next request, and never above one's own level."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from bookings.appointments.models import Appointment
from clinic.accounts import actions
from clinic.accounts.models import User
from clinic.outbox.models import Message
from clinic.outbox.registry import NotWanted, compose
from clinic.staff.actions import invite
from clinic.staff.letters import staff_invited
from clinic.staff.models import Clinician
from tests.factories import diary, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
ADD = "/admin/clinic/user/add/"
VISIT = datetime(2026, 12, 2, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


def change(user):
    return f"/admin/clinic/user/{user.pk}/change/"


def shut(user):
    return f"/admin/accounts/{user.pk}/deactivate/"


def signed_in(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def fresh(user):
    return User.objects.get(pk=user.pk)


class TestInvite:
    def test_makes_an_account_nobody_can_use_yet(self, as_user, manager):
        response = as_user(manager).post(ADD, {"email": "New.Person@example.com", "role": "reception"})

        user = User.objects.get(email="new.person@example.com")
        assert response.status_code == 302
        assert (user.role, user.is_staff, user.is_superuser, user.has_usable_password()) == (
            "reception",
            True,
            False,
            False,
        )
        assert EmailAddress.objects.filter(user=user, primary=True).count() == 1
        assert Message.objects.get().rule == "staff_invited"

    def test_mails_the_address_to_set_a_password(self, manager, settings):
        invite("new@example.com", "clinician", by=manager, at=NOW)

        letter = compose(Message.objects.get())

        assert letter.to == "new@example.com"
        assert f"{settings.SITE_ORIGIN}/accounts/password/reset/" in letter.text
        assert letter.subject == f"Your account at {settings.CLINIC['name']}"

    def test_is_not_mailed_once_there_is_a_password(self, manager):
        user = invite("new@example.com", "clinician", by=manager, at=NOW)
        user.set_password("correct-horse-battery")
        user.save()

        assert isinstance(staff_invited(Message.objects.get()), NotWanted)

    def test_the_invited_sets_a_password_by_a_mailed_code(self, manager, client):
        invite("new@example.com", "reception", by=manager, at=NOW)

        response = client.post("/accounts/password/reset/", {"email": "new@example.com"})

        assert response.status_code == 302
        assert [message.to for message in mail.outbox] == [["new@example.com"]]

    @pytest.mark.parametrize(
        "sent",
        [
            {"email": "", "role": "reception"},
            {"email": "nonsense", "role": "reception"},
            {"email": "manager@example.com", "role": "reception"},
            {"email": "MANAGER@example.com", "role": "reception"},
            {"email": "new@example.com", "role": ""},
            {"email": "new@example.com", "role": "patient"},
            {"email": "new@example.com", "role": "superuser"},
            {"email": "a" * 300 + "@example.com", "role": "reception"},
            {"email": "a\r\nBcc: x@example.com", "role": "reception"},
        ],
    )
    def test_bad_invitations_are_form_errors(self, as_user, manager, sent):
        assert as_user(manager).post(ADD, sent).status_code == 422
        assert User.objects.count() == 1

    def test_extra_fields_are_ignored(self, as_user, manager):
        as_user(manager).post(
            ADD,
            {
                "email": "new@example.com",
                "role": "reception",
                "is_superuser": "on",
                "is_active": "",
                "password": "x",
                "user_permissions": "1",
            },
        )

        user = User.objects.get(email="new@example.com")
        assert (user.is_superuser, user.is_active, user.has_usable_password(), user.user_permissions.count()) == (
            False,
            True,
            False,
            0,
        )

    def test_for_managers_only(self, as_user, client, rosa, okafor, amina):
        sent = {"email": "new@example.com", "role": "manager"}

        assert client.post(ADD, sent).url.startswith("/accounts/login/")
        assert [as_user(user).post(ADD, sent).status_code for user in (rosa, okafor.user, amina.user)] == [
            403,
            403,
            404,
        ]
        with pytest.raises(actions.NotAllowed):
            invite("new@example.com", "manager", by=rosa, at=NOW)


class TestRole:
    def test_holds_from_the_next_request(self, as_user, manager, rosa):
        theirs = signed_in(rosa)
        assert theirs.get("/admin/book/").status_code == 200

        as_user(manager).post(change(rosa), {"role": "clinician"})

        assert fresh(rosa).role == "clinician"
        assert theirs.get("/admin/book/").status_code == 403

    def test_taken_from_a_clinician_ends_bookings(self, manager, okafor):
        actions.set_role(okafor.user, "reception", by=manager, at=NOW)

        assert not Clinician.objects.practising().exists()

    @pytest.mark.parametrize("role", ["", "patient", "superuser", "x" * 5000])
    def test_that_does_not_exist_is_a_form_error(self, as_user, manager, rosa, role):
        assert as_user(manager).post(change(rosa), {"role": role}).status_code == 422
        assert fresh(rosa).role == "reception"

    def test_of_oneself_or_an_administrator_or_a_patient_stays(self, as_user, manager, amina):
        chief = people.user("chief@example.com", role="manager", is_superuser=True)

        answers = [
            as_user(manager).post(change(user), {"role": "reception"}).status_code
            for user in (manager, chief, amina.user)
        ]

        assert answers == [403, 403, 403]
        assert (fresh(manager).role, fresh(chief).role, fresh(amina.user).role) == ("manager", "manager", "patient")

    def test_superuser_flags_cannot_be_sent_along(self, as_user, manager, rosa):
        as_user(manager).post(
            change(rosa), {"role": "manager", "is_superuser": "on", "email": "evil@example.com", "groups": "1"}
        )

        assert (fresh(rosa).role, fresh(rosa).is_superuser, fresh(rosa).email) == ("manager", False, "rosa@example.com")

    def test_reception_cannot_make_itself_more(self, as_user, rosa):
        assert as_user(rosa).get(change(rosa)).status_code == 403
        assert as_user(rosa).post(change(rosa), {"role": "manager"}).status_code == 403
        assert fresh(rosa).role == "reception"

    def test_no_password_leaves_the_page(self, as_user, manager, rosa):
        html = as_user(manager).get(change(rosa)).content.decode()

        assert rosa.password not in html
        assert "is_superuser" not in html


class TestDeactivate:
    @pytest.fixture
    def visit(self, okafor, amina):
        diary.hours(okafor)
        return diary.appointment(amina, okafor, diary.kind(okafor), VISIT)

    def test_ends_every_session_at_the_next_request(self, as_user, manager, rosa):
        first, second = signed_in(rosa), signed_in(rosa)
        first.get("/admin/")

        as_user(manager).post(shut(rosa))

        assert [each.get("/admin/diary/").url.split("?")[0] for each in (first, second)] == ["/accounts/login/"] * 2
        assert not UserSession.objects.filter(user=rosa).exists()
        assert signed_in(manager).get("/admin/").status_code == 200

    def test_lists_the_visits_and_asks_that_they_were_seen(self, as_user, manager, okafor, visit):
        client = as_user(manager)

        assert "Wednesday 2 December 2026 at 10am" in client.get(shut(okafor.user)).content.decode()
        blocked = client.post(shut(okafor.user))
        assert (blocked.status_code, "Tick the box" in blocked.content.decode(), fresh(okafor.user).is_active) == (
            422,
            True,
            True,
        )

    def test_leaves_visits_and_ends_bookings(self, as_user, manager, okafor, visit):
        before = Appointment.objects.values().get()

        response = as_user(manager).post(shut(okafor.user), {"looked_at": "on"})

        assert response.status_code == 302
        assert Appointment.objects.values().get() == before
        assert not fresh(okafor.user).is_active
        assert not Clinician.objects.practising().exists()
        assert "Amina Example" in signed_in(manager).get("/admin/diary/?day=2026-12-02").content.decode()

    def test_can_be_undone(self, as_user, manager, rosa):
        as_user(manager).post(shut(rosa))

        as_user(manager).post(f"/admin/accounts/{rosa.pk}/reactivate/")

        assert fresh(rosa).is_active

    def test_of_oneself_or_an_administrator_is_refused(self, as_user, manager):
        chief = people.user("chief@example.com", role="manager", is_superuser=True)

        assert [as_user(manager).post(shut(user)).status_code for user in (manager, chief)] == [422, 422]
        assert (fresh(manager).is_active, fresh(chief).is_active) == (True, True)

    def test_roles_methods_and_keys(self, as_user, client, manager, rosa, okafor, amina):
        assert client.post(shut(rosa)).url.startswith("/accounts/login/")
        assert [as_user(user).post(shut(manager)).status_code for user in (rosa, okafor.user, amina.user)] == [
            403,
            403,
            404,
        ]
        assert as_user(manager).post(shut(amina.user)).status_code == 404
        assert as_user(manager).get(f"/admin/accounts/{rosa.pk}/reactivate/").status_code == 405
        assert fresh(manager).is_active

    def test_old_visits_are_not_listed(self, as_user, manager, okafor, amina, visit):
        Appointment.objects.update(
            starts_at=NOW - timedelta(days=1), ends_at=NOW, busy_from=NOW - timedelta(days=1), busy_until=NOW
        )

        assert "no appointments to come" in as_user(manager).get(shut(okafor.user)).content.decode()
