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


@dataclass(frozen=True)
class Wording:
    """One row. ``phrase`` and ``but_not`` are regular expressions over whole words, whatever their case."""

    phrase: str
    reason: str
    places: frozenset[Place]
    but_not: str = ""


ADVERT = "This names a medicine, which may not be advertised to the public. Only a section marked amber may speak of it, in balance."
OUTCOME = "A page that leads to booking does not speak of medicines. Say what we do: assess, look at every option, write a plan."
PROMISE = "This promises an outcome. Say what happens, and that a specialist decides with the person."
CLAIM = "This claims that a treatment works or does no harm. Say what the evidence shows and does not show."
CALL = "This asks people to seek a medicine. We offer an assessment."
PROOF = "How many are treated or content may not be used to promote a medicine."
PRICE = "Prices or rewards may not promote a medicine, and fees are shown as one total."
HYPE = "This plays on feelings or ranks us above others. State a fact that can be checked."
CLINICAL = "A message may be read over a shoulder: it says nothing about a condition, a specialty or a treatment."
SLANG = "Say “cannabis-based medicine”, in a section marked amber."

RULES = (
    # Names of medicines ------------------------------------------------------------------------
    Wording(r"(?:medical |medicinal )?cannabis(?:-based)?|cannabino(?:id|l)\w*|cannabidiol|thc|cbd|cbpms?|hemp|nabiximols|nabilone|dronabinol", ADVERT, NOT_IN_AMBER),
    Wording(r"sativex|epidyolex|epidiolex|cesamet|bedrocan\w*|botox", "Brand names are not used.", EVERYWHERE),
    Wording(r"marijuana|ganja|weed|skunk|medical cannabis|cannabis flowers?|strains?", SLANG, EVERYWHERE, but_not=r"\b(?:eye|muscle|joint|back|neck|jaw) strains?\b|\bstrains? (?:on|of (?:a|the|your))\b"),
    Wording(
        r"carbamazepine|oxcarbazepine|gabapentin\w*|pregabalin|amitriptyline|nortriptyline|duloxetine|baclofen|tizanidine|dantrolene|diazepam|clonazepam|lamotrigine"
        r"|botulinum(?: toxin)?|morphine|codeine|tramadol|oxycodone|fentanyl|opi(?:oid|ate)s?|paracetamol|ibuprofen|lidocaine|ketamine",
        ADVERT,
        NOT_IN_AMBER,
    ),
    # Medicines in general ----------------------------------------------------------------------
    Wording(r"medicines?|medications?|medicinal|drugs?|prescri(?:be[sd]?|bing|ptions?|bers?)|pills?|tablets?|capsules?|painkillers?|pharmac\w+", OUTCOME, STRICT),
    Wording(r"get (?:your |a |my )?(?:medicines?|medications?|prescriptions?|treatment)|(?:apply|request|ask) (?:for|to get) (?:your|a|my) prescription|same[- ]day prescriptions?|prescribed (?:online|fast|quickly)", CALL, EVERYWHERE),
    # Promises ----------------------------------------------------------------------------------
    Wording(r"guarantee(?:d|s)?", PROMISE, EVERYWHERE, but_not=r"\b(?:not?|never|cannot|can't|nobody can|no one can|without|isn't|aren't|is not|are not)(?: be| a| any)? guarantee(?:d|s)?\b"),
    Wording(r"(?:get|be|are|once|if) approved|approval rates?|you qualify|(?:if|check|see|whether|find out if) you(?: may)? qualify|eligible for (?:treatment|a prescription|medicines?)|fast[- ]track", PROMISE, EVERYWHERE),
    Wording(r"most (?:of our )?(?:patients|people) (?:are|get|were) prescribed|success rates?|thousands of (?:patients|people)|more (?:and more )?people are turning to", PROOF, EVERYWHERE),
    # Claims ------------------------------------------------------------------------------------
    Wording(r"(?:clinically |scientifically )?proven|works? (?:fast|well|wonders)|natural(?:ly)? (?:remed\w+|relief|medicines?|treatment\w*)|no side[- ]effects|fewer side[- ]effects(?: than)?|minimal side[- ]effects|opioid[- ]sparing", CLAIM, EVERYWHERE, but_not=r"\bnot (?:been )?(?:clinically |scientifically )?proven\b"),
    Wording(r"(?:completely |totally |perfectly )?safe(?:ly|r)?(?: and effective)?", CLAIM, EVERYWHERE, but_not=r"\b(?:not|never|un|less|if it is|whether it is|how|keep \w+|a|in a|stay) safe(?:r|ly)?\b|\bsafe(?:r|ly)? (?:to drive|place|for you to drive)\b|\bnot safe\b"),
    Wording(r"effective(?:ly|ness)?", CLAIM, EVERYWHERE, but_not=r"\b(?:not|never|how|whether(?: \w+){0,4}|be less|less) effective(?:ly|ness)?\b|\bcost[- ]effective(?:ness)?\b"),
    Wording(r"pain[- ]?(?:relief|free|killing)|(?:fast|lasting|maximum|real|instant|effective) relief|relieves? (?:your |the )?(?:pain|spasms?)|cures?|heals?|better sleep|gentle (?:medicines?|treatments?|relief)", CLAIM, NOT_IN_AMBER, but_not=r"\b(?:not|no|cannot|does not|do not) (?:a |known )?cures?\b|\bwound heals?\b"),
    Wording(r"life[- ]changing|miracles?|breakthroughs?|game[- ]chang\w+|revolutionary|renewed hope|hopes?|promising|transform(?:s|ing|ative)?(?: your)? li(?:fe|ves)", HYPE, EVERYWHERE, but_not=r"\bbreakthrough pain\b"),
    Wording(r"(?:leading|top|best|number one|world[- ]class|finest) (?:uk |private )?(?:specialists?|doctors?|consultants?|clinics?|experts?)", HYPE, EVERYWHERE),
    # Prices, comparisons, praise -----------------------------------------------------------------
    Wording(r"free (?:consultation|assessment|eligibility)\w*|free if|discounts?|special offers?|refer a friend|cheaper than|cheapest|safer than|best price", PRICE, EVERYWHERE),
    Wording(r"testimonials?|before and after (?:pictures?|photos?)|five[- ]star|\d(?:\.\d)? stars?", PROOF, EVERYWHERE),
    # Messages: nothing clinical --------------------------------------------------------------------
    Wording(
        r"pain\w*|multiple sclerosis|(?-i:MS)|facial|jaws?|trigeminal|neuralgia|neurolog\w+|spasm\w*|spasticity|symptoms?|diagnos\w+|conditions?|treatments?|therap\w+"
        r"|assessments?|questionnaires?|date of birth|dob|suitab\w+|red flags?",
        CLINICAL,
        MAIL,
        but_not=r"\bterms and conditions\b",
    ),
)
