"""The tables of this app, gathered from its folders."""

from patients.consents.models import Consent
from patients.consultations.models import ConsultationNote, ConsultationNoteStateChange, NoteAddendum
from patients.contact.models import ContactChoice
from patients.correspondence.models import GpLetter, GpLetterStateChange
from patients.details.models import OtherTeams, Supporter
from patients.documents.models import Document, DocumentStateChange, IdentityCheck
from patients.intake.models import FlagHit, Intake, IntakeStateChange, IntakeVersion
from patients.links.models import TriedLink
from patients.outcomes.models import Questionnaire, QuestionnaireStateChange, Response, ScoreRelease
from patients.profile.models import CareRelationship, ClaimCode, NotSamePerson, Patient
from patients.rights.models import DataCopy, DataRequest, DataRequestStateChange
from patients.suitability.models import Decision

__all__ = [
    "CareRelationship",
    "ClaimCode",
    "Consent",
    "ConsultationNote",
    "ConsultationNoteStateChange",
    "ContactChoice",
    "DataCopy",
    "DataRequest",
    "DataRequestStateChange",
    "Decision",
    "Document",
    "DocumentStateChange",
    "FlagHit",
    "GpLetter",
    "GpLetterStateChange",
    "IdentityCheck",
    "Intake",
    "IntakeStateChange",
    "IntakeVersion",
    "NotSamePerson",
    "NoteAddendum",
    "OtherTeams",
    "Patient",
    "Questionnaire",
    "QuestionnaireStateChange",
    "Response",
    "ScoreRelease",
    "Supporter",
    "TriedLink",
]
