"""Emptying the tables after a test that commits, in a fraction of the time that Django's TRUNCATE takes.

TRUNCATE makes new files for each of a hundred tables and their indexes. Nearly all are empty after a test, so
the rows of the others are deleted instead. When what that leaves behind has grown, TRUNCATE clears it away.
"""

from django.db import connection

MOST_BYTES = 16 * 1024 * 1024


def clean_fast():
    """Have Django's flush delete rows where it may: as a superuser, who can put triggers aside for it."""
    truncate = connection.ops.sql_flush

    def sql_flush(style, tables, **kwargs):
        if _bytes(tables) > MOST_BYTES:
            return truncate(style, tables, **kwargs)
        return ["set local session_replication_role = replica", *[f"delete from {name}" for name in _full(tables)]]  # noqa: S608

    with connection.cursor() as cursor:
        cursor.execute("select current_setting('is_superuser') = 'on'")
        if cursor.fetchone()[0]:
            connection.ops.sql_flush = sql_flush


def _full(tables):
    names = [connection.ops.quote_name(table) for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(f"(select '{name}' from {name} limit 1)" for name in names))  # noqa: S608
        return [name for (name,) in cursor.fetchall()]


def _bytes(tables):
    with connection.cursor() as cursor:
        cursor.execute("select sum(pg_table_size(name::regclass)) from unnest(%s) as name", [list(tables)])
        return cursor.fetchone()[0]
