"""What a copy of a person's data holds: every table, how its rows hang on a patient, and which columns are in it. Pure.

UK GDPR Article 15. A column that stands neither in a part nor among the reasons fails a test: so nobody adds one without
saying whether the person gets it. Every row of ours has its key with it (``id``); that is not said again here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

KEYS = "keys"  # of all of a person's records
ADDRESS = "address"  # where their messages go


@dataclass(frozen=True)
class Part:
    """One table. ``path`` is the lookup from its row to the patient.

    Where ``through`` is given, the lookup is to a value instead: KEYS, ADDRESS, or a column of an earlier part like
    "bookings.Appointment.charge_id". Rows that fit ``without`` are left out, for one of the WITHHELD reasons.
    """

    title: str
    model: str
    path: str
    fields: str
    through: str = ""
    without: Mapping[str, str] = field(default_factory=dict)


STEP = "from_state to_state at by reason"


def _steps(title: str, model: str, path: str, *, through: str = "") -> Part:
    return Part(title, model, path, f"record {STEP}", through)


CHARGES = "bookings.Appointment.charge_id"
PARTS = (
    Part("Your details", "patients.Patient", "pk",
         "user first_names family_name preferred_name date_of_birth sex gender phone other_phone nhs_number email address_1"
         " address_2 town postcode country gp_practice gp_registered gp_address gp_phone needs interpreter_language"
         " access_needs voicemail best_times video emergency_name emergency_phone status status_since records_received_on"
         " created_at"),
    Part("Your account", "clinic.User", "patient", "email role is_active created_at last_login"),
    Part("Email addresses of your account", "account.EmailAddress", "user__patient", "email verified primary"),
    Part("Where you are signed in", "usersessions.UserSession", "user__patient", "created_at ip last_seen_at user_agent"),
    Part("Second steps to sign in", "mfa.Authenticator", "user__patient", "type created_at last_used_at"),
    Part("Codes to claim your record", "patients.ClaimCode", "patient",
         "patient made_at made_by expires_at tries replaced_at used_at used_by"),
    Part("Who helps you", "patients.Supporter", "patient",
         "patient name relationship phone may_talk changed_at changed_by"),
    Part("Who else looks after you", "patients.OtherTeams", "patient",
         "patient ms_team neurologist pain_clinic dentist mental_health"),
    Part("How we reach you", "patients.ContactChoice", "patient",
         "patient way postal_address texts reminders copies_name copies_email changed_at changed_by"),
    Part("What you agreed to", "patients.Consent", "patient", "patient purpose given text_version text_hash method at by"),
    Part("Who cares for you here", "patients.CareRelationship", "patient",
         "patient clinician reason why started_at until ended_at"),
    Part("Your forms", "patients.Intake", "patient",
         "patient state form_version answers started_at saved_at submitted_at question changing_since filled_from reviewer"),
    _steps("Steps of your forms", "patients.IntakeStateChange", "record__patient"),
    Part("What you sent", "patients.IntakeVersion", "intake__patient", "intake number form_version answers record signed_name done_by at"),
    Part("What was decided", "patients.Decision", "version__intake__patient",
         "version clinician outcome started_at records records_received_on identity diagnosis diagnosis_source"
         " treatments_verified examination meetings message at"),
    Part("Who read which part of what you sent", "patients.PartRead", "version__intake__patient", "version part clinician at"),
    Part("Who handed your form on", "patients.HandOver", "intake__patient", "intake giver taker at"),
    Part("Notes of specialists", "patients.ConsultationNote", "patient",
         "patient clinician visited_at mode state version created_at saved_at signed_at"),
    _steps("Steps of those notes", "patients.ConsultationNoteStateChange", "record__patient"),
    Part("Additions to those notes", "patients.NoteAddendum", "note__patient", "note clinician at"),
    Part("Letters to your GP", "patients.GpLetter", "patient",
         "patient clinician about note replaces to_practice to_address cc copy_to_patient state version created_at saved_at"
         " approved_at sent_on method sent_by acknowledged_on acknowledged_how"),
    _steps("Steps of those letters", "patients.GpLetterStateChange", "record__patient"),
    Part("Reviews by our team", "patients.TeamCase", "patient", "patient proposer meeting state version created_at saved_at"),
    _steps("Steps of those reviews", "patients.TeamCaseStateChange", "record__patient"),
    Part("What the team concluded", "patients.TeamDecision", "case__patient",
         "case held_on chair_name attendees outcome valid_until recorded_by at"),
    Part("Checks of your plan", "patients.PlanCheck", "patient", "patient plan kind due_on state questions created_at"),
    _steps("Steps of those checks", "patients.PlanCheckStateChange", "record__patient"),
    Part("What was decided at a check", "patients.CheckRecord", "check_of__patient", "check_of clinician verdict next_on at"),
    Part("Your prescriptions", "patients.Prescription", "patient",
         "patient plan line prescriber prescriber_gmc prescriber_cd snapshot paper serial product dose quantity unit days starts_on"
         " second_by second_at checked_by checked_at signed_on valid_until wet_ink_by signed_at copy_given pharmacy posted_on"
         " tracking state version created_at saved_at"),
    _steps("Steps of your prescriptions", "patients.PrescriptionStateChange", "record__patient"),
    Part("What we were told about them", "patients.DispensingUpdate", "prescription__patient",
         "prescription state on how batch quantity price_pence id_checked courier delivery_failed clinician at"),
    Part("The pharmacies you chose", "patients.PharmacyChoice", "patient",
         "patient name number address phone email listed statement_version statement_hash method by at"),
    Part("Asking for your next prescription", "patients.PrescriptionRequest", "patient", "patient answers at"),
    Part("What we answered", "patients.RequestAnswer", "request__patient", "request answer told clinician at"),
    Part("Questions before a review", "patients.Questionnaire", "patient",
         "patient asked_by asked_at due_on after_treatment is_check_in opens_at expires_at state started_at completed_at answers"),
    _steps("Steps of those questions", "patients.QuestionnaireStateChange", "record__patient"),
    Part("Your scores", "patients.Response", "patient",
         "patient moment questionnaire form instrument version answers done_by completed_at"),
    Part("When we showed you totals", "patients.ScoreRelease", "patient", "patient clinician is_shown at"),
    Part("Your documents", "patients.Document", "patient", "patient kind name made size pages state uploaded_at uploaded_by used_at"),
    _steps("Steps of your documents", "patients.DocumentStateChange", "record__patient"),
    Part("Checks of your photo ID", "patients.IdentityCheck", "patient",
         "patient document kind valid_until checked_by checked_at"),
    Part("What was reported of side effects", "patients.AdverseEvent", "patient",
         "patient state started_on is_about is_ongoing ended_on terms description how_bad hospital taking done product batch"
         " reported_by reported_at written_by"),
    _steps("Steps of those reports", "patients.AdverseEventStateChange", "record__patient"),
    Part("Your visits", "bookings.Appointment", "patient",
         "kind clinician patient state mode starts_at ends_at busy_from busy_until held_until hold_extended held_for_offer"
         " fee_pence cut_off_minute refund_before_percent refund_after_percent charge note sequence replaces created_at booked_at"
         " move_asked_at early_start_requested_at early_start_text join_url outside_hours_reason"),
    _steps("Steps of your visits", "bookings.AppointmentStateChange", "record__patient"),
    Part("New times of your visits", "bookings.AppointmentMove", "appointment__patient",
         "appointment from_starts_at from_clinician to_starts_at to_clinician at by reason"),
    Part("What visits cost", "bookings.Charge", "pk__in",
         "state amount_pence paid_pence refund_pence receipt_number created_at paid_at refund_due_at refunded_at",
         through=CHARGES),
    _steps("Steps of what visits cost", "bookings.ChargeStateChange", "record__in", through=CHARGES),
    Part("What was paid and given back", "bookings.ChargeEntry", "charge__in",
         "charge what amount_pence method reference reason at by", through=CHARGES),
    Part("Your place on the waiting list", "bookings.WaitingEntry", "patient",
         "patient kind state weekdays part notice_hours first_day last_day instead_of created_at"),
    _steps("Steps on the waiting list", "bookings.WaitingEntryStateChange", "record__patient"),
    Part("Whom you would see", "bookings.WaitingEntry_clinicians", "waitingentry__patient", "waitingentry clinician"),
    Part("Times we offered you", "bookings.Offer", "entry__patient", "entry hold state offered_at expires_at"),
    _steps("Steps of those offers", "bookings.OfferStateChange", "record__entry__patient"),
    Part("Times we did not offer you", "bookings.Skip", "entry__patient", "entry clinician starts_at freed_at why at"),
    Part("Your plans", "patients.PlanVersion", "patient",
         "patient number author copied_from starts_on review_on state version decision met_on agreed_at agreed_by agreed_name"
         " created_at saved_at signed_at"),
    _steps("Steps of your plans", "patients.PlanVersionStateChange", "record__patient"),
    Part("What we told you of a change of your plan", "patients.PlanReason", "plan__patient", "plan to_state told clinician at"),
    Part("What you asked about your data", "patients.DataRequest", "patient",
         "patient kind text received_at due_on state answer"),
    _steps("Steps of what you asked", "patients.DataRequestStateChange", "record__patient"),
    Part("Copies of your data", "patients.DataCopy", "patient", "patient made_at expires_at"),
    Part("Messages to you and about you", "clinic.Message", "person",
         "rule round channel about person anchor wanted_at due_at useful_until state last_answer why maybe_repeated created_at"
         " sent_at delivered_at closed_at asked_by stopped_by", through="patients.Patient.pk"),
    Part("Tries to send them", "clinic.Attempt", "message__person", "message number at outcome why",
         through="patients.Patient.pk"),
    Part("Your address, where it did not work", "clinic.StoppedAddress", "address__iexact",
         "address why stopped_at released_at released_by", through=ADDRESS),
    Part("Tries to open links of your messages", "patients.TriedLink", "about__in", "purpose about round wrong last_at",
         through=KEYS),
    Part("What our staff had to do about you", "clinic.Task", "about__in",
         "kind title about role due_at created_at state taken_by outcome", through=KEYS, without={"kind": "urgent_answers"}),
    _steps("Steps of those tasks", "clinic.TaskStateChange", "record__in", through="clinic.Task.pk"),
    Part("Who opened your record, or tried to", "clinic.AccessLog", "about__in", "at actor role what about_type about",
         through=KEYS),
    Part("What you opened, or tried to", "clinic.AccessLog", "actor__patient", "at what about_type"),
)  # fmt: skip

# Columns whose earlier values are left out. A document's name changes in one case: staff took out what belongs to
# somebody else, and its earlier name is theirs.
NOT_EARLIER = {"patients.Document": {"name"}}

# Shown to the person: what of theirs is not in the copy, why, and how they get it all the same.
WITHHELD = {
    "Warnings for our specialists": "Your form can set off warnings for the specialist who reads it. The law has a health "
    "professional look before these are given to anybody (Data Protection Act 2018, Schedule 3, Part 2). Ask us, and "
    "one of our specialists looks.",
    "A specialist's own reasons for a decision": "For the same reason. What the specialist wrote to you is in the copy.",
    "How a specialist judged a side effect, and incidents": "For the same reason; and an incident can tell of other people "
    "too. Ask us, and somebody looks.",
    "What our specialists wrote about your visits": "For the same reason. The copy says when each note was written, and "
    "by whom. Ask us, and one of our specialists looks.",
    "What our letters to your GP say": "For the same reason. Those of which you have a copy stand under “Your letters”.",
    "What a specialist wrote down at a check": "For the same reason. The copy says when each check was, and what was decided. "
    "Ask us, and one of our specialists looks.",
    "What our specialists wrote for themselves about a prescription": "For the same reason. The copy says what each "
    "prescription says, where it went, and what we answered you.",
    "What our team discussed about you": "For the same reason. The copy says when the team met, who took part, and what it "
    "concluded. Ask us, and one of our specialists looks.",
    "All that our specialists wrote in a plan": "For the same reason. The plan you agreed to stands under “Your plan”.",
    "Files of your documents": "The copy lists them. You can save each from your documents.",
    "Messages from the contact page": "They were sent without signing in, so we cannot be sure by ourselves whose they are. "
    "Ask us, and we look for them.",
    "The words of messages to you": "We do not keep them: they are written when a message is sent.",
}
_LOOK_FIRST = "A health professional looks first (DPA 2018 Sch 3 paras 5 and 6): WITHHELD says so to the person."
_OPENS = "A secret, or the hash of one: it would open an account to whoever has the copy."
_WORKING = "How the software does its work: it says nothing of the person."
_OURS = "About the clinic or its staff, not about a patient."
_FRAMEWORK = "A table of the framework without rows about a person's care."
_ACCOUNT = "The account it belongs to: its own part has it."
# Model, or model.column: why it is not in the copy.
REASONS = {
    "patients.FlagHit": _LOOK_FIRST,
    "patients.FlagAnswer": _LOOK_FIRST,
    "patients.DecisionAddendum": _LOOK_FIRST,
    **dict.fromkeys((f"patients.Decision.{name}" for name in ("reasons", "capacity", "capacity_note", "without")), _LOOK_FIRST),
    "patients.HandOver.reason": _LOOK_FIRST,
    "patients.AdverseEvent.key": _WORKING,
    **dict.fromkeys(("patients.Assessment", "patients.HoldProposal", "patients.HoldProposalStateChange"), _LOOK_FIRST),
    **dict.fromkeys(("patients.Incident", "patients.IncidentEntry", "patients.IncidentStateChange"), _LOOK_FIRST),
    "patients.ConsultationNote.said": _LOOK_FIRST,
    "patients.ConsultationNote.key": _WORKING,
    "patients.NoteAddendum.text": _LOOK_FIRST,
    "patients.NoteAddendum.key": _WORKING,
    "patients.GpLetter.body": _LOOK_FIRST,
    "patients.GpLetter.with_statement": _LOOK_FIRST,
    "patients.GpLetter.withdrawn_why": _LOOK_FIRST,
    "patients.GpLetter.key": _WORKING,
    **dict.fromkeys((f"patients.TeamCase.{name}" for name in ("summary", "question")), _LOOK_FIRST),
    **dict.fromkeys((f"patients.TeamDecision.{name}" for name in ("summary", "question", "said")), _LOOK_FIRST),
    "patients.CheckRecord.said": _LOOK_FIRST,
    "patients.TeamCase.key": _WORKING,
    **dict.fromkeys(("patients.TeamMeeting", "patients.TeamMeeting_members", "patients.TeamMeetingStateChange"), _OURS),
    "patients.PlanVersion.said": _LOOK_FIRST,
    "patients.PlanVersion.key": _WORKING,
    "patients.PlanReason.why": _LOOK_FIRST,
    **dict.fromkeys((f"patients.Prescription.{name}" for name in ("long_why", "is_breach", "breach_why", "breach_points")), _LOOK_FIRST),
    **dict.fromkeys(
        (f"patients.DispensingUpdate.{name}" for name in ("told_by", "substitution", "stock", "note")), _LOOK_FIRST
    ),
    "patients.RequestAnswer.why": _LOOK_FIRST,
    **dict.fromkeys(
        (f"patients.{name}.key" for name in ("Prescription", "DispensingUpdate", "PharmacyChoice", "PrescriptionRequest")),
        _WORKING,
    ),
    "patients.ClaimCode.digest": _OPENS,
    "patients.NotSamePerson": "Only says that two records are of two people: it would tell of the other.",
    "patients.Document.sha256": _WORKING,
    "patients.Document.stored": "The name of the file in the vault; the person saves it through its address, which is given.",
    "bookings.Appointment.held_from": "A keyed hash, kept while nobody was signed in, that limits how many times one place keeps.",
    "bookings.ChargeEntry.key": _WORKING,
    "patients.DataRequest.key": _WORKING,
    "bookings.Submission": "The key that stops a form from acting twice; the visit that came of it has its own part.",
    "clinic.User.password": _OPENS,
    "clinic.User.is_superuser": "For technical administrators: no patient is one.",
    "clinic.Message.key": _WORKING,
    "clinic.Message.attempts": "The number of rows in “Tries to send them”.",
    "clinic.Message.lease_until": _WORKING,
    "clinic.Message.message_id": _WORKING,
    "clinic.Message.provider_id": _WORKING,
    "clinic.Task.key": _WORKING,
    "clinic.Task.told_at": "When staff were told that they are late: about staff.",
    "clinic.Task.manager_told_at": "When staff were told that they are late: about staff.",
    "clinic.KeptTyping": "What the person typed, sealed for 24 hours: only they see it, on the page they typed it.",
    "clinic.Enquiry": "Sent without signing in: WITHHELD says so to the person.",
    "account.EmailAddress.user": _ACCOUNT,
    "account.EmailConfirmation": _OPENS,
    "mfa.Authenticator.user": _ACCOUNT,
    "mfa.Authenticator.data": _OPENS,
    "usersessions.UserSession.user": _ACCOUNT,
    "usersessions.UserSession.session_key": _OPENS,
    "usersessions.UserSession.data": _WORKING,
    "sessions.Session": "Sealed or signed, ends by itself within 12 hours; where the person is signed in has its own part.",
    "pghistory.Context": "The address of the page and the key of who made a change: it stands in the parts themselves.",
    "admin.LogEntry": "Which columns staff changed, without values: the values are among the earlier ones.",
    **dict.fromkeys(("pghistory.Events", "pghistory.MiddlewareEvents"), "Not a table: the earlier values, put together."),
    **dict.fromkeys(("auth.Permission", "auth.Group", "auth.Group_permissions", "contenttypes.ContentType"), _FRAMEWORK),
    **dict.fromkeys(("clinic.User_groups", "clinic.User_user_permissions"), _FRAMEWORK),
    **dict.fromkeys(
        (
            "clinic.Clinician",
            "clinic.Heartbeat",
            "clinic.Page",
            "clinic.PageAddress",
            "clinic.PageVersion",
            "clinic.RuleSetting",
            "clinic.Section",
            "clinic.SignOff",
            "clinic.Source",
            "clinic.Training",
            "clinic.TrainingDone",
            "clinic.WordingSetting",
            "bookings.AppointmentKind",
            "bookings.AppointmentKind_clinicians",
            "bookings.HoursException",
            "bookings.NextFree",
            "bookings.TimeOff",
            "bookings.WeeklyHours",
        ),
        _OURS,
    ),
}  # fmt: skip
