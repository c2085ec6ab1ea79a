"""Section Q: what we may do with the answers."""

from patients.intake.form.review import FIRST_TIME
from patients.intake.questions import NO, YES, YES_OR_NO, Kind, Page, Question, Section, when

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
                    choices=((YES, "Yes"),),
                ),
                Question(
                    "share_gp",
                    "May we write to your GP about your care?",
                    "writing to your GP",
                    choices=YES_OR_NO,
                    hint="If you say no, you can still see us, but there may be things the doctor cannot safely do.",
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
                ),
            ),
            intro=(
                "We keep your answers in your health record. The specialist who looks after you reads them. "
                "We do not sell them or use them for advertising.",
                "We have to keep health records for 8 years after we last see you. You can ask for a copy at any time.",
            ),
        ),
    ),
    asked_if=FIRST_TIME,
)
