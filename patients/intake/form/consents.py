"""Section Q: what we may do with the answers, and what to know before we meet. The words agreed to are the consents' own."""

from patients.consents.enums import Purpose
from patients.consents.policy import WORDS
from patients.intake.form.review import FIRST_TIME
from patients.intake.questions import NO, YES, YES_OR_NO, Kind, Page, Question, Section, when

# Which question asks for which consent.
ASKS_FOR = {
    "privacy_seen": Purpose.PRIVACY,
    "share_gp": Purpose.SHARE_WITH_GP,
    "obtain_records": Purpose.OBTAIN_RECORDS,
    "by_video": Purpose.VIDEO,
    "no_guarantee": Purpose.NO_GUARANTEE,
}
READ = ((YES, "Yes"),)


def _words(name: str) -> str:
    """Return the text that the question ``name`` asks to agree to, and what no means."""
    about = WORDS[ASKS_FOR[name]]
    return " ".join(filter(None, (about.text.words, about.if_no)))


CONSENTS = Section(
    "consents",
    "What we may do with your answers",
    (
        Page(
            "consents",
            "What we may do with your answers",
            (
                Question(
                    "privacy_seen",
                    "I have read what you do with my answers",
                    "what we do with your answers",
                    kind=Kind.AGREE,
                    choices=READ,
                ),
                Question(
                    "share_gp",
                    "May we write to your GP about your care?",
                    "writing to your GP",
                    choices=YES_OR_NO,
                    hint=_words("share_gp"),
                ),
                Question(
                    "share_gp_reason",
                    "What is your reason?",
                    "your reason",
                    kind=Kind.TEXT,
                    required=False,
                    longest=1000,
                    asked_if=when("share_gp", NO),
                ),
                Question(
                    "obtain_records",
                    "May we ask your GP and other doctors for your records?",
                    "asking for your records",
                    choices=YES_OR_NO,
                    hint=_words("obtain_records"),
                ),
            ),
            intro=WORDS[Purpose.PRIVACY].text.paragraphs,
        ),
        Page(
            "before-we-meet",
            "Before we meet",
            (
                Question(
                    "no_guarantee",
                    "I have read what an assessment can lead to",
                    "what an assessment can lead to",
                    kind=Kind.AGREE,
                    choices=READ,
                ),
                Question(
                    "by_video",
                    "May we see you by video?",
                    "seeing you by video",
                    choices=YES_OR_NO,
                    hint=_words("by_video"),
                ),
            ),
            intro=WORDS[Purpose.NO_GUARANTEE].text.paragraphs,
        ),
    ),
    asked_if=FIRST_TIME,
)
