"""A person's data as files: JSON for machines with its schema, and a page for people."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import translation

from crystalcall.plumbing.settings import current
from crystalcall.privacy.keepers import Cell, Column, ColumnKind, Section
from crystalcall.privacy.requests.exporting import FORMAT, FORMAT_VERSION, PersonalData, SectionRows, all_sections
from crystalcall.privacy.requests.saying import said

SCHEMA_PATH: Final = "/privacy/requests/schema.json"
_JSON_TYPES: Final[dict[ColumnKind, dict[str, Any]]] = {
    ColumnKind.TEXT: {"type": ["string", "null"]},
    ColumnKind.INTEGER: {"type": ["integer", "null"]},
    ColumnKind.MONEY: {"type": ["integer", "null"], "description": "whole millionths of a US dollar"},
    ColumnKind.SECONDS: {"type": ["integer", "null"], "description": "seconds"},
    ColumnKind.MOMENT: {"type": ["string", "null"], "format": "date-time"},
    ColumnKind.FLAG: {"type": ["boolean", "null"]},
    ColumnKind.LIST: {"type": ["array", "null"], "items": {"type": "string"}},
    ColumnKind.PLACE: {"type": ["string", "null"], "description": "where calls go, such as ru-landline or ru-*"},
    ColumnKind.PLACES: {"type": ["array", "null"], "items": {"type": "string"}, "description": "countries (ISO 3166)"},
}


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section as the page shows it: words only."""

    key: str
    title: str
    labels: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    """Each row's pairs of label and value, without those that are empty."""


def as_json(data: PersonalData) -> bytes:
    """The machine's form, by the published schema."""
    content = {
        "$schema": current().store_base_url + SCHEMA_PATH,
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made_at": _moment(data.made_at),
        "language": data.language,
        "policy_version": data.policy_version,
        "sections": {each.section.key: [_record(each.section, row) for row in each.rows] for each in data.sections},
        "explained": [
            {
                "category": kind.category,
                "words": kind.words,
                "fields": [f"{one.model}.{one.name}" for one in kind.fields],
                "purposes": [{"key": use.purpose.value, "words": use.words, "basis": use.basis} for use in kind.uses],
                "retention": [{"key": rule.name, "words": str(rule.words)} for rule in kind.retention],
                "deletion": list(kind.deletion),
                "recipients": [{"key": given.provider, "name": given.name} for given in kind.given_to],
            }
            for kind in data.explained
        ],
        "not_shown": [{"field": one.field, "words": one.words, "why": one.why} for one in data.not_shown],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def as_page(data: PersonalData) -> str:
    """The readable form: one file that needs nothing else."""
    with translation.override(data.language):
        return render_to_string("privacy/personal_data.html", {"data": data, "shown": shown_sections(data)})


def shown_sections(data: PersonalData) -> tuple[ShownSection, ...]:
    """The sections in words of the language that is active."""
    return tuple(_shown(each, data.language) for each in data.sections)


def as_zip(data: PersonalData) -> bytes:
    """Both forms and the schema in one archive, made in memory and kept nowhere."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        for name, content in (
            ("personal-data.html", as_page(data).encode()),
            ("personal-data.json", as_json(data)),
            ("schema.json", schema_text().encode()),
        ):
            entry = zipfile.ZipInfo(name, data.made_at.astimezone(UTC).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            files.writestr(entry, content)
    return archive.getvalue()


def schema_text() -> str:
    """The JSON Schema of the export (draft 2020-12), made of what the keepers promise."""
    return json.dumps(schema(), ensure_ascii=False, indent=2, sort_keys=False) + "\n"


def schema() -> dict[str, Any]:
    """The same as a value."""
    with translation.override("en"):
        sections = {section.key: _section_schema(section) for section in all_sections()}
    text, many = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    worded = {"type": "array", "items": {"type": "object", "required": ["key"], "additionalProperties": text}}
    explained = {"category": text, "words": text, "fields": many, "deletion": many} | dict.fromkeys(
        ("purposes", "retention", "recipients"), worded
    )
    not_shown = {"field": text, "words": text, "why": text}
    properties = {
        "$schema": text,
        "format": {"const": FORMAT},
        "format_version": {"const": FORMAT_VERSION},
        "made_at": {"type": "string", "format": "date-time"},
        "language": {"enum": ["en", "ru"]},
        "policy_version": {"type": "integer", "minimum": 1},
        "sections": _closed(sections),
        "explained": {"type": "array", "items": _closed(explained)},
        "not_shown": {"type": "array", "items": _closed(not_shown)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{FORMAT}:{FORMAT_VERSION}",
        "title": "Everything Crystal Call keeps about one person",
        **_closed(properties),
    }


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _section_schema(section: Section) -> dict[str, Any]:
    columns = {column.key: _column_schema(column) for column in section.columns}
    return {"title": str(section.title), "type": "array", "items": _closed(columns)}


def _column_schema(column: Column) -> dict[str, Any]:
    kept = {"$comment": "shows " + ", ".join(column.fields)} if column.fields else {}
    return {"title": str(column.label), **_JSON_TYPES[column.kind], **kept}


def _record(section: Section, row: tuple[Cell, ...]) -> dict[str, Any]:
    return {column.key: _plain(cell) for column, cell in zip(section.columns, row, strict=True)}


def _plain(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return _moment(cell)
    return list(cell) if isinstance(cell, tuple) else cell


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _shown(each: SectionRows, language: str) -> ShownSection:
    columns = each.section.columns
    return ShownSection(
        key=each.section.key,
        title=str(each.section.title),
        labels=tuple(str(column.label) for column in columns),
        rows=tuple(tuple(_pairs(columns, row, language)) for row in each.rows),
    )


def _pairs(columns: tuple[Column, ...], row: tuple[Cell, ...], language: str) -> Iterator[tuple[str, str]]:
    for column, cell in zip(columns, row, strict=True):
        words = "" if column.for_machines else said(column, cell, language)
        if words:
            yield str(column.label), words
