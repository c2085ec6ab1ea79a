"""Sections H, I and J: treatments tried, what somebody takes now, and allergies."""

from patients.intake.questions import YES, YES_OR_NO, Kind, Page, Question, Section, when

TRIED = Question(
    "tried",
    "Treatments you have tried",
    "a treatment you have tried",
    kind=Kind.ENTRIES,
    one="treatment",
    columns=(
        Question("name", "What did you try?", "what you tried", kind=Kind.LINE, suggest="treatments"),
        Question(
            "type",
            "What kind of treatment is it?",
            "the kind of treatment",
            choices=(
                ("medicine", "Medicine"),
                ("injection", "Injection"),
                ("surgery", "Operation"),
                ("physio", "Physiotherapy or exercise"),
                ("psychology", "Talking therapy"),
                ("device", "Device, like TENS"),
                ("other", "Diet or something else"),
            ),
        ),
        Question(
            "dose",
            "How much, and how often?",
            "how much",
            kind=Kind.LINE,
            required=False,
            hint="What you remember, like “300 mg, 3 times a day”.",
        ),
        Question("started", "When did you start?", "from", kind=Kind.MONTH, required=False, hint="The year is enough."),
        Question(
            "stopped",
            "When did you stop?",
            "until",
            kind=Kind.MONTH,
            required=False,
            hint="Leave this empty if you still use it.",
        ),
        Question(
            "result",
            "Did it help?",
            "whether it helped",
            choices=(
                ("a_lot", "Helped a lot"),
                ("some", "Helped a little"),
                ("none", "Did not help"),
                ("worse", "Made it worse"),
                ("unsure", "Not sure"),
            ),
        ),
        Question(
            "why_stopped",
            "Why did you stop?",
            "why you stopped",
            kind=Kind.SEVERAL,
            choices=(
                ("no_effect", "It did not help"),
                ("side_effects", "Side effects"),
                ("interaction", "It did not go with another medicine"),
                ("cost", "It cost too much"),
                ("using", "I still use it"),
                ("other", "Another reason"),
            ),
        ),
    ),
)

TREATMENTS = Section(
    "treatments",
    "Treatments you have tried",
    (
        Page(
            "treatments",
            "Treatments you have tried",
            (
                Question(
                    "tried_any",
                    "Have you tried any treatment for this pain?",
                    "treatments",
                    choices=YES_OR_NO,
                    hint="Count medicines, injections, operations, physiotherapy, talking therapy and other help.",
                ),
            ),
        ),
        Page(
            "treatments-list",
            "Treatments you have tried",
            (TRIED,),
            intro=("Write down each treatment you remember. You do not need exact dates.",),
            asked_if=when("tried_any", YES),
        ),
    ),
)

MEDICINES = Question(
    "medicines",
    "Medicines you take",
    "a medicine you take",
    kind=Kind.ENTRIES,
    one="medicine",
    columns=(
        Question(
            "name",
            "What is it called?",
            "its name",
            kind=Kind.LINE,
            suggest="medicines",
            hint="Copy the name from the packet, with the strength, like “Baclofen 10 mg tablets”.",
        ),
        Question(
            "dose",
            "How much do you take, and how often?",
            "how much and how often",
            kind=Kind.LINE,
            required=False,
            hint="Like “1 tablet, 3 times a day”.",
        ),
        Question(
            "route",
            "How do you take it?",
            "how you take it",
            required=False,
            choices=(
                ("mouth", "I swallow it"),
                ("spray", "Spray in the mouth or nose"),
                ("skin", "On the skin: patch, cream or gel"),
                ("injection", "Injection"),
                ("breathed", "Breathed in"),
                ("other", "Another way"),
            ),
        ),
        Question("what_for", "What is it for?", "what it is for", kind=Kind.LINE, required=False),
        Question(
            "prescriber",
            "Who gave it to you?",
            "who gave it to you",
            choices=(
                ("gp", "My GP"),
                ("hospital", "A hospital"),
                ("private", "A private clinic"),
                ("bought", "I bought it"),
                ("unsure", "Not sure"),
            ),
        ),
    ),
)

TAKING = Section(
    "taking",
    "What you take now",
    (
        Page(
            "taking",
            "What you take now",
            (
                Question(
                    "takes_medicines",
                    "Do you take any medicines?",
                    "taking medicines",
                    hint="Count anything from a doctor or a shop, also sprays, patches and the pill.",
                ),
            ),
        ),
        Page(
            "medicines",
            "Medicines you take",
            (MEDICINES,),
            intro=("Add one at a time. It helps to have the packets beside you.",),
            asked_if=when("takes_medicines", YES),
        ),
        Page(
            "taking-more",
            "Herbs, oils and changes",
            (
                Question(
                    "takes_other",
                    "Do you take anything herbal, St John's wort, or CBD products?",
                    "herbs and CBD",
                    hint="CBD is an oil from the hemp plant, sold in shops.",
                ),
                Question(
                    "takes_other_what",
                    "What do you take?",
                    "what you take",
                    kind=Kind.TEXT,
                    longest=1000,
                    asked_if=when("takes_other", YES),
                ),
                Question(
                    "recent_changes",
                    "Has any of your medicines changed in the past 4 weeks?",
                    "changes to your medicines",
                ),
                Question(
                    "recent_changes_what",
                    "What changed?",
                    "what changed",
                    kind=Kind.TEXT,
                    longest=1000,
                    asked_if=when("recent_changes", YES),
                ),
            ),
        ),
    ),
)

REACTIONS = Question(
    "allergies",
    "Your allergies",
    "an allergy",
    kind=Kind.ENTRIES,
    one="allergy",
    columns=(
        Question("substance", "What are you allergic to?", "what you are allergic to", kind=Kind.LINE),
        Question("reaction", "What happens?", "what happens", kind=Kind.LINE, required=False),
        Question(
            "severity",
            "How bad is it?",
            "how bad it is",
            choices=(
                ("mild", "Mild, like a rash"),
                ("bad", "Bad: I needed a doctor"),
                ("life", "It was a danger to my life"),
                ("unsure", "Not sure"),
            ),
        ),
    ),
)

ALLERGIES = Section(
    "allergies",
    "Allergies",
    (
        Page(
            "allergies",
            "Allergies",
            (
                Question("has_allergies", "Do you have any allergies?", "allergies"),
                Question(
                    "oil_allergy",
                    "Are you allergic to nuts, coconut, sesame or another oil?",
                    "nuts, seeds and oils",
                    hint="Some medicines are made with these oils.",
                ),
                Question(
                    "cannabis_reaction",
                    "Have you ever had an allergic reaction to cannabis, or to a medicine or oil made from it?",
                    "reactions to cannabis",
                    hint="If you have never used any, choose No.",
                ),
            ),
        ),
        Page(
            "allergies-list",
            "Your allergies",
            (REACTIONS,),
            asked_if=when("has_allergies", YES),
        ),
    ),
)
