"""Reads a person's data from all tables, in words: what a copy of it holds (``copy_table``)."""

from calendar import day_name
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import DateTimeField, Field, ForeignKey, Model, QuerySet
from django.urls import reverse

from bookings.kinds.models import AppointmentKind
from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.care.copy_table import ADDRESS, KEYS, NOT_EARLIER, PARTS, WITHHELD, Part
from clinic.db.base import Record
from clinic.db.clock import day_text, when_text
from clinic.db.frozen import StateChange
from clinic.outbox.rules import LABELS
from clinic.staff.models import Clinician
from patients.documents.models import Document
from patients.intake import walk
from patients.intake.actions import way_of
from patients.intake.models import Intake, IntakeVersion
from patients.prescriptions.forms import AskForm
from patients.prescriptions.models import PrescriptionRequest
from patients.profile.models import Patient
from patients.safety.models import AdverseEvent
from patients.safety.terms import words

Values = dict[str, Any]
CODED: dict[str, dict[Any, str]] = {"rule": LABELS, "role": dict(Role.choices), "weekdays": dict(enumerate(day_name))}
YES_NO = {True: "Yes", False: "No"}
HAPPENED = {"insert": "Written", "update": "Changed", "delete": "Deleted"}


@dataclass
class Read:
    """One part as it was read: its rows in words, and the rows' earlier values."""

    part: Part
    rows: list[Values] = field(default_factory=list)
    earlier: list[Values] = field(default_factory=list)


@dataclass
class _Reader:
    """What is known while a copy is read: whose, and the rows of the parts before."""

    patient: Patient
    at: datetime
    found: dict[str, list[Model]] = field(default_factory=dict)

    def keys(self) -> list[UUID]:
        """Return the keys of all records read so far that are named elsewhere by key."""
        return [row.pk for rows in self.found.values() for row in rows if isinstance(row, Record)]

    def rows(self, part: Part) -> list[Model]:
        """Return the rows of a part, and remember them."""
        rows = list(_rows_of(part, part.path, apps.get_model(part.model), self._value(part)))
        self.found.setdefault(part.model, []).extend(rows)
        return rows

    def earlier(self, part: Part) -> list[Model]:
        """Return the earlier values of a part's rows, where they are kept."""
        try:
            events = apps.get_model(f"{part.model}Event")
        except LookupError:
            return []
        return list(_rows_of(part, _path_of_events(part, events), events, self._value(part)))

    def _value(self, part: Part) -> Any:
        if not part.through:
            return self.patient.pk
        if part.through == KEYS:
            return self.keys()
        if part.through == ADDRESS:
            return self.patient.reach
        model, _, column = part.through.rpartition(".")
        values = [getattr(row, column) for row in self.found[model]]
        return values if part.path.endswith("__in") else values[0]


def record_keys(patient: Patient) -> list[UUID]:
    """Return the keys of all records of ``patient`` by which the access log can name them; the same number of queries
    however many there are.
    """
    keys: list[UUID] = []
    for part in PARTS:
        model = apps.get_model(part.model)
        if issubclass(model, Record) and not part.through:
            keys += _rows_of(part, part.path, model, patient.pk).order_by().values_list("pk", flat=True)
    return keys


def read(patient: Patient, *, at: datetime, with_earlier: bool = False) -> list[Read]:
    """Return all that the database holds about ``patient``, part by part; parts without rows too.

    Earlier values are read only ``with_earlier``: they are many.
    """
    reader = _Reader(patient, at)
    whole = []
    for part in PARTS:
        rows = reader.rows(part)
        names = part.fields.split()
        found = Read(part, [_in_words(row, names, reader) for row in rows])
        if with_earlier:
            known = [name for name in names if name not in NOT_EARLIER.get(part.model, ())]
            found.earlier = [_event_in_words(event, known, reader) for event in reader.earlier(part)]
        whole.append(found)
    return whole


def as_json(patient: Patient, *, at: datetime) -> dict[str, Any]:
    """Return the copy as one JSON object. Times are said in UK time; money is in pence."""
    return {
        "what": "A copy of the data that we hold about you",
        "clinic": settings.CLINIC["name"],
        "name": patient.full_name,
        "made": when_text(at),
        "not in it": WITHHELD,
        "parts": [
            {"title": each.part.title, "table": each.part.model, "rows": each.rows, "earlier values": each.earlier}
            for each in read(patient, at=at, with_earlier=True)
        ],
    }


def _rows_of(part: Part, path: str, model: type[Model], value: Any) -> QuerySet[Model]:
    """Return the rows that hang on somebody, by their first time. The base manager: a table's own may hide rows.

    Whose they are was decided before: ``patient`` is the signed-in person's own record.
    """
    names = [*part.fields.split(), "pgh_created_at"]
    held = [column for column in model._meta.concrete_fields if column.name in names]
    related = [column.name for column in held if column.is_relation]
    times = [column.name for column in held if isinstance(column, DateTimeField)]
    first = ["pgh_created_at"] if "pgh_created_at" in times else times[:1]
    rows = model._base_manager.filter(**{path: value}).exclude(**part.without)
    return rows.select_related(*related).order_by(*first, "pk")


def _path_of_events(part: Part, events: type[Model]) -> str:
    """Return the same lookup from the table of earlier values, whose rows have the columns of that time."""
    if part.path.startswith("pk"):
        return part.path.replace("pk", "pgh_obj_id", 1)
    first = part.path.split("__")[0]
    has_it = any(first == each.name for each in events._meta.concrete_fields)
    return part.path if has_it else f"pgh_obj__{part.path}"


def _in_words(row: Model, names: Iterable[str], reader: _Reader) -> Values:
    words: Values = {"key": str(row.pk)}
    for name in names:
        column = row._meta.get_field(name)
        words[str(column.verbose_name)] = _said(row, column, reader)  # type: ignore[union-attr, arg-type]
    return words | _more(row, reader)


def _event_in_words(event: Any, names: Iterable[str], reader: _Reader) -> Values:
    kept = {column.name for column in event._meta.concrete_fields}
    words = {"when": when_text(event.pgh_created_at), "what happened": HAPPENED[event.pgh_label]}
    return words | _in_words(event, [name for name in names if name in kept], reader) | {"key": str(event.pgh_obj_id)}


def _said(row: Model, column: "Field[Any, Any]", reader: _Reader) -> Any:
    """Return one value as the person reads it."""
    value = getattr(row, column.attname)
    if value is None or value == "":
        return ""
    if isinstance(column, ForeignKey):
        return _whom(row, column, reader)
    codes = _codes(row, column)
    if isinstance(column, ArrayField):
        return [codes.get(each, each) for each in value]
    return str(codes[value]) if codes and value in codes else _plain(value)


def _codes(row: Model, column: "Field[Any, Any]") -> dict[Any, Any]:
    """Return what the codes of a column mean in words; empty where its values are none."""
    if isinstance(row, StateChange) and column.name in {"from_state", "to_state"}:
        record: Any = type(row)
        column = record._meta.get_field("record").related_model._meta.get_field("state")
    choices = column.base_field.flatchoices if isinstance(column, ArrayField) else column.flatchoices
    return dict(choices or []) or CODED.get(column.name, {})


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, datetime):
        return when_text(value)
    if isinstance(value, date):
        return day_text(value)
    return value if isinstance(value, int | float | dict | list) else str(value)


def _whom(row: Model, column: "ForeignKey[Any, Any]", reader: _Reader) -> str:
    """Return who or what a row points to: a clinician's name, others' roles, the name of a kind of visit, or a key."""
    if column.related_model is User:
        if getattr(row, column.attname) == reader.patient.user_id:
            return "You"
        return Role(getattr(row, column.name).role).label
    if column.related_model in (Clinician, AppointmentKind):
        return str(getattr(row, column.name).name)
    return str(getattr(row, column.attname))


def _more(row: Model, reader: _Reader) -> Values:
    """Return what a row tells besides its columns: a form in words, and where a file is."""
    if type(row) is Intake:
        way = way_of(reader.patient, row.answers_now, reader.at, is_review=row.is_review)
        return {"answers in words": _form_words(walk.record(way, None))}
    if type(row) is IntakeVersion:
        return {"record": _form_words(row.record)}
    if type(row) is AdverseEvent:
        return {"what it was": words(row.terms, in_plain_words=True)}
    if type(row) is PrescriptionRequest:
        return {"answers in words": [{"title": "What you told us", "rows": AskForm.shown(row.answers)}]}
    if type(row) is Document and row.is_readable:
        return {"file": settings.SITE_ORIGIN + reverse("care_document_file", args=[row.pk])}
    return {}


def _form_words(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a form in words without what only its pages need."""
    return [
        {"title": part["title"], "rows": [{"key": row["key"], "value": row["value"]} for row in part["rows"]]}
        for part in parts
    ]
