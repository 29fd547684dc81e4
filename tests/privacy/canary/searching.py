"""Looks for somebody in everything that is kept: raw rows of both databases, files, logs; and in what the keys open."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from django.db import connections

DIGITS = re.compile(r"\D+")
LEAST_DIGITS = 7


def forms(text: str) -> frozenset[bytes]:
    """Every form in which a text may lie somewhere: as it is, in small letters, encoded for addresses, base64, UTF-16,
    hexadecimal digits, and a number as its digits alone."""
    found: set[bytes] = set()
    for each in {text, text.lower(), quote(text, safe=""), quote_plus(text)}:
        found |= {each.encode(), each.encode("utf-16-le"), each.encode("utf-16-be"), each.encode().hex().encode()}
        found |= _base64_pieces(each.encode())
    digits = DIGITS.sub("", text)
    if len(digits) >= LEAST_DIGITS:
        found |= {digits.encode(), digits.encode("utf-16-le"), digits.encode().hex().encode()}
        found |= _base64_pieces(digits.encode())
    return frozenset(each.lower() for each in found)


def _base64_pieces(content: bytes) -> set[bytes]:
    """What of a base64 text does not depend on what stands before and after."""
    pieces = set()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + content)
        whole = coded[(0, 2, 3)[before] : len(coded) - (4 if (before + len(content)) % 3 else 0)]
        pieces |= {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}
    return {piece for piece in pieces if len(piece) >= LEAST_DIGITS}


def found_in(places: Iterable[tuple[str, bytes]], secrets: Mapping[str, str]) -> set[tuple[str, str]]:
    """Which secret (by its name) stands in which place, in any form."""
    wanted = {name: forms(text) for name, text in secrets.items()}
    return {
        (name, place)
        for place, content in places
        for name, each in wanted.items()
        if any(form in lowered for form in each for lowered in (content.lower(),))
    }


def database_rows() -> Iterator[tuple[str, bytes]]:
    """Every value of every table of both databases, whatever model it belongs to or does not."""
    for alias in ("default", "keys"):
        connection = connections[alias]
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table's own name
                columns = [column[0] for column in cursor.description]
                for row in cursor.fetchall():
                    yield from ((f"{table}.{name}", _raw(value)) for name, value in zip(columns, row, strict=True))


def _raw(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def files_under(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file's bytes."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes()


def opened_columns() -> Iterator[tuple[str, bytes]]:
    """What the keys that stand open, column by column: what somebody with both databases and every key would read."""
    from crystalcall.plumbing import sealing
    from crystalcall.privacy.keys import columns
    from crystalcall.privacy.keys.opening import openers
    from crystalcall.privacy.keys.sealing import KeyDestroyedError

    for column in columns.person_columns():
        for row in column.model._default_manager.filter(**{f"{column.column}__isnull": False}):
            subject = getattr(row, column.subject)
            sealed = bytes(getattr(row, column.column))
            try:
                text = openers((subject,))[subject].unseal(column.field, sealed, column.row(row))
            except KeyDestroyedError:
                continue
            yield column.field, text.encode()
    for outer in columns.outer_columns():
        rows = outer.model._default_manager.filter(**{f"{outer.column}__isnull": False}).select_related(*outer.related)
        for row in rows:
            yield outer.field, sealing.unseal(bytes(getattr(row, outer.column)), outer.context(row)).encode()
