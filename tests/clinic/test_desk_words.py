"""The words of messages: what may stand in them, and how the clinic changes them."""

import re
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from django.core import mail
from django.template.loader import get_template
from django.utils import timezone

from clinic import checks
from clinic.outbox import changes, registry, sending
from clinic.outbox.changes import NotSet
from clinic.outbox.enums import Channel
from clinic.outbox.models import Message, WordingSetting
from clinic.outbox.rules import BY_CODE, RULES
from clinic.outbox.words import PLACE, Words, faults, fill, filled
from tests.factories import diary
from tests.factories.messages import due

pytestmark = pytest.mark.django_db
LIST = "/admin/messages/texts/"
CHANGEABLE = [rule.code for rule in RULES if registry.built(rule.code)]
SAMPLES = {"when": "Wednesday 30 September 2026 at 12:30pm, UK time", "link": "https://x.example/", "clinician": "Dr X"}
PLAIN = Words("A subject", "An opening.", "A closing.", "A text {link}")


def sent(words, **changes):
    return asdict(words) | changes


def with_part(code, **parts):
    return replace(registry.built(code).words, **parts)


# What may stand in them -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", CHANGEABLE)
def test_the_words_each_message_is_built_with_hold(code, settings):
    first = registry.built(code)

    assert faults(first.words, first.samples, has_text=bool(first.words.text), names=[settings.CLINIC["name"]]) == {}
    assert bool(first.words.text) == (Channel.SMS in BY_CODE[code].channels)


def test_facts_are_filled_and_unknown_ones_stay():
    assert fill("On {when}, {nobody} {", {"when": "Monday"}) == "On Monday, {nobody} {"
    assert filled(PLAIN, {"link": "L"}).text == "A text L"


def test_a_fact_that_looks_like_a_place_is_not_filled_again():
    assert fill("{clinician} {when}", {"clinician": "{when}", "when": "Monday"}) == "{when} Monday"


@pytest.mark.parametrize(
    ("part", "words", "said"),
    [
        ("subject", "", "Enter some words"),
        ("opening", "  ", "Enter some words"),
        ("text", "", "Enter some words"),
        ("opening", "On {whenn}", "{whenn} is no fact of this message. Choose from: {when}, {link}, {clinician}"),
        ("opening", "On {when.__class__}", "{when.__class__} is no fact"),
        ("opening", "On {when", "A brace { or } stands alone."),
        ("opening", "On }", "A brace { or } stands alone."),
        ("opening", "{{when}}", "A brace { or } stands alone."),
        ("subject", "Your pain visit", "“pain”"),
        ("closing", "About your cannabis medicine", "“cannabis"),
        ("subject", "x" * 71, "Use 70 characters or fewer. With its facts it has up to 71"),
        ("subject", "{when} {when}", "Use 70 characters or fewer."),
        ("subject", "One\nTwo", "Write this in one line"),
        ("opening", "x" * 601, "Use 600 characters or fewer."),
        ("text", "x" * 161, "Use 160 characters or fewer. With its facts it has up to 161"),
        ("text", "x" * 140 + "{when}", "Use 160 characters or fewer."),
        ("text", "Don’t", "A text message cannot carry “’”."),
        ("text", "With {clinician}", "Leave {clinician} out"),
    ],
)
def test_what_may_not_be_said(part, words, said):
    against = faults(replace(PLAIN, **{part: words}), SAMPLES, has_text=True, names=[])

    assert list(against) == [part]
    assert said in against[part]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("closing", ""),
        ("text", "x" * 160),
        ("text", "€" * 80),
        ("subject", "x" * 70),
        ("opening", "On {when} at {link}"),
    ],
)
def test_what_may_be_said(part, words):
    assert faults(replace(PLAIN, **{part: words}), SAMPLES, has_text=True, names=[]) == {}


@pytest.mark.parametrize("code", CHANGEABLE)
def test_every_fact_that_may_be_used_is_filled_in_the_real_message(code):
    """A sample without a fact behind it would go out in braces. The letters' own tests read the whole messages."""
    first = registry.built(code)

    assert not PLACE.findall("".join(asdict(filled(first.words, first.samples)).values()))
    assert all(sample and not PLACE.search(sample) for sample in first.samples.values())


@pytest.mark.parametrize("code", CHANGEABLE)
def test_the_letters_print_the_words(code):
    shared = {"reminder": "reminder", "missing": "missing", "review": "review_questions", "week_1": "review_questions"}
    name = next((name for begins, name in shared.items() if code.startswith(begins)), code)
    source = get_template(f"emails/{name}.txt").template.source

    assert "{{ words.opening }}" in source
    assert "{{ words.closing }}" in source or "emails/closing.txt" in source


# The pages -------------------------------------------------------------------------------------------


def test_every_message_with_words_stands_in_the_list(as_user, rosa):
    lines = as_user(rosa).get(LIST).context["lines"]

    assert [line.code for line in lines] == CHANGEABLE
    assert {"reminder_48h", "booking_confirmed", "waiting_list_offer"} <= set(CHANGEABLE)


@pytest.mark.parametrize(
    ("who", "listed", "changed"), [("rosa", 200, 403), ("manager", 200, 200), ("okafor", 403, 403), ("amina", 404, 404)]
)
def test_who_may(request, as_user, who, listed, changed):
    person = request.getfixturevalue(who)
    client = as_user(getattr(person, "user", person))

    assert [client.get(path).status_code for path in (LIST, f"{LIST}reminder_48h/")] == [listed, changed]


def test_a_message_without_words_of_its_own_is_not_there(as_user, manager):
    for code in ("decision_made", "no_such_message"):
        assert as_user(manager).get(f"{LIST}{code}/").status_code == 404


def test_new_words_go_out_at_once_with_their_facts(as_user, manager):
    words = with_part("reminder_48h", subject="We see you on {day}", opening="It is on {when}.\n\nCome early.")
    answer = as_user(manager).post(f"{LIST}reminder_48h/", sent(words))

    said = registry.words_of(Message(rule="reminder_48h"), {"day": "Monday 1 June", "when": "Monday at 9am"})
    assert answer["Location"] == LIST
    assert (said.subject, said.opening) == ("We see you on Monday 1 June", "It is on Monday at 9am.\n\nCome early.")
    assert registry.words_of(Message(rule="reminder_3h"), {"day": "x"}).subject == "Your appointment on x"
    assert WordingSetting.objects.get().changed_by == manager


def test_showing_saves_nothing(as_user, manager):
    words = with_part("reminder_48h", closing="Bring your glasses.")
    page = as_user(manager).post(f"{LIST}reminder_48h/", sent(words, show="1"))

    html = page.content.decode()
    assert page.status_code == 200
    assert "<p>Bring your glasses.</p>" in html
    assert re.search(r"Up to \d+ of 160 characters", html)
    assert page.context["form"]["closing"].value() == "Bring your glasses."
    assert WordingSetting.objects.count() == 0


@pytest.mark.parametrize("show", [{}, {"show": "1"}])
def test_what_may_not_be_said_is_refused_beside_its_part(as_user, manager, show):
    words = with_part("reminder_48h", opening="Your MS pain visit", closing="Kept as typed")
    page = as_user(manager).post(f"{LIST}reminder_48h/", sent(words) | show)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["opening"]
    assert "Kept as typed" in page.content.decode()
    assert WordingSetting.objects.count() == 0


def test_typing_the_first_words_again_takes_the_change_back(as_user, manager):
    first = registry.built("reminder_48h").words
    changes.set_words("reminder_48h", replace(first, closing="Other"), by=manager, at=timezone.now())
    page = as_user(manager).get(f"{LIST}reminder_48h/")
    as_user(manager).post(f"{LIST}reminder_48h/", sent(first))

    assert "The words it was built with" in page.content.decode()
    assert WordingSetting.objects.count() == 0


def test_words_are_escaped_where_they_are_shown_and_sent(as_user, manager):
    words = with_part("reminder_48h", opening="<b>Bold</b> & {when}")
    page = as_user(manager).post(f"{LIST}reminder_48h/", sent(words, show="1"))

    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Wednesday" in page.content.decode()


def test_a_subject_of_two_lines_is_never_kept(manager):
    with pytest.raises(NotSet):
        changes.set_words("reminder_48h", with_part("reminder_48h", subject="A\nBcc: x"), by=manager, at=timezone.now())


def test_a_clinic_whose_name_makes_a_text_too_long_is_told(settings):
    """The check reads the samples made at the start: here only what is promised of a name that is given then."""
    settings.CLINIC = settings.CLINIC | {"name": "Exampleton Clinic"}
    quiet = checks.first_words_fit_this_clinic(None)
    registry.built("reminder_48h").samples["clinic"] = "x" * 100
    try:
        [warning] = [each for each in checks.first_words_fit_this_clinic(None) if "48" in each.msg]
    finally:
        registry.built("reminder_48h").samples["clinic"] = "Exampleton Clinic"

    assert quiet == []
    assert warning.id == "clinic.W001"
    assert "its text cannot be sent as it is built. Use 160 characters or fewer." in warning.msg


def test_the_sender_says_the_words_of_the_moment(transactional_db, manager, amina, okafor):
    visit = diary.appointment(amina, okafor, diary.kind(okafor), timezone.now() + timedelta(days=2))
    changes.set_words(
        "reminder_48h", with_part("reminder_48h", closing="Ring the bell."), by=manager, at=timezone.now()
    )
    due("reminder_48h", person=amina.pk, about=visit.pk)

    sending.drain(5)

    assert "Ring the bell." in mail.outbox[0].body
    assert "<p>Ring the bell.</p>" in mail.outbox[0].alternatives[0][0]
