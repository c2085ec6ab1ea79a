"""The table of words. Each row: what it finds, what only looks like it, where it is forbidden, why.

The law behind it: Human Medicines Regulations 2012, regs 279, 284 and 285 (no advertising of an
unlicensed, prescription-only or narcotic medicine to the public), CAP Code 12.11 and 12.12, and the
GMC's rules on advertising. A site may offer a consultation; it may not promote a medicine.
"""

from dataclasses import dataclass

from clinic.wording.enums import Place

EVERYWHERE = frozenset(Place)
NOT_IN_AMBER = EVERYWHERE - {Place.AMBER_BODY}
STRICT = frozenset({Place.MAIL, Place.TITLE, Place.HOME})
MAIL = frozenset({Place.MAIL})


NOT_SHOWN = (
    r"\b(?:no (?:clear |good |sound )?evidence|not (?:been )?(?:shown|known|clear|sure)"
    r"|do not know|cannot tell|whether|how well|no (?:[\w-]+ ){1,3}(?:is|are) known)\b"
)


@dataclass(frozen=True)
class Wording:
    """One row. ``phrases`` and ``but_not`` are regular expressions over whole words, whatever their case."""

    code: str
    reason: str
    places: frozenset[Place]
    phrases: tuple[str, ...]
    but_not: tuple[str, ...] = ()


RULES = (
    Wording(
        "medicine",
        "This names a medicine, which may not be advertised to the public. Only a section marked amber may speak of it, in balance.",
        NOT_IN_AMBER,
        (
            r"(?:medical |medicinal )?cannabis(?:-based)?|cannabino(?:id|l)\w*|cannabidiol|thc|cbd|cbpms?|hemp",
            r"nabiximols|nabilone|dronabinol|carbamazepine|oxcarbazepine|gabapentin\w*|pregabalin|lamotrigine",
            r"amitriptyline|nortriptyline|duloxetine|baclofen|tizanidine|dantrolene|diazepam|clonazepam",
            r"botulinum(?: toxin)?|opi(?:oid|ate)s?|morphine|codeine|tramadol|oxycodone|fentanyl",
            r"paracetamol|ibuprofen|lidocaine|ketamine",
        ),
    ),
    Wording(
        "strength",
        "A list of strengths is a menu of products.",
        EVERYWHERE,
        (r"\d+(?:\.\d+)? ?% ?(?:thc|cbd)|(?:thc|cbd)(?: of)? \d+(?:\.\d+)? ?%",),
    ),
    Wording(
        "brand", "Brand names are not used.", EVERYWHERE, (r"sativex|epidyolex|epidiolex|cesamet|bedrocan\w*|botox",)
    ),
    Wording(
        "slang",
        "Say “cannabis-based medicine”, in a section marked amber.",
        EVERYWHERE,
        (r"marijuana|ganja|weed|skunk|medical cannabis|cannabis flowers?|strains?",),
        but_not=(
            r"\b(?:eye|muscle|joint|back|neck|jaw) strains?\b",
            r"\bstrains? (?:on|of (?:a|the|your))\b",
        ),
    ),
    Wording(
        "in general",
        "A page that leads to booking does not speak of medicines. Say what we do: assess, look at every option, write a plan.",
        STRICT,
        (
            r"medicines?|medications?|medicinal|drugs?|pills?|tablets?|capsules?|painkillers?|pharmac\w+",
            r"prescri(?:be[sd]?|bing|ptions?|bers?)",
        ),
        but_not=(r"\b(?:alcohol (?:or|and) drugs?|drugs? (?:or|and) alcohol|worr(?:y|ies) about drugs)\b",),
    ),
    Wording(
        "seeking",
        "This asks people to seek a medicine. We offer an assessment.",
        EVERYWHERE,
        (
            r"get (?:your |a |my )?(?:medicines?|medications?|prescriptions?|treatment)",
            r"(?:apply|request|ask) (?:for|to get) (?:your|a|my) prescription",
            r"same[- ]day prescriptions?|prescribed (?:online|fast|quickly)",
        ),
    ),
    Wording(
        "guarantee",
        "This promises an outcome. Say what happens, and that a specialist decides with the person.",
        EVERYWHERE,
        (r"guarantee(?:d|s)?",),
        but_not=(
            r"\b(?:not?|never|cannot|can't|isn't|aren't|without)(?: be| a| any)? guarantee(?:d|s)?\b",
            r"\b(?:nobody|no one) can guarantee\b",
        ),
    ),
    Wording(
        "approval",
        "This promises an outcome. Say what happens, and that a specialist decides with the person.",
        EVERYWHERE,
        (
            r"(?:get|be|are|once|if) approved|approval rates?|fast[- ]track",
            r"you qualify|(?:if|check|see|whether|find out if) you(?: may)? qualify",
            r"(?:you are )?eligible for (?:treatment|a prescription|medicines?)|you are eligible",
        ),
    ),
    Wording(
        "popularity",
        "How many are treated or content may not be used to promote a medicine.",
        EVERYWHERE,
        (
            r"(?:most|many|thousands) (?:of our |of )?(?:patients|people) (?:are|get|were) prescribed|success rates?",
            r"(?:patients|people) (?:are )?usually (?:get )?prescribed",
            r"thousands of (?:patients|people)|more (?:and more )?people are turning to",
            r"testimonials?|before and after (?:pictures?|photos?)|five[- ]star|\d(?:\.\d)? stars?",
        ),
    ),
    Wording(
        "works",
        "This claims that a treatment works. Say what the evidence shows and does not show.",
        EVERYWHERE,
        (
            r"(?:clinically |scientifically )?proven|works? (?:fast|well|wonders)|opioid[- ]sparing",
            r"(?:all[- ])?natural(?:ly)? (?:and \w+ )?(?:remed\w+|relief|medicines?|treatment\w*|way|product\w*|plant)",
        ),
        but_not=(r"\bnot (?:been )?(?:clinically |scientifically )?proven\b",),
    ),
    Wording(
        "harmless",
        "This claims that a treatment does no harm. Say what is known about side effects.",
        EVERYWHERE,
        (
            r"(?:completely |totally |perfectly )?safe(?:ly|r)?(?: and effective)?",
            r"(?:no|minimal|fewer) side[- ]effects(?: than)?|safer than",
        ),
        but_not=(
            r"\b(?:not|never|less|if it is|whether it is|how|keep \w+|stay) safe(?:r|ly)?\b",
            r"\bsafer? place\b",
        ),
    ),
    Wording(
        "effective",
        "This claims that a treatment works. Say what the evidence shows and does not show.",
        EVERYWHERE,
        (r"effective(?:ly|ness)?",),
        but_not=(
            r"\b(?:not|never|how|less) effective(?:ly|ness)?\b",
            r"\bwhether(?: \w+){0,4} effective(?:ly|ness)?\b",
            r"\bcost[- ]effective(?:ness)?\b",
        ),
    ),
    Wording(
        "relief",
        "This claims that a treatment works. Say what the evidence shows and does not show.",
        EVERYWHERE,
        (
            r"pain[- ]?(?:relief|free|killing)|better sleep|helps? (?:you |people )?(?:to )?sleep",
            r"(?:relieves?|eases?|reduces?|calms?|soothes?|takes? away|helps with|works? (?:for|against|on))"
            r" (?:your |the |their |nerve |muscle |chronic )*(?:pain|spasms?|sleep|most people|many people)",
            r"(?:fast|lasting|maximum|real|instant|effective|natural) relief|gentle (?:on|medicines?|treatments?|relief)",
            r"cures?|heals?",
        ),
        # What is said not to be known or shown is no claim: the rest of that sentence passes.
        but_not=(
            rf"{NOT_SHOWN}[^.\n]*",
            r"\b(?:not|no|cannot|does not|do not) (?:a |known )?cures?\b",
            r"\bwound heals?\b",
        ),
    ),
    Wording(
        "feelings",
        "This plays on feelings. State a fact that can be checked.",
        EVERYWHERE,
        (
            r"life[- ]changing|miracles?|breakthroughs?|game[- ]chang\w+|revolutionary|hopes?|promising",
            r"transform(?:s|ing|ative)?(?: your)? li(?:fe|ves)",
        ),
        but_not=(r"\bbreakthrough pain\b",),
    ),
    Wording(
        "ranking",
        "This ranks us above others. State a fact that can be checked.",
        EVERYWHERE,
        (
            r"(?:leading|top|best|number one|world[- ]class|finest) (?:uk |private )?(?:specialist|doctor|consultant|clinic|expert)s?",
        ),
    ),
    Wording(
        "price",
        "Prices or rewards may not promote a medicine, and fees are shown as one total.",
        EVERYWHERE,
        (
            r"free (?:consultation|assessment|eligibility)\w*|free if|discounts?|special offers?|refer a friend",
            r"cheaper than|cheapest|best price",
        ),
    ),
    Wording(
        "private",
        "A message may be read over a shoulder: it says nothing about a condition, a specialty or a treatment.",
        MAIL,
        (
            r"pain\w*|multiple sclerosis|(?-i:MS)|facial|jaws?|trigeminal|neuralgia|neurolog\w+|spasm\w*|spasticity",
            r"symptoms?|diagnos\w+|conditions?|treatments?|therap\w+|assessments?|questionnaires?",
            r"date of birth|dob|suitab\w+|red flags?",
        ),
        but_not=(r"\bterms and conditions\b",),
    ),
)
