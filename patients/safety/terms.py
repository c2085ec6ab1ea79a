"""The pick list of side effects: the coded word, and how people say it. Pure.

The effects of the trials of the licensed spray, with what clinicians and the BNF warn of besides (domain 2.2; MedDRA-style
words). "Other" is said in one's own words.
"""

from dataclasses import dataclass

OTHER = "other"


@dataclass(frozen=True)
class Term:
    """``word``: what clinicians code; ``plain``: what people pick. Without ``plain`` it is on the clinician's list only."""

    code: str
    word: str
    plain: str = ""


GROUPS = {
    "Body": (
        Term("dizziness", "Dizziness", "Feeling dizzy"),
        Term("balance", "Balance disorder", "Poor balance"),
        Term("vertigo", "Vertigo"),
        Term("fall", "Fall", "A fall"),
        Term("syncope", "Syncope", "Fainting"),
        Term("fatigue", "Fatigue", "Feeling very tired or weak"),
        Term("somnolence", "Somnolence", "Feeling sleepy in the day"),
        Term("lethargy", "Lethargy"),
        Term("asthenia", "Weakness"),
        Term("malaise", "Malaise"),
        Term("feeling_drunk", "Feeling abnormal or drunk", "Feeling drunk or not right"),
        Term("blurred_vision", "Blurred vision", "Blurred sight"),
        Term("dysarthria", "Dysarthria", "Slurred speech"),
        Term("seizure", "Seizure", "A fit"),
        Term("rash", "Rash or allergic reaction", "A rash"),
        Term("anaphylaxis", "Anaphylaxis", "A swollen face or trouble breathing"),
    ),
    "Heart and breathing": (
        Term("chest_pain", "Chest pain", "Chest pain"),
        Term("palpitations", "Palpitations", "A fast or pounding heart"),
        Term("tachycardia", "Tachycardia"),
        Term("hypertension", "Hypertension"),
        Term("cough", "Cough or airway irritation", "A cough, or sore lungs"),
        Term("throat", "Throat irritation"),
    ),
    "Mouth and stomach": (
        Term("dry_mouth", "Dry mouth", "A dry mouth"),
        Term("mouth_ulcer", "Mouth ulceration or oral pain", "A sore mouth or mouth ulcers"),
        Term("dysgeusia", "Taste change"),
        Term("nausea", "Nausea", "Feeling sick"),
        Term("vomiting", "Vomiting", "Being sick"),
        Term("hyperemesis", "Cannabinoid hyperemesis syndrome"),
        Term("diarrhoea", "Diarrhoea", "Loose stools"),
        Term("constipation", "Constipation", "Constipation"),
        Term("appetite_up", "Increased appetite"),
        Term("appetite_down", "Decreased appetite", "Eating less than usual"),
    ),
    "Mood and mind": (
        Term("anxiety", "Anxiety or panic", "Feeling very anxious or in a panic"),
        Term("depression", "Depressed mood", "Feeling very low"),
        Term("euphoria", "Euphoric mood", "Feeling high"),
        Term("disorientation", "Disorientation", "Feeling confused"),
        Term("memory", "Memory impairment", "Trouble with remembering"),
        Term("amnesia", "Amnesia"),
        Term("attention", "Disturbance in attention"),
        Term("dissociation", "Dissociation", "Feeling unreal, or far away"),
        Term("illusion", "Illusion"),
        Term("hallucination", "Hallucination", "Seeing or hearing things that others do not"),
        Term("paranoia", "Paranoia", "Thinking that people are against you"),
        Term("delusion", "Delusional perception"),
        Term("psychosis", "Psychosis"),
        Term("mania", "Mania"),
        Term("suicidal", "Suicidal ideation", "Thoughts of ending your life"),
        Term("self_harm", "Self-harm or suicide attempt", "Hurting yourself on purpose"),
    ),
    "Anything else": (
        Term("dependence", "Dependence or withdrawal", "Feeling ill when you stop it"),
        Term("liver", "Raised liver enzymes"),
        Term("pregnancy", "Exposure during pregnancy", "Being pregnant while you take it"),
        Term("accidental", "Accidental exposure, also of somebody else"),
        Term(OTHER, "Other, in the reporter’s words", "Something else"),
    ),
}
TERMS = tuple(term for group in GROUPS.values() for term in group)
BY_CODE = {term.code: term for term in TERMS}

PSYCHOSIS = frozenset({"hallucination", "paranoia", "delusion", "psychosis"})
SELF_HARM = frozenset({"suicidal", "self_harm"})
# Life may be at risk, also before anybody has looked: 999 (domain 7.6: collapse, chest pain, fit; fainting with chest
# pain among them).
CALL_999 = frozenset({"chest_pain", "anaphylaxis", "seizure"})


def picked(*, in_plain_words: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the list as a form shows it, in its groups: all of it in coded words, or what people pick in theirs."""
    if in_plain_words:
        return [(name, [(term.code, term.plain) for term in group if term.plain]) for name, group in GROUPS.items()]
    return [(name, [(term.code, term.word) for term in group]) for name, group in GROUPS.items()]


def words(codes: list[str], *, in_plain_words: bool = False) -> str:
    """Return the terms of ``codes`` as one line; one that is on the list no more is said as it is."""
    return "; ".join(_said(code, in_plain_words) for code in codes)


def _said(code: str, in_plain_words: bool) -> str:
    term = BY_CODE.get(code)
    if term is None:
        return code
    return term.plain if in_plain_words and term.plain else term.word
