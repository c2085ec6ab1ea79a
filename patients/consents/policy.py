"""The words of every consent, by version, and what follows where somebody withdraws it. Pure data.

A text that was used never changes: new words are a new version below the old one, so that the version in a row always
leads to what that person read. (The text itself is not copied into the rows: one table is enough, and the hash in each
row proves that it still says the same.) New words of what the form asks need a new version of the form too, and an
upgrade that asks again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from patients.consents.enums import Asked, Change, Purpose

CALL_FIRST = (
    "You can change your mind at any time. Call us first, because some medicines must not be stopped all at once. "
    "A specialist tells you how to stop safely and what else there is. Your other care goes on."
)


@dataclass(frozen=True)
class Text:
    """One version of what is agreed to. Paragraphs are parted by an empty line."""

    version: str
    words: str

    @property
    def hash(self) -> str:
        """The SHA-256 of the exact words, as 64 hex digits."""
        return sha256(self.words.encode()).hexdigest()

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The words, a paragraph each."""
        return tuple(self.words.split("\n\n"))


@dataclass(frozen=True)
class Words:
    """All that is said about one purpose. ``texts`` by version, the newest last.

    ``if_no`` is what no means, where it may be said. ``if_withdrawn`` is what follows a withdrawal, or why there is
    none. ``task`` is what staff are told then, where they must act.
    """

    asked: Asked
    change: Change
    texts: Mapping[str, str] = field(hash=False)
    if_withdrawn: str
    if_no: str = ""
    task: str = ""

    @property
    def text(self) -> Text:
        """The text that is in use."""
        version = list(self.texts)[-1]
        return Text(version, self.texts[version])


def text_in_use(purpose: Purpose) -> Text:
    """Return the text that somebody who is asked now agrees to."""
    return WORDS[purpose].text


def text_of(purpose: Purpose, version: str) -> Text:
    """Return the text of one version. Raises KeyError where there never was such a version."""
    return Text(version, WORDS[purpose].texts[version])


WORDS: dict[Purpose, Words] = {
    Purpose.PRIVACY: Words(
        Asked.FORM,
        Change.NEVER,
        {
            "2026-12": (
                "We keep your answers in your health record. The specialist who looks after you reads them. "
                "We do not sell them or use them for advertising.\n\n"
                "We have to keep health records for 8 years after we last see you. You can ask for a copy at any time. "
                "Our privacy page says more."
            )
        },
        "This says that you have read how we use your details. The law lets us keep a health record without consent, so "
        "there is nothing to withdraw. If you do not agree with how we use your details, talk to us.",
    ),
    Purpose.SHARE_WITH_GP: Words(  # domain.md 0.6
        Asked.FORM,
        Change.HERE,
        {
            "2026-12": (
                "We write to your GP about your care with us: what we find, what we plan, and any medicine. "
                "Your GP keeps it in your record there."
            )
        },
        "We stop writing to your GP. What we have sent stays in your GP’s records. You can still see us, but there may be "
        "care that we cannot safely give. We tell our staff, and a specialist talks about it with you.",
        if_no="If you say no, you can still see us, but there may be things the doctor cannot safely do.",
        task="A patient no longer lets us write to their GP",
    ),
    Purpose.OBTAIN_RECORDS: Words(  # domain.md 0.6
        Asked.FORM,
        Change.HERE,
        {
            "2026-12": (
                "We ask your GP, and other doctors and clinics who have seen you, for what their records say about "
                "your health."
            )
        },
        "We ask nobody for your records any more. What we have stays in your health record. Without your records there "
        "may be care that we cannot safely give. We tell our staff, and a specialist talks about it with you.",
        if_no="If you say no, you can send us your records yourself. Without them there may be care that we cannot safely give.",
        task="A patient no longer lets us ask for their records",
    ),
    Purpose.VIDEO: Words(
        Asked.FORM,
        Change.HERE,
        {
            "2026-12": (
                "A video call is not the same as meeting in a room. The specialist cannot examine you by hand, and may ask "
                "you to come in. Picture or sound may fail: then we call you on the phone. You need a quiet place where "
                "nobody else can hear you."
            )
        },
        "We see you at the clinic or talk by phone, where that is possible. We tell our staff. If you have a video visit "
        "booked, we get in touch about it.",
        if_no="If you say no, we see you at the clinic or talk by phone, where that is possible.",
        task="A patient no longer wants to be seen by video",
    ),
    Purpose.NO_GUARANTEE: Words(
        Asked.FORM,
        Change.NEVER,
        {
            "2026-12": (
                "An assessment is no promise of a prescription. The specialist looks at all options. They may suggest a "
                "change to the treatment you have, another service, a medicine, or no new treatment."
            )
        },
        "This says that you have read what an assessment can lead to. There is nothing to withdraw. "
        "If you have a question about it, talk to us.",
    ),
    Purpose.FEES: Words(
        Asked.BOOKING,
        Change.NEVER,
        {"2026-12": "The fee pays for the visit, whatever the specialist decides."},
        "This is part of the contract for a visit, and no consent. You can cancel a visit on its own page, which says "
        "what you get back. If you have a question about it, talk to us.",
    ),
    Purpose.EARLY_START: Words(  # CCR 2013, reg 36
        Asked.BOOKING,
        Change.NEVER,
        {
            "2026-11": (
                "I ask the clinic to see me before the 14 days are over. I know that once the visit has taken place I can "
                "no longer cancel it."
            )
        },
        "This is part of the contract for a visit, and no consent. You can cancel the visit on its own page until it "
        "starts. If you have a question about it, talk to us.",
    ),
    Purpose.UNLICENSED: Words(
        Asked.PLAN,
        Change.BY_TALKING,
        {
            "2026-12": (
                "The medicine in your plan has no licence in the UK for this use. So the regulator has not checked how well "
                "it works for this, or how safe it is.\n\n"
                "Your specialist has told you what is known, what is not known, and what else there is, no new treatment "
                "included. You want to try it."
            )
        },
        CALL_FIRST,
        if_no="If you say no, you do not get this medicine. Your specialist talks with you about what else there is.",
    ),
    Purpose.SCHEDULE_2: Words(  # domain.md 0.5, 1.8
        Asked.PLAN,
        Change.BY_TALKING,
        {
            "2026-12": (
                "The medicine in your plan is a controlled drug. You keep it locked away, in the box with the pharmacy’s "
                "label. You never give or sell it to anybody else. You take what is left over back to a pharmacy."
            )
        },
        f"These rules go with the medicine: we cannot prescribe it without them. {CALL_FIRST}",
        if_no="If you say no, we cannot prescribe this medicine. Your specialist talks with you about what else there is.",
    ),
    Purpose.DRIVING: Words(  # RTA 1988 s.4, s.5A; domain.md 1.8
        Asked.PLAN,
        Change.BY_TALKING,
        {
            "2026-12": (
                "You do not drive when you start the medicine in your plan, when its dose changes, or when you feel sleepy "
                "or less able to drive. Driving while it affects you is against the law, with a prescription too.\n\n"
                "You carry proof of your prescription. You tell the DVLA (in Northern Ireland: the DVA) about a condition or "
                "a medicine that affects your driving."
            )
        },
        f"These rules go with the medicine: we cannot prescribe it without them. {CALL_FIRST}",
        if_no="If you say no, we cannot prescribe this medicine. Your specialist talks with you about what else there is.",
    ),
    Purpose.PREGNANCY: Words(
        Asked.PLAN,
        Change.BY_TALKING,
        {
            "2026-12": (
                "The medicine in your plan may harm a baby. If you or your partner could become pregnant, you use reliable "
                "contraception while you take it and for 3 months after. If you are pregnant, plan to be, or breastfeed, you "
                "tell us at once."
            )
        },
        f"These rules go with the medicine: we cannot prescribe it without them. {CALL_FIRST}",
        if_no="If you say no, we cannot prescribe this medicine. Your specialist talks with you about what else there is.",
    ),
    Purpose.MONITORING: Words(  # domain.md 0.5, 6.8
        Asked.PLAN,
        Change.BY_TALKING,
        {
            "2026-12": (
                "We check at set times how the medicine in your plan works and what else it does. Each prescription is a "
                "new decision. We stop the medicine for the reasons that stand in your plan: for example, it does not help "
                "enough, or it does harm."
            )
        },
        f"Without these checks we cannot go on prescribing. {CALL_FIRST}",
        if_no="If you say no, we cannot prescribe this medicine. Your specialist talks with you about what else there is.",
    ),
    Purpose.TEXTS: Words(
        Asked.OWN,
        Change.ELSEWHERE,
        {"2026-12": "Short texts about visits, to your mobile phone. They say nothing about your health."},
        "We send no more texts. We still write to you in the way that you have chosen.",
    ),
    Purpose.COPIES: Words(
        Asked.OWN,
        Change.ELSEWHERE,
        {"2026-12": "For example a carer. They get the times of your visits, nothing else. Ask them first."},
        "They get no more copies. What they have got stays with them. Your own messages still come.",
    ),
    Purpose.SUPPORTER: Words(
        Asked.OWN,
        Change.ELSEWHERE,
        {"2026-12": "If you say yes, we may talk to them about what you choose here, and about nothing else."},
        "We no longer talk to them about you. What we have told them already cannot be taken back.",
    ),
    Purpose.RESEARCH: Words(
        Asked.OWN,
        Change.HERE,
        {
            "2026-12": (
                "We may use facts from your health record in research, or in a register of how treatments go. Your name, "
                "your address and your phone number are left out."
            )
        },
        "We use nothing more. What was used already cannot be taken back, because your name does not stand with it. "
        "Your care stays the same.",
        if_no="This is off unless you switch it on. Your care is the same either way.",
    ),
    Purpose.MARKETING: Words(
        Asked.OWN,
        Change.HERE,
        {"2026-12": "We may email you news of the clinic that is not about your own care."},
        "We send you no more news. Messages about your visits and your care still come.",
        if_no="This is off unless you switch it on. Your care is the same either way.",
    ),
}
