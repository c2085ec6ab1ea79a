"""The pages of consultation notes and letters to GPs, looked at as tests/browser/test_pages_axe.py does every page."""

from datetime import timedelta

from django.utils import timezone

from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.consultations.actions import add, ask_for_letter
from tests.browser.test_pages_axe import look_at, walk, way  # noqa: F401 - fixtures
from tests.factories import diary, intakes, letters, notes

LONG = "A long line without an end " * 8 + "https://example.com/" + "x" * 120


def test_notes(walk, amina, ben, okafor):  # noqa: F811
    now = timezone.now()
    kind = diary.kind(okafor)
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=now)
    old = notes.signed(amina, okafor, at=now - timedelta(days=9), history=LONG)
    add(old, okafor, LONG, key=old.pk, at=now)
    diary.appointment(ben, okafor, kind, now - timedelta(days=2))
    coming = diary.appointment(amina, okafor, kind, now + timedelta(minutes=1))
    hand = walk(okafor.user, "/review/visits/", f"/review/people/{amina.pk}/notes/", f"/review/notes/{old.pk}/")
    hand.follow("Add this to the note")
    assert hand.page.title().startswith("Error: ")

    hand.arrive("/review/visits/")
    hand.follow("Start")
    hand.follow("Sign it and complete the visit")
    assert hand.page.title().startswith("Error: ")
    coming.refresh_from_db()
    hand.arrive(f"/review/notes/{coming.note_id}/")
    draft = coming.note
    draft.refresh_from_db()
    from_another_tab = notes.written(version=draft.version, history=LONG)
    notes.actions.save_draft(draft, from_another_tab, by=okafor.user, at=now)
    hand.follow("Save the draft")
    assert "saved in another tab" in hand.page.inner_text("main")

    hand.arrive(f"/review/people/{amina.pk}/notes/")
    hand.follow("Write a note without a visit")


def test_letters(walk, amina, okafor):  # noqa: F811
    now = timezone.now()
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=now)
    intakes.sent(amina, at=now)
    note = notes.signed(amina, okafor, at=now)
    ask_for_letter(note, at=now)
    places = (f"/review/notes/{note.pk}/letter/", "/review/letters/", f"/review/people/{amina.pk}/letters/")
    hand = walk(okafor.user, "/review/letters/", places[0])
    letters.allow(amina, given=False)
    hand.arrive(places[0])
    hand.follow("Write the letter")
    hand.follow("Approve this letter")
    assert hand.page.title().startswith("Error: ")

    approved = letters.approved(amina, okafor, at=now, plan=LONG, about={"note": note})
    sent, gone = letters.sent(amina, okafor, at=now), letters.withdrawn(amina, okafor, at=now)
    done = letters.acknowledged(amina, okafor, at=now)
    letters.allow(amina, given=True, at=timezone.now())
    for place in (*places, *(f"/review/letters/{each.pk}/" for each in (sent, gone, done, approved))):
        hand.arrive(place)
    hand.follow("Mark it as sent")
    assert hand.page.title().startswith("Error: ")
    hand.arrive(f"/review/letters/{sent.pk}/")
    hand.follow("Note that they have it")
    assert hand.page.title().startswith("Error: ")
    hand.arrive(f"/review/letters/{approved.pk}/")
    hand.follow("Withdraw this letter")
    assert hand.page.title().startswith("Error: ")

    walk(amina.user, "/care/", "/care/letters/", f"/care/letters/{sent.pk}/")


def test_no_letters_yet(walk, amina):  # noqa: F811
    walk(amina.user, "/care/letters/")
