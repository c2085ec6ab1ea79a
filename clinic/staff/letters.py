"""What is written to the people who work here."""

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.accounts.models import User
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
from clinic.worklist.enums import TaskState
from clinic.worklist.models import Task


def staff_invited(message: Message) -> Letter | NotWanted:
    """How to set a password; not wanted once there is one, or the account is shut."""
    user = User.objects.get(pk=message.about)
    if not user.is_active or user.has_usable_password():
        return NotWanted("the account is in use or shut")
    subject = f"Your account at {settings.CLINIC['name']}"
    context = {
        "clinic": settings.CLINIC,
        "subject": subject,
        "email": user.email,
        "url": settings.SITE_ORIGIN + reverse("account_reset_password"),
    }
    text, html = (render_to_string(f"emails/staff_invited.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=user.email, subject=subject, text=text, html=html)


def task_overdue(message: Message) -> Letter | NotWanted:
    """How many tasks are overdue, and where they stand. What they are about stands behind the sign-in."""
    user = User.objects.get(pk=message.about)
    overdue = Task.objects.visible_to(user).waiting().filter(due_at__lte=message.created_at)
    count = overdue.filter(Q(state=TaskState.OPEN) | Q(taken_by=user)).count()
    if not user.is_active or not count:
        return NotWanted("no task of theirs is overdue any more")
    subject = "A task is overdue" if count == 1 else f"{count} tasks are overdue"
    context = {
        "clinic": settings.CLINIC,
        "subject": subject,
        "url": settings.SITE_ORIGIN + reverse("admin:clinic_task_changelist"),
    }
    text, html = (render_to_string(f"emails/task_overdue.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=user.email, subject=subject, text=text, html=html)
