"""MS pain."""

from datetime import date

from clinic.pages.content.text import AMBER, EMERGENCY, URGENT, PageText, SectionText, SourceText

READ_ON = date(2026, 11, 22)

MS_PAIN = PageText(
    slug="ms-pain",
    title="Specialist assessment for MS pain",
    summary="Specialist doctors assess adults who have pain with multiple sclerosis (MS), by video, by phone or in person.",
    reviewed_on=READ_ON,
    review_due=date(2027, 11, 22),
    sections=(
        SectionText(
            "What MS pain can feel like",
            """
Many people with MS have pain. There is more than one kind, and you can have several at once.

- **Nerve pain.** MS can harm the nerves that carry feeling. It may burn, stab, tingle or feel like an electric shock. Some people feel a tight band round the chest or tummy.
- **Pain from stiffness and spasms.** Muscles may tighten without warning, often in the legs.
- **Pain from moving in a new way.** If you walk or sit in a new way, your back, hips or joints may start to hurt.

The kind of pain matters, because each kind is treated in its own way.
""",
        ),
        SectionText(
            "Call 999 or go to A&E now if",
            """
- you cannot feel the area round your genitals or bottom
- you have newly lost control of your bladder or bowels
- both legs have become weak in the last hours or days
- you have signs of a stroke: your face drops on one side, you cannot lift an arm, or your speech is slurred
""",
            card=EMERGENCY,
        ),
        SectionText(
            "Get help today from your MS team, your GP or 111 if",
            """
- your sight gets worse in one eye, or your eye hurts when you move it
- you have a new weak or numb place that has lasted for more than a day
- you have a fever and all your symptoms are worse
- your pain is new, strong and not like the pain you know
""",
            card=URGENT,
        ),
        SectionText(
            "Things that can make stiffness worse",
            """
Stiffness and spasms often have a trigger that can be treated. Tell your MS nurse or GP if you have:

- a bladder or other infection
- constipation
- a sore place on your skin
- a chair, splint or shoe that does not fit well
- pain somewhere else in your body
""",
        ),
        SectionText(
            "Care you may have had already",
            """
Your NHS team may have offered you:

- physiotherapy, to keep you moving and ease stiffness
- help from an MS nurse
- talking therapy that helps you live with pain
- a review of your chair, splints or walking aids

Have you not tried these yet? Ask your MS team about them. You do not have to come to us first.
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

- the diagnosis of MS from a doctor, with the rough date
- a list of what you have tried for your pain
- the name of your GP practice
""",
        ),
        SectionText(
            "What research says so far",
            """
**For nerve pain**, doctors often start with one of these: amitriptyline, duloxetine, gabapentin or pregabalin. **For stiffness**, they often start with baclofen or gabapentin. Each helps some people and not others, and each has side effects. Do not stop or change a medicine on your own. Talk to the person who prescribes it.

**For moderate to severe stiffness in MS** there is one licensed mouth spray that holds THC and CBD. NICE, which advises the NHS, says it can be tried for 4 weeks when other medicines for stiffness have not helped enough. It is carried on only if stiffness falls by at least a fifth. Ask your NHS MS team about it first.

**For long-term pain**, NICE says doctors should not offer medicines that hold THC. It says CBD should be used for pain in research only.

A review in 2026 looked at 21 trials with 2,187 people. It found no clear evidence that cannabis-based medicines ease nerve pain. People who took THC felt dizzy or sleepy more often. None of these medicines is known to change the course of MS.
""",
            risk=AMBER,
        ),
    ),
    sources=(
        SourceText("NICE: Multiple sclerosis in adults, management (NG220)", "https://www.nice.org.uk/guidance/ng220", READ_ON),
        SourceText("NICE: Cannabis-based medicinal products (NG144)", "https://www.nice.org.uk/guidance/ng144", READ_ON),
        SourceText("NICE: Neuropathic pain in adults (CG173)", "https://www.nice.org.uk/guidance/cg173", READ_ON),
        SourceText("MS Trust: Pain", "https://mstrust.org.uk/a-z/pain", READ_ON),
        SourceText("Cochrane review of 2026 (CD012182)", "https://doi.org/10.1002/14651858.CD012182.pub3", READ_ON),
    ),
)
