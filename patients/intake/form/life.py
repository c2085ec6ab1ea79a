"""Sections N, O and P: alcohol and drugs, daily life, and what has been measured."""

from patients.intake.questions import NONE, TELL, YES, YES_OR_NO, Kind, Page, Question, Section, when

ALCOHOL = Page(
    "alcohol",
    "Alcohol and smoking",
    (
        Question(
            "units",
            "How many units of alcohol do you drink in a week?",
            "units of alcohol",
            kind=Kind.NUMBER,
            highest=300,
            unit="units a week",
            hint="A pint of beer has 2 units, a glass of wine 2, a single spirit 1. Write 0 if you drink none.",
        ),
        Question(
            "tobacco",
            "Do you smoke or vape?",
            "smoking",
            choices=(
                ("never", "No, and I never have"),
                ("past", "I used to"),
                ("vape", "I vape"),
                ("smoke", "I smoke"),
            ),
        ),
    ),
)

CANNABIS = Page(
    "cannabis",
    "Cannabis",
    (
        Question(
            "cannabis_use",
            "Have you ever used cannabis?",
            "using cannabis",
            choices=(
                ("never", "Never"),
                ("past", "In the past, not now"),
                ("current", "Yes, I use it now"),
                (TELL, "I would rather tell the doctor"),
            ),
        ),
        Question(
            "cannabis_source",
            "Where does it come from?",
            "where it comes from",
            choices=(
                ("prescribed", "A clinic prescribes it"),
                ("not_prescribed", "It is not prescribed"),
                ("both", "Both"),
                (TELL, "I would rather tell the doctor"),
            ),
            asked_if=when("cannabis_use", "current"),
        ),
        Question(
            "cannabis_often",
            "How often do you use it?",
            "how often",
            choices=(
                ("daily", "Every day, or nearly"),
                ("weekly", "Most weeks"),
                ("less", "Less often"),
                (TELL, "I would rather tell the doctor"),
            ),
            asked_if=when("cannabis_use", "current"),
        ),
        Question(
            "cannabis_how",
            "How do you use it, and how much?",
            "how you use it",
            kind=Kind.TEXT,
            longest=1000,
            required=False,
            asked_if=when("cannabis_use", "current"),
        ),
        Question(
            "other_clinic",
            "Does another clinic prescribe for your pain now?",
            "another clinic",
            hint="Not your GP or an NHS hospital.",
        ),
        Question(
            "other_clinic_name",
            "Which clinic?",
            "which clinic",
            kind=Kind.LINE,
            asked_if=when("other_clinic", YES),
        ),
    ),
    intro=("Your answers go to the doctor and to nobody else. We do not tell the police.",),
)

DRUGS = Page(
    "drugs",
    "Drugs",
    (
        Question(
            "other_drugs",
            "Which of these have you used in the past 12 months?",
            "other drugs",
            kind=Kind.SEVERAL,
            choices=(
                ("cocaine", "Cocaine or crack"),
                ("opioids", "Heroin, or painkillers not meant for me"),
                ("stimulants", "Speed, ecstasy or MDMA"),
                ("ketamine", "Ketamine"),
                ("sedatives", "Sleeping or calming tablets not meant for me"),
                ("other", "Something else"),
                (NONE, "None of these"),
                (TELL, "I would rather tell the doctor"),
            ),
        ),
        Question(
            "dependence",
            "Have you ever had treatment for alcohol or drugs?",
            "treatment for alcohol or drugs",
        ),
        Question(
            "painkiller_worry",
            "Do you worry that you cannot do without a painkiller or calming tablet?",
            "doing without tablets",
        ),
    ),
)

SUBSTANCES = Section("substances", "Alcohol, smoking and drugs", (ALCOHOL, CANNABIS, DRUGS))

WORK = Page(
    "work",
    "Work and driving",
    (
        Question("work", "What work do you do?", "your work", kind=Kind.LINE, required=False),
        Question(
            "safety_work",
            "Could a mistake at work hurt somebody?",
            "safety at work",
            hint="For example with machines, at heights, or when caring for people.",
        ),
        Question("drives", "Do you drive?", "driving", choices=YES_OR_NO),
        Question(
            "vehicle",
            "What do you drive?",
            "what you drive",
            kind=Kind.SEVERAL,
            choices=(
                ("car", "Car or motorbike"),
                ("lorry", "Lorry or bus"),
                ("taxi", "Taxi"),
                ("other", "Something else"),
            ),
            asked_if=when("drives", YES),
        ),
        Question(
            "dvla_told",
            "Have you told DVLA about your condition?",
            "telling DVLA",
            hint="In Northern Ireland it is called DVA. People with MS have to tell them.",
            asked_if=when("drives", YES),
        ),
    ),
)

HOME = Page(
    "home",
    "Your home",
    (
        Question(
            "vulnerable_home",
            "Do children, or adults who need care, live with you or visit often?",
            "who is at home",
        ),
        Question("locked_storage", "Do you have a place that locks, to keep medicine safe?", "a place that locks"),
        Question("pets", "Do you have pets?", "pets", choices=YES_OR_NO, required=False),
        Question("safe_home", "Do you feel safe at home?", "being safe at home"),
    ),
)

TRAVEL = Page(
    "travel",
    "Travel",
    (
        Question("travel", "Do you plan to go abroad in the next 12 months?", "going abroad"),
        Question("travel_where", "Where to?", "where to", kind=Kind.LINE, asked_if=when("travel", YES)),
    ),
)

DAILY = Section("daily", "Your daily life", (WORK, HOME, TRAVEL))

MEASURED = Section(
    "measured",
    "Height, weight and blood tests",
    (
        Page(
            "measured",
            "Height, weight and blood tests",
            (
                Question(
                    "height",
                    "How tall are you?",
                    "your height",
                    kind=Kind.NUMBER,
                    lowest=100,
                    highest=250,
                    unit="cm",
                    required=False,
                    hint="In centimetres. 5 feet 6 inches is 168.",
                ),
                Question(
                    "weight",
                    "What do you weigh?",
                    "your weight",
                    kind=Kind.NUMBER,
                    lowest=30,
                    highest=300,
                    unit="kg",
                    required=False,
                    hint="In kilograms. 11 stone is 70.",
                ),
                Question(
                    "pressure_top",
                    "Your last blood pressure: the first, higher number",
                    "the first number",
                    kind=Kind.NUMBER,
                    lowest=60,
                    highest=260,
                    unit="mmHg",
                    required=False,
                    hint="In 130/80 it is 130.",
                ),
                Question(
                    "pressure_bottom",
                    "The second, lower number",
                    "the second number",
                    kind=Kind.NUMBER,
                    lowest=30,
                    highest=160,
                    unit="mmHg",
                    required=False,
                ),
                Question("pressure_on", "When was it measured?", "when", kind=Kind.MONTH, required=False),
                Question(
                    "pulse",
                    "How fast does your heart beat at rest?",
                    "your pulse",
                    kind=Kind.NUMBER,
                    lowest=30,
                    highest=220,
                    unit="beats a minute",
                    required=False,
                ),
                Question(
                    "bloods_on",
                    "When was your last blood test for liver and kidneys?",
                    "your last blood test",
                    kind=Kind.MONTH,
                    required=False,
                ),
            ),
            intro=("Fill in what you know. You can leave all of it empty.",),
        ),
    ),
)
