"""The register's lines about erasures: counts and hashes, never who."""

from collections.abc import Mapping
from datetime import datetime

from crystalcall.privacy.erasures.values import Erased
from crystalcall.privacy.keepers import Erasing
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind


def prove_erasure(erasing: Erasing, counts: Mapping[str, int], line_hash: str, by: str) -> int:
    """Enter one erasure, in the caller's transaction; gives the line's number."""
    facts: dict[str, str | int | bool] = {
        "way": erasing.way.value,
        "replayed": erasing.replayed,
        "ledger_line": line_hash,
        "officer": by,
        **{f"count_{word}": number for word, number in counts.items()},
    }
    return enter(EntryKind.ERASURE, facts, now=erasing.now).sequence


def prove_child_erasure(erased: Erased, by: str, tasks: int, *, now: datetime) -> int:
    """Enter that a child's data was erased, by whom, and how many providers' records are to follow."""
    facts: dict[str, str | int] = {"officer": by, "ledger_line": erased.line_hash, "provider_tasks": tasks}
    return enter(EntryKind.CHILD_ERASURE, facts, now=now).sequence


def prove_replay(lines: int, people: int, *, now: datetime) -> int:
    """Enter that a restored database forgot again."""
    return enter(EntryKind.ERASURES_REPLAYED, {"lines": lines, "people": people}, now=now).sequence
