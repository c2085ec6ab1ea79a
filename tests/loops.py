"""One test that looks at many cases: each starts from the same rows, and an error inside is a 500 with a name to it."""

from contextlib import contextmanager

from django.db import transaction
from django.test import Client


def browser(user=None):
    """A client, signed in where ``user`` is given, to which an error is a 500: the loop says which case it was."""
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@contextmanager
def undone():
    """Undo in the database what one case does, its session's changes too, so that the next begins as it did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
