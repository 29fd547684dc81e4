"""Reads clauses.toml, and says in a sentence what is wrong with it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("clauses.toml")
LANGUAGES: Final = ("en", "ru")
IDS: Final = tuple(f"C{number:02}" for number in range(1, 26))
MODULE: Final = re.compile(r"crystalcall(\.[a-z_0-9]+)+")


class ClausesError(Exception):
    """clauses.toml contradicts itself: a mistake in the program, said in sentences."""


class ClauseStatus(StrEnum):
    """Whether the program keeps a clause today."""

    KEPT = "kept"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: kept since a day by named modules, or planned and waiting for something.

    `kept_by` and `waits_for` hold a sentence for each language ("en", "ru"); the one that does not apply is empty.
    `words` are the hashes of the words (`policy.values.Clause.words`) that its tests prove, in each language.
    """

    id: str
    status: ClauseStatus
    since: date | None
    enforced_by: tuple[str, ...]
    figures: tuple[str, ...]
    kept_by: Mapping[str, str]
    waits_for: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        """Whether the clause may claim evidence."""
        return self.status is ClauseStatus.KEPT

    def speaks_of(self, words: Mapping[str, str]) -> bool:
        """Whether its tests were written for these words, by language: for all of them, since all say the same."""
        return all(words.get(language) in self.words.get(language, ()) for language in LANGUAGES)


@cache
def clauses() -> tuple[Clause, ...]:
    """Every clause in its order. Errors: ClausesError."""
    return read(FILE.read_text(encoding="utf-8"))


def clause(clause_id: str) -> Clause:
    """One clause by its id. Errors: KeyError for an id that is none."""
    return {entry.id: entry for entry in clauses()}[clause_id]


def read(text: str) -> tuple[Clause, ...]:
    """The clauses that a file's text declares. Errors: ClausesError with every complaint."""
    tables = tomllib.loads(text)
    complaints = list(_complaints(tables))
    if complaints:
        raise ClausesError(" ".join(complaints))
    return tuple(_clause(name, tables[name]) for name in IDS)


def _clause(name: str, table: Mapping[str, Any]) -> Clause:
    return Clause(
        id=name,
        status=ClauseStatus(table["status"]),
        since=table.get("since"),
        enforced_by=tuple(table.get("enforced_by", ())),
        figures=tuple(table.get("figures", ())),
        kept_by=table.get("kept_by", {}),
        waits_for=table.get("waits_for", {}),
        words={language: tuple(hashes) for language, hashes in table.get("words", {}).items()},
    )


def _complaints(tables: Mapping[str, Any]) -> Iterable[str]:
    for name in sorted(set(IDS) - set(tables)):
        yield f"clauses.toml says nothing about {name}."
    for name in sorted(set(tables) - set(IDS)):
        yield f"clauses.toml speaks of {name}, which is no clause."
    for name in IDS:
        table = tables.get(name)
        if table is not None:
            yield from (f"{name} {problem}" for problem in _problems(table))


CLAIMS: Final = ("since", "words", "enforced_by", "figures", "kept_by")
"""What is evidence, and therefore for kept clauses alone."""


def _problems(table: Mapping[str, Any]) -> Iterable[str]:
    for key in sorted(set(table) - {*CLAIMS, "status", "waits_for"}):
        yield f"has the entry {key}, which means nothing."
    if table.get("status") == ClauseStatus.PLANNED:
        for key in CLAIMS:
            if key in table:
                yield f"is planned and claims evidence ({key})."
        yield from _missing_words(table, "waits_for", "is planned and does not say")
    elif table.get("status") == ClauseStatus.KEPT:
        yield from _problems_of_a_kept(table)
    else:
        yield f"has the status {table.get('status')!r}, which is neither kept nor planned."


def _problems_of_a_kept(table: Mapping[str, Any]) -> Iterable[str]:
    if "waits_for" in table:
        yield "is kept and still waits for something."
    if not isinstance(table.get("since"), date):
        yield "is kept and does not say since which day."
    if not table.get("enforced_by"):
        yield "is kept and names no module that enforces it."
    for module in table.get("enforced_by", ()):
        if not MODULE.fullmatch(module):
            yield f"is enforced by {module}, which is no module's name."
    if "figures" not in table:
        yield "is kept and does not say which figures show it (an empty list says that none can)."
    yield from _missing_words(table, "kept_by", "is kept and does not say how")
    yield from _missing_hashes(table)


def _missing_hashes(table: Mapping[str, Any]) -> Iterable[str]:
    for language in LANGUAGES:
        if not table.get("words", {}).get(language):
            yield f"is kept and does not say which words it proves in {language} (words)."


def _missing_words(table: Mapping[str, Any], key: str, complaint: str) -> Iterable[str]:
    words = table.get(key, {})
    for language in LANGUAGES:
        if not str(words.get(language, "")).strip():
            yield f"{complaint} in {language} ({key})."
