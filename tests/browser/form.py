"""Filling in the form in a browser, page after page, with what a page asks taken from the form's own data."""

from urllib.parse import urlsplit

from patients.intake.form.whole import PAGES
from patients.intake.questions import Kind
from tests.factories.intakes import ANSWERS

MOST_STEPS = 150


def slugs(hand):
    """Where the hand is below /intake/: the page, and the entry where it is one."""
    return urlsplit(hand.page.url).path.strip("/").split("/")[1:]


def fill_in(hand, until="check", given=lambda: ANSWERS, **answers):
    """Answer each page that comes, up to the page ``until``; return the pages that were answered.

    ``given`` returns the answers to give on the page that is open.
    """
    sent, met = set(), []
    while (slugs(hand) or [""])[0] != until:
        met.append("/".join(slugs(hand)))
        assert len(met) < MOST_STEPS, met[-5:]
        answer_page(hand, given() | answers, sent)
    return met


def answer_page(hand, answers, sent):
    slug, *entry = slugs(hand)
    if slug == "urgent":
        hand.follow("I have read this: go on")
        return
    page = PAGES[slug]
    left = [each for each in ANSWERS[page.list_of.name] if each["id"] not in sent] if page.list_of else []
    if entry:
        sent.add(left[0]["id"])
        answer(hand, page.list_of.columns, left[0])
        hand.follow(f"Save this {page.list_of.one}")
    elif page.list_of:
        hand.follow("Add a" if left else "That is all")
    else:
        answer(hand, page.questions, answers)
        hand.follow("Save and continue")


def answer(hand, questions, answers):
    """Give the answers to what can be seen of ``questions``, in order."""
    for question in questions:
        if (value := answers.get(question.name)) and can_be_seen(hand, question.name):
            give(hand, question, value)


def can_be_seen(hand, name):
    boxes = hand.page.locator(f"[name='{name}']")
    return boxes.count() > 0 and hand.page.locator(f"[data-if][hidden] [name='{name}']").count() == 0


def give(hand, question, value):
    words = dict(question.choices)
    if question.kind == Kind.SEVERAL:
        hand.mark(question.label, [words[each] for each in value])
    elif question.kind == Kind.AGREE:
        hand.tick(question.label)
    elif question.has_choices:
        hand.choose(question.label, words[value])
    else:
        hand.write(question.label, value)
