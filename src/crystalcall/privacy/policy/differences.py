"""What differs between two versions of the policy: word by word in each clause, and practice by practice."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

import msgspec

from crystalcall.privacy.policy.values import Clause, PolicyText, Practices, Recipient

WORD: Final = re.compile(r"\s+|[^\s]+")
SAME_AT_LEAST: Final = 3
"""Fewer equal pieces in a row between two changes are part of the change: single words between marks read badly."""


class Mark(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words that stayed, went or came."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause whose heading or text changed, as pieces in reading order; `id` is "" for the summary."""

    id: str
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class PracticeChanges:
    """What changes in practice: uses, kinds of data with what for, and recipients with their fields, by their keys."""

    uses_new: tuple[str, ...]
    uses_gone: tuple[str, ...]
    collected_new: tuple[tuple[str, tuple[str, ...]], ...]
    collected_gone: tuple[str, ...]
    recipients_new: tuple[Recipient, ...]
    recipients_gone: tuple[Recipient, ...]
    notice_days: tuple[int, int]
    minimum_age: tuple[int, int]

    @property
    def any(self) -> bool:
        """Whether anything changes but words."""
        lists = (self.uses_new, self.uses_gone, self.collected_new, self.collected_gone)
        figures = (self.notice_days, self.minimum_age)
        return (
            any(lists)
            or any((self.recipients_new, self.recipients_gone))
            or any(before != after for before, after in figures)
        )


def text_changes(old: PolicyText, new: PolicyText) -> tuple[ClauseChange, ...]:
    """Every clause that changed, the summary first, in the order of the new text."""
    before = [Clause("", old.title, old.summary), *old.clauses]
    after = [Clause("", new.title, new.summary), *new.clauses]
    known = {clause.id: clause for clause in before}
    changed = [(known.get(clause.id, Clause(clause.id, "", "")), clause) for clause in after]
    return tuple(
        ClauseChange(here.id, pieces(was.title, here.title), pieces(was.text, here.text))
        for was, here in changed
        if was != here
    )


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """Two texts as one, with what went and what came marked, whole words at a time."""
    before, after = WORD.findall(old), WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Piece] = []
    gone: list[str] = []
    came: list[str] = []
    blocks = matcher.get_opcodes()
    for position, (tag, start, end, start_after, end_after) in enumerate(blocks):
        between = 0 < position < len(blocks) - 1 and end - start < SAME_AT_LEAST
        if tag == "equal" and not between:
            found += _changed(gone, came)
            gone, came = [], []
            found.append(Piece(Mark.SAME, "".join(before[start:end])))
        else:
            gone += before[start:end]
            came += after[start_after:end_after]
    return tuple(found + list(_changed(gone, came)))


def _changed(gone: Sequence[str], came: Sequence[str]) -> Iterator[Piece]:
    if gone:
        yield Piece(Mark.GONE, "".join(gone))
    if came:
        yield Piece(Mark.NEW, "".join(came))


def practice_changes(old: Practices, new: Practices) -> PracticeChanges:
    """What the newer practices add and drop; a kind of data counts as new where it is kept for something more."""
    uses_old, uses_new = ([use.purpose for use in practices.uses] for practices in (old, new))
    kept_old, kept_new = ({entry.category: entry.purposes for entry in each.collected} for each in (old, new))
    added = {
        category: tuple(purpose for purpose in purposes if purpose not in kept_old.get(category, ()))
        for category, purposes in kept_new.items()
    }
    return PracticeChanges(
        uses_new=tuple(purpose for purpose in uses_new if purpose not in uses_old),
        uses_gone=tuple(purpose for purpose in uses_old if purpose not in uses_new),
        collected_new=tuple((category, purposes) for category, purposes in added.items() if purposes),
        collected_gone=tuple(category for category in kept_old if category not in kept_new),
        recipients_new=tuple(more for each in new.providers if (more := _added(old, each)) is not None),
        recipients_gone=tuple(each for each in old.providers if each.key not in {one.key for one in new.providers}),
        notice_days=(old.notice_days, new.notice_days),
        minimum_age=(old.minimum_age, new.minimum_age),
    )


def _added(old: Practices, wanted: Recipient) -> Recipient | None:
    """What a recipient gets more than before: the new fields or purposes with what they go with; None for nothing."""
    known = next((each for each in old.providers if each.key == wanted.key), None)
    if known is None:
        return wanted
    fields = tuple(name for name in wanted.fields if name not in known.fields)
    purposes = tuple(purpose for purpose in wanted.purposes if purpose not in known.purposes)
    if not fields and not purposes:
        return None
    return msgspec.structs.replace(wanted, fields=fields or wanted.fields, purposes=purposes or wanted.purposes)
