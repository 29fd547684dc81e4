"""Between the wire's structures and the call room's values: fields are named on each side, nothing is decided."""

from crystalcall.minutes.calls import values
from crystalcall.minutes.calls.engine import messages
from crystalcall.minutes.calls.values import AuthorizeRequest, CallKey, CallProof, CallView
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.rules.rating import PriceStep, RateTerms
from crystalcall.switches.http import faults, wire


def message(switch_id: int, call_id: str, body: wire.Said) -> messages.Message:
    """A message of the wire as the call desk takes it; `call_id` stands in the address but for an authorization."""
    if isinstance(body, wire.Authorize):
        return messages.Authorize(_authorize_request(switch_id, body))
    key = CallKey(switch_id, call_id)
    if isinstance(body, wire.End):
        return messages.End(key, body.used_seconds, str(body.release_cause), body.carrier)
    if isinstance(body, wire.Extend):
        return messages.Extend(key, body.sequence, body.used_seconds)
    return messages.Answer(key, body.answered_at)


def _authorize_request(switch_id: int, body: wire.Authorize) -> AuthorizeRequest:
    """The caller's number may stand inside `access` or beside it; inside counts first."""
    return AuthorizeRequest(
        switch_id=switch_id,
        call_id=body.call_id,
        called_number=body.called_number,
        pin=body.access.pin,
        caller_number=body.access.caller_number or body.caller_number,
        sip_user=body.access.sip_user,
        access_number=body.access_number,
        slice_seconds=body.slice_seconds,
    )


def outcome(decided: messages.Outcome) -> wire.Granted | wire.Refused | wire.Answered | wire.Extended | wire.Ended:
    """What the desk decided.

    Errors: FaultError where the call is unknown (404) or the message contradicts (409).
    """
    match decided:
        case values.Granted():
            return _granted(decided)
        case values.Ended():
            return _ended(decided)
        case values.Refused():
            return _refused(decided)
        case values.Answered():
            return wire.Answered(decided.state, decided.answered_at, decided.granted_seconds)
        case values.Extended():
            return wire.Extended(decided.granted_seconds)
        case values.UnknownCall():
            raise faults.unknown_call()
        case values.Contradiction():
            raise faults.contradiction(decided.message)
        case _:
            raise TypeError(f"{type(decided).__name__} is no answer to a switch.")


def _ended(settled: values.Ended) -> wire.Ended:
    return wire.Ended(
        charge_micros=settled.charge_micros,
        billable_seconds=settled.billable_seconds,
        balance_micros=settled.balance_micros,
        allowance_seconds=settled.allowance_seconds,
        forgiven_micros=settled.forgiven_micros,
    )


def _refused(decided: values.Refused) -> wire.Refused:
    if decided.retry_after_seconds is None:
        return wire.Refused(decided.reason)
    return wire.Refused(decided.reason, decided.retry_after_seconds)


def _granted(decided: values.Granted) -> wire.Granted:
    there = decided.destination
    return wire.Granted(
        granted_seconds=decided.granted_seconds,
        destination=wire.Destination(
            key=there.key,
            country_iso2=there.country_iso2,
            line_type=there.line_type,
            area=there.area,
            name_en=there.name_en,
            name_ru=there.name_ru,
        ),
        minute_price_micros=decided.minute_price_micros,
        connect_fee_micros=decided.connect_fee_micros,
        balance_micros=decided.balance_micros,
        routes=tuple(wire.Route(route.carrier, route.dial) for route in decided.routes),
        allowance_seconds=decided.allowance_seconds,
        notices=tuple(wire.Notice(told.kind.value, told.amount, told.expires_at) for told in decided.notices),
    )


def status(view: CallView) -> wire.CallStatus:
    """A call as it stands."""
    return wire.CallStatus(
        call_id=view.call_id,
        state=view.state,
        refusal_reason=view.refusal_reason,
        authorized_at=view.authorized_at,
        answered_at=view.answered_at,
        ended_at=view.ended_at,
        granted_seconds=view.granted_seconds,
        hold_micros=view.hold_micros,
        proof=None if view.proof is None else _proof(view.proof),
    )


def _proof(proof: CallProof) -> wire.Proof:
    return wire.Proof(
        started_at=proof.started_at,
        destination=_destination(proof.destination),
        masked_number=proof.masked_number,
        prefix=proof.prefix,
        deck_version=proof.deck_version,
        terms=_terms(proof.terms),
        used_seconds=proof.used_seconds,
        billable_seconds=proof.billable_seconds,
        increments=proof.increments,
        fee_micros=proof.fee_micros,
        charge_micros=proof.charge_micros,
        balance_before_micros=proof.balance_before_micros,
        balance_after_micros=proof.balance_after_micros,
        overrun_seconds=proof.overrun_seconds,
        overrun_micros=proof.overrun_micros,
        release_cause=proof.release_cause,
        allowance_seconds=proof.allowance_seconds,
        parts=tuple(
            wire.Part(
                part.from_seconds, part.seconds, part.increments, part.minute_price_micros, part.paid_by_allowance
            )
            for part in proof.parts
        ),
        fairness=proof.fairness,
        forgiven_micros=proof.forgiven_micros,
        guaranteed=proof.guaranteed,
    )


def _terms(terms: RateTerms) -> wire.Terms:
    return wire.Terms(
        minute_price_micros=terms.minute_price_micros,
        connect_fee_micros=terms.connect_fee_micros,
        first_increment_seconds=terms.first_increment_seconds,
        next_increment_seconds=terms.next_increment_seconds,
        minimum_charge_micros=terms.minimum_charge_micros,
        free_up_to_seconds=terms.free_up_to_seconds,
        steps=_steps(terms.steps),
        bands=tuple(
            wire.TimeBand(band.from_week_seconds, band.to_week_seconds, band.minute_price_micros, _steps(band.steps))
            for band in terms.bands
        ),
        time_zone=terms.time_zone,
    )


def _steps(steps: tuple[PriceStep, ...]) -> tuple[wire.PriceStep, ...]:
    return tuple(wire.PriceStep(step.from_seconds, step.minute_price_micros) for step in steps)


def _destination(info: DestinationInfo) -> wire.Destination:
    return wire.Destination(
        key=info.key,
        country_iso2=info.country_iso2,
        line_type=info.line_type.value,
        area=info.area,
        name_en=info.name("en"),
        name_ru=info.name("ru"),
    )
