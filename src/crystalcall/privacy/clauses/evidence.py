"""What the evidence page, its JSON and the command show: how each clause is kept, its tests and live figures."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import get_language

from crystalcall.privacy.clauses import figures, proofs
from crystalcall.privacy.clauses.figures import Figure, Line
from crystalcall.privacy.clauses.proofs import Proof
from crystalcall.privacy.clauses.reading import LANGUAGES, Clause, ClauseStatus, clauses
from crystalcall.privacy.policy import queries as policy
from crystalcall.privacy.policy.values import Version

#: Figures about the shop as a whole, whichever clause they serve.
SHOP_FIGURES: Final = (
    "register_root",
    "policy_version",
    "requests_answered",
    "days_to_answer",
    "deletions",
    "notices_sent",
)


@dataclass(frozen=True, slots=True)
class ClauseEvidence:
    """A clause as its promise and its proof, in the active language. A planned one has neither tests nor figures.

    Nor has one of which the version in force says other words than those for which its tests were written.
    """

    id: str
    title: str
    status: ClauseStatus
    since: date | None
    kept_by: str
    waits_for: str
    enforced_by: tuple[str, ...]
    tests: tuple[Proof, ...]
    figures: tuple[Figure, ...]
    is_reworded: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether the program keeps it today, and tests prove these very words."""
        return self.status is ClauseStatus.KEPT and not self.is_reworded


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything at one moment."""

    at: datetime
    policy_version: int
    clauses: tuple[ClauseEvidence, ...]
    figures: tuple[Figure, ...]

    @property
    def kept(self) -> int:
        """How many clauses are kept."""
        return sum(entry.is_kept for entry in self.clauses)

    @property
    def planned(self) -> int:
        """How many wait for something."""
        return sum(entry.status is ClauseStatus.PLANNED for entry in self.clauses)

    @property
    def reworded(self) -> int:
        """Of how many other words are in force than their tests were written for."""
        return sum(entry.is_reworded for entry in self.clauses)

    @property
    def test_count(self) -> int:
        """How many different tests prove them."""
        return len({proof for entry in self.clauses for proof in entry.tests})


def evidence(now: datetime) -> Evidence:
    """The evidence at a moment, in the active language."""
    version = policy.in_force(now)
    language = _language()
    supplied = figures.names()
    return Evidence(
        at=now,
        policy_version=version.number,
        clauses=tuple(_of_clause(entry, version, language, now) for entry in clauses()),
        figures=tuple(figures.figure(name, now) for name in SHOP_FIGURES if name in supplied),
    )


def as_json(found: Evidence) -> dict[str, Any]:
    """The same for a machine: plain values, times in ISO 8601 (UTC)."""
    return {
        "at": found.at.isoformat(),
        "policy_version": found.policy_version,
        "figures": [_figure(entry) for entry in found.figures],
        "clauses": [
            {
                "id": entry.id,
                "title": entry.title,
                "status": "reworded" if entry.is_reworded else entry.status.value,
                "since": entry.since.isoformat() if entry.since else None,
                "kept_by": entry.kept_by,
                "waits_for": entry.waits_for,
                "enforced_by": list(entry.enforced_by),
                "tests": [asdict(proof) for proof in entry.tests],
                "figures": [_figure(figure) for figure in entry.figures],
            }
            for entry in found.clauses
        ],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {"name": figure.name, "words": figure.words, "lines": [_line(line) for line in figure.lines]}


def _line(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "number": line.number,
        "text": line.text,
        "about": line.about,
        "since": line.since.isoformat() if line.since else None,
    }


def _language() -> str:
    spoken = (get_language() or "en")[:2]
    return spoken if spoken in LANGUAGES else "en"


def reworded(version: Version) -> tuple[str, ...]:
    """The kept clauses of which a version says other words than those for which their tests were written."""
    return tuple(entry.id for entry in clauses() if entry.is_kept and not entry.speaks_of(_words(version, entry.id)))


def _words(version: Version, clause_id: str) -> dict[str, str]:
    said = {language: version.text(language).clause(clause_id) for language in LANGUAGES}
    return {language: clause.words for language, clause in said.items() if clause is not None}


def _of_clause(entry: Clause, version: Version, language: str, now: datetime) -> ClauseEvidence:
    promise = version.text(language).clause(entry.id)
    is_reworded = entry.is_kept and not entry.speaks_of(_words(version, entry.id))
    is_proven = entry.is_kept and not is_reworded
    return ClauseEvidence(
        id=entry.id,
        title=promise.title if promise else entry.id,
        status=entry.status,
        since=None if is_reworded else entry.since,
        kept_by="" if is_reworded else entry.kept_by.get(language, ""),
        waits_for=entry.waits_for.get(language, ""),
        enforced_by=() if is_reworded else entry.enforced_by,
        tests=proofs.recorded().get(entry.id, ()) if is_proven else (),
        figures=tuple(figures.figure(name, now) for name in entry.figures) if is_proven else (),
        is_reworded=is_reworded,
    )
