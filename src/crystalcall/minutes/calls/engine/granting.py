"""May this caller make this call, and for how long: seat and holds are taken together or not at all."""

from typing import Final

from crystalcall.minutes.calls.dialling import CALLED_NUMBER, CARRIER, companies, dial_all
from crystalcall.minutes.calls.engine.answers import KeptGrant, granted_again, kept_grant, seal_grant
from crystalcall.minutes.calls.engine.bundles import hold_bundles
from crystalcall.minutes.calls.engine.identity import Told, is_same_content
from crystalcall.minutes.calls.engine.live import KnownCall, LiveCall, Opening
from crystalcall.minutes.calls.engine.messages import BatchConflict
from crystalcall.minutes.calls.engine.noticing import notices_for
from crystalcall.minutes.calls.engine.offers import Offer, Offers
from crystalcall.minutes.calls.engine.page import Page, Seats, grant_limits
from crystalcall.minutes.calls.values import AuthorizeRequest, Contradiction, DialRoute, Granted, Refused
from crystalcall.minutes.pins.actions import PinAccepted
from crystalcall.privacy.gate import About, Refusal, permits
from crystalcall.privacy.gate import RefusalReason as GateReason
from crystalcall.privacy.keys.sealing import Sealer, sealers_of
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.calls import CannotGrant, Grant, RefusalReason, grant
from crystalcall.rules.limits import Allowed, LimitRefusal, LimitRefusalReason, decide
from crystalcall.rules.numbering import LineType, Number, Unclear, UnclearReason

_NO_CARD: Final = Refused(RefusalReason.UNKNOWN_CALLER)
_ERASED: Final = Contradiction("This call is over and the answer given then was erased.")
_NO_ROUTE: Final = Refused(RefusalReason.NO_ROUTE)
_OTHER_CONTENT: Final = Contradiction("This call was told another authorize before, with other content.")


class CarriersClosedError(Exception):
    """The privacy gate lets no carrier have a number: nobody can be granted a call."""


class Granting:
    """Decides the authorizations of a page, in their order; `finish` hands the granted numbers out."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._openings: list[tuple[Told, Opening]] = []

    def authorize(self, told: Told, request: AuthorizeRequest) -> Opening | Granted | Refused | Contradiction:
        """The decision about a new call; of a known one what was decided then, if it is the same request."""
        if told.entry.known is not None:
            return self._again(told)
        decided = self._decide(told, request)
        if isinstance(decided, Refused):
            self._note_refusal(told, decided)
        else:
            self._openings.append((told, decided))
            told.entry.opening = decided
            told.entry.known = KnownCall(told.id, decided.card.account_id, "", None, told.digest)
        return decided

    def finish(self) -> None:
        """Record the disclosures, and write the grants with what the switch is to dial.

        Errors: CarriersClosedError where the gate stays shut; BatchConflict where it does so for one card alone.
        """
        if not self._openings:
            return
        about = [About(opening.card.serial, companies(opening.offers.carriers)) for _, opening in self._openings]
        # The number is given now, by dialling it.
        under = self._page.policy_version
        leave = permits(CARRIER, Purpose.CALL_DELIVERY, (CALLED_NUMBER,), about, collected_under=under)
        if isinstance(leave, Refusal):
            if leave.reason is GateReason.SUBJECT_SUSPENDED:
                # Its PIN was blocked together with that, after we looked: whoever looks again finds it so.
                raise BatchConflict
            raise CarriersClosedError
        # By one look at the key store for all whose keys are not remembered.
        sealing = sealers_of([opening.card.account_id for _, opening in self._openings])
        dialed = dial_all(leave, [(opening.offers.carriers, opening.number.digits) for _, opening in self._openings])
        for (told, opening), routes, sealer in zip(self._openings, dialed, sealing, strict=True):
            self._finish(told, opening, routes, sealer)

    def _again(self, told: Told) -> Opening | Granted | Refused | Contradiction:
        """The answer to a request for a call that was named before."""
        known = told.entry.known
        if known is None or known.digest is None:
            return _ERASED
        if not is_same_content(known.digest, told):
            return _OTHER_CONTENT
        if known.refusal_reason:
            return Refused(RefusalReason(known.refusal_reason), known.retry_after_seconds)
        sealed = self._page.grants.get(told.id.int)
        if sealed is None or known.account_id is None:
            return told.entry.opening or _ERASED
        kept = kept_grant(told.id, known.account_id, *sealed)
        return _ERASED if kept is None else granted_again(kept)

    def _decide(self, told: Told, request: AuthorizeRequest) -> Opening | Refused:
        card = told.entry.card
        if card is None:
            # Accounts that own caller numbers or SIP users do not exist yet, so neither is known to anybody.
            return _NO_CARD
        if not isinstance(card, PinAccepted):
            return Refused(RefusalReason(card.reason.value), card.retry_after_seconds)
        number = told.number if isinstance(told.number, Number) else _premium_number(told.number, request.called_number)
        if isinstance(number, Refused):
            return number
        seats = self._page.seats(card.account_id)
        is_risky = self._page.risks.covers(number.digits)
        opening = Opening(card, number, self._page.offers(number, seats), is_risky=is_risky)
        allowed = self._allowed(opening, seats)
        if isinstance(allowed, Refused):
            return allowed
        return self._grant(told, opening, seats, request.slice_seconds or 0, allowed)

    def _allowed(self, opening: Opening, seats: Seats) -> Allowed | Refused:
        """What the limits of the card and the operator's guards leave; a closed destination is told before all else."""
        page, offers = self._page, opening.offers
        called = offers.called(opening.number, is_risky=opening.is_risky)
        facts = page.facts(seats, is_risky=opening.is_risky)
        verdict = decide(seats.limits, facts, called, page.guards)
        has_route = bool(offers.carriers) and page.may_dial
        if isinstance(verdict, LimitRefusal):
            if verdict.reason is LimitRefusalReason.FORBIDDEN_DESTINATION or has_route:
                return Refused(RefusalReason(verdict.reason.value))
            return _NO_ROUTE
        return verdict if has_route else _NO_ROUTE

    def _grant(
        self, told: Told, opening: Opening, seats: Seats, slice_seconds: int, allowed: Allowed
    ) -> Opening | Refused:
        page, offers, account_id = self._page, opening.offers, opening.card.account_id
        account = page.account(account_id)
        available = account.available
        bundles = page.books.allowances(account_id, offers.coverages)
        pool = sum(bundle.available for bundle in bundles) if bundles else 0
        held = grant(
            allowed.spendable_micros(available),
            offers.priced(page.now, page.settings.store_time_zone, pool),
            grant_limits(page.settings.call_cap_seconds, allowed.seconds_cap, slice_seconds),
        )
        if isinstance(held, CannotGrant):
            return Refused(RefusalReason.LIMIT_REACHED if allowed.binds(available) else held.reason)
        page.books.reserve(account_id, held.hold_micros, reservation_id=told.id)
        taken = seats.calls
        seat = next(number for number in range(len(taken) + 1) if number not in taken) if taken else 0
        live = LiveCall((account_id, seat, told.id), offers, held)
        live.begin(page.now)
        live.slice_seconds = slice_seconds
        live.is_risky = opening.is_risky
        if held.allowance_seconds:
            live.allowances = hold_bundles(page.books, live, bundles, held.allowance_seconds)
        opening.held = held
        opening.available_micros = available
        opening.notices = notices_for(page, account, live, available)
        page.seat(seats, live, told.entry)
        return opening

    def _finish(self, told: Told, opening: Opening, routes: tuple[DialRoute, ...], sealer: Sealer | None) -> None:
        # What the call has become in later messages of this page is not what it was granted.
        offers, held, number = opening.offers, opening.held, opening.number
        offer, covered_seconds = self._pricing(offers, held)
        opening.granted = Granted(
            held.seconds,
            offer.granted_destination,
            offer.terms.minute_price_micros,
            offer.terms.connect_fee_micros,
            opening.available_micros,
            routes,
            covered_seconds,
            opening.notices,
        )
        sealed = seal_grant(told.id, KeptGrant.of(opening.granted, number.e164), sealer)
        card = opening.card
        self._page.written.calls.append(
            (
                *(told.id, told.switch_id, told.call_id, card.account_id, card.serial, "", None),
                *(told.digest, sealed, self._page.policy_version, self._page.now),
            )
        )

    def _pricing(self, offers: Offers, held: Grant) -> tuple[Offer, int]:
        """The terms that price the granted time, and how much of it bundles cover."""
        if len(offers.offers) == 1 and not held.allowance_seconds:
            return offers.offers[0], 0
        page = self._page
        cost = offers.priced(page.now, page.settings.store_time_zone, held.allowance_seconds).charge(held.seconds)
        return offers.offers[cost.offer], cost.allowance_seconds

    def _note_refusal(self, told: Told, refused: Refused) -> None:
        reason, wait = refused.reason.value, refused.retry_after_seconds
        told.entry.known = KnownCall(told.id, None, reason, wait, told.digest)
        self._page.written.calls.append(
            (
                *(told.id, told.switch_id, told.call_id, None, "", reason, wait),
                *(told.digest, None, self._page.policy_version, self._page.now),
            )
        )


def _premium_number(number: Unclear | None, typed: str) -> Number | Refused:
    """A number of premium rate is one too, which a card that switched them on may call; nothing else here is.

    It must come with a plus: bare digits would have to be read a second time, and perhaps otherwise than the first.
    """
    if number is None or number.reason is not UnclearReason.PREMIUM:
        return Refused(RefusalReason.BAD_NUMBER)
    digits = typed.removeprefix("+")
    if typed.startswith("+") and digits.isascii() and digits.isdigit():
        return Number(f"+{digits}", digits, None, LineType.PREMIUM)
    return Refused(RefusalReason.FORBIDDEN_DESTINATION)
