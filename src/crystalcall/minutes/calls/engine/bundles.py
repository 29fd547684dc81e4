"""Bundled minutes of a call: held in the order in which they expire, used in the same."""

from collections.abc import Iterable
from uuid import UUID

from crystalcall.minutes.calls.engine.identity import allowance_reservation_id
from crystalcall.minutes.calls.engine.live import BundleHold, LiveCall
from crystalcall.minutes.ledger.books import Books, OpenAccount
from crystalcall.minutes.ledger.values import Posted
from crystalcall.rules.ledger import CODE_CALL_MINUTES


def hold_bundles(books: Books, live: LiveCall, bundles: Iterable[OpenAccount], seconds: int) -> list[BundleHold]:
    """Hold so many seconds of these bundles, in their order; there must be as many."""
    holds: list[BundleHold] = []
    for bundle in bundles:
        if not seconds:
            break
        taken = min(seconds, bundle.available)
        books.reserve(bundle.id, taken, reservation_id=allowance_reservation_id(live.id, bundle.id))
        holds.append(BundleHold(bundle.id, taken))
        seconds -= taken
    return holds


def lengthen_bundles(books: Books, live: LiveCall, bundles: Iterable[OpenAccount], seconds: int) -> list[BundleHold]:
    """Hold so many seconds in all, from what the call holds already and from these bundles; never less than before."""
    more = seconds - live.held_seconds
    own = {hold.account_id: hold.seconds for hold in live.allowances}
    for bundle in bundles:
        if more <= 0:
            break
        taken = min(more, bundle.available)
        name = allowance_reservation_id(live.id, bundle.id)
        if bundle.id in own:
            books.replace(name, own[bundle.id] + taken)
        else:
            books.reserve(bundle.id, taken, reservation_id=name)
        own[bundle.id] = own.get(bundle.id, 0) + taken
        more -= taken
    return [BundleHold(account_id, held) for account_id, held in own.items()]


def use_bundles(books: Books, live: LiveCall, seconds: int, used_minutes_id: UUID) -> list[BundleHold]:
    """Pay so many seconds from the bundles held, in their order, and return the rest; gives what was paid."""
    paid: list[BundleHold] = []
    for hold in live.allowances:
        name = allowance_reservation_id(live.id, hold.account_id)
        used = min(seconds, hold.seconds)
        if not used:
            books.void(name)
            continue
        posted = books.post(name, used, credit_account_id=used_minutes_id, code=CODE_CALL_MINUTES)
        # Where an operator's hand has settled the hold before, the call simply does not pay with it.
        if isinstance(posted, Posted):
            paid.append(BundleHold(hold.account_id, used))
        seconds -= used
    return paid
