"""The patients app."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """See docs/architecture.md for its features."""

    name = "patients"

    def ready(self) -> None:
        """Tell the outbox who writes this app's messages, and what of a patient stops them."""
        from clinic.outbox import registry  # noqa: PLC0415 - models are loaded only now
        from patients.contact.models import reaches  # noqa: PLC0415
        from patients.correspondence import letters as correspondence  # noqa: PLC0415
        from patients.details import letters as details  # noqa: PLC0415
        from patients.outcomes import letters as outcomes  # noqa: PLC0415
        from patients.prescriptions import letters as prescriptions  # noqa: PLC0415
        from patients.rights import letters as rights  # noqa: PLC0415
        from patients.suitability import letters  # noqa: PLC0415
        from patients.treatment import letters as treatment  # noqa: PLC0415

        registry.register("security_notice", details.account_changed)
        registry.register("account_closed", details.account_closed)
        registry.register("copy_made", rights.copy_made)
        registry.register("data_request_moved", rights.data_request_moved)
        registry.register("letter_released", correspondence.letter_released)
        registry.register("prescription_news", prescriptions.prescription_news)
        registry.register("next_request", prescriptions.next_request, prescriptions.NEXT)
        registry.register("decision_made", letters.decision_made)
        registry.register("more_information", letters.more_information)
        registry.register("week_1_check", outcomes.review_questions, outcomes.CHECK_IN, outcomes.SAMPLES)
        registry.register("review_soon", outcomes.review_questions, outcomes.SOON, outcomes.SAMPLES)
        registry.register("review_due", outcomes.review_questions, outcomes.DUE, outcomes.SAMPLES)
        registry.register("review_late", outcomes.review_late)
        registry.register("plan_released", treatment.plan_released)
        registry.register("plan_changed", treatment.plan_changed)
        registry.register_reach(reaches)
