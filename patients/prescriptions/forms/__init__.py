"""The forms of prescriptions: those of clinicians, and the patient's own."""

from patients.prescriptions.forms.patient import AskForm, PharmacyForm, ToldPharmacyForm
from patients.prescriptions.forms.staff import AnswerForm, NewsForm, PaperForm, PostForm, ReasonForm, SigningForm

__all__ = [
    "AnswerForm",
    "AskForm",
    "NewsForm",
    "PaperForm",
    "PharmacyForm",
    "PostForm",
    "ReasonForm",
    "SigningForm",
    "ToldPharmacyForm",
]
