"""What people write to us through the website."""

from typing import Any

from django.db import models

from clinic.accounts.models import EMAIL_LENGTH
from clinic.accounts.policy import manages_the_clinic, runs_the_diary
from clinic.db.base import Record
from clinic.db.sealed import SealedTextField
from clinic.enquiries.enums import FOR_MANAGERS, ReplyBy, Topic


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    """Words for asking about enquiries."""

    def visible_to(self, user: Any) -> "EnquiryQuerySet":
        """Managers read all, reception all but complaints and questions about personal details."""
        if manages_the_clinic(user):
            return self
        return self.exclude(topic__in=FOR_MANAGERS) if runs_the_diary(user) else self.none()


class Enquiry(Record):
    """One message. Its words are sealed: people write about their health, though we ask them not to."""

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one message.")
    name = models.CharField(max_length=100)
    topic = models.CharField(max_length=10, choices=Topic.choices)
    reply_by = models.CharField(max_length=5, choices=ReplyBy.choices)
    email = models.EmailField(max_length=EMAIL_LENGTH, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    message = SealedTextField(place="enquiry.message")
    created_at = models.DateTimeField()

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "enquiries"
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(reply_by=ReplyBy.EMAIL) & ~models.Q(email=""))
                | (models.Q(reply_by=ReplyBy.PHONE) & ~models.Q(phone="")),
                name="enquiry_can_be_answered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}, {self.created_at:%d %B %Y}"
