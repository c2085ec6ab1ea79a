"""The account a person signs in with."""

from typing import Any, ClassVar

import pghistory
from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from clinic.accounts.enums import STAFF_ROLES, Role
from clinic.db.base import Record

EMAIL_LENGTH = 254  # the longest address SMTP can carry


class UserQuerySet(models.QuerySet["User"]):
    """Words for asking about accounts."""

    def visible_to(self, user: Any) -> "UserQuerySet":
        """A manager sees all accounts, anybody else their own."""
        return self if user.role == Role.MANAGER else self.filter(pk=user.pk)

    def staff(self) -> "UserQuerySet":
        """Those who work at the clinic."""
        return self.filter(role__in=STAFF_ROLES)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]
    """Makes accounts."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new account for ``email``; without ``password`` nobody can sign in with one yet."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new manager who may do everything technical (``manage.py createsuperuser``).

        The address counts as verified: without that row nobody could sign in.
        """
        user = self.create_user(email, password, **fields | {"role": Role.MANAGER, "is_superuser": True})
        apps.get_model("account", "EmailAddress").objects.create(
            user=user, email=user.email, verified=True, primary=True
        )
        return user


class User(Record, AbstractBaseUser, PermissionsMixin):
    """A person who can sign in, with an e-mail address and a password or a passkey."""

    email = models.EmailField("email address", max_length=EMAIL_LENGTH)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.PATIENT)
    is_active = models.BooleanField("can sign in", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_email",
                violation_error_message="There is already an account with this email address.",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        """Whether this person works at the clinic (the admin asks by this name)."""
        return self.role in STAFF_ROLES


# Who changed an account's role or state, and when. The password's hash stays out of the history.
pghistory.track(exclude=["password", "last_login"], append_only=True)(User)
