"""Every write about prescriptions: the record of a paper, its moves, and what is chosen, asked and answered."""

from patients.prescriptions.actions.asking import answer, ask, choose_pharmacy
from patients.prescriptions.actions.moving import cancel_paper, expire, post, write_down
from patients.prescriptions.actions.writing import check, open_draft, save_draft, second_sign, sign, take_back
from patients.prescriptions.said import Asked, Chosen, News, Signing, Written

__all__ = [
    "Asked",
    "Chosen",
    "News",
    "Signing",
    "Written",
    "answer",
    "ask",
    "cancel_paper",
    "check",
    "choose_pharmacy",
    "expire",
    "open_draft",
    "post",
    "save_draft",
    "second_sign",
    "sign",
    "take_back",
    "write_down",
]
