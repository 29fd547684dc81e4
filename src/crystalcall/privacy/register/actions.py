"""Entering: one line more at the end of a book, in the transaction that made it true."""

import json
import os
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from django.db import transaction

from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.register.kinds import ALWAYS_VEILED, Book, EntryKind
from crystalcall.privacy.register.locks import lock_head
from crystalcall.privacy.register.models import RegisterEntry, RegisterSecret
from crystalcall.privacy.register.reading import content_of, entry_info
from crystalcall.privacy.register.signing_hand import with_hand
from crystalcall.privacy.register.values import EntryInfo, NoSuchEntryError, NotImpersonalError
from crystalcall.rules.privacy.canonical import Facts, canonical, complaints_about
from crystalcall.rules.privacy.chain import commitment_to, open_hash, veiled_hash, veiled_link

SECRET_FIELD: Final = "privacy.RegisterSecret.sealed"  # noqa: S105 - the name of a column
SALT_BYTES: Final = 32
_DETAILS: Final = UUID("5f0c2d1e-6a53-4b0e-9f0b-2b6f4a6f1c7d")


def enter(
    kind: EntryKind,
    facts: Facts,
    *,
    now: datetime,
    secret: Mapping[str, Any] | None = None,
    veiled: bool = False,
) -> EntryInfo:
    """Append an entry in the caller's transaction (or in one of its own); enter last, since others wait for its end.

    `facts` are impersonal by their form: names such as "order_count", values that are counts, ids, hashes, dates and
    words without a space (`rules.privacy.canonical`). They are published the next night. `secret` (JSON) is committed
    to by a salted hash and kept sealed beside, erasable; a reason in free words belongs there. `veiled` keeps an act
    out of the open book until `unveil`, where one could infer from it that an authority asked; some kinds always are.

    Errors: NotImpersonalError; then nothing was written.
    """
    if complaints := complaints_about(facts):
        raise NotImpersonalError(f"{kind.value}: {'; '.join(complaints)}.")
    salt, secret = os.urandom(SALT_BYTES), with_hand(secret)
    book = Book.VEILED if veiled or kind in ALWAYS_VEILED else Book.OPEN
    row = RegisterEntry(
        book=book,
        kind=kind.value,
        facts=canonical(facts).decode(),
        at=now.astimezone(UTC).replace(microsecond=0),
        commitment="" if secret is None else commitment_to(secret, salt),
        veil=os.urandom(SALT_BYTES).hex() if book is Book.VEILED else "",
    )
    with transaction.atomic():
        _append(row, book)
        if secret is not None:
            _keep(row, {"salt": salt.hex(), "secret": dict(secret)})
    return entry_info(row)


def unveil(hashes: Collection[str], *, reference: str, now: datetime) -> EntryInfo:
    """Speak of veiled entries: the person was told. Enters `authority_notice`, which names them by their hashes.

    `hashes` are those that `enter` gave, `reference` is an impersonal name of the case. From the next night on each is
    published with the proof of the night that covered it.

    Errors: NoSuchEntryError where one is no veiled entry; then nothing was entered.
    """
    rows = RegisterEntry.objects.filter(book=Book.VEILED, hash__in=hashes).order_by("sequence")
    bodies = [veiled_hash(content_of(row), row.veil) for row in rows]
    if len(bodies) < len(set(hashes)) or not bodies:
        raise NoSuchEntryError("Only veiled entries can be unveiled, and each must exist.")
    return enter(EntryKind.AUTHORITY_NOTICE, {"reference": reference, "unveils": sorted(bodies)}, now=now)


def erase_secret(entry_hash: str, *, now: datetime) -> bool:
    """Erase what is kept sealed beside an entry; its key goes too, so that no backup opens it. Whether there was any.

    The commitment stays: the entry still proves that something was said, and nobody can find out what.
    """
    row = RegisterSecret.objects.filter(entry__hash=entry_hash).first()
    if row is None:
        return False
    destroy((row.subject,), now=now)
    row.delete()
    return True


def forget_secrets(*, before: datetime, now: datetime, limit: int) -> int:
    """Erase what is kept sealed beside at most so many entries that are older than then; gives how many there were."""
    hashes = RegisterSecret.objects.filter(entry__at__lt=before).values_list("entry__hash", flat=True)
    return sum(erase_secret(each, now=now) for each in list(hashes[:limit]))


def _append(row: RegisterEntry, book: Book) -> None:
    head = lock_head(book)
    row.sequence, row.previous = head.sequence + 1, head.hash
    content = content_of(row)
    if book is Book.OPEN:
        row.hash = open_hash(content, row.sequence, row.previous)
    else:
        row.hash = veiled_link(veiled_hash(content, row.veil), row.sequence, row.previous)
    row.save(force_insert=True)
    head.sequence, head.hash = row.sequence, row.hash
    head.save(update_fields=["sequence", "hash"])


def secret_subject(entry_hash: str) -> UUID:
    """Under whose key the detail of an entry is sealed: known from the entry, so that one that vanishes is missed."""
    return uuid5(_DETAILS, entry_hash)


def _keep(row: RegisterEntry, content: Mapping[str, Any]) -> None:
    subject = secret_subject(row.hash)
    sealed = seal_field(SECRET_FIELD, subject, json.dumps(content, ensure_ascii=False))
    RegisterSecret.objects.create(entry=row, subject=subject, sealed=sealed)
