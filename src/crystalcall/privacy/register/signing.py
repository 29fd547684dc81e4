"""The end of a day: what left is counted into the open book, and the whole book is signed, chained to the day before.

A day is signed after it is over, whether anything happened or not: a page without a root for a day would tell
something, and so would a night without a veiled tree.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from crystalcall.plumbing.settings import current
from crystalcall.privacy.disclosure_days import DisclosuresOfDay, disclosures_of, first_day
from crystalcall.privacy.register import queries, witness
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.locks import lock_head
from crystalcall.privacy.register.models import RegisterDay, RegisterEntry
from crystalcall.privacy.register.reading import content_of, day_info
from crystalcall.privacy.register.values import DayInfo, EntryInfo
from crystalcall.rules.privacy.canonical import Facts, Word, banded
from crystalcall.rules.privacy.chain import GENESIS, MOMENT, VEILED_LEAVES, DayStatement, veiled_hash
from crystalcall.rules.privacy.merkle import Frontier, root_of

SETTLES: Final = timedelta(minutes=10)
"""How long after its end a day is signed: by then no transaction that began in it is still open."""
LEAF_BYTES: Final = 32
ONE_DAY: Final = timedelta(days=1)


class SigningKeyMissingError(Exception):
    """This process was not given the key that signs the register."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A day that is to be closed: what left on it, under which salt."""

    day: date
    salt: bytes
    left: DisclosuresOfDay


@dataclass(frozen=True, slots=True)
class _Night:
    """The tree of the night: its leaves, its root, and through which veiled entry it goes."""

    leaves: tuple[bytes, ...]
    root: str
    through: int


def sign_due_days(now: datetime) -> int:
    """Sign every day that is over and unsigned, oldest first; gives how many. Several processes may try at once.

    Where an older database was put back, the days that it lacks are named before anything is signed (`witness`).
    Errors: SigningKeyMissingError; then nothing was signed.
    """
    last = (now.astimezone(UTC) - SETTLES).date() - ONE_DAY
    day, signed = _next_day(last), 0
    if day > last:
        return 0
    key, tree = _signing_key(), Frontier()
    witness.name_lost_days(now)
    while day <= last:
        salt = os.urandom(LEAF_BYTES)
        if _sign(Closing(day, salt, disclosures_of(day, salt)), key, tree, now) is not None:
            signed += 1
        day = _next_day(last)
    # Only now, since a day whose transaction came to nothing was never published.
    witness.keep_up()
    return signed


def _next_day(last: date) -> date:
    """The day after the last signed one; at the very beginning the day of the first disclosure, or `last`."""
    signed = RegisterDay.objects.order_by("-day").values_list("day", flat=True).first()
    return signed + ONE_DAY if signed else min(first_day() or last, last)


def _sign(ending: Closing, key: Ed25519PrivateKey, tree: Frontier, now: datetime) -> DayInfo | None:
    _grow(tree)  # most of it before anybody has to wait for the head
    with transaction.atomic():
        lock_head(Book.OPEN)
        before = RegisterDay.objects.order_by("-day").first()
        if before is not None and before.day >= ending.day:
            return None  # another process was quicker
        closing = _enter_disclosures(ending, now)
        _grow(tree)
        night = _night(before.veiled_through if before else 0)
        statement = DayStatement(
            day=ending.day.isoformat(),
            sequence=closing.sequence,
            hash=closing.hash,
            root=tree.root().hex(),
            previous_root=before.root if before else GENESIS,
            veiled=night.root,
            signed_at=now.astimezone(UTC).strftime(MOMENT),
            public_key=key.public_key().public_bytes_raw().hex(),
        )
        row = _keep(statement, night, key.sign(statement.message()).hex())
        transaction.on_commit(queries.forget_head)
    return day_info(row)


def _enter_disclosures(ending: Closing, now: datetime) -> EntryInfo:
    flows = ending.left.flows
    said: dict[str, Word] = {name: banded(flow.rows, people=len(flow.subjects)) for name, flow in flows.items()}
    facts: Facts = {"day": ending.day.isoformat(), "root": ending.left.root, **said}
    exact = {"salt": ending.salt.hex(), "flows": {name: flow.rows for name, flow in flows.items()}}
    return enter(EntryKind.DISCLOSURES_OF_DAY, facts, now=now, secret=exact)


def _grow(tree: Frontier) -> None:
    """Add the entries of the open book that the tree has not yet."""
    rows = RegisterEntry.objects.filter(book=Book.OPEN, sequence__gt=tree.size).order_by("sequence")
    for text in rows.values_list("hash", flat=True).iterator():
        tree.append(bytes.fromhex(text))


def _night(covered: int) -> _Night:
    """Lay the veiled entries that no night covers yet among leaves of chance; what is too many waits a night."""
    lock_head(Book.VEILED)
    rows = RegisterEntry.objects.filter(book=Book.VEILED, sequence__gt=covered).order_by("sequence")[:VEILED_LEAVES]
    leaves = [os.urandom(LEAF_BYTES) for _ in range(VEILED_LEAVES)]
    places = secrets.SystemRandom().sample(range(VEILED_LEAVES), VEILED_LEAVES)
    for row, place in zip(rows, places, strict=False):
        leaves[place] = bytes.fromhex(veiled_hash(content_of(row), row.veil))
        covered = row.sequence
    return _Night(tuple(leaves), root_of(leaves).hex(), covered)


def _keep(statement: DayStatement, night: _Night, signature: str) -> RegisterDay:
    return RegisterDay.objects.create(
        day=date.fromisoformat(statement.day),
        sequence=statement.sequence,
        hash=statement.hash,
        root=statement.root,
        previous_root=statement.previous_root,
        veiled=statement.veiled,
        veiled_leaves="".join(leaf.hex() for leaf in night.leaves),
        veiled_through=night.through,
        signed_at=datetime.strptime(statement.signed_at, MOMENT).replace(tzinfo=UTC),
        public_key=statement.public_key,
        signature=signature,
    )


def _signing_key() -> Ed25519PrivateKey:
    text = current().register_signing_key
    if not text:
        raise SigningKeyMissingError("The register cannot be signed here: CRYSTALCALL_REGISTER_SIGNING_KEY is not set.")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
