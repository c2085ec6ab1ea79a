"""The tables of prescriptions: the record of each paper, and the rows that are written once."""

from patients.prescriptions.models.papers import Prescription, PrescriptionStateChange
from patients.prescriptions.models.rows import DispensingUpdate, PharmacyChoice, PrescriptionRequest, RequestAnswer

__all__ = [
    "DispensingUpdate",
    "PharmacyChoice",
    "Prescription",
    "PrescriptionRequest",
    "PrescriptionStateChange",
    "RequestAnswer",
]
