"""Somebody of the demonstration who is on a plan: from the form to the third prescription. All of it is invented.

Every step goes through the action that a page calls, on its own day: what a guard would refuse cannot be shown here.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from clinic import demo_intake, demo_notes, demo_words
from clinic.db.clock import instant, uk_day
from clinic.db.workdays import is_workday
from clinic.outbox import actions as outbox
from clinic.outbox.models import Message
from clinic.staff.actions import save_clinician
from clinic.staff.models import Clinician
from clinic.workspace.plan_rows import for_the_gp
from patients.correspondence import actions as letters
from patients.correspondence.enums import Method
from patients.documents.actions import saw_identity
from patients.documents.enums import IdKind
from patients.intake.models import Intake, IntakeVersion
from patients.monitoring import actions as checks
from patients.monitoring.enums import Kind, Verdict
from patients.monitoring.models import PlanCheck
from patients.outcomes import actions as outcomes
from patients.outcomes.enums import DoneBy
from patients.prescriptions import actions as papers
from patients.prescriptions.enums import Answer, Listed, Paper, Told
from patients.prescriptions.enums import State as PaperState
from patients.prescriptions.models import Prescription
from patients.prescriptions.pharmacies import PHARMACIES
from patients.profile.actions import save_details
from patients.profile.models import Patient
from patients.suitability import actions as reviewing
from patients.suitability import enums as reviewed
from patients.teamreview import actions as team
from patients.teamreview.enums import Outcome, Role
from patients.teamreview.policy import Attendee
from patients.treatment import actions as treatment
from patients.treatment import enums as plans
from patients.treatment.policy import consents_needed


class Story:
    """What happens to one person, in its order: each step on a workday, and none before the last."""

    def __init__(self, patient: Patient, author: Clinician, other: Clinician, today: date) -> None:
        self.patient, self.author, self.other, self.today = patient, author, other, today
        self.by, self.last = author.user, instant(today - timedelta(days=365), 0)

    def moment(self, days_ago: int, hour: int) -> datetime:
        """Return the time of the next step: ``hour`` of the workday ``days_ago``, or soon after the last step."""
        day = self.today - timedelta(days=days_ago)
        while not is_workday(day):
            day -= timedelta(days=1)
        self.last = max(instant(day, hour * 60), self.last + timedelta(minutes=20))
        return self.last

    def decide(self) -> None:
        """The form, its flags, the records, a photo ID, and the decision to go on."""
        demo_intake.send(self.patient, self.moment(75, 9))
        form = Intake.objects.get(patient=self.patient)
        reviewing.claim(form, self.author, by=self.by, at=self.moment(73, 9))
        version = IntakeVersion.objects.get(intake=form)
        said = {flag.pk: "Talked about on the phone; noted for the plan. Invented." for flag in version.flags.all()}
        reviewing.answer_flags(version, self.author, said, key=uuid4(), by=self.by, at=self.moment(73, 10))
        at = self.moment(72, 11)
        save_details(self.patient, {"records_received_on": uk_day(at)}, by=self.by, at=at)
        saw_identity(self.patient, IdKind.PASSPORT, self.today + timedelta(days=900), by=self.by, at=at)
        reviewing.decide(
            form,
            self.author,
            reviewed.Outcome.PROCEED,
            seen=1,
            found=demo_words.FOUND,
            reasons="Records are here and the diagnosis is confirmed. Invented.",
            message="Thank you for your form. We would like to talk with you about what may help.",
            by=self.by,
            at=self.moment(72, 12),
        )

    def ask_the_team(self) -> None:
        """A case, a meeting, and what it concluded."""
        at, meets_at = self.moment(71, 9), self.moment(66, 13)
        meeting = team.plan_meeting(self.author, [self.other], meets_at, key=uuid4(), at=at)
        question = "A trial under close watch is proposed. Does the team agree, and what should be watched?"
        case = team.bring(self.patient, self.author, summary=demo_words.SUMMARY, question=question, key=uuid4(), at=at)
        team.list_case(case, meeting, by=self.by, at=at)
        who = [
            Attendee(self.author.name, Role.NEUROLOGIST, self.author.pk),
            Attendee(self.other.name, Role.PAIN, self.other.pk),
        ]
        held_on = uk_day(meets_at)
        until = held_on + timedelta(days=360)
        said = team.Discussion(held_on, who, demo_words.DISCUSSED, Outcome.CONDITIONS, until)
        team.conclude(case, said, self.author, by=self.by, at=self.moment(66, 14))

    def choose_a_pharmacy(self) -> None:
        """One of the clinic's list, after its statement was read."""
        one = PHARMACIES[0]
        columns = {"name": one.name, "number": one.number, "address": one.address, "phone": one.phone}
        chosen = papers.Chosen(**columns, email=one.email, listed=Listed.LIST, was_read=True)
        papers.choose_pharmacy(self.patient, chosen, key=uuid4(), by=self.patient.user, at=self.moment(65, 19))

    def agree_on_a_plan(self) -> None:
        """The first version: signed, agreed, started, and written to the GP."""
        at = self.moment(63, 10)
        starts = uk_day(at)
        goal = {"measure": "pain_nrs", "words": "", "baseline": "6", "target": "4"}
        said = demo_words.PLAN | {"goals": [goal | {"by": str(starts + timedelta(days=84))}]}
        draft = treatment.open_draft(self.patient, self.author, key=uuid4(), at=at)
        written = treatment.Written(0, starts, starts + timedelta(days=84), said)
        plan = treatment.sign(draft, written, by=self.by, at=at)
        yes = dict.fromkeys(consents_needed(said), True)
        treatment.agree(plan, self.patient.full_name, yes, by=self.patient.user, at=self.moment(63, 18))
        treatment.activate(plan, self.author, by=self.by, at=self.moment(61, 10))
        letter = letters.open_letter(
            self.patient, self.author, key=uuid4(), at=self.last, first=for_the_gp(self.by, self.patient)
        )
        why = "Invented. Burning pain in both legs and spasms at night."
        demo_notes.approve(letter, with_statement=True, at=self.moment(61, 12), why_seen=why)
        letter.refresh_from_db()
        letters.mark_sent(letter, Method.SECURE_EMAIL, uk_day(self.last), by=self.by, at=self.last)

    def write(self, serial: str, days_ago: int) -> Prescription:
        """Return a prescription that is written down and waits to be checked."""
        at = self.moment(days_ago, 9)
        draft = papers.open_draft(self.patient, self.author, key=uuid4(), at=at)
        written = papers.Written(
            version=0,
            line=0,
            paper=Paper.FP10PCD,
            serial=serial,
            product=demo_words.PRODUCT,
            dose="0.1 ml under the tongue, twice a day",
            quantity=Decimal(15),
            unit=plans.Unit.ML,
            days=demo_words.SUPPLY_DAYS,
        )
        papers.save_draft(draft, written, by=self.by, at=at)
        return Prescription.objects.get(pk=draft.pk)

    def supply(self, serial: str, days_ago: int) -> None:
        """A prescription from the pen to the door, within the days after ``days_ago``."""
        paper = self.write(serial, days_ago)
        papers.check(paper, self.other, version=paper.version, by=self.other.user, at=self.moment(days_ago, 10))
        at = self.moment(days_ago, 11)
        ink = papers.Signing(version=paper.version, signed_on=uk_day(at), wet_ink=True, copy_given=True)
        papers.sign(paper, ink, by=self.by, at=at)
        at = self.moment(days_ago, 15)
        papers.post(paper, uk_day(at), "DEMO 1", by=self.by, at=at)
        for seen, state, later in (
            (PaperState.POSTED, PaperState.DISPENSED, 2),
            (PaperState.DISPENSED, PaperState.DISPATCHED, 2),
            (PaperState.DISPATCHED, PaperState.DELIVERED, 3),
        ):
            at = self.moment(days_ago - later, 12)
            news = papers.News(
                seen=seen, state=state, on=uk_day(at), told_by="Demo pharmacist", how=Told.PHONE, batch="DEMO-7"
            )
            papers.write_down(paper, news, self.author, key=uuid4(), by=self.by, at=at)

    def ask_for_the_next(self, days_ago: int) -> None:
        """The patient asks, and a clinician answers."""
        asked = papers.ask(self.patient, papers.Asked(demo_words.NOTHING_NEW), key=uuid4(), at=self.moment(days_ago, 8))
        words = {"why": "Nothing new in the answers.", "told": "Your next prescription is being written."}
        papers.answer(asked, self.author, Answer.WRITING, **words, by=self.by, at=self.moment(days_ago, 12))

    def check(self, kind: Kind, benefit: str) -> None:
        """A check on its day, with the questions before it."""
        checks.sweep(at=self.last)
        due_on, next_on = (
            PlanCheck.objects.planned().filter(patient=self.patient).values_list("due_on", flat=True).distinct()[:2]
        )
        at = max(self.last + timedelta(minutes=20), instant(due_on, 9 * 60))
        checks.sweep(at=at)
        one = PlanCheck.objects.select_related("questions__patient").get(patient=self.patient, kind=kind)
        assert one.questions is not None  # noqa: S101 - they were asked by the sweep
        for page in one.questions.pages:
            outcomes.keep(one.questions, page, demo_words.ANSWERED[kind][page.slug], opening="demo", at=at)
        outcomes.send(one.questions, DoneBy.SELF, by=self.patient.user, at=at)
        self.last = at + timedelta(hours=2)
        said = demo_words.VISIT | {"benefit": benefit}
        checks.sign(one, self.author, said, Verdict.CONTINUE, next_on, by=self.by, at=self.last)


def write(patient: Patient, author: Clinician, other: Clinician, today: date, at: datetime) -> None:
    """Write ten weeks of ``patient``, up to a prescription that ``other`` has to check. Messages of then are called off."""
    story = Story(patient, author, other, today)
    _check_on_the_register(author, today - timedelta(days=80), at=story.last)
    story.decide()
    story.ask_the_team()
    story.choose_a_pharmacy()
    story.agree_on_a_plan()
    story.supply("DEMO000001", 61)
    story.check(Kind.WEEK_1, "Sleeps an hour longer. Pain: about as before.")
    story.check(Kind.WEEK_4, "Pain: from 6 to 5. Sleeps through most nights.")
    story.ask_for_the_next(29)
    story.supply("DEMO000002", 28)
    story.ask_for_the_next(1)
    story.write("DEMO000003", 1)
    _check_on_the_register(author, today, at=at)
    checks.sweep(at=at)
    gone = Message.objects.filter(person=patient.pk, due_at__lte=at).values_list("about", flat=True)
    for about in set(gone):
        outbox.cancel(about, why="it was before the demonstration began", at=at)


def _check_on_the_register(author: Clinician, day: date, *, at: datetime) -> None:
    """A plan is signed within 90 days of it: it was done before the story, and is done again today."""
    author.verified_on = day
    save_clinician(author, by=author.user, at=at)
