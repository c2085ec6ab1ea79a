"""Words that may not be said: planted ones are found, near misses pass."""

import time

import pytest

from clinic.wording.enums import Place
from clinic.wording.policy import Hit, check
from clinic.wording.rules import RULES

EVERY = list(Place)


def found(text, place):
    return [hit.phrase for hit in check(text, place)]


@pytest.mark.parametrize("place", [Place.MAIL, Place.TITLE, Place.HOME, Place.PUBLIC_BODY])
@pytest.mark.parametrize(
    "word",
    [
        "cannabis",
        "Cannabis-based",
        "THC",
        "CBD",
        "cannabinoids",
        "nabiximols",
        "carbamazepine",
        "Gabapentin",
        "opioids",
        "amitriptyline",
    ],
)
def test_medicines_are_named_in_amber_only(place, word):
    text = f"Some people ask about {word} at a visit."

    assert found(text, place) == [word]
    assert found(text, Place.AMBER_BODY) == []


@pytest.mark.parametrize("place", [Place.MAIL, Place.TITLE, Place.HOME])
@pytest.mark.parametrize("word", ["medicine", "medication", "prescription", "prescribe", "tablets", "drug", "pharmacy"])
def test_medicines_in_general_stay_out_of_titles_mails_and_the_front_page(place, word):
    assert found(f"We talk about {word}.", place) == [word]
    assert found(f"We talk about {word}.", Place.PUBLIC_BODY) == []


@pytest.mark.parametrize("place", EVERY)
@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Relief is guaranteed", "guaranteed"),
        ("Get approved today", "Get approved"),
        ("Check if you qualify", "if you qualify"),
        ("You are eligible for treatment", "eligible for treatment"),
        ("Apply for your prescription", "Apply for your prescription"),
        ("A same-day prescription", "same-day prescription"),
        ("Clinically proven", "Clinically proven"),
        ("It has no side effects", "no side effects"),
        ("It is safe", "safe"),
        ("It is safe and effective", "safe and effective"),
        ("A life-changing step", "life-changing"),
        ("A breakthrough in care", "breakthrough"),
        ("New hope", "hope"),
        ("Our leading specialists", "leading specialists"),
        ("A free consultation", "free consultation"),
        ("20% discount", "discount"),
        ("Read our testimonials", "testimonials"),
        ("Rated 4.9 stars", "4.9 stars"),
        ("Sativex helps", "Sativex"),
        ("Buy weed", "weed"),
    ],
)
def test_promises_claims_and_praise_are_found_everywhere(place, text, phrase):
    assert phrase in found(text, place)


@pytest.mark.parametrize(
    "text",
    [
        "It is not safe to drive when you feel sleepy.",
        "Ask whether it is safe to drive.",
        "A prescription is not guaranteed.",
        "We give no guarantee.",
        "Nobody can guarantee a result.",
        "Breakthrough pain is pain that comes through in spite of treatment.",
        "It is not known how effective it is.",
        "Whether a treatment is effective differs from person to person.",
        "There is no cure for MS.",
        "Eye strain and muscle strain are common. It puts a strain on families.",
        "This has not been proven.",
        "Keep it safe from children. Stay safe.",
        "The nerve leading to the jaw.",
        "Choose the best time for you.",
        "The seaweed method",
        "Hopeless is not a word we use.",
        "Each side effect is written down.",
    ],
)
def test_near_misses_pass_in_public_text(text):
    assert found(text, Place.PUBLIC_BODY) == []


@pytest.mark.parametrize(
    "word",
    [
        "pain",
        "MS",
        "multiple sclerosis",
        "facial",
        "neurologist",
        "symptoms",
        "diagnosis",
        "treatment",
        "assessment",
        "date of birth",
    ],
)
def test_mails_say_nothing_clinical(word):
    assert found(f"About your {word} on Thursday", Place.MAIL) == [word]
    assert found(f"About your {word} on Thursday", Place.TITLE) == []


@pytest.mark.parametrize(
    "text",
    [
        "Your appointment is booked",
        "Your appointment on Thursday 3 December",
        "Your sign-in code",
        "Ms Example, your appointment has a new time",
    ],
)
def test_neutral_mails_pass(text):
    assert found(text, Place.MAIL) == []


def test_the_clinics_own_name_is_a_name():
    assert [hit.phrase for hit in check("The Pain Clinic: about pain", Place.MAIL, names=["The Pain Clinic"])] == [
        "pain"
    ]


def test_a_hit_says_where_and_why_in_order():
    hits = check("Relief is guaranteed. It is safe.", Place.PUBLIC_BODY)

    assert [(hit.phrase, hit.start) for hit in hits] == [("guaranteed", 10), ("safe", 28)]
    assert str(hits[0]).startswith("“guaranteed”: This promises an outcome.")
    assert hits[0] == Hit("guaranteed", hits[0].reason, 10)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.phrases[0][:20])
def test_every_rule_says_why_in_a_sentence(rule):
    assert rule.reason.endswith(".")
    assert rule.places


def test_long_text_is_quick():
    """Security case 40: no pattern takes for ever."""
    begun = time.perf_counter()
    for text in ("a" * 100_000, "not " * 25_000, "safe " * 20_000, "whether " * 12_000, " " * 100_000):
        check(text, Place.PUBLIC_BODY)

    assert time.perf_counter() - begun < 5
