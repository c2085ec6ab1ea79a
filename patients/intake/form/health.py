"""Sections K, L and M: past health, family, and pregnancy."""

from patients.intake.questions import (
    NONE,
    OR_UNCLEAR,
    SEX,
    TELL,
    UNSURE,
    YES,
    Kind,
    Page,
    Question,
    Section,
    When,
    when,
)
from patients.profile.enums import Sex

EVERYBODY = "We ask everybody these questions. The answers help the doctor to keep you safe."

MIND = Page(
    "health",
    "Your mental health",
    (
        Question(
            "psychosis_self",
            "Have you ever had psychosis or schizophrenia?",
            "psychosis",
            hint="Psychosis means seeing, hearing or believing things that other people do not.",
        ),
        Question("bipolar", "Have you ever had bipolar disorder or mania?", "bipolar disorder"),
        Question("personality", "Has a doctor told you that you have a personality disorder?", "personality disorder"),
        Question(
            "admission",
            "Have you ever stayed in hospital for your mental health, or been sectioned?",
            "hospital for your mental health",
        ),
        Question(
            "mood_conditions",
            "Have you ever had any of these?",
            "depression, anxiety and PTSD",
            kind=Kind.SEVERAL,
            choices=(
                ("depression", "Depression"),
                ("anxiety", "Anxiety or panic"),
                ("ptsd", "PTSD: stress after something terrible"),
                *OR_UNCLEAR,
            ),
        ),
    ),
    intro=(EVERYBODY,),
)

SELF_HARM = Page(
    "health-safe",
    "Keeping safe",
    (
        Question(
            "self_harm",
            "Have you ever hurt yourself on purpose, or tried to end your life?",
            "hurting yourself",
        ),
        Question(
            "self_harm_recent",
            "Was that in the past 12 months?",
            "when that was",
            asked_if=when("self_harm", YES, UNSURE),
        ),
        Question("keeps_safe", "Can you keep yourself safe today?", "keeping safe today"),
    ),
    intro=(
        "Long pain can bring dark thoughts. We ask everybody.",
        "If you may hurt yourself now, call 999. To talk to somebody at any time, call Samaritans on 116 123. It is free.",
    ),
)

HEART = Page(
    "health-heart",
    "Your heart",
    (
        Question(
            "heart",
            "Have you ever had any of these?",
            "your heart",
            kind=Kind.SEVERAL,
            choices=(
                ("angina", "Angina: chest pain from the heart"),
                ("attack", "Heart attack"),
                ("rhythm", "A heartbeat that is not regular"),
                ("failure", "Heart failure"),
                ("stroke", "Stroke or mini-stroke (TIA)"),
                ("pressure", "High blood pressure that is not under control"),
                *OR_UNCLEAR,
            ),
        ),
        Question("faints", "Do you faint, or go dizzy when you stand up?", "fainting"),
    ),
)

BODY = Page(
    "health-body",
    "Other illnesses",
    (
        Question(
            "conditions",
            "Have you ever had any of these?",
            "other illnesses",
            kind=Kind.SEVERAL,
            choices=(
                ("epilepsy", "Epilepsy or fits"),
                ("liver", "Liver disease"),
                ("kidney", "Kidney disease"),
                ("lung", "Asthma, COPD or other lung disease"),
                ("diabetes", "Diabetes"),
                ("immune", "A weak immune system, or medicine that makes it weak"),
                ("cancer", "Cancer, now or in the past"),
                ("vomiting", "Being sick again and again after using cannabis"),
                ("glaucoma", "Glaucoma: high pressure in the eye"),
                *OR_UNCLEAR,
            ),
        ),
        Question(
            "liver_how",
            "How bad is your liver disease, or are your liver blood tests?",
            "your liver",
            choices=(
                ("mild", "Mild, and my blood tests are normal"),
                ("worse", "Moderate or severe, or my blood tests are not normal"),
                (UNSURE, "Not sure"),
                (TELL, "I would rather tell the doctor"),
            ),
            asked_if=when("conditions", "liver"),
        ),
        Question(
            "kidney_how",
            "How bad is your kidney disease?",
            "your kidneys",
            hint="A blood test called eGFR says how well kidneys work. Below 30 is severe.",
            choices=(
                ("mild", "Mild or moderate"),
                ("severe", "Severe, or eGFR below 30"),
                (UNSURE, "Not sure"),
                (TELL, "I would rather tell the doctor"),
            ),
            asked_if=when("conditions", "kidney"),
        ),
        Question(
            "cancer_face",
            "Was the cancer in the skin of your face, your mouth, nose or throat?",
            "where the cancer was",
            asked_if=when("conditions", "cancer"),
        ),
        Question(
            "conditions_more",
            "Tell us more about these, and any other illness.",
            "your illnesses",
            kind=Kind.TEXT,
            longest=4000,
            required=False,
        ),
        Question(
            "surgery_soon", "Is an operation planned for you in the next 3 months?", "an operation in the next 3 months"
        ),
    ),
)

HEALTH = Section("health", "Your health", (MIND, SELF_HARM, HEART, BODY))

FAMILY = Section(
    "family",
    "Your family",
    (
        Page(
            "family",
            "Your family",
            (
                Question(
                    "psychosis_family",
                    "Has a parent, brother, sister or child of yours ever had psychosis or schizophrenia?",
                    "psychosis in your family",
                ),
                Question("bipolar_family", "Has one of them had bipolar disorder?", "bipolar disorder in your family"),
                Question("ms_family", "Has one of them had multiple sclerosis (MS)?", "MS in your family"),
                Question(
                    "sudden_death",
                    "Did one of them die suddenly of a heart problem before the age of 50?",
                    "heart problems in your family",
                ),
            ),
            intro=("These are about your parents, brothers, sisters and children.",),
        ),
    ),
)

NOT_MALE: When = when(SEX, "", Sex.FEMALE, Sex.TELL)

PREGNANCY = Section(
    "pregnancy",
    "Pregnancy",
    (
        Page(
            "pregnancy",
            "Pregnancy",
            (
                Question("pregnant", "Are you pregnant?", "being pregnant", hint="If this cannot be, choose No."),
                Question("breastfeeding", "Are you breastfeeding?", "breastfeeding"),
                Question("trying", "Are you trying for a baby, or may you in the next 6 months?", "trying for a baby"),
                Question(
                    "contraception",
                    "Which birth control do you use?",
                    "birth control",
                    kind=Kind.SEVERAL,
                    choices=(
                        ("hormonal", "Pill, patch, ring, injection, implant or hormone coil"),
                        ("copper", "Copper coil"),
                        ("condom", "Condoms or cap"),
                        ("sterilised", "I am, or my partner is, sterilised"),
                        ("not_needed", "I cannot become pregnant, or do not have sex with men"),
                        (NONE, "None"),
                        (TELL, "I would rather tell the doctor"),
                    ),
                ),
            ),
            intro=("Some treatments can harm a baby before birth or through breast milk.",),
            asked_if=NOT_MALE,
        ),
        Page(
            "partner",
            "Pregnancy",
            (
                Question(
                    "partner_trying",
                    "Is a partner of yours pregnant or trying for a baby with you?",
                    "a partner's pregnancy",
                ),
            ),
            intro=("Some treatments can harm a baby before birth, also through the father.",),
            asked_if=when(SEX, Sex.MALE),
        ),
    ),
)

EVER_SELF_HARM = when("self_harm", YES, UNSURE, TELL)
