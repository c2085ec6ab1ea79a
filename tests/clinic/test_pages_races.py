"""Staff at one page at the same moment, on real Postgres with real threads."""

import pytest
from django.utils import timezone

from clinic.db.refusal import Refusal
from clinic.pages import actions
from clinic.pages.models import Page, SignOff
from tests.factories.pages import AMBER, GREEN
from tests.factories.pages import page as page_of
from tests.race import race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_a_page_taken_down_while_somebody_saves_it_stays_down(manager):
    page = page_of(live_by=manager)
    for round_number in range(10):
        opened = Page.objects.get(pk=page.pk)
        opened.label = f"Answers {round_number}"

        def at_once(number, opened=opened):
            if number:
                return actions.take_down(Page.objects.get(pk=page.pk), by=manager, at=timezone.now())
            return actions.save_page(opened, changed=[], removed=[], by=manager, at=timezone.now())

        assert race(2, at_once) == [None, None]

        after = Page.objects.get(pk=page.pk)
        assert (after.live, after.label) == (None, opened.label)
        actions.put_live(after, by=manager, at=timezone.now())


def test_put_live_by_many_at_once_makes_one_version(manager):
    page = page_of()

    results = race(6, lambda _: actions.put_live(Page.objects.get(pk=page.pk), by=manager, at=timezone.now()))

    refused = [each for each in results if isinstance(each, Refusal)]
    assert (page.versions.count(), len(refused)) == (1, 5)


def test_a_signature_given_by_many_at_once_is_one(okafor, lind):
    page = page_of("faqs", GREEN, AMBER)

    people = (okafor.user, lind.user)
    results = race(6, lambda n: actions.sign(Page.objects.get(pk=page.pk), by=people[n % 2], at=timezone.now()))

    assert SignOff.objects.count() == 1
    assert sum(isinstance(each, Refusal) for each in results) == 5
