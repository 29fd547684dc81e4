"""What the call room keeps about people: the number called, and nothing else.

A card's serial and the account's id are opaque; whose they are is known to `customers` alone, which can forget it.
Erasing is `actions.erase_called_numbers`; exporting is `queries.calls_of_account`.
"""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Impersonal, declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

_CALL_PURPOSES = (
    *(Purpose.CALL_DELIVERY, Purpose.CALL_RECORD, Purpose.CUSTOMER_SERVICE),
    *(Purpose.PRIVACY_REQUEST, Purpose.RECORD_KEEPING, Purpose.LEGAL_OBLIGATION),
)
_ROW = impersonal("row number")
_ACCOUNT = impersonal("opaque id of a ledger account; only customers can tell whose")
_PRICE = impersonal("price, time or sum of a call, without whom or which number")
_DESTINATION = impersonal("destination of a rate deck, shared by thousands of numbers")


def _all(names: str, declaration: Impersonal) -> dict[str, Impersonal]:
    return dict.fromkeys(names.split(), declaration)


def declare_all() -> None:
    """Declare every field of this room."""
    _declare_call()
    _declare_running()
    _declare_record()
    _declare_step()
    _declare_beside()


def _declare_call() -> None:
    declare(
        "calls.Call",
        {
            "id": impersonal("hash of the switch and its own name of the call"),
            "switch_id": impersonal("which switch of the operator"),
            "call_id": impersonal("the switch's own name of the call"),
            "ledger_account_id": _ACCOUNT,
            "pin_serial": impersonal("public serial of a card, not its secret"),
            "refusal_reason": impersonal("a word of a closed list"),
            "retry_after_seconds": impersonal("how long a source of wrong PINs waits"),
            "authorize_digest": impersonal("keyed hash; nobody can read a number or PIN from it"),
            "sealed_grant": personal(
                category="user.contact.phone_number",
                purposes=_CALL_PURPOSES,
                retention="call_record",
                erase="destroy",
                label=_("Numbers you called"),
            ),
            "policy_version": impersonal("number of the policy in force when it was collected"),
            "authorized_at": _PRICE,
        },
    )


def _declare_running() -> None:
    declare(
        "calls.RunningCall",
        {
            "call": impersonal("points to the call"),
            "ledger_account_id": _ACCOUNT,
            "seat": impersonal("a count"),
            "reservation_id": impersonal("opaque id of a hold in the ledger"),
            "offers": impersonal("names of rates in decks"),
            "allowances": impersonal("opaque ids of bundles and how much of them is held"),
        }
        | _all("granted_seconds slice_seconds hold_micros is_risky last_used_seconds last_sequence", _PRICE)
        | _all("authorized_at answered_at expires_at", _PRICE),
    )


def _declare_record() -> None:
    declare(
        "calls.CallRecord",
        {
            "call": impersonal("points to the call"),
            "ledger_account_id": _ACCOUNT,
            "allowances": impersonal("opaque ids of bundles and how much of them was used"),
            "transfer_key": impersonal("opaque name of a transfer in the ledger"),
            "carrier": impersonal("a company that completes calls"),
            "end_digest": impersonal("keyed hash of seconds and a cause"),
        }
        | _all("destination_key country_iso2 line_type area prefix", _DESTINATION)
        | _all("deck_id deck_version offer is_guaranteed is_risky minute_price_micros connect_fee_micros", _PRICE)
        | _all("first_increment_seconds next_increment_seconds minimum_charge_micros free_up_to_seconds", _PRICE)
        | _all("terms week_second granted_seconds used_seconds billable_seconds increments", _PRICE)
        | _all("allowance_seconds fee_micros charge_micros hold_micros overrun_seconds overrun_micros", _PRICE)
        | _all("fairness forgiven_micros balance_before_micros available_after_micros cost_micros", _PRICE)
        | _all("release_cause authorized_at answered_at ended_at", _PRICE),
    )


def _declare_step() -> None:
    declare(
        "calls.CallStep",
        {
            "call": impersonal("points to the call"),
            "step": impersonal("a word of a closed list"),
            "sequence": impersonal("a count"),
            "content_digest": impersonal("keyed hash of times of a call"),
            "answer": impersonal("times and sums, without whom or which number"),
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
    declare("calls.RecordHorizon", {"id": _ROW, "kept_from": impersonal("from when on records are kept")})
    declare("calls.BookedDay", _all("day booked_at", impersonal("a day of the books")))
    own = impersonal("a number of the operator's own, printed on every card")
    declare("calls.AccessNumber", {"id": _ROW} | _all("e164 place_en place_ru active", own))
