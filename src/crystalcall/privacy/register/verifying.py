"""Everything about the register that can be checked is checked: chains, trees, signatures, secrets, counts, guards.

What only others can check is checked by `verifier.py` on their machines: that the past they were shown is still the
past. Whoever owns the machine and the signing key could write a whole new register; the roots in receipts and mails
are what he could not collect.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crystalcall.plumbing.append_only import missing_triggers
from crystalcall.plumbing.sealing import SealBrokenError
from crystalcall.privacy.disclosure_days import disclosures_of, kept_from
from crystalcall.privacy.keys.queries import destroyed_among
from crystalcall.privacy.keys.sealing import KeyDestroyedError
from crystalcall.privacy.register import queries, witness
from crystalcall.privacy.register.actions import secret_subject
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterDay, RegisterEntry, RegisterHead, RegisterSecret
from crystalcall.privacy.register.queries import leaves_of, sealed_content, secret_of
from crystalcall.privacy.register.reading import content_of, statement_of
from crystalcall.privacy.register.values import LostDay
from crystalcall.rules.privacy.chain import GENESIS, commitment_to, open_hash, veiled_hash, veiled_link
from crystalcall.rules.privacy.merkle import Frontier, root_of

Progress = Callable[[str, int, int], None]
"""Told which rule is at work, how many it has done and how many there are."""
TABLES: Final = ("privacy_registerentry", "privacy_registerday", "privacy_disclosure", "privacy_approval")
STEP: Final = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be."""

    rule: str
    subject: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, and what was found."""

    entries: int
    veiled_entries: int
    days: int
    last_day: date | None
    findings: tuple[Finding, ...]
    lost_days: tuple[LostDay, ...] = ()
    """Days that went out, that a restored backup took back, and of which the register says so itself."""


def verify(progress: Progress | None = None) -> Verification:
    """Check the whole register; reads only."""
    tell = progress or (lambda *_: None)
    findings = [
        *_guards(),
        *_chain(Book.OPEN, tell),
        *_chain(Book.VEILED, tell),
        *_secrets(tell),
        *_days(tell),
        *_veils(tell),
        *_disclosures(tell),
        *_published_before(),
    ]
    entries = RegisterEntry.objects
    last = RegisterDay.objects.order_by("-day").first()
    return Verification(
        entries=entries.filter(book=Book.OPEN).count(),
        veiled_entries=entries.filter(book=Book.VEILED).count(),
        days=RegisterDay.objects.count(),
        last_day=last.day if last else None,
        findings=tuple(findings),
        lost_days=queries.lost_days(),
    )


def _published_before() -> Iterator[Finding]:
    """What the witness remembers stands here too, or the register says that a backup was put back."""
    for each in witness.unnamed():
        sentence = f"Its root {each.root[:16]}… went out and is no longer here: an older database was put back."
        yield Finding("published_before", f"day {each.day}", sentence)
    for number in witness.witnessed().altered:
        yield Finding("witness", f"line {number} of {witness.FILE}", "Nobody signed what it says.")


def _guards() -> Iterator[Finding]:
    for name in missing_triggers():
        if name.startswith(TABLES):
            yield Finding("append_only", name, "This guard is missing; `crystalcall migrate` restores it.")


def _chain(book: Book, tell: Progress) -> Iterator[Finding]:
    """Numbers without a gap, each entry linked to the one before, each hash that of its own content."""
    rows = RegisterEntry.objects.filter(book=book).order_by("sequence")
    total, previous, number = rows.count(), GENESIS, 0
    for number, row in enumerate(rows.iterator(), start=1):
        _step(tell, f"{book.value} book", number, total)
        subject = f"{book.value} entry {row.sequence}"
        if row.sequence != number:
            yield Finding("no_gap", subject, f"It should have the number {number}: an entry is missing.")
            return
        if row.previous != previous:
            yield Finding("linked", subject, "It does not name the entry before it.")
        if _hash_of(row) != row.hash:
            yield Finding("unchanged", subject, "Its content is not what was hashed.")
        previous = row.hash
    head = RegisterHead.objects.filter(pk=book).first()
    if (head.sequence, head.hash) != (number, previous) if head else number > 0:
        yield Finding("head", f"{book.value} book", "It does not end where its head says: entries were cut off.")


def _hash_of(row: RegisterEntry) -> str:
    content = content_of(row)
    if row.book == Book.OPEN:
        return open_hash(content, row.sequence, row.previous)
    return veiled_link(veiled_hash(content, row.veil), row.sequence, row.previous)


def _secrets(tell: Progress) -> Iterator[Finding]:
    """What is still kept sealed is what was committed to."""
    rows = RegisterSecret.objects.select_related("entry").order_by("pk")
    total = rows.count()
    for number, row in enumerate(rows.iterator(), start=1):
        _step(tell, "sealed details", number, total)
        subject = f"{row.entry.book} entry {row.entry.sequence}"
        try:
            content = sealed_content(row.entry.hash)
        except (KeyDestroyedError, SealBrokenError) as problem:
            yield Finding("sealed_detail_opens", subject, str(problem))
            continue
        if content and commitment_to(content["secret"], bytes.fromhex(content["salt"])) != row.entry.commitment:
            yield Finding("commitment", subject, "What is sealed beside it is not what it commits to.")
    yield from _vanished()


def _vanished() -> Iterator[Finding]:
    """What was sealed beside an entry goes only with its key, which leaves a tombstone."""
    bare = RegisterEntry.objects.exclude(commitment="").filter(secret__isnull=True).order_by("book", "sequence")
    found = {secret_subject(row.hash): f"{row.book} entry {row.sequence}" for row in bare.iterator()}
    for subject in sorted(found.keys() - destroyed_among(found), key=lambda each: found[each]):
        yield Finding("sealed_detail_gone", found[subject], "What was sealed beside it is gone, and nobody erased it.")


def _days(tell: Progress) -> Iterator[Finding]:
    """Days without a gap, each signed over the tree as it was and over the day before."""
    hashes = RegisterEntry.objects.filter(book=Book.OPEN).order_by("sequence").values_list("hash", flat=True).iterator()
    total, tree, newest = RegisterDay.objects.count(), Frontier(), GENESIS
    before: RegisterDay | None = None
    for number, row in enumerate(RegisterDay.objects.order_by("day").iterator(), start=1):
        _step(tell, "days", number, total)
        while tree.size < row.sequence and (text := next(hashes, None)) is not None:
            newest = text
            tree.append(bytes.fromhex(text))
        for rule, sentence in _day_problems(row, before, tree, newest):
            yield Finding(rule, f"day {row.day}", sentence)
        before = row


def _day_problems(
    row: RegisterDay, before: RegisterDay | None, tree: Frontier, newest: str
) -> Iterator[tuple[str, str]]:
    if before is not None and row.day != before.day + timedelta(days=1):
        yield "every_day", "The day before it is not signed."
    if row.previous_root != (before.root if before else GENESIS):
        yield "days_linked", "It does not name the root of the day before."
    if (tree.size, newest) != (row.sequence, row.hash):
        yield "day_head", "The open book does not have the entry it ends with."
    elif tree.root().hex() != row.root:
        yield "root", "Its root is not that of the entries."
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(row.public_key))
        key.verify(bytes.fromhex(row.signature), statement_of(row).message())
    except (InvalidSignature, ValueError):
        yield "signature", "It is not signed by the key it names."


def _veils(tell: Progress) -> Iterator[Finding]:
    """Every veiled entry that a night should cover stands in that night's tree."""
    veiled = RegisterEntry.objects.filter(book=Book.VEILED)
    total, through = RegisterDay.objects.count(), 0
    for number, row in enumerate(RegisterDay.objects.order_by("day").iterator(), start=1):
        _step(tell, "veiled entries", number, total)
        leaves = leaves_of(row.veiled_leaves)
        if root_of(leaves).hex() != row.veiled:
            yield Finding("veiled_root", f"day {row.day}", "The root of its veiled tree is not that of its leaves.")
        for entry in veiled.filter(sequence__gt=through, sequence__lte=row.veiled_through):
            if bytes.fromhex(veiled_hash(content_of(entry), entry.veil)) not in leaves:
                yield Finding("veiled_covered", f"veiled entry {entry.sequence}", f"{row.day} does not cover it.")
        through = row.veiled_through
    last = veiled.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    if through > last:
        yield Finding("veiled_cut", "veiled book", f"A night covers {through} entries, and only {last} are left.")


def _disclosures(tell: Progress) -> Iterator[Finding]:
    """What the book says left on a day is what the disclosures say."""
    rows = RegisterEntry.objects.filter(book=Book.OPEN, kind=EntryKind.DISCLOSURES_OF_DAY.value).order_by("sequence")
    total, kept = rows.count(), kept_from()
    for number, row in enumerate(rows.iterator(), start=1):
        tell("disclosures", number, total)
        facts, secret = json.loads(row.facts), _secret_of(row)
        day = date.fromisoformat(facts["day"])
        if secret is None or (kept is not None and datetime.combine(day, time(), UTC) < kept):
            continue  # what was counted can no longer be checked; the entry itself was, above
        left = disclosures_of(day, bytes.fromhex(secret.get("salt", "")))
        if left.root != facts["root"]:
            yield Finding("disclosures", f"day {facts['day']}", "Its disclosures are not those it was closed with.")


def _secret_of(row: RegisterEntry) -> dict[str, Any] | None:
    try:
        return secret_of(row.hash)
    except (KeyDestroyedError, SealBrokenError):
        return None  # found and said by `_secrets`


def _step(tell: Progress, rule: str, done: int, total: int) -> None:
    if done % STEP == 0 or done == total:
        tell(rule, done, total)
