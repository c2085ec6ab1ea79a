"""Facial pain."""

from datetime import date

from clinic.pages.content.text import AMBER, EMERGENCY, URGENT, PageText, SectionText, SourceText

READ_ON = date(2026, 11, 22)

FACIAL_PAIN = PageText(
    slug="facial-pain",
    title="Specialist assessment for facial pain",
    summary="Specialist doctors assess adults who have long-term pain in the face or jaw, by video, by phone or in person.",
    reviewed_on=READ_ON,
    review_due=date(2027, 11, 22),
    sections=(
        SectionText(
            "Kinds of facial pain",
            """
Pain in the face has many causes. These are two that we often see.

- **Trigeminal neuralgia** (TN). The trigeminal nerve carries feeling from your face. In TN it sends sudden, short pains like an electric shock. They are most often on one side. A light touch, wind, eating or brushing your teeth can set them off. The pain may come in bouts, with weeks or months between.
- **Jaw joint and muscle pain** (TMD). Your jaw aches, clicks or feels stiff. It may hurt to chew or yawn.

Pain in the face can also come from a tooth, a sinus or a headache. A dentist or GP can check for these first.
""",
        ),
        SectionText(
            "Call 999 or go to A&E now if",
            """
- you have pain in your jaw or neck and your chest feels tight, you sweat or you are short of breath
- your face or neck is swollen and you find it hard to breathe or swallow
- your face is swollen and you have a fever, or the swelling is closing your eye
- your face drops on one side, you cannot lift an arm, or your speech is slurred
- you have a sudden headache that is the worst of your life
- you suddenly lose sight in one or both eyes
""",
            card=EMERGENCY,
        ),
        SectionText(
            "Aged 50 or over? Call 111 or your GP today if",
            """
- you have a new headache
- your scalp or temples are sore to touch
- your jaw aches as you chew, and the ache goes when you rest
- your sight has changed

These can be signs of giant cell arteritis, a swelling of the blood vessels. It can harm your sight, so it needs care on the same day.
""",
            card=URGENT,
        ),
        SectionText(
            "See your GP or dentist soon if",
            """
- you have a lump in your neck, or a mouth ulcer that has lasted for more than 3 weeks
- one side of your nose bleeds or is blocked and does not clear
- you cannot open your mouth as wide as before
- you lose weight and do not know why
- part of your face has gone numb
""",
            card=URGENT,
        ),
        SectionText(
            "When a scan or a specialist is needed",
            """
MS can cause TN, and now and then TN is the first sign of MS. Ask your doctor about a scan and a specialist if you have TN and:

- you are under 40
- it is on both sides
- part of your face is numb

An operation can help some people with TN. It is worth hearing from a surgeon early, and not only as a last step.
""",
        ),
        SectionText(
            "What can help jaw pain",
            """
Jaw joint and muscle pain is common, and most people get better with time. These things can help:

- soft food for a while, cut small
- not chewing gum or biting your nails
- a warm or cool pack on the sore place
- gentle jaw exercises, shown to you by a physiotherapist or dentist
- help with stress and sleep

Be careful with anything that cannot be undone, such as grinding teeth down.
""",
        ),
        SectionText(
            "What happens when you see us",
            """
1. **You tell us about your pain** in an online form. You can stop and come back to it.
2. **We read your records.** We need them before we can give advice on treatment.
3. **You meet a specialist doctor.** We listen, and we look at every option with you.
4. **You get a written plan.** We send a copy to your GP if you agree.

The plan may be a change to the care you have, help from another service, or no change. What you pay for is the doctor's time and advice. We do not promise any one treatment.
""",
        ),
        SectionText(
            "Before you book",
            """
We see adults aged 18 or over who live in the UK. Have these at hand:

- what a doctor or dentist has called your pain, with the rough date
- a list of what you have tried for it
- the name of your GP practice, and your dentist if you have one
""",
        ),
        SectionText(
            "Being treated for TN? Call 111 or your GP now if",
            """
- you take carbamazepine and have a rash with a fever, a sore throat or mouth ulcers
- you take carbamazepine and bruise easily, or bleed and do not know why

Say that you take carbamazepine. Call 999 if your face swells or you find it hard to breathe.
""",
            risk=AMBER,
            card=URGENT,
        ),
        SectionText(
            "What research says so far",
            """
**For TN**, doctors most often start with carbamazepine or oxcarbazepine. If these do not help or do not suit you, there are others, and there are operations. They can make you sleepy or unsteady, and your doctor may ask for blood tests. Do not stop or change a medicine on your own. Talk to the person who prescribes it.

**For jaw pain**, simple painkillers may help for a short time. Experts advise against strong opioid medicines for long-term use.

**Cannabis-based medicines:** there is very little good research on TN or jaw pain. UK guidance does not recommend them for these. NICE, which advises the NHS, says doctors should not offer medicines that hold THC for long-term pain.
""",
            risk=AMBER,
        ),
    ),
    sources=(
        SourceText("NHS 111 Wales: Trigeminal neuralgia", "https://111.wales.nhs.uk/encyclopaedia/t/article/trigeminalneuralgia/", READ_ON),
        SourceText("NHS: Temporomandibular disorder (TMD)", "https://www.nhs.uk/conditions/temporomandibular-disorder-tmd/", READ_ON),
        SourceText("Jaw symptoms in giant cell arteritis, Rheumatology Advances in Practice 2023", "https://pmc.ncbi.nlm.nih.gov/articles/PMC10751230/", READ_ON),
        SourceText("NICE: Neuropathic pain in adults (CG173)", "https://www.nice.org.uk/guidance/cg173", READ_ON),
        SourceText("NICE: Cannabis-based medicinal products (NG144)", "https://www.nice.org.uk/guidance/ng144", READ_ON),
        SourceText("Management of chronic pain from TMD, BMJ 2023", "https://doi.org/10.1136/bmj-2023-076227", READ_ON),
    ),
)
