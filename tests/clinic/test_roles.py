"""The application's database role: enough to work, not enough to change history."""

import pytest
from django.db import connection

from clinic.db import roles

pytestmark = pytest.mark.django_db


def has(table, right):
    with connection.cursor() as cursor:
        cursor.execute("select has_table_privilege('clinic_app', %s, %s)", [table, right])
        return cursor.fetchone()[0]


def rights(table):
    return [
        right
        for right in ("select", "insert", "update", "delete", "truncate", "trigger", "references")
        if has(table, right)
    ]


def all_tables():
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))


def test_the_role_has_no_rights_of_its_own():
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolcanlogin, rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = 'clinic_app'"
        )
        assert cursor.fetchone() == (True, False, False, False)
        cursor.execute("select has_schema_privilege('clinic_app', 'public', 'create')")
        assert cursor.fetchone() == (False,)


def test_on_append_only_tables_it_may_read_and_add():
    tables = roles.append_only_tables()

    assert {"clinic_accesslog", "clinic_userevent", "bookings_appointmentevent"} <= tables
    assert {table: rights(table) for table in tables} == {table: ["select", "insert"] for table in tables}


def test_on_all_other_tables_it_may_change_rows_and_nothing_else():
    tables = all_tables() - roles.append_only_tables() - roles.READ_ONLY

    assert "pghistory_context" in tables
    assert {table: rights(table) for table in tables} == {
        table: ["select", "insert", "update", "delete"] for table in tables
    }


def test_it_cannot_pretend_that_a_migration_ran():
    assert rights("django_migrations") == ["select"]


def test_every_history_table_is_append_only():
    history = {table for table in all_tables() if table.endswith("event")}

    assert history - roles.append_only_tables() <= {"patients_adverseevent"}


def test_giving_rights_twice_changes_nothing(as_owner):
    before = {table: rights(table) for table in all_tables()}

    said = roles.grant(connection)

    assert {table: rights(table) for table in all_tables()} == before
    assert said.startswith("clinic_app may work in")


def test_a_database_with_one_role_is_left_alone_and_said(as_owner):
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        me = cursor.fetchone()[0]

    assert roles.grant(connection, me).startswith(f"The database has one role ({me})")


def test_a_role_that_cannot_be_made_is_said():
    assert roles.grant(connection, "clinic_other").startswith(
        "The role clinic_other does not exist and clinic_app may not make it"
    )


def test_a_name_that_is_no_name_is_refused(as_owner):
    with pytest.raises(ValueError, match="DATABASE_APP_ROLE"):
        roles.grant(connection, 'x" superuser; --')


@pytest.fixture
def as_owner(db):
    with connection.cursor() as cursor:
        cursor.execute("reset role")
    yield
    with connection.cursor() as cursor:
        cursor.execute("set role clinic_app")
