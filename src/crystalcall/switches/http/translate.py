"""Between the wire's structures and the call room's values: fields are named on each side, nothing is decided."""

from crystalcall.minutes.calls import values
from crystalcall.minutes.calls.values import AuthorizeRequest, CallProof, CallView
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.switches.http import wire


def authorize_request(switch_id: int, body: wire.Authorize) -> AuthorizeRequest:
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


def decision(decided: values.Granted | values.Refused) -> wire.Granted | wire.Refused:
    """A grant or a refusal."""
    if isinstance(decided, values.Refused):
        if decided.retry_after_seconds is None:
            return wire.Refused(decided.reason)
        return wire.Refused(decided.reason, decided.retry_after_seconds)
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
    )


def answered(noted: values.Answered) -> wire.Answered:
    """A noted answer."""
    return wire.Answered(noted.state, noted.answered_at, noted.granted_seconds)


def extended(limit: values.Extended) -> wire.Extended:
    """A new limit."""
    return wire.Extended(limit.granted_seconds)


def ended(settled: values.Ended) -> wire.Ended:
    """A settled call."""
    return wire.Ended(settled.charge_micros, settled.billable_seconds, settled.balance_micros)


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
    terms = proof.terms
    return wire.Proof(
        started_at=proof.started_at,
        destination=_destination(proof.destination),
        masked_number=proof.masked_number,
        prefix=proof.prefix,
        deck_version=proof.deck_version,
        terms=wire.Terms(
            minute_price_micros=terms.minute_price_micros,
            connect_fee_micros=terms.connect_fee_micros,
            first_increment_seconds=terms.first_increment_seconds,
            next_increment_seconds=terms.next_increment_seconds,
        ),
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
    )


def _destination(info: DestinationInfo) -> wire.Destination:
    return wire.Destination(
        key=info.key,
        country_iso2=info.country_iso2,
        line_type=info.line_type.value,
        area=info.area,
        name_en=info.name("en"),
        name_ru=info.name("ru"),
    )
