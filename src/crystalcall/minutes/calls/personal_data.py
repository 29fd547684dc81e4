"""What the call room keeps about people: the number called, and when, how long, where to and at what price.

The number is sealed. All else stands under an opaque account, and is somebody's as long as `customers.AccountLink` says
whose account that is: deletion cuts the link. Erasing numbers is `keeping.erase_called_numbers`; exporting is
`keeping_people`.
"""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Declaration, Personal, declare, impersonal, joined, personal
from crystalcall.privacy.purposes import Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LINK: Final = "customers.AccountLink.ledger_account_id"
_NUMBER_PURPOSES = (
    *(Purpose.CALL_DELIVERY, Purpose.CALL_RECORD, Purpose.CUSTOMER_SERVICE),
    *(Purpose.PRIVACY_REQUEST, Purpose.RECORD_KEEPING, Purpose.LEGAL_OBLIGATION),
)
# The store's guards count what a card called of late; that is a use of these figures, and not of the number.
_CALL_PURPOSES = (*_NUMBER_PURPOSES, Purpose.ABUSE_PREVENTION)
_ROW = impersonal("row number")
_POINTER = impersonal("points to the call")


def _of_a_call(label: "_StrPromise", category: str = "user.behavior", why_not: "_StrPromise | str" = "") -> Personal:
    return joined(
        personal(
            category=category,
            purposes=_CALL_PURPOSES,
            retention="call_record",
            erase="unlink",
            label=label,
            not_exported=why_not,
        ),
        by=LINK,
    )


_ACCOUNT = _of_a_call(_("Number of the credit in our books"), "user.unique_id.pseudonymous")
_CARD = _of_a_call(_("Serial number of the card"), "user.account")
_WHEN = _of_a_call(_("When a call was asked for, answered and over"))
_LENGTH = _of_a_call(_("How long you talked, and how much of it was charged"))
_WHERE = _of_a_call(_("Which country, area and kind of line you called"))
_PRICE = _of_a_call(_("What a call cost, and by which prices"))
_LEFT = _of_a_call(_("What was left on the card before and after a call"), "user.account")
_END = _of_a_call(_("Which telephone company completed a call, and how it ended"))
_WORKING = _of_a_call(
    _("How the price of a call was worked out"),
    why_not=_("steps on the way to the price, which the export gives with its parts"),
)
_RUNNING = _of_a_call(
    _("How far a call in progress is"),
    why_not=_("changes by the second while you talk; what becomes of it stands with your calls"),
)
_REPEATED = _of_a_call(
    _("What was answered to the exchange about a call"),
    why_not=_("repeats times and sums of the call, for some weeks, in case the exchange asks again"),
)
_OUR_COST = _of_a_call(
    _("What the telephone company asked of us for a call"), why_not=_("our own cost, which you do not pay")
)
_RISK = _of_a_call(
    _("Whether a call went to numbers known for fraud"),
    why_not=_("whoever knew these numbers could get around the guard"),
)


def _all(names: str, declaration: Declaration) -> dict[str, Declaration]:
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
            "pin_serial": _CARD,
            "refusal_reason": impersonal("why a call was refused; a refused call is kept without its card"),
            "retry_after_seconds": impersonal("how long a source of wrong PINs waits, without the source"),
            "authorize_digest": impersonal("keyed hash; nobody can read a number or PIN from it"),
            "sealed_grant": personal(
                category="user.contact.phone_number",
                purposes=_NUMBER_PURPOSES,
                retention="call_record",
                erase="destroy",
                label=_("Numbers you called"),
            ),
            "policy_version": impersonal("number of the policy in force when it was collected"),
            "authorized_at": _WHEN,
        },
    )


def _declare_running() -> None:
    declare(
        "calls.RunningCall",
        _all("call", _POINTER)
        | _all("ledger_account_id", _ACCOUNT)
        | _all("hold_micros", _PRICE)
        | _all("authorized_at answered_at", _WHEN)
        | _all("seat reservation_id offers allowances granted_seconds slice_seconds is_risky", _RUNNING)
        | _all("last_used_seconds last_sequence expires_at", _RUNNING),
    )


def _declare_record() -> None:
    declare(
        "calls.CallRecord",
        _all("call", _POINTER)
        | _all("ledger_account_id", _ACCOUNT)
        | _all("transfer_key", impersonal("opaque name of a transfer in the ledger"))
        | _all("end_digest", impersonal("keyed hash of seconds and a cause"))
        | _all("cost_micros", _OUR_COST)
        | _all("is_risky", _RISK)
        | _all("authorized_at answered_at ended_at", _WHEN)
        | _all("destination_key country_iso2 line_type area prefix", _WHERE)
        | _all("used_seconds billable_seconds allowance_seconds", _LENGTH)
        | _all("charge_micros fee_micros forgiven_micros fairness", _PRICE)
        | _all("deck_version is_guaranteed minute_price_micros connect_fee_micros", _PRICE)
        | _all("first_increment_seconds next_increment_seconds minimum_charge_micros free_up_to_seconds", _PRICE)
        | _all("balance_before_micros available_after_micros", _LEFT)
        | _all("carrier release_cause", _END)
        | _all("deck_id offer terms week_second increments granted_seconds allowances", _WORKING)
        | _all("hold_micros overrun_seconds overrun_micros", _WORKING),
    )


def _declare_step() -> None:
    declare(
        "calls.CallStep",
        {
            "call": _POINTER,
            "step": impersonal("a word of a closed list"),
            "sequence": impersonal("a count"),
            "content_digest": impersonal("keyed hash of times of a call"),
            "answer": _REPEATED,
            "received_at": _REPEATED,
        },
    )


def _declare_beside() -> None:
    promised = joined(
        personal(
            category="user.account",
            purposes=_CALL_PURPOSES,
            retention="credit_record",
            erase="unlink",
            label=_("Prices you were promised"),
        ),
        by=LINK,
    )
    declare("calls.QuoteGuarantee", {"id": _ROW, "ledger_account_id": promised, "deck_id": promised, "until": promised})
    declare("calls.RecordHorizon", {"id": _ROW, "kept_from": impersonal("from when on records are kept")})
    declare("calls.BookedDay", _all("day booked_at", impersonal("a day of the books")))
    own = impersonal("a number of the operator's own, printed on every card")
    declare("calls.AccessNumber", {"id": _ROW} | _all("e164 place_en place_ru active", own))
