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
        ("You are eligible for treatment", "You are eligible for treatment"),
        ("Eligible for a prescription", "Eligible for a prescription"),
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


# For each rule of the table: words it must find, and words that only look like them.
EXAMPLES = {
    "medicine": ("Ask about CBD oil", "The hemisphere of the brain"),
    "strength": ("Flower with 22% THC", "About 22% of people"),
    "brand": ("Sativex spray", "A satellite clinic"),
    "slang": ("Medical cannabis clinic", "Eye strain from screens"),
    "in general": ("Talk about tablets", "Tableware for weak hands"),
    "seeking": ("Apply for your prescription", "Apply for a blue badge"),
    "guarantee": ("Relief is guaranteed", "A prescription is not guaranteed"),
    "approval": ("Get approved today", "The regulator approved the building"),
    "popularity": ("Most patients are prescribed it", "Most people get better with time"),
    "works": ("It is clinically proven", "It has not been proven"),
    "harmless": ("It is safe and has no side effects", "It is not safe to drive"),
    "effective": ("An effective treatment", "It is not known how effective it is"),
    "relief": ("Lasting relief", "There is no cure for MS"),
    "feelings": ("A breakthrough", "Breakthrough pain"),
    "ranking": ("Our leading specialists", "The nerve leading to the jaw"),
    "price": ("A free consultation", "Feel free to ask"),
    "private": ("Your MS review", "Ms Example, your visit is booked"),
}


CLAIMS = [
    "CBD relieves pain.",
    "THC gives pain relief.",
    "It cures MS.",
    "You get better sleep.",
    "It works for most people.",
    "It eases nerve pain.",
    "It helps you sleep.",
    "It is a safe treatment.",
    "It is safe to drive on it.",
    "It is **safe**.",
    "A gentle treatment, gentle on the body.",
    "A natural way to treat pain.",
    "You are eligible.",
    "Patients are usually prescribed it.",
    "No side\neffects.",
    "It gives **pain** relief.",
    "It is pro\u00advened and pro\u00adven.",
    "It is gua&shy;ranteed.",
    "Get  your   prescription.",
]
NO_CLAIMS = [
    "It found no clear evidence that cannabis-based medicines ease nerve pain.",
    "Whether it relieves pain in one person is not known.",
    "Wait in a safe place.",
    "Research has not shown that THC cures MS.",
    "Baclofen is used for stiffness.",
]


@pytest.mark.parametrize("text", CLAIMS)
def test_claims_are_found_in_amber_text_too(text):
    assert found(text, Place.AMBER_BODY) != []


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_balanced_sentences_pass_in_amber_text(text):
    assert found(text, Place.AMBER_BODY) == []


@pytest.mark.parametrize(
    "text", ["High-THC oils", "can&shy;nabis", "medical-cannabis clinic", "**C**BD", "medical  cannabis"]
)
def test_a_medicine_is_found_however_it_is_written(text):
    assert found(text, Place.TITLE) != []


def test_every_rule_has_a_planted_hit_and_a_near_miss():
    assert list(EXAMPLES) == [rule.code for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_finds_its_hit_passes_its_near_miss_and_says_why(rule):
    planted, near_miss = EXAMPLES[rule.code]

    for place in rule.places:
        assert rule.reason in [hit.reason for hit in check(planted, place)]
        assert rule.reason not in [hit.reason for hit in check(near_miss, place)]
    assert rule.reason.endswith(".")


def test_long_text_is_quick():
    """Security case 40: no pattern takes for ever."""
    begun = time.perf_counter()
    for text in ("a" * 100_000, "not " * 25_000, "safe " * 20_000, "whether " * 12_000, " " * 100_000):
        check(text, Place.PUBLIC_BODY)

    assert time.perf_counter() - begun < 5
