"""Names of medicines and treatments: offered while somebody types, and looked for in what they wrote. Pure.

Source: generic names as the British National Formulary spells them, with brands in use in the UK, chosen by the classes
that the clinic's domain sheet names (RF60 to RF69) and by what is tried for MS pain and facial pain (NICE NG220, CG173;
RCS guideline on trigeminal neuralgia). A short list, kept by hand, that waits for the clinical lead's signature: a name
that is missing or spelled otherwise is not found, so no match is not a check.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

LIST_VERSION = "2026-11"


class Group(StrEnum):
    """Why a name is looked for."""

    WARFARIN = "Warfarin or acenocoumarol"
    DOAC = "Direct oral anticoagulant"
    CLOBAZAM = "Clobazam"
    VALPROATE = "Valproate"
    OPIOID = "Opioid"
    CALMING = "Benzodiazepine or Z-drug"
    GABAPENTINOID = "Gabapentin or pregabalin"
    RELAXANT = "Muscle relaxant"
    ANTIHISTAMINE = "Sedating antihistamine"
    TRICYCLIC = "Tricyclic antidepressant"
    INDUCER = "Strong CYP3A4 inducer"
    INHIBITOR = "CYP3A4 inhibitor"
    TRANSPLANT = "Calcineurin or mTOR inhibitor"
    MS_LIVER = "MS medicine with effects on CYP2C9 or the liver"
    ANTIPSYCHOTIC = "Antipsychotic"
    LITHIUM = "Lithium"
    HORMONAL = "Hormonal contraception"
    CARBAMAZEPINE = "Carbamazepine"
    OXCARBAZEPINE = "Oxcarbazepine or eslicarbazepine"
    OTHER = "Other"


SEDATING = frozenset(
    {
        Group.OPIOID,
        Group.CALMING,
        Group.GABAPENTINOID,
        Group.RELAXANT,
        Group.ANTIHISTAMINE,
        Group.TRICYCLIC,
    }
)

# Each name, with its brands in brackets.
_WRITTEN: tuple[tuple[Group, str], ...] = (
    (Group.WARFARIN, "Warfarin (Marevan, Coumadin), Acenocoumarol (Sinthrome)"),
    (Group.DOAC, "Apixaban (Eliquis), Dabigatran (Pradaxa), Edoxaban (Lixiana), Rivaroxaban (Xarelto)"),
    (Group.CLOBAZAM, "Clobazam (Frisium, Perizam, Tapclob)"),
    (Group.VALPROATE, "Sodium valproate (Epilim, Episenta), Valproic acid (Convulex), Semisodium valproate (Depakote)"),
    (
        Group.OPIOID,
        "Codeine, Co-codamol (Solpadol, Zapain, Kapake, Tylex), Dihydrocodeine (DF118), Co-dydramol, "
        "Tramadol (Zydol, Zamadol, Tramacet), Tapentadol (Palexia), "
        "Morphine (MST, Oramorph, Zomorph, Sevredol), Oxycodone (OxyContin, OxyNorm, Longtec, Shortec, Targinact), "
        "Buprenorphine (Butec, BuTrans, Transtec, Temgesic), Fentanyl (Durogesic, Matrifen), Methadone, "
        "Pethidine, Hydromorphone (Palladone), Meptazinol (Meptid)",
    ),
    (
        Group.CALMING,
        "Diazepam (Valium), Lorazepam (Ativan), Clonazepam (Rivotril), Temazepam, Nitrazepam (Mogadon), "
        "Chlordiazepoxide (Librium), Oxazepam, Alprazolam (Xanax), Loprazolam, Zopiclone (Zimovane), Zolpidem (Stilnoct)",
    ),
    (
        Group.GABAPENTINOID,
        "Gabapentin (Neurontin), Pregabalin (Lyrica, Alzain, Axalid)",
    ),
    (
        Group.RELAXANT,
        "Baclofen (Lioresal, Lyflex), Tizanidine (Zanaflex), Dantrolene (Dantrium), Methocarbamol (Robaxin)",
    ),
    (
        Group.ANTIHISTAMINE,
        "Promethazine (Phenergan), Chlorphenamine (Piriton), Hydroxyzine (Atarax), Diphenhydramine (Nytol), "
        "Cyclizine (Valoid), Cyproheptadine (Periactin), Alimemazine",
    ),
    (
        Group.TRICYCLIC,
        "Amitriptyline, Nortriptyline (Allegron), Imipramine, Clomipramine (Anafranil), Dosulepin (Prothiaden), "
        "Doxepin, Lofepramine, Trimipramine",
    ),
    (
        Group.INDUCER,
        "Phenytoin (Epanutin), Phenobarbital (Phenobarbitone), Primidone, Rifampicin (Rifadin, Rimactane), "
        "St John's wort (Hypericum)",
    ),
    (Group.CARBAMAZEPINE, "Carbamazepine (Tegretol, Carbagen)"),
    (Group.OXCARBAZEPINE, "Oxcarbazepine (Trileptal), Eslicarbazepine (Zebinix)"),
    (
        Group.INHIBITOR,
        "Ketoconazole, Itraconazole (Sporanox), Voriconazole (Vfend), Posaconazole (Noxafil), "
        "Clarithromycin (Klaricid), Erythromycin, Ritonavir (Norvir, Kaletra, Paxlovid), Cobicistat",
    ),
    (
        Group.TRANSPLANT,
        "Tacrolimus (Prograf, Adoport, Advagraf), Ciclosporin (Neoral, Sandimmun), Sirolimus (Rapamune), "
        "Everolimus (Certican, Afinitor)",
    ),
    (
        Group.MS_LIVER,
        "Siponimod (Mayzent), Teriflunomide (Aubagio), Interferon beta (Avonex, Rebif, Plegridy, Betaferon)",
    ),
    (
        Group.ANTIPSYCHOTIC,
        "Clozapine (Clozaril, Denzapine, Zaponex), Olanzapine (Zyprexa), Quetiapine (Seroquel), Risperidone (Risperdal), "
        "Aripiprazole (Abilify), Haloperidol (Haldol), Amisulpride (Solian), Paliperidone (Xeplion), "
        "Flupentixol (Depixol, Fluanxol), Zuclopenthixol (Clopixol), Chlorpromazine, Lurasidone (Latuda), Sulpiride",
    ),
    (Group.LITHIUM, "Lithium (Priadel, Camcolit, Liskonum)"),
    (
        Group.HORMONAL,
        "Combined pill (Microgynon, Rigevidon, Yasmin, Cilest, Marvelon, Gedarel), "
        "Desogestrel (Cerazette, Cerelle, Zelleta), Norethisterone, Levonorgestrel (Mirena, Norgeston, Levosert), "
        "Etonogestrel (Nexplanon), Medroxyprogesterone (Depo-Provera, Sayana Press), Evra, NuvaRing",
    ),
    (
        Group.OTHER,
        "Paracetamol (Panadol), Ibuprofen (Nurofen), Naproxen (Naprosyn), Diclofenac (Voltarol), Aspirin, "
        "Duloxetine (Cymbalta), Venlafaxine (Efexor), Sertraline (Lustral), Citalopram (Cipramil), Fluoxetine (Prozac), "
        "Mirtazapine (Zispin), Lamotrigine (Lamictal), Topiramate (Topamax), Levetiracetam (Keppra), Lacosamide (Vimpat), "
        "Lidocaine plasters (Versatis), Capsaicin patch (Qutenza), Botulinum toxin (Botox), Nabiximols (Sativex), "
        "Omeprazole, Lansoprazole, Simvastatin, Atorvastatin, Amlodipine, Ramipril, Metformin, Levothyroxine, Vitamin D, "
        "Fampridine (Fampyra), Glatiramer (Copaxone), Dimethyl fumarate (Tecfidera), Fingolimod (Gilenya), "
        "Natalizumab (Tysabri), Ocrelizumab (Ocrevus), Ofatumumab (Kesimpta), Cladribine (Mavenclad), Alemtuzumab (Lemtrada), "
        "Ozanimod (Zeposia), Ponesimod (Ponvory), Oxybutynin, Solifenacin, Mirabegron (Betmiga), CBD oil",
    ),
)

OTHER_TREATMENTS = (
    "Acupuncture",
    "Balloon compression of the nerve",
    "Botulinum toxin injections",
    "Cognitive behavioural therapy (CBT)",
    "Counselling",
    "Exercise programme",
    "Glycerol injection",
    "Hydrotherapy",
    "Microvascular decompression",
    "Mindfulness",
    "Mouth guard or splint",
    "Nerve block",
    "Occupational therapy",
    "Pain management programme",
    "Physiotherapy",
    "Radiofrequency treatment",
    "Radiosurgery (gamma knife)",
    "Spinal cord stimulator",
    "Stretching",
    "TENS machine",
)


@dataclass(frozen=True)
class Name:
    """A medicine: its generic name, its brands, and the group it is looked for in."""

    generic: str
    group: Group
    brands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """A name that was found in what somebody wrote: the word that matched, and whose name it is."""

    found: str
    name: Name


def _read(group: Group, written: str) -> list[Name]:
    return [
        Name(generic.strip(), group, tuple(brand.strip() for brand in brands.split(",")) if brands else ())
        for generic, brands in re.findall(r"([^,(]+)(?:\(([^)]*)\))?,?", written)
        if generic.strip()
    ]


NAMES = tuple(name for group, written in _WRITTEN for name in _read(group, written))
MEDICINES = tuple(sorted({word for name in NAMES for word in (name.generic, *name.brands)}, key=str.casefold))
LISTS = {
    "medicines": MEDICINES,
    "treatments": tuple(sorted({*(name.generic for name in NAMES), *OTHER_TREATMENTS}, key=str.casefold)),
}


def plain(text: str) -> str:
    """Return ``text`` in small letters without accents and signs, its words one space apart."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in letters if letter not in "'\u2019" and not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


@cache
def _by_words() -> dict[str, Match]:
    return {plain(word): Match(word, name) for name in NAMES for word in (name.generic, *name.brands)}


_LONGEST = 4  # words of a name


def matches(text: str) -> list[Match]:
    """Return the names that stand in ``text`` as whole words, each once, in order."""
    words: list[str] = plain(text).split()
    found: dict[str, Match] = {}
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST, len(words)) + 1):
            if match := _by_words().get(" ".join(words[start:end])):
                found.setdefault(match.found, match)
    return list(found.values())
