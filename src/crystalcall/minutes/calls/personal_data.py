"""What the call room keeps about people: the number called, and nothing else.

A card's serial and the account's id are opaque; whose they are is known to `customers` alone, which can forget it.
Erasing is `actions.erase_called_numbers`; exporting is `queries.calls_of_account`.
"""

from crystalcall.privacy.inventory import Impersonal, declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

_CALL_PURPOSES = (Purpose.CALL_DELIVERY, Purpose.CALL_RECORD)
_ROW = impersonal("row number")
_ACCOUNT = impersonal("opaque id of a ledger account; only customers can tell whose")
_PRICE = impersonal("price, time or sum of a call, without whom or which number")
_DESTINATION = impersonal("destination of a rate deck, shared by thousands of numbers")


def _all(names: str, declaration: Impersonal) -> dict[str, Impersonal]:
    return dict.fromkeys(names.split(), declaration)


def declare_all() -> None:
    """Declare every field of this room."""
    _declare_call()
    _declare_record()
    _declare_number()
    _declare_step()
    _declare_beside()


def _declare_call() -> None:
    declare(
        "calls.Call",
        {
            "id": impersonal("random id of a call"),
            "switch_id": impersonal("which switch of the operator"),
            "call_id": impersonal("the switch's own name of the call"),
            "ledger_account_id": _ACCOUNT,
            "reservation_id": impersonal("opaque id of a hold in the ledger"),
            "pin_serial": impersonal("public serial of a card, not its secret"),
            "offers": impersonal("prices of rate decks"),
            "refusal_reason": impersonal("a word of a closed list"),
        }
        | _all("state granted_seconds slice_seconds hold_micros last_used_seconds last_sequence", _PRICE)
        | _all("authorized_at answered_at expires_at ended_at", _PRICE),
    )


def _declare_record() -> None:
    declare(
        "calls.CallRecord",
        {"id": _ROW, "call": impersonal("points to the call"), "ledger_account_id": _ACCOUNT}
        | _all("destination_key country_iso2 line_type area prefix", _DESTINATION)
        | _all("deck_id deck_version offer minute_price_micros connect_fee_micros", _PRICE)
        | _all("first_increment_seconds next_increment_seconds granted_seconds used_seconds", _PRICE)
        | _all("billable_seconds increments fee_micros charge_micros hold_micros", _PRICE)
        | _all("overrun_seconds overrun_micros balance_before_micros balance_after_micros", _PRICE)
        | _all("transfer_id release_cause state started_at ended_at", _PRICE),
    )


def _declare_number() -> None:
    number = personal(
        category="user.contact.phone_number", purposes=_CALL_PURPOSES, retention="call_record", erase="destroy"
    )
    declare(
        "calls.CalledNumber",
        {"call": impersonal("points to the call"), "sealed_number": number, "masked": number},
    )


def _declare_step() -> None:
    declare(
        "calls.CallStep",
        {
            "id": _ROW,
            "call": impersonal("points to the call"),
            "step": impersonal("a word of a closed list"),
            "sequence": impersonal("a count"),
            "content_digest": impersonal("keyed hash; nobody can read a number or PIN from it"),
            "sealed_answer": personal(
                category="user.contact.phone_number", purposes=_CALL_PURPOSES, retention="call_step", erase="destroy"
            ),
            "received_at": impersonal("time of a message between machines"),
        },
    )


def _declare_beside() -> None:
    declare(
        "calls.QuoteGuarantee",
        {
            "id": _ROW,
            "ledger_account_id": _ACCOUNT,
            "deck_id": impersonal("which rate deck"),
            "until": impersonal("end of a promise"),
        },
    )
    own = impersonal("a number of the operator's own, printed on every card")
    declare("calls.AccessNumber", {"id": _ROW} | _all("e164 place_en place_ru active", own))
