"""What of the register the world may read: signed entries and days in canonical JSON, and counts that show nobody.

Veiled entries are not among them, nor their number; an entry is published only once a night has signed it, so that
nobody can watch the shop act. What `unveil` spoke of is published with its proof.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from crystalcall.privacy.register import queries
from crystalcall.privacy.register.kinds import ALWAYS_VEILED, EntryKind
from crystalcall.privacy.register.reading import entry_content, statement_of
from crystalcall.privacy.register.values import DayInfo, EntryInfo
from crystalcall.rules.privacy.canonical import FEW, canonical

ENTRIES_A_PAGE: Final = 500
DAYS_A_PAGE: Final = 400
VERIFIER: Final = Path(__file__).with_name("verifier.py")


def entries_page(after: int) -> bytes:
    """A page of entries after this number, and where the next begins (null where there is none)."""
    found = queries.signed_entries(after=after, limit=ENTRIES_A_PAGE + 1)
    shown = found[:ENTRIES_A_PAGE]
    following = shown[-1].sequence if len(found) > ENTRIES_A_PAGE else None
    return canonical({"entries": [_entry(each) for each in shown], "next": following})


def roots_page(after: date | None) -> bytes:
    """A page of signed days after this one."""
    found = queries.signed_days(after=after, limit=DAYS_A_PAGE + 1)
    shown = found[:DAYS_A_PAGE]
    following = shown[-1].day.isoformat() if len(found) > DAYS_A_PAGE else None
    return canonical({"roots": [_day(each) for each in shown], "next": following})


def unveiled_page() -> bytes:
    """Every entry that was unveiled, with the proof that it stood under its night."""
    shown = [
        {"day": each.day.isoformat(), "path": list(each.path), "position": each.position, "record": each.record}
        for each in queries.unveiled()
    ]
    return canonical({"unveiled": shown, "next": None})


def keys_page() -> bytes:
    """The public keys that ever signed a day, each with its first day."""
    keys = [{"first_day": first.isoformat(), "public_key": key} for key, first in queries.public_keys()]
    return canonical({"algorithm": "Ed25519", "keys": keys})


@cache
def verifier_text() -> str:
    """The stand-alone verifier, as the tests run it."""
    return VERIFIER.read_text(encoding="utf-8")


def counts() -> dict[EntryKind, int | None]:
    """How many signed entries there are of each kind that is ever published; None for fewer than ten."""
    known = queries.signed_counts()
    shown = [kind for kind in EntryKind if kind not in ALWAYS_VEILED]
    return {kind: total if (total := known.get(kind, 0)) >= FEW else None for kind in shown}


def _entry(entry: EntryInfo) -> dict[str, Any]:
    link = {"hash": entry.hash, "previous": entry.previous, "sequence": entry.sequence}
    return entry_content(entry).fields() | link


def _day(day: DayInfo) -> dict[str, Any]:
    return statement_of(day).fields() | {"signature": day.signature}
