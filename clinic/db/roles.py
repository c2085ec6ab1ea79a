"""Which rights the application's database role has: enough to work, not enough to change history.

The owner makes and changes tables; the application signs in as another role. On append-only tables
that role may read and add, nothing else. TRUNCATE and trigger rights it has nowhere.
"""

import os

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from pghistory.models import Event

READ_ONLY = {"django_migrations"}


def application_role() -> str:
    """Return the name of the role the application signs in as (``DATABASE_APP_ROLE``)."""
    return os.environ.get("DATABASE_APP_ROLE", "").strip() or "clinic_app"


def append_only_tables() -> set[str]:
    """Return the tables whose rows are never changed: frozen records and the rows' own history."""
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True) if _is_append_only(model)}


def grant(connection: BaseDatabaseWrapper, role: str = "") -> str:
    """Give the application's role its rights, and take away what it had beyond them.

    ``connection`` is the owner's. Returns what was done, in a sentence; where the database has one
    role only, nothing is done and the sentence says what that means.
    """
    role = role or application_role()
    with connection.cursor() as cursor:
        refusal = _why_not(cursor, role)
    if refusal:
        return refusal
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in _statements(connection, role, tables):
            cursor.execute(statement)
    return f"{role} may work in {len(tables)} tables, and only add to {len(append_only_tables() & tables)} of them"


def _is_append_only(model: type[models.Model]) -> bool:
    return model._meta.managed and (getattr(model, "append_only", False) is True or issubclass(model, Event))


def _why_not(cursor: CursorWrapper, role: str) -> str:
    """Return why no rights can be given to ``role``, or nothing; make the role where it is missing."""
    cursor.execute("select current_user, rolsuper or rolcreaterole from pg_roles where rolname = current_user")
    me, may_create = cursor.fetchone()
    if me == role:
        return f"The database has one role ({me}): append-only tables rest on their triggers alone. See DATABASE_OWNER_URL in .env.example."
    cursor.execute("select 1 from pg_roles where rolname = %s", [role])
    if cursor.fetchone():
        return ""
    if not may_create:
        return f"The role {role} does not exist and {me} may not make it: have an administrator make it, then run this again."
    cursor.execute(f'create role "{_plain(role)}" login nosuperuser nocreatedb nocreaterole')
    return ""


def _statements(connection: BaseDatabaseWrapper, role: str, tables: set[str]) -> list[str]:
    name = connection.ops.quote_name(_plain(role))
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    statements = [
        f"grant connect on database {database} to {name}",
        f"grant usage on schema public to {name}",
        f"revoke create on schema public from {name}",
        f"revoke all on all tables in schema public from {name}",
        f"grant select, insert, update, delete on all tables in schema public to {name}",
        f"grant usage on all sequences in schema public to {name}",
    ]
    append_only = [connection.ops.quote_name(table) for table in sorted(append_only_tables() & tables)]
    read_only = [connection.ops.quote_name(table) for table in sorted(READ_ONLY & tables)]
    statements += [f"revoke update, delete on {table} from {name}" for table in append_only]
    statements += [f"revoke insert, update, delete on {table} from {name}" for table in read_only]
    return statements


def _plain(role: str) -> str:
    """Return ``role`` if it can stand in a statement as it is. Raises ValueError."""
    if not role.replace("_", "").replace("-", "").isalnum():
        raise ValueError("DATABASE_APP_ROLE must be letters, digits, - and _")
    return role
