"""A diary of many appointments, written straight in SQL: one at a time a million would take hours.

Each day holds the same for every clinician: six of the sixteen half-hours from 9 to 5 are taken, and one was
cancelled. The first rows fill the days ahead; whatever comes on top goes back into the past, day by day.
So the days ahead look the same whether the table has ten thousand rows or a million.
"""

from contextlib import contextmanager

from django.db import connection

from bookings.appointments.models import Appointment
from clinic.db.clock import uk_day
from tests.factories import people

PATIENTS_OF_EACH = 10
TABLE = Appointment._meta.db_table
ROWS = """
    select clinicians[1 + of_day / 7] as clinician, patients[1 + of_day / 7 * 10 + mod(turn, 10)] as patient,
        day, mod(of_day, 7) = 6 as is_cancelled,
        (day + time '09:00' + interval '30 min' * mod(mod(of_day, 7) * 5 + of_day / 7 * 3 + turn * 7, 16))
            at time zone 'Europe/London' as starts
    from (select %(clinicians)s::uuid[] as clinicians, %(patients)s::uuid[] as patients) people,
        lateral (select 7 * cardinality(clinicians) as size) of_each_day,
        generate_series(%(first)s::int, %(last)s::int) number,
        lateral (select number / size as turn, mod(number, size) as of_day) place,
        lateral (select %(today)s::date + case when turn < 28 then 1 + turn else 27 - turn end as day) calendar
"""


def patients_for(clinicians):
    """As many patients as ``fill`` needs so that nobody is in two places at a time."""
    return [people.patient(account=False) for _ in range(PATIENTS_OF_EACH * len(clinicians))]


def fill(kind, clinicians, patients, rows, *, now):
    """Let the table, which holds the first so many of them already, have ``rows`` appointments of a 30-minute ``kind``."""
    wanted = {
        "clinicians": [each.pk for each in clinicians],
        "patients": [each.pk for each in patients],
        "first": Appointment.objects.count(),
        "last": rows - 1,
        "today": uk_day(now),
    }
    template = Appointment(kind=kind, mode="video", fee_pence=kind.fee_pence)
    with unchecked(TABLE) as cursor:
        insert_for_each(
            cursor,
            template,
            ROWS,
            wanted,
            id="gen_random_uuid()",
            clinician_id="clinician",
            patient_id="patient",
            state="case when is_cancelled then 'cancelled_by_clinic' when day > %(today)s then 'booked' else 'completed' end",
            starts_at="starts",
            ends_at="starts + interval '30 min'",
            busy_from="starts",
            busy_until="starts + interval '30 min'",
            created_at="starts - interval '30 days'",
            booked_at="starts - interval '30 days'",
        )


def insert_for_each(cursor, template, source, values, **columns):
    """Insert a row for each row of the query ``source``: ``columns`` as SQL says, every other one as ``template`` has it."""
    fixed = {
        field.column: field.get_db_prep_save(getattr(template, field.attname), connection)
        for field in template._meta.concrete_fields
        if field.column not in columns
    }
    expressions = columns | {column: f"%({column})s" for column in fixed}
    names, values_of = ", ".join(expressions), ", ".join(expressions.values())
    cursor.execute(f"insert into {TABLE} ({names}) select {values_of} from ({source}) rows", values | fixed)  # noqa: S608


@contextmanager
def unchecked(table):
    """Give the owner's cursor, with the table's triggers and constraints off. They come on again at the end, and
    Postgres checks every row against every constraint."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        (role,) = cursor.fetchone()
        cursor.execute("set constraints all immediate; reset role; set statement_timeout = 0")
        cursor.execute(
            "select quote_ident(conname), pg_get_constraintdef(oid) from pg_constraint"
            " where conrelid = %s::regclass and contype in ('c', 'f', 'x')",
            [table],
        )
        constraints = cursor.fetchall()
        cursor.execute(f"alter table {table} disable trigger user")
        for name, _ in constraints:
            cursor.execute(f"alter table {table} drop constraint {name}")
        yield cursor
        for name, definition in constraints:
            cursor.execute(f"alter table {table} add constraint {name} {definition}")
        cursor.execute(f"alter table {table} enable trigger user")
        cursor.execute(f"analyze {table}")
        cursor.execute(f"reset statement_timeout; set role {role}")
