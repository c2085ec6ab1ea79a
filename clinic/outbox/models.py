"""The outbox: a message is a row, written in the transaction of the fact it tells."""

from datetime import timedelta
from typing import Any

import pghistory
from django.db import models
from django.db.models.functions import Now

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.frozen import FrozenRecord
from clinic.outbox.enums import ON_THE_WAY, WENT_OUT, Answer, Channel, MessageState, Outcome
from clinic.outbox.rules import LABELS

LATE = timedelta(minutes=15)
PROVIDER_ID_LENGTH = 200


class MessageQuerySet(models.QuerySet["Message"]):
    """Words for asking about messages."""

    def visible_to(self, user: Any) -> "MessageQuerySet":
        """Reception and managers see all; nobody else sees the log."""
        return self if user.is_staff and user.role in {Role.RECEPTION, Role.MANAGER} else self.none()

    def late(self) -> "MessageQuerySet":
        """Those that should have gone ``LATE`` ago, by the database's clock: no worker took them, or no server.

        One that its own mail server puts off is not late: that is between it and its reader.
        """
        limit = Now() - LATE
        nobody_took_it = models.Q(due_at__lt=limit)
        nothing_to_send_with = models.Q(last_answer=Answer.QUICK, wanted_at__lt=limit)
        return self.filter(nobody_took_it | nothing_to_send_with, state__in=ON_THE_WAY)


class Message(Record):
    """One message to one person. It holds no text: that is written at the moment of sending."""

    key = models.CharField(max_length=160, unique=True, help_text="One message a fact, offset and channel.")
    rule = models.CharField("message", max_length=40)
    round = models.PositiveSmallIntegerField(
        default=0, help_text="Rises when the same fact comes again: a visit's sequence."
    )
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.EMAIL)
    about = models.UUIDField(help_text="The record it is about.")
    person = models.UUIDField(null=True, blank=True, help_text="The patient it goes to.")
    anchor = models.DateTimeField(help_text="What its time is counted from: a visit's start, or the fact itself.")
    wanted_at = models.DateTimeField(help_text="Its time by the plan.")
    due_at = models.DateTimeField("due", help_text="The same; after a try that failed, when the next one is.")
    useful_until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(
        max_length=120, unique=True, help_text="The same on every try, so that a repeat can be told."
    )
    provider_id = models.CharField(
        max_length=PROVIDER_ID_LENGTH, blank=True, help_text="What the mail provider calls it, where there is one."
    )
    maybe_repeated = models.BooleanField(
        default=False, help_text="A worker died while sending it: the person may have it twice."
    )
    last_answer = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    why = models.CharField(
        max_length=120, blank=True, help_text="Why it was not sent, or the class of the last failure."
    )
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="When it was called off, missed or given up.")
    asked_by = models.ForeignKey(
        "clinic.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who had it sent again.",
    )
    stopped_by = models.ForeignKey(
        "clinic.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who stopped it. It may have gone out all the same: the state says so.",
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at", "id"]
        indexes = [
            models.Index(
                fields=["due_at"], name="messages_on_the_way", condition=models.Q(state__in=["due", "sending"])
            ),
            models.Index(
                fields=["wanted_at"],
                name="messages_without_a_server",
                condition=models.Q(state__in=["due", "sending"], last_answer="quick"),
            ),
            models.Index(fields=["due_at"], include=["rule", "channel", "state"], name="messages_by_day"),
            models.Index(fields=["about"], name="messages_about"),
            models.Index(fields=["provider_id"], name="messages_by_provider", condition=~models.Q(provider_id="")),
            models.Index(fields=["person", "-due_at"], name="messages_of_a_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=WENT_OUT) | models.Q(sent_at__isnull=False),
                name="sent_message_has_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=MessageState.SENDING) | models.Q(lease_until__isnull=False),
                name="sending_message_has_a_lease",
            ),
        ]

    def __str__(self) -> str:
        return LABELS.get(self.rule, self.rule)


class Attempt(FrozenRecord):
    """One try to send a message, and how it ended. A number without a row: the worker stopped while it tried."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    why = models.CharField(max_length=120, blank=True, help_text="The class of the failure, without any value.")

    class Meta(FrozenRecord.Meta):
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="one_end_a_try")]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_outcome_display()}"


class RuleSettingQuerySet(models.QuerySet["RuleSetting"]):
    """Words for asking about settings."""

    def visible_to(self, user: Any) -> "RuleSettingQuerySet":
        """Reception and managers see when messages go."""
        return self if user.is_staff and user.role in {Role.RECEPTION, Role.MANAGER} else self.none()


@pghistory.track(append_only=True)
class RuleSetting(Record):
    """What the clinic has changed of one rule of the plan. A rule without a row goes as it is built."""

    code = models.CharField("message", max_length=40, unique=True)
    is_on = models.BooleanField("send this message", default=True)
    amount = models.PositiveSmallIntegerField(
        "hours or days", null=True, blank=True, help_text="Leave empty to send it at the time it is built for."
    )
    minute = models.PositiveSmallIntegerField(null=True, blank=True, help_text="After midnight, on the UK clock.")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = RuleSettingQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(minute__lt=24 * 60), name="minute_of_a_day"),
        ]

    def __str__(self) -> str:
        return LABELS.get(self.code, self.code)


def switched_off() -> frozenset[str]:
    """Return the codes of the messages that the clinic does not send."""
    return frozenset(RuleSetting.objects.filter(is_on=False).values_list("code", flat=True))


class WordingSettingQuerySet(models.QuerySet["WordingSetting"]):
    """Words for asking about texts."""

    def visible_to(self, user: Any) -> "WordingSettingQuerySet":
        """Reception and managers see what messages say."""
        return self if user.is_staff and user.role in {Role.RECEPTION, Role.MANAGER} else self.none()


@pghistory.track(append_only=True)
class WordingSetting(Record):
    """The clinic's own words of one message. A message without a row has those it is built with."""

    code = models.CharField("message", max_length=40, unique=True)
    subject = models.CharField(max_length=200)
    opening = models.TextField()
    closing = models.TextField(blank=True)
    text = models.CharField("text message", max_length=400, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = WordingSettingQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return LABELS.get(self.code, self.code)


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    """Words for asking who is at work."""

    def visible_to(self, user: Any) -> "HeartbeatQuerySet":
        """Reception and managers, who call the patients while nothing is sent."""
        return self if user.is_staff and user.role in {Role.RECEPTION, Role.MANAGER} else self.none()

    def ages(self) -> dict[str, timedelta]:
        """Return how long ago each was last at work, by the database's clock. Who never was is not in it."""
        return dict(self.annotate(age=Now() - models.F("at")).values_list("name", "age"))


class Heartbeat(models.Model):
    """When each part of what works in the background was last at work, by the database's clock.

    ``scheduler``: it came round to a tick, whether or not anybody took it. ``tick``: a worker took one.
    """

    SCHEDULER, TICK = "scheduler", "tick"

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
