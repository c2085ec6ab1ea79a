"""Messages for tests, by the database's clock."""

import threading
from datetime import timedelta
from uuid import uuid4

from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, connections
from django.db.models.functions import Now

from clinic.outbox import registry
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter
from clinic.outbox.rules import RULES


def due(rule="booking_confirmed", since=timedelta(minutes=1), **fields):
    """A row that has been due for ``since``."""
    key = f"{rule}:{uuid4()}:0"
    details = {
        "about": uuid4(),
        "anchor": Now(),
        "wanted_at": Now() - since,
        "due_at": Now() - since,
        "useful_until": Now() + timedelta(days=1),
        "created_at": Now(),
        "message_id": f"<{key}@test>",
    } | fields
    return message_now(Message.objects.create(key=key, rule=rule, **details))


def plain_composers(monkeypatch):
    """Have every message say its rule to reader@example.com; return the table, for a test to change."""
    table = {rule.code: lambda message: Letter("reader@example.com", f"About {message.rule}", "Text") for rule in RULES}
    monkeypatch.setattr(registry, "_composers", table)
    return table


def message_now(message):
    """The row as it stands."""
    return Message.objects.get(pk=message.pk)


def database_now():
    with connection.cursor() as cursor:
        cursor.execute("select now()")
        return cursor.fetchone()[0]


def in_own_connection(work):
    """Run ``work`` in a thread, and close the thread's connection."""
    try:
        work()
    finally:
        connections.close_all()


class SlowServer(EmailBackend):
    """A mail server during whose work something else happens, each act at its own mail."""

    acts: list = []

    def send_messages(self, messages):
        if self.acts:
            thread = threading.Thread(target=in_own_connection, args=(self.acts.pop(0),))
            thread.start()
            thread.join()
        return super().send_messages(messages)


def while_sending(settings, *acts):
    """Have each of ``acts`` done, in a thread and connection of its own, while a mail is with the server."""
    settings.EMAIL_BACKEND = f"{__name__}.SlowServer"
    SlowServer.acts = list(acts)
