"""May this caller make this call, and for how long: the card's seat and the hold are taken together or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from crystalcall.minutes.calls.dialling import CALLED_NUMBER, CARRIER, dial_routes
from crystalcall.minutes.calls.locks import lock_call
from crystalcall.minutes.calls.models import RUNNING, Call, CalledNumber
from crystalcall.minutes.calls.offers import CannotPrice, Priced, freeze, price_number, terms_of
from crystalcall.minutes.calls.steps import message, remember, replay_authorization
from crystalcall.minutes.calls.values import (
    AuthorizeRequest,
    CallKey,
    Contradiction,
    DialRoute,
    Granted,
    GrantedDestination,
    Refused,
)
from crystalcall.minutes.ledger import queries as ledger_queries
from crystalcall.minutes.ledger.actions import Reserved, reserve
from crystalcall.minutes.pins.actions import Origin, PinAccepted, check_pin
from crystalcall.minutes.rates.queries import routes
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.plumbing.sealing import seal
from crystalcall.plumbing.settings import current
from crystalcall.privacy.gate import Permit, permit
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.calls import CallState, CannotGrant, Grant, GrantLimits, RefusalReason, Step, grant
from crystalcall.rules.numbering import mask
from crystalcall.rules.rating import charge

# A call may ring for minutes, and a switch may repeat its last word for a while, before the sweep takes the hold back.
HOLD_SLACK: Final = timedelta(minutes=15)
# Only somebody who spends the same credit at this very moment makes a second try necessary.
HOLD_TRIES: Final = 3
NUMBER_CONTEXT: Final = "calls.called_number"


@dataclass(frozen=True, slots=True)
class _Held:
    """The grant with its hold in the ledger, and what the caller could spend before it."""

    grant: Grant
    reservation_id: UUID
    available_micros: int


def authorize(request: AuthorizeRequest, *, now: datetime) -> Granted | Refused | Contradiction:
    """Decide within the caller's transaction; see `actions.authorize_call`."""
    told = message(
        Step.AUTHORIZE,
        {
            "access_number": request.access_number,
            "called_number": request.called_number,
            "caller_number": request.caller_number,
            "pin": request.pin,
            "sip_user": request.sip_user,
            "slice_seconds": request.slice_seconds,
        },
    )
    call, is_new = _claim(CallKey(request.switch_id, request.call_id), now)
    if not is_new:
        return replay_authorization(call, told)
    decision = _decide(call, request, now)
    if isinstance(decision, Refused):
        Call.objects.filter(pk=call.pk).update(refusal_reason=decision.reason.value)
    return remember(call, told, decision, now=now)


def limits(slice_seconds: int) -> GrantLimits:
    """The operator's cap on a call as set now, beside the slice that the switch asked for (0: the whole time)."""
    return GrantLimits(cap_seconds=current().call_cap_seconds or None, slice_seconds=slice_seconds)


def _claim(key: CallKey, now: datetime) -> tuple[Call, bool]:
    """The call under this name, locked, and whether this message is the first to name it.

    The row is written first, as a refusal, so that of two equal requests at once the second waits for the first.
    """
    mine = Call(
        id=uuid4(),
        switch_id=key.switch_id,
        call_id=key.call_id,
        state=CallState.REFUSED.value,
        refusal_reason=RefusalReason.UNAVAILABLE.value,
        authorized_at=now,
    )
    Call.objects.bulk_create([mine], ignore_conflicts=True)
    row = lock_call(key)
    if row is None:
        # SQLite's way to ignore a conflict also hides a broken constraint; it must not pass for a decision.
        raise IntegrityError("The call could not be written.")
    return row, row.pk == mine.pk


def _decide(call: Call, request: AuthorizeRequest, now: datetime) -> Granted | Refused:
    if request.pin is None:
        # Accounts that own caller numbers or SIP users do not exist yet, so neither is known to anybody.
        return Refused(RefusalReason.UNKNOWN_CALLER)
    card = check_pin(request.pin, origin=Origin(request.caller_number, request.access_number), now=now)
    if not isinstance(card, PinAccepted):
        return Refused(RefusalReason(card.reason.value), card.retry_after_seconds)
    priced = price_number(request.called_number, card.account_id, now=now)
    if isinstance(priced, CannotPrice):
        return Refused(priced.reason)
    call.pin_serial = card.serial
    call.ledger_account_id = card.account_id
    call.slice_seconds = request.slice_seconds or 0
    with transaction.atomic():
        decision = _grant(call, priced, now)
        if isinstance(decision, Refused):
            # Seat, hold and disclosure go together: a refusal leaves nothing behind but itself.
            transaction.set_rollback(True)
    return decision


def _grant(call: Call, priced: Priced, now: datetime) -> Granted | Refused:
    if not _take_seat(call, now):
        return Refused(RefusalReason.IN_USE)
    held = _take_hold(call, priced, now)
    if isinstance(held, Refused):
        return held
    dialled = _routes(call, priced)
    if not dialled:
        return Refused(RefusalReason.NO_ROUTE)
    call.offers = freeze(priced.offers)
    call.granted_seconds = held.grant.seconds
    call.hold_micros = held.grant.hold_micros
    call.reservation_id = held.reservation_id
    call.expires_at = now + timedelta(seconds=held.grant.seconds) + HOLD_SLACK
    call.save()
    number = priced.number.e164
    CalledNumber.objects.create(call=call, sealed_number=seal(number, NUMBER_CONTEXT), masked=mask(number))
    return _granted(priced, held, dialled)


def _take_seat(call: Call, now: datetime) -> bool:
    """Make this the one running call of its card; False where another one runs.

    The unique constraint decides, on any number of processes; the look before it spares most refusals the error.
    """
    running = Call.objects.filter(pin_serial=call.pin_serial, state__in=RUNNING)
    if running.exists():
        return False
    call.state = CallState.AUTHORIZED.value
    call.refusal_reason = ""
    call.expires_at = now + HOLD_SLACK
    try:
        with transaction.atomic():
            call.save()
    except IntegrityError:
        if running.exists():
            return False
        raise
    return True


def _take_hold(call: Call, priced: Priced, now: datetime) -> _Held | Refused:
    available = ledger_queries.balance(call.payer).available_micros
    for _ in range(HOLD_TRIES):
        decision = grant(available, terms_of(priced.offers), limits(call.slice_seconds))
        if isinstance(decision, CannotGrant):
            return Refused(decision.reason)
        taken = reserve(call.payer, decision.hold_micros, key=f"call:{call.pk}", now=now)
        if isinstance(taken, Reserved):
            return _Held(decision, taken.reservation_id, available)
        available = taken.available_micros
    return Refused(RefusalReason.NO_CREDIT)


def _routes(call: Call, priced: Priced) -> tuple[DialRoute, ...]:
    """The carriers to try, under a permit; none where no carrier leads there or none may be told the number."""
    known = next((found for offer in priced.offers if (found := routes(priced.number.digits, offer.deck_id))), ())
    if not known:
        return ()
    leave = permit(CARRIER, Purpose.CALL_DELIVERY, (CALLED_NUMBER,), call.pin_serial)
    return dial_routes(leave, known) if isinstance(leave, Permit) else ()


def _granted(priced: Priced, held: _Held, dialled: tuple[DialRoute, ...]) -> Granted:
    cheapest = priced.offers[charge(held.grant.seconds, terms_of(priced.offers)).offer]
    return Granted(
        granted_seconds=held.grant.seconds,
        destination=_destination(cheapest.destination),
        minute_price_micros=cheapest.terms.minute_price_micros,
        connect_fee_micros=cheapest.terms.connect_fee_micros,
        balance_micros=held.available_micros,
        routes=dialled,
    )


def _destination(info: DestinationInfo) -> GrantedDestination:
    return GrantedDestination(
        key=info.key,
        country_iso2=info.country_iso2,
        line_type=info.line_type.value,
        area=info.area,
        name_en=info.name("en"),
        name_ru=info.name("ru"),
    )
