"""What staff have to do, and how it ends."""

from django.db import models


class TaskState(models.TextChoices):
    """A task is open until somebody says how it ended."""

    OPEN = "open", "To do"
    TAKEN = "taken", "Taken"
    DONE = "done", "Done"


class TaskKind(models.TextChoices):
    """Every kind of work the software asks of staff."""

    URGENT_ANSWERS = "urgent_answers", "Urgent answers in a form"
    MESSAGE_FAILED = "message_failed", "A message could not be sent"
    BY_HAND = "by_hand", "Tell a patient by phone or post"
    MESSAGES_LATE = "messages_late", "Messages are late"
    DECISION_DUE = "decision_due", "A form waits for a decision"
    FORM_CHANGED = "form_changed", "A form under review was changed"
    MANY_BOOKINGS = "many_bookings", "A patient has booked many visits"
    DID_NOT_ATTEND = "did_not_attend", "Somebody did not come"
    ENQUIRY = "enquiry", "Somebody wrote to us"
    PAGE_REVIEW = "page_review", "A public page is due for review"
    VISIT_TO_MOVE = "visit_to_move", "A visit needs another time"
    TIME_STAYS = "time_stays", "A visit keeps its time after all"
    RULES_REVIEW = "rules_review", "Red-flag rules are due for review"
    PAGE_SIGNATURE = "page_signature", "A public page waits for a signature"
    TWO_RECORDS = "two_records", "Two records of one person"
    MISFILED = "misfiled", "A document was filed in the wrong record"
    ACCOUNT_CLOSED = "account_closed", "A patient has closed their account"
    CONSENT_WITHDRAWN = "consent_withdrawn", "A patient has withdrawn a consent"
    DATA_COMPLAINT = "data_complaint", "A complaint about personal data"
    DATA_CORRECTION = "data_correction", "Personal data to put right"
    RECORD_OPENED = "record_opened", "A record was opened with a reason"
    ADVERSE_EVENT = "adverse_event", "A side effect was reported"
    INCIDENT = "incident", "An incident to look into"
    LETTER_DUE = "letter_due", "A letter to the GP is due"
    TEAM_REVIEW = "team_review", "A case waits for the team"
    CHECK_OVERDUE = "check_overdue", "A check of somebody on a plan is overdue"
    TRAINING_ENDS = "training_ends", "A training of yours ends soon"
    TRAINING_OVER = "training_over", "A member of staff needs a training"
    TEAM_REVIEW_ENDS = "team_review_ends", "A team review ends soon"
    PLAN_AGREED = "plan_agreed", "A patient has agreed to a plan"
    PRESCRIPTION_REQUEST = "prescription_request", "A patient asked for something"
    PRESCRIPTION = "prescription", "A paper needs a clinician"


MOVES: dict[str, frozenset[str]] = {
    TaskState.OPEN: frozenset({TaskState.TAKEN, TaskState.DONE}),
    TaskState.TAKEN: frozenset({TaskState.OPEN, TaskState.DONE}),
}
