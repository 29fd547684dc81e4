"""The register's lines about erasures: that it was done and by which way, never whom nor how much.

A line is about one person mostly, and no figure about fewer than ten people is published: how much there was to erase
lies sealed beside the line, which commits to it.
"""

from collections.abc import Mapping
from datetime import datetime

from crystalcall.privacy.keepers import Erasing, Way
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import banded


def prove_erasure(erasing: Erasing, counts: Mapping[str, int], line_hash: str, by: str) -> int:
    """Enter one erasure, in the caller's transaction; gives the line's number."""
    facts: dict[str, str | int | bool] = {
        "way": erasing.way.value,
        "replayed": erasing.replayed,
        "ledger_line": line_hash,
        "officer": by,
    }
    # One line for a child too, under its own name (clause C19).
    kind = EntryKind.CHILD_ERASURE if erasing.way is Way.CHILD else EntryKind.ERASURE
    return enter(kind, facts, now=erasing.now, secret={"counts": dict(counts)}).sequence


def prove_replay(lines: int, people: int, *, now: datetime) -> int:
    """Enter that a restored database forgot again."""
    return enter(EntryKind.ERASURES_REPLAYED, {"lines": banded(lines), "people": banded(people)}, now=now).sequence
