"""The tables of this app, gathered from its folders."""

from patients.access.models import CareRelationship
from patients.consents.models import Consent
from patients.consultations.models import ConsultationNote, ConsultationNoteStateChange, NoteAddendum
from patients.contact.models import ContactChoice
from patients.correspondence.models import GpLetter, GpLetterStateChange
from patients.details.models import OtherTeams, Supporter
from patients.documents.models import Document, DocumentStateChange, IdentityCheck
from patients.incidents.models import Incident, IncidentEntry, IncidentStateChange
from patients.intake.models import FlagHit, Intake, IntakeStateChange, IntakeVersion
from patients.links.models import TriedLink
from patients.monitoring.models import CheckRecord, PlanCheck, PlanCheckStateChange
from patients.outcomes.models import Questionnaire, QuestionnaireStateChange, Response, ScoreRelease
from patients.prescriptions.models import (
    DispensingUpdate,
    PharmacyChoice,
    Prescription,
    PrescriptionRequest,
    PrescriptionStateChange,
    RequestAnswer,
)
from patients.profile.models import ClaimCode, NotSamePerson, Patient
from patients.rights.models import DataCopy, DataRequest, DataRequestStateChange
from patients.safety.models import (
    AdverseEvent,
    AdverseEventStateChange,
    Assessment,
    HoldProposal,
    HoldProposalStateChange,
)
from patients.suitability.models import Decision, DecisionAddendum, FlagAnswer, HandOver, PartRead
from patients.teamreview.models import (
    TeamCase,
    TeamCaseStateChange,
    TeamDecision,
    TeamMeeting,
    TeamMeetingStateChange,
)
from patients.treatment.models import PlanReason, PlanVersion, PlanVersionStateChange

__all__ = [
    "AdverseEvent",
    "AdverseEventStateChange",
    "Assessment",
    "CareRelationship",
    "CheckRecord",
    "ClaimCode",
    "Consent",
    "ConsultationNote",
    "ConsultationNoteStateChange",
    "ContactChoice",
    "DataCopy",
    "DataRequest",
    "DataRequestStateChange",
    "Decision",
    "DecisionAddendum",
    "DispensingUpdate",
    "Document",
    "DocumentStateChange",
    "FlagAnswer",
    "FlagHit",
    "GpLetter",
    "GpLetterStateChange",
    "HandOver",
    "HoldProposal",
    "HoldProposalStateChange",
    "IdentityCheck",
    "Incident",
    "IncidentEntry",
    "IncidentStateChange",
    "Intake",
    "IntakeStateChange",
    "IntakeVersion",
    "NotSamePerson",
    "NoteAddendum",
    "OtherTeams",
    "PartRead",
    "Patient",
    "PharmacyChoice",
    "PlanCheck",
    "PlanCheckStateChange",
    "PlanReason",
    "PlanVersion",
    "PlanVersionStateChange",
    "Prescription",
    "PrescriptionRequest",
    "PrescriptionStateChange",
    "Questionnaire",
    "QuestionnaireStateChange",
    "RequestAnswer",
    "Response",
    "ScoreRelease",
    "Supporter",
    "TeamCase",
    "TeamCaseStateChange",
    "TeamDecision",
    "TeamMeeting",
    "TeamMeetingStateChange",
    "TriedLink",
]
