"""Keepers: how each room finds, shows, corrects and forgets one person. The warden knows no room; rooms register here.

A room writes a subclass of `Keeper` in its `keeping_people.py` and calls `register` in its AppConfig.ready. Whoever
serves a right (a request, an erasure, retention, the archive) asks all keepers and knows none.
"""

# ruff: noqa: ARG002 - the base keeper has nothing to say to what it is asked; its subclasses have

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

from crystalcall.privacy.purposes import Purpose

Cell: TypeAlias = str | int | bool | datetime | tuple[str, ...] | None
"""What may stand in an export: money as whole micros, times as aware moments."""

Counts: TypeAlias = Mapping[str, int]
"""How many rows of which kind something was done to; the words are impersonal and go into the register."""


class NameKind(StrEnum):
    """By what rooms know a person; each name alone is opaque."""

    CUSTOMER = "customer"
    """`customers.Customer.id`, the subject of a person's own key."""
    ACCOUNT = "account"
    """A ledger account's id, the subject under which is sealed what was called with a card."""
    ORDER = "order"
    """An order's number."""
    CARD = "card"
    """A PIN's serial."""
    REQUEST = "request"
    """A privacy request's reference."""
    MAILBOX = "mailbox"
    """Hex of the keyed hash of an e-mail address, by which requests and wishes of a mailbox are found."""


@dataclass(frozen=True, slots=True)
class Person:
    """Every name one person has in this program, and for one who proved a mailbox, every purchase mailed to it."""

    names: frozenset[tuple[NameKind, str]] = frozenset()

    def of(self, kind: NameKind) -> tuple[str, ...]:
        """The names of one kind, sorted."""
        return tuple(sorted(name for each, name in self.names if each is kind))

    def ids(self, kind: NameKind) -> tuple[UUID, ...]:
        """The names of one kind that are UUIDs."""
        return tuple(UUID(name) for name in self.of(kind))

    def joined(self, kind: NameKind, names: Iterable[str | UUID]) -> "Person":
        """This person with more names."""
        return replace(self, names=self.names | {(kind, str(name)) for name in names})

    @property
    def key_subjects(self) -> tuple[UUID, ...]:
        """Under whose keys this person's texts are sealed."""
        return self.ids(NameKind.CUSTOMER) + self.ids(NameKind.ACCOUNT)

    @property
    def disclosure_subjects(self) -> tuple[str, ...]:
        """Under which names the gate may have recorded a disclosure about this person."""
        return tuple(sorted({name for kind, name in self.names if kind is not NameKind.MAILBOX}))

    def __bool__(self) -> bool:
        return bool(self.names)


class Way(StrEnum):
    """Why something is erased, which decides what may be kept of it."""

    DELETION = "deletion"
    """The person asked: prior values go into the sealed archive where their class allows it."""
    CHILD = "child"
    """A child's data: nothing is archived, nothing waits, live and past."""
    RETENTION = "retention"
    """Its time is over: nothing is archived."""


@dataclass(frozen=True, slots=True)
class Erasing:
    """One erasure as its keepers see it; `replayed` where a restored backup had brought the data back."""

    way: Way
    now: datetime
    replayed: bool = False
    nothing_sealed: bool = False
    """Whether the person asked that nothing stays in the sealed archive either."""
    is_patient: bool = True
    """Whether it waits for what is paid and not delivered yet; it does for some days and no longer."""

    @property
    def archives(self) -> bool:
        """Whether prior values may be sealed away: never a child's, never twice, never against the person's word."""
        return self.way is Way.DELETION and not self.replayed and not self.nothing_sealed


class ColumnKind(StrEnum):
    """What stands in a column of an export."""

    TEXT = "text"
    INTEGER = "integer"
    MONEY = "money"
    """Whole millionths of a dollar."""
    SECONDS = "seconds"
    PLACE = "place"
    """Where calls go: "ru-landline", "ru-*" for any line, "ru" for a country."""
    PLACES = "places"
    MOMENT = "moment"
    FLAG = "flag"
    LIST = "list"
    WITHHELD = "withheld"
    """Kept, and named here, but a key or a keyed hash: its value would help a thief and tell its owner nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the JSON, its label (lazily translated), and the declared fields it shows.

    `fields` names the inventory's fields ("customers.Customer.sealed_name"); empty for impersonal company of theirs.
    `words` says for readers what the JSON keeps as a word of a closed list; `for_machines` keeps it off their page.
    """

    key: str
    label: Any
    kind: ColumnKind = ColumnKind.TEXT
    fields: tuple[str, ...] = ()
    words: Mapping[str, Any] = field(default_factory=dict)
    for_machines: bool = False
    say: Callable[[str, str], str] | None = None
    """Says a cell of text, or of a list, in a language ("en", "ru"), where a map of words is not enough."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table of an export, as it is promised in the published schema."""

    key: str
    title: Any
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person wants to be known by; None leaves a field as it is, and an empty telephone removes it."""

    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    telephone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a person would leave behind: a card that works on for whoever holds its PIN, and what is on it."""

    card: str
    balance_micros: int
    minutes_seconds: int = 0


@dataclass(frozen=True, slots=True)
class MailAddress:
    """Where a person gets mail, and in which language ("en" or "ru")."""

    address: str = field(repr=False)
    language: str


class Keeper:
    """One room's answers about one person; a room overrides what it has something to say to.

    Every verb runs inside the caller's transaction and touches only the room's own tables.
    """

    room: str = ""
    """The room's name, such as "customers"."""
    sections: tuple[Section, ...] = ()
    """The tables this room gives to an export, whether or not somebody has rows in them."""

    def mailbox(self, email: str) -> str | None:
        """The MAILBOX name of an address that somebody typed, whether or not anybody has it."""
        return None

    def screen(self, text: str) -> str:
        """What somebody wrote, without what must never be stored (a card's number, clause C22)."""
        return text

    def resolve(self, person: Person) -> Iterable[tuple[NameKind, str]]:
        """Further names that follow from these, each by itself; asked about what comes until nothing new does."""
        return ()

    def everybody(self) -> Iterator[UUID]:
        """Every subject of erasures in this room (customers), read in pieces; for replays after a restore."""
        return iter(())

    def mail_address(self, person: Person) -> MailAddress | None:
        """The address on file, where this room keeps it."""
        return None

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """Rows by section key; the cells of a row in the order of the section's columns.

        What is sealed is opened for this purpose. Ask `reading_columns.read`, which also asks about every other column.
        Errors: keys.opening.PurposeRefusedError.
        """
        return {}

    def proven(self, person: Person) -> Collection[UUID]:
        """Those of the person's customers whose mailbox was proven to this room: what stands there is theirs."""
        return ()

    def holdings(self, person: Person, *, now: datetime) -> Sequence[Holding]:
        """What stays usable by whoever holds a card, told before a deletion."""
        return ()

    def unpaid(self, person: Person) -> Sequence[str]:
        """Orders that wait for their money, by number: erasing cancels them, and what is paid then is given back."""
        return ()

    def is_correctable(self, person: Person) -> bool:
        """Whether this room keeps anything that a correction would reach: what somebody proved to be theirs."""
        return False

    def paid(self, person: Person) -> Mapping[str, tuple[int, int]]:
        """Orders whose money is here, by number: micro-dollars not delivered, and credit that is left of the rest."""
        return {}

    def correct(self, person: Person, correction: Correction, *, now: datetime) -> Counts:
        """Put right what this room keeps; prior values go through `seal_away`."""
        return {}

    def stop(self, person: Person, *, now: datetime) -> Counts:
        """End at once every use that a person may end: wishes, notices that wait, consents."""
        return {}

    def suspend(self, person: Person, *, now: datetime) -> Counts:
        """Stop at once what is under way about a child: queued mails, waiting work, cards."""
        return {}

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Forget the person; books and proofs stay, pointing at nobody. Repeating changes nothing."""
        return {}

    def expire(self, retention: str, *, before: datetime, now: datetime, limit: int) -> Counts:
        """Give up rows of a retention class whose clock started before then; what a legal hold holds stays.

        Called outside a transaction, again and again until nothing is given up: a call takes at most `limit` rows into
        each of its own transactions, so that nobody waits for it.
        """
        return {}

    def lapsed(self, retention: str, *, before: datetime, limit: int) -> Sequence[UUID]:
        """At most so many customers all of whose clocks of this class started before then, and whom no hold holds."""
        return ()


class MoneyUnderWayError(Exception):
    """A keeper cannot forget this moment: money of this person is here and what it buys is not; minutes help.

    Not raised to somebody who `Erasing.is_patient` no more: then the money is owed back.
    """


class KeeperError(Exception):
    """Two keepers of one room, or a section promised twice: a mistake in the program."""


_keepers: dict[str, Keeper] = {}

Archivist: TypeAlias = Callable[[UUID, str, Mapping[str, str], datetime, int], None]
"""Takes subject, class of archived values, values by declared field, the moment, and the policy they came under."""

Finder: TypeAlias = Callable[[UUID, str, int], None]
"""Takes a subject, an order's number that shall lead to what is sealed of it, and the policy it came under."""

# The archive is built above the keepers and puts itself here; a list, so that nobody imports a name that changes.
_archivists: Final[list[tuple[Archivist, Callable[[], bool], Finder]]] = []


def register(keeper: Keeper) -> None:
    """Add a room's keeper; called from AppConfig.ready. Errors: KeeperError."""
    if not keeper.room or (keeper.room in _keepers and type(_keepers[keeper.room]) is not type(keeper)):
        raise KeeperError(f"A second keeper of {keeper.room!r}.")
    taken = {section.key for room, each in _keepers.items() if room != keeper.room for section in each.sections}
    doubled = sorted(taken & {section.key for section in keeper.sections})
    if doubled:
        raise KeeperError(f"The sections {', '.join(doubled)} of {keeper.room} are promised by another keeper.")
    _keepers[keeper.room] = keeper


def all_keepers() -> tuple[Keeper, ...]:
    """Every keeper, in the order of the rooms' start (people first, selling last)."""
    return tuple(_keepers.values())


def whole(person: Person, *, widen: bool = True) -> Person:
    """The person with every name that follows from those known.

    A mailbox joins the purchases mailed to it; without `widen` it does not, and nobody else's purchase is touched.
    """
    known = fresh = person
    while fresh:
        # Only about what came last: what follows from the others was asked before.
        found = {name for keeper in all_keepers() for name in keeper.resolve(fresh)}
        fresh = Person(frozenset(name for name in found if widen or name[0] is not NameKind.MAILBOX) - known.names)
        known = Person(known.names | fresh.names)
    return known


def mailbox(email: str) -> str | None:
    """The name of an address's mailbox; None where the text is no address."""
    return next((found for keeper in all_keepers() if (found := keeper.mailbox(email)) is not None), None)


def screened(text: str) -> str:
    """What somebody wrote, as it may be stored."""
    for keeper in all_keepers():
        text = keeper.screen(text)
    return text


def find(*, mailbox: str | None = None, order_number: str | None = None) -> Person:
    """Who has this mailbox, with everything that was mailed to it; or whose order this is, with that purchase alone.

    Empty when nobody (any more) does. An order's number is no secret, and anybody can place an order with somebody
    else's address: it leads to its own buyer's row and never to what else the same mailbox has.
    """
    if mailbox is not None:
        person = whole(Person(frozenset({(NameKind.MAILBOX, mailbox)})))
    else:
        person = whole(Person(frozenset({(NameKind.ORDER, order_number or "")})), widen=False)
    return person if person.of(NameKind.CUSTOMER) else Person()


def mail_address(person: Person) -> MailAddress | None:
    """The address on file, or None."""
    return next((found for keeper in all_keepers() if (found := keeper.mail_address(person)) is not None), None)


def total(counts: Collection[Counts]) -> dict[str, int]:
    """Several rooms' counts as one, without zeros, by word."""
    summed: dict[str, int] = {}
    for each in counts:
        for word, number in each.items():
            summed[word] = summed.get(word, 0) + number
    return {word: summed[word] for word in sorted(summed) if summed[word]}


def set_archivist(
    archivist: Archivist | None,
    stands: Callable[[], bool] = lambda: True,
    find_by: Finder = lambda _subject, _number, _version: None,
) -> Callable[[], None]:
    """Have prior values sealed away by this (the archive's own start calls it); None: nothing is kept.

    `stands` says whether it takes anything at present. Gives what puts back the one before.
    """
    before = list(_archivists)
    _archivists[:] = [] if archivist is None else [(archivist, stands, find_by)]

    def put_back() -> None:
        _archivists[:] = before

    return put_back


def has_archive() -> bool:
    """Whether anything that changes or vanishes is sealed away at present."""
    return any(stands() for _archivist, stands, _find_by in _archivists)


def seal_away(
    subject: UUID, archive_class: str, values: Mapping[str, str], *, now: datetime, collected_under: int
) -> bool:
    """Hand values that are about to change or vanish to the archive; whether there is one that takes any.

    `values` are by declared field; it keeps those that the inventory keeps for the records. Never for marketing
    addresses and never for children: the caller asks `Erasing.archives` first, and the archive refuses them too.
    """
    for archivist, _stands, _find_by in _archivists:
        archivist(subject, archive_class, values, now, collected_under)
    return has_archive()


def lead_to(subject: UUID, order_number: str, *, collected_under: int) -> None:
    """Let an order's number find what is sealed of its buyer, once the order itself no longer says whose it was.

    Only where values may be sealed away: the caller asks `Erasing.archives` first.
    """
    for _archivist, _stands, find_by in _archivists:
        find_by(subject, order_number, collected_under)
