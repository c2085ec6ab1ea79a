"""A copy of a person's data holds everything the database holds about them, or says why not."""

import json
from datetime import timedelta
from itertools import count

import pytest
from django.apps import apps
from django.db import connection, models
from pghistory.models import Event

from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.care.copy_paper import sections
from clinic.care.copy_reading import as_json, read
from clinic.care.copy_table import PARTS, REASONS
from clinic.db.sealed import SealedJSONField
from patients.documents.actions import take_back
from patients.documents.enums import Misfiled
from patients.intake.models import FlagHit
from patients.suitability.models import Decision
from tests.conftest import APP_ROLE
from tests.factories import diary, documents, everything, intakes
from tests.factories.people import NOW

# The table ------------------------------------------------------------------------------------------


def tables():
    """Every table but those of earlier values, which have the columns of their table."""
    return [model for model in apps.get_models(include_auto_created=True) if not issubclass(model, Event)]


def columns(model):
    """The names of a table's columns but its key."""
    return {column.name for column in model._meta.concrete_fields if not column.primary_key}


def said_of(model):
    label = model._meta.label
    given = {name for part in PARTS if part.model == label for name in part.fields.split()}
    kept_back = {name.removeprefix(f"{label}.") for name in REASONS if name.startswith(f"{label}.")}
    return given, kept_back


@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)
def test_every_column_is_in_the_copy_or_has_its_reason(model):
    given, kept_back = said_of(model)

    if model._meta.label in REASONS:
        assert not given | kept_back
    else:
        assert sorted(columns(model) - given - kept_back) == []
        assert sorted((given | kept_back) - columns(model)) == []
        assert sorted(given & kept_back) == []


def test_no_reason_is_of_a_table_that_is_not_there():
    labels = {model._meta.label for model in tables()}

    assert sorted({".".join(name.split(".")[:2]) for name in REASONS} - labels) == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.title)
def test_no_two_columns_of_a_part_have_one_name(part):
    model = apps.get_model(part.model)
    names = [str(model._meta.get_field(name).verbose_name) for name in part.fields.split()]

    assert len(set(names)) == len(names)
    assert not set(names) & {"key", "when", "what happened"}


# What it holds --------------------------------------------------------------------------------------

_numbers = count(1)
# Columns whose values have a form of their own, or are looked at by the reading: they stay as they are.
STAY = {
    "account.EmailAddress.email",
    "clinic.AccessLog.role",
    "clinic.StoppedAddress.address",
    "clinic.User.email",
    "patients.AdverseEvent.terms",
    "patients.Intake.form_version",
    "patients.Response.instrument",
}
OWN_FORM = {
    "patients.Patient.nhs_number": "99900{:05}",
    "bookings.Appointment.join_url": "https://video.example/{:05}",
    "patients.Consent.text_hash": "{:064x}",
    "patients.PharmacyChoice.number": "{:07}",
    "patients.PharmacyChoice.statement_hash": "{:064x}",
}


@pytest.fixture
def world(amina, ben, okafor, rosa):
    """One of everything, for two people."""
    kind = diary.kind(okafor)
    for number, patient in enumerate((amina, ben)):
        everything.of(patient, okafor, rosa, kind, number)


def marked(patient, letter):
    """Write a mark of its own into every text column of the copy, past triggers; return them by column."""
    marks = {}
    copy = as_json(patient, at=NOW)
    found = [(part, rows_of(copy, part)) for part in PARTS]
    with connection.cursor() as cursor:
        cursor.execute("reset role")
        cursor.execute("set session_replication_role = replica")
        for part, rows in found:
            for name in text_columns(part):
                for row in rows:
                    mark_row(row, name, letter, marks)
        cursor.execute("set session_replication_role = origin")
        cursor.execute(f"set role {APP_ROLE}")
    return marks


def rows_of(copy, part):
    return [apps.get_model(part.model)._base_manager.get(pk=row["key"]) for row in rows_in(copy, part)]


def rows_in(copy, part):
    return next(each["rows"] for each in copy["parts"] if each["title"] == part.title)


def text_columns(part):
    model = apps.get_model(part.model)
    for name in part.fields.split():
        column = model._meta.get_field(name)
        is_text = isinstance(column, models.CharField | models.TextField) and not column.choices
        if is_text and f"{part.model}.{name}" not in STAY:
            yield name


def mark_row(row, name, letter, marks):
    label, number = f"{row._meta.label}.{name}", next(_numbers)
    column = row._meta.get_field(name)
    if column.null and getattr(row, name) is None:
        return
    mark = OWN_FORM.get(label, letter + "{:05}").format(number)
    value = mark
    if isinstance(column, SealedJSONField):
        value = [{"title": "All", "rows": [{"key": "Goals", "value": mark}]}] if name == "record" else {"goals": mark}
    type(row)._base_manager.filter(pk=row.pk).update(**{name: value})
    marks.setdefault(label, {})[row.pk] = mark  # a row of two parts has the mark that came last


@pytest.mark.django_db
def test_there_is_one_of_everything(world, amina):
    empty = [each.part.title for each in read(amina, at=NOW) if not each.rows]

    assert empty == []


@pytest.mark.django_db
def test_every_mark_of_theirs_is_in_the_copy_and_none_of_another_persons(world, amina, ben):
    marks, others = marked(amina, "Q"), marked(ben, "Z")
    amina.refresh_from_db()

    text = json.dumps(as_json(amina, at=NOW))

    assert len(marks) > 80
    assert [column for column, all_ in marks.items() if not all(mark in text for mark in all_.values())] == []
    assert [column for column, all_ in others.items() if any(mark in text for mark in all_.values())] == []
    assert str(ben.pk) not in text
    assert ben.user.email not in text


@pytest.mark.django_db
def test_what_a_specialist_must_look_at_first_is_not_in_it(amina, okafor):
    intake = intakes.in_review(amina, okafor, psychosis_self="yes")
    flag = FlagHit.objects.filter(version__intake=intake).first()
    decision = Decision.objects.create(
        version=intake.versions.get(),
        clinician=okafor,
        outcome="more_information",
        started_at=NOW,
        reasons="Reasons of a specialist",
        message="Words for you",
        at=NOW,
    )

    text = json.dumps(as_json(amina, at=NOW))

    assert "Words for you" in text
    assert decision.reasons not in text
    assert flag.title not in text
    assert not any(part.model == flag._meta.label for part in PARTS)


@pytest.mark.django_db
def test_what_stood_there_before_is_among_the_earlier_values(amina, okafor):
    amina.town = "Newtown"
    amina.save()

    part = as_json(amina, at=NOW)["parts"][0]

    assert [each["town or city"] for each in part["earlier values"]] == ["Exampleton", "Newtown"]
    assert [each["what happened"] for each in part["earlier values"]] == ["Written", "Changed"]
    assert all(each["key"] == str(amina.pk) and each["when"].endswith("UK time") for each in part["earlier values"])


@pytest.mark.django_db
def test_staff_are_shown_by_their_role_clinicians_by_name(world, amina, rosa, okafor):
    text = json.dumps(as_json(amina, at=NOW))

    assert rosa.email not in text
    assert okafor.user.email not in text
    assert "Dr Ada Okafor" in text
    assert {row["by"] for row in rows_in(as_json(amina, at=NOW), part_of("Steps of your visits"))} == {"Reception"}


def part_of(title):
    return next(part for part in PARTS if part.title == title)


@pytest.mark.django_db
def test_everything_is_said_in_words(world, amina):
    copy = as_json(amina, at=NOW)
    details, visits = rows_in(copy, PARTS[0])[0], rows_in(copy, part_of("Your visits"))

    assert (details["user"], details["sex registered at birth"], details["country"]) == ("You", "Female", "England")
    assert details["we may leave a voicemail"] == "Yes"
    assert details["date of birth"] == "Thursday 27 March 1980"
    assert [(row["kind"], row["mode"]) for row in visits] == [("First assessment", "Video call")] * 2
    assert [row["state"] for row in visits] == ["Booked", "Held for a few minutes"]
    assert visits[0]["starts at"].endswith("UK time")
    weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    assert rows_in(copy, part_of("Your place on the waiting list"))[0]["weekdays"] == weekdays
    document = rows_in(copy, part_of("Your documents"))[0]
    assert document["file"].endswith(f"/care/documents/{document['key']}/file/")


@pytest.mark.django_db
def test_a_draft_is_in_it_in_words_too(amina):
    intakes.draft(amina, goals="Walk to the shop")

    row = rows_in(as_json(amina, at=NOW), part_of("Your forms"))[0]

    said = [line["value"] for part in row["answers in words"] for line in part["rows"]]
    assert any("Walk to the shop" in each for each in said)
    assert row["answers"]["goals"] == "Walk to the shop"


@pytest.mark.django_db
def test_on_paper_stand_no_keys_no_empty_lines_and_no_codes_beside_words(world, amina):
    paper = sections(read(amina, at=NOW))
    lines = [line for section in paper for row in section.rows for line in row]

    assert [section.title for section in paper][:2] == ["Your details", "Your account"]
    assert str(amina.pk) not in " ".join(line.value for line in lines)
    sent = next(section for section in paper if section.title == "What you sent")
    assert "Answers" not in [line.key for line in sent.rows[0]]
    assert "Walk to the shop" in " ".join(line.value for line in sent.rows[0])


@pytest.mark.django_db
def test_many_short_rows_are_one_line_each(amina, rosa):
    for minute in range(4):
        audit.record(AccessLog.What.READ, "patient", amina.pk, by=rosa, at=NOW + timedelta(minutes=minute))

    logs = {section.title for section in sections(read(amina, at=NOW)) if section.is_log}

    assert logs == {"Who opened your record, or tried to"}


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(amina, okafor):
    kind = diary.kind(okafor)
    for day in range(3):
        diary.appointment(amina, okafor, kind, everything.SOON.replace(day=1 + day))
    with connection.execute_wrapper(queries := _Count()):
        as_json(amina, at=NOW)
    first = queries.many
    for day in range(3, 15):
        diary.appointment(amina, okafor, kind, everything.SOON.replace(day=1 + day))
    with connection.execute_wrapper(queries := _Count()):
        as_json(amina, at=NOW)

    assert queries.many == first < 120


class _Count:
    def __init__(self):
        self.many = 0

    def __call__(self, execute, *args):
        self.many += 1
        return execute(*args)


def test_the_name_of_somebody_elses_letter_is_not_among_earlier_values(amina, rosa):
    wrong = documents.kept(amina, "Letter about Ben Sample.pdf", by=rosa)
    take_back(wrong, Misfiled.ANOTHER, by=rosa, at=NOW)

    whole = json.dumps(as_json(amina, at=NOW), ensure_ascii=False)

    assert ("Filed here by mistake" in whole, "Ben Sample" in whole) == (True, False)
