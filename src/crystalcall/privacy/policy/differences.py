"""What differs between two versions of the policy: word by word in each clause, and practice by practice."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
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
    """What changes in practice, by keys: what is done more, and what is done less.

    What data of a kind serves and by which classes of retention it ends stand with its category; what a provider gets
    more stands as fields with the purposes that they go for.
    """

    uses_new: tuple[str, ...]
    uses_gone: tuple[str, ...]
    collected_new: tuple[tuple[str, tuple[str, ...]], ...]
    collected_less: tuple[tuple[str, tuple[str, ...]], ...]
    collected_gone: tuple[str, ...]
    kept_longer: tuple[tuple[str, tuple[str, ...]], ...]
    kept_shorter: tuple[tuple[str, tuple[str, ...]], ...]
    recipients_new: tuple[Recipient, ...]
    recipients_more: tuple[Recipient, ...]
    recipients_less: tuple[Recipient, ...]
    recipients_gone: tuple[Recipient, ...]
    notice_days: tuple[int, int]
    minimum_age: tuple[int, int]

    @property
    def any(self) -> bool:
        """Whether anything changes but words."""
        return any(before != after for before, after in (self.notice_days, self.minimum_age)) or any(
            getattr(self, each.name) for each in fields(self) if each.name not in {"notice_days", "minimum_age"}
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


@lru_cache(maxsize=32)
def practice_changes(old: Practices, new: Practices) -> PracticeChanges:
    """What the newer practices add and drop: kinds of data by purpose and retention, providers by field and purpose."""
    uses_old, uses_new = (tuple(use.purpose for use in each.uses) for each in (old, new))
    served_old, served_new = ({entry.category: entry.purposes for entry in each.collected} for each in (old, new))
    kept_old, kept_new = ({entry.category: entry.retention for entry in each.collected} for each in (old, new))
    known, coming = ({each.key for each in practices.providers} for practices in (old, new))
    return PracticeChanges(
        uses_new=_lacking(uses_new, uses_old),
        uses_gone=_lacking(uses_old, uses_new),
        collected_new=_more(served_new, served_old),
        collected_less=tuple(each for each in _more(served_old, served_new) if each[0] in served_new),
        collected_gone=_lacking(tuple(served_old), tuple(served_new)),
        kept_longer=_more(kept_new, kept_old),
        kept_shorter=tuple(each for each in _more(kept_old, kept_new) if each[0] in kept_new),
        recipients_new=tuple(each for each in new.providers if each.key not in known),
        recipients_more=tuple(_given_more(old, new)),
        recipients_less=tuple(_given_more(new, old)),
        recipients_gone=tuple(each for each in old.providers if each.key not in coming),
        notice_days=(old.notice_days, new.notice_days),
        minimum_age=(old.minimum_age, new.minimum_age),
    )


def _lacking(here: tuple[str, ...], there: Collection[str]) -> tuple[str, ...]:
    return tuple(each for each in here if each not in there)


def _more(
    here: Mapping[str, tuple[str, ...]], there: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What stands with each category here and not there."""
    found = ((category, _lacking(each, there.get(category, ()))) for category, each in here.items())
    return tuple((category, each) for category, each in found if each)


def _given_more(before: Practices, after: Practices) -> Iterator[Recipient]:
    """What providers of both get more after: fields, each with the purposes for which it did not go before.

    Fields that go for the same new purposes stand together.
    """
    known = {each.key for each in before.providers}
    for provider in after.providers:
        if provider.key not in known:
            continue
        gained: dict[tuple[str, ...], list[str]] = {}
        for name in provider.fields:
            purposes = tuple(each for each in provider.purposes if not before.gives(provider.key, name, each))
            gained.setdefault(purposes, []).append(name)
        for purposes, names in gained.items():
            if purposes:
                yield msgspec.structs.replace(provider, fields=tuple(names), purposes=purposes)
