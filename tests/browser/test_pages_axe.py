"""Every page, at 1280 and at 360 px: axe and the rest of look.py. Grouped by who sees it."""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from bookings.appointments.models import Appointment
from clinic.accounts.models import User
from clinic.outbox.models import Message
from clinic.pages.models import Page
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.profile.actions import open_care
from patients.profile.models import CareRelationship
from tests.browser import mails
from tests.browser.conftest import DESK, PHONE
from tests.browser.hands import Pointer
from tests.factories import diary, intakes, people


@pytest.fixture
def at_both_widths(look):
    """Look at the page that is open, wide and narrow."""

    def look_twice(page):
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            look(page)
        page.set_viewport_size(DESK)

    return look_twice


@pytest.fixture
def walk(visit, at_both_widths):
    """Open addresses one after the other as ``user``: ``walk(user, *addresses)``; returns the page."""

    def through(user, *addresses, page=None, status=200):
        page = page or visit(user=user)
        for address in addresses:
            answer = page.goto(address)
            assert answer.status == status, f"{address}: {answer.status}"
            at_both_widths(page)
        return page

    return through


@pytest.fixture
def visits(amina, okafor, kind):
    """Amina's visits: one to come, one past, one cancelled."""
    soon = (timezone.now() + timedelta(days=12)).replace(hour=10, minute=0, second=0, microsecond=0)
    return {
        "coming": diary.appointment(amina, okafor, kind, soon),
        "past": diary.appointment(amina, okafor, kind, soon - timedelta(days=40), state="completed"),
        "cancelled": diary.appointment(amina, okafor, kind, soon + timedelta(days=1), state="cancelled_by_patient"),
    }


def test_public_pages(walk, kind, pages):
    nothing_free = diary.kind(slug="second-opinion", name="Second opinion")

    walk(None, "/", "/ms-pain/", "/facial-pain/", "/book/", f"/book/{kind.slug}/", f"/book/{nothing_free.slug}/", "/demo/mail/")


def test_pages_before_signing_in(walk, visit, look, at_both_widths, amina):
    page = walk(None, "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
    hand = Pointer(page, at_both_widths)

    hand.write("Email", amina.user.email)
    hand.follow("Send")
    hand.write("Code", mails.code_for(amina.user.email))
    hand.follow("Continue")
    hand.write("New password", "1234")
    hand.follow("")
    assert page.title().startswith("Error: ")


def test_pages_of_ones_own_account(walk, at_both_widths, amina, rosa):
    page = walk(
        amina.user, "/accounts/2fa/", "/accounts/sessions/", "/accounts/email/", "/accounts/password/change/", "/accounts/logout/"
    )
    page.goto("/accounts/2fa/totp/activate/")
    hand = Pointer(page, at_both_widths)
    at_both_widths(page)
    hand.write("Password", people.PASSWORD)
    hand.follow("")
    assert page.url.endswith("/totp/activate/")
    walk(None, "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/", page=page)
    walk(rosa, "/accounts/2fa/", "/accounts/2fa/recovery-codes/")


def test_a_patients_own_pages(walk, visits, amina, okafor):
    intakes.draft(amina)
    page = walk(amina.user, "/care/", "/care/details/", "/intake/", "/intake/check/")
    walk(None, *(f"/intake/{slug}/" for slug in ("symptoms", "problem", "treatments", "taking", "health", "consents")), page=page)
    for visit in visits.values():
        walk(None, f"/appointments/{visit.pk}/", f"/appointments/{visit.pk}/cancel/", f"/appointments/{visit.pk}/reschedule/", page=page)


def test_the_emergency_card_and_a_form_that_was_sent(walk, at_both_widths, amina, ben):
    intakes.sent(amina)
    walk(amina.user, "/intake/", "/intake/sent/", "/care/")
    page = walk(ben.user, "/intake/symptoms/")
    hand = Pointer(page, at_both_widths)

    hand.choose("Do you have a drooping face", "Yes")
    hand.follow("Save and continue")
    assert page.url.endswith("/intake/urgent/")


def test_refusals_say_what_to_do(walk, at_both_widths, visits, kind, amina, ben, okafor):
    page = walk(ben.user, f"/book/{kind.slug}/")
    hand = Pointer(page, at_both_widths)
    first = page.locator("button[name=slot]").first
    label = first.inner_text().split()[0]
    with page.expect_navigation():
        first.click()
    at_both_widths(page)
    hand.follow("Confirm this time")
    assert page.title().startswith("Error: ")
    held = Appointment.objects.get(state="held")
    page.goto(f"/book/{kind.slug}/")
    Appointment.objects.filter(pk=held.pk).update(patient=amina, state="booked", booked_at=timezone.now(), held_until=None, mode="video")
    hand.follow(label) if page.get_by_text(label).count() else None
    page.goto("/intake/problem/")
    hand.follow("Save and continue")
    page.goto("/care/details/")
    hand.write("Postcode", "nowhere")
    hand.follow("Save my details")
    assert page.title().startswith("Error: ")


def test_the_clinicians_workspace(walk, at_both_widths, amina, ben, okafor, lind):
    taken = intakes.in_review(amina, okafor, psychosis_self="yes", stroke_signs="yes", diagnosed="unsure")
    waiting = intakes.sent(ben)
    page = walk(okafor.user, "/review/", f"/review/{taken.pk}/")
    hand = Pointer(page, at_both_widths)
    hand.follow("Sign this decision")
    assert page.title().startswith("Error: ")
    walk(None, f"/review/{waiting.pk}/", page=page, status=403)


def test_the_desk(walk, visits, amina, okafor, rosa, kind):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=timezone.now())
    worklist.ask(TaskKind.MESSAGE_FAILED, "A message could not be sent: bounced", key="x", role="reception", at=timezone.now())
    coming = visits["coming"]
    day = coming.starts_at.date()
    lists = [model._meta for model in (Appointment, Message, type(amina))]
    walk(
        rosa,
        "/admin/",
        f"/admin/diary/?day={day}",
        *(f"/admin/{meta.app_label}/{meta.model_name}/" for meta in lists),
        "/admin/clinic/task/",
        f"/admin/bookings/appointment/{coming.pk}/change/",
        f"/admin/appointments/{coming.pk}/move/",
        f"/admin/appointments/{coming.pk}/cancel/",
        f"/admin/patients/patient/{amina.pk}/change/",
        "/admin/book/",
        "/admin/book/?q=Amina",
        "/admin/book/new-patient/",
        f"/admin/book/{amina.pk}/",
    )


def test_the_managers_pages(walk, pages, manager, rosa, kind, okafor):
    walk(
        manager,
        "/admin/",
        "/admin/clinic/user/",
        f"/admin/clinic/user/{rosa.pk}/change/",
        "/admin/clinic/user/add/",
        f"/admin/accounts/{rosa.pk}/deactivate/",
        f"/admin/clinic/page/{Page.objects.first().pk}/change/",
        f"/admin/bookings/appointmentkind/{kind.pk}/change/",
        f"/admin/clinic/clinician/{okafor.pk}/change/",
    )


class TestErrorPages:
    """As real answers of the real server."""

    def test_400_403_404(self, walk, rosa, amina):
        walk(None, "/?x=%00", status=400)
        walk(rosa, "/care/", status=403)
        walk(amina.user, "/nothing-here/", f"/appointments/{uuid4()}/", status=404)

    def test_403_for_an_old_form(self, walk, at_both_widths):
        page = walk(None, "/accounts/login/")
        page.context.clear_cookies()
        Pointer(page, at_both_widths).follow("Sign in")
        assert "open too long" in page.title()

    def test_429(self, walk, at_both_widths):
        for _ in range(2):
            page = walk(None, "/accounts/signup/")
            hand = Pointer(page, at_both_widths)
            hand.write("Email", "cara@example.com")
            hand.write("Password", people.PASSWORD)
            hand.follow("Create my account")
            User.objects.filter(email="cara@example.com").delete()
        assert page.title().startswith("Wait a few minutes")

    def test_500(self, walk, kind):
        with as_the_owner("revoke select on bookings_appointmentkind from clinic_app", "grant select on bookings_appointmentkind to clinic_app"):
            walk(None, "/book/", status=500)

    def test_503(self, walk, kind):
        with transaction.atomic(), as_the_owner("lock table bookings_appointmentkind in access exclusive mode", "select 1"):
            walk(None, "/book/", status=503)


@contextmanager
def as_the_owner(before, after):
    """Run ``before`` and later ``after`` with the owner's rights."""
    for_ = "reset role; {}; set role clinic_app"
    with connection.cursor() as cursor:
        cursor.execute(for_.format(before))
        try:
            yield
        finally:
            cursor.execute(for_.format(after))
