"""The managers' audit of 10,000 prescriptions: how long it takes, and that memory stays flat. Figures are printed (`-s`)."""

import time
import tracemalloc
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.db.spreadsheet import csv_lines
from clinic.workspace.desk_prescribing import HEAD, audit_rows
from patients.prescriptions.models import Prescription
from tests.factories import people
from tests.factories import prescriptions as rx

pytestmark = [pytest.mark.django_db]
SECONDS, ROWS, FEWER = 5, 10_000, 1_000
MOST_GROWTH = 1.5  # of the peak from 1,000 rows to 10,000


@pytest.fixture
def many(okafor, manager):
    """So many signed prescriptions of ten people."""
    made = []
    for number in range(10):
        found = rx.signed(people.patient(), okafor)
        row = {field.attname: getattr(found, field.attname) for field in Prescription._meta.concrete_fields}
        made += [
            Prescription(**row | {"id": uuid4(), "key": uuid4(), "serial": f"BB{number}{each:06}"})
            for each in range(ROWS // 10 - 1)
        ]
    Prescription.objects.bulk_create(made, batch_size=1000)
    return Prescription.objects.audit_visible_to(manager)


def written(found):
    """How many lines and bytes the file has."""
    lines = size = 0
    for line in csv_lines(HEAD, audit_rows(found)):
        lines, size = lines + 1, size + len(line)
    return lines, size


def peak(found):
    """The most memory in use while the file is written, in bytes."""
    tracemalloc.start()
    written(found)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.proof
def test_ten_thousand_within_five_seconds_with_flat_memory(many):
    first = many.order_by("serial")[:FEWER].values("pk")
    with CaptureQueriesContext(connection) as asked:
        began = time.perf_counter()
        lines, size = written(many)
        took = time.perf_counter() - began
    few, all_of_them = peak(Prescription.objects.filter(pk__in=list(first.values_list("pk", flat=True)))), peak(many)
    print(
        f"\n{lines} lines, {size / 1e6:.1f} MB in {took:.2f} s; peak {few / 1e6:.1f} MB of {FEWER}, {all_of_them / 1e6:.1f} MB of all"
    )

    assert lines == ROWS + 1
    assert took <= SECONDS
    assert len(asked) == 1
    assert all_of_them <= few * MOST_GROWTH
