"""What the room keeps about people: nothing. Prices and prefixes belong to companies and countries."""

from crystalcall.privacy.inventory import declare, impersonal

ROW = impersonal("row number")
PREFIX = impersonal("the first digits of a numbering plan, as carriers publish them; no subscriber's number")
PRICE = impersonal("a published price or the rule that made it")
TIME = impersonal("time of a price list")
COMPANY = impersonal("a company that sells telephone calls")
PLACE = impersonal("a country, an area or a kind of line")
POINTER = impersonal("points to a row of this room")
COUNT = impersonal("a count")
SOURCE = impersonal("where a published price was found")


TERMS = {
    "minute_price_micros": PRICE,
    "connect_fee_micros": PRICE,
    "first_increment_seconds": PRICE,
    "next_increment_seconds": PRICE,
    "minimum_charge_micros": PRICE,
    "free_up_to_seconds": PRICE,
    "cap_seconds": PRICE,
    "schedule": PRICE,
}


def declare_all() -> None:
    """Declare every field of every table of the room impersonal."""
    _declare_carriers()
    _declare_retail()
    _declare_margins()
    declare(
        "rates.SavingClaim",
        {
            "id": ROW,
            "deck": POINTER,
            "destination": POINTER,
            "percent": PRICE,
            "our_minute_price_micros": PRICE,
            "reference_minute_price_micros": PRICE,
            "reference_carrier": COMPANY,
            "reference_year": TIME,
            "reference_source": SOURCE,
            "evidence": impersonal("published prices that were compared"),
            "computed_at": TIME,
        },
    )


def _declare_carriers() -> None:
    """The price lists as they came."""
    declare("rates.Carrier", {"id": ROW, "code": COMPANY})
    declare(
        "rates.CarrierDeck",
        {
            "id": ROW,
            "carrier": POINTER,
            "effective_at": TIME,
            "imported_at": TIME,
            "withdrawn_at": TIME,
            "source": SOURCE,
            "sha256": impersonal("checksum of a price list"),
            "row_count": COUNT,
            "currency": PRICE,
            "dollars_per_unit": PRICE,
        },
    )
    declare("rates.CarrierRate", {"id": ROW, "deck": POINTER, "prefix": PREFIX, "destination": PLACE, **TERMS})


def _declare_retail() -> None:
    """What we sell at."""
    declare("rates.Destination", {"id": ROW, "key": PLACE, "country_iso2": PLACE, "line_type": PLACE, "area": PLACE})
    declare(
        "rates.RateDeck",
        {
            "id": ROW,
            "version": impersonal("a count of publications"),
            "effective_at": TIME,
            "published_at": TIME,
            "withdrawn_at": TIME,
            "margin_basis_points": PRICE,
            "rounding_micros": PRICE,
            "floor_micros": PRICE,
            "rules": PRICE,
        },
    )
    declare("rates.RateDeckSource", {"id": ROW, "deck": POINTER, "carrier_deck": POINTER})
    declare(
        "rates.Rate",
        {
            "id": ROW,
            "deck": POINTER,
            "prefix": PREFIX,
            "destination": POINTER,
            "cost_micros": PRICE,
            "cost_exception": POINTER,
            **TERMS,
        },
    )
    declare(
        "rates.Route",
        {
            "id": ROW,
            "deck": POINTER,
            "prefix": PREFIX,
            "rank": impersonal("an order"),
            "carrier": POINTER,
            "cost_micros": PRICE,
            **{name: declaration for name, declaration in TERMS.items() if name != "minute_price_micros"},
        },
    )


def _declare_margins() -> None:
    """What prices leave us, and who signed for those that leave nothing."""
    declare(
        "rates.CostException",
        {
            "id": ROW,
            "deck": POINTER,
            "destination": POINTER,
            "reason": impersonal("why a price may be under cost, in the operator's words"),
            "signed_by": impersonal("the login or role of a member of staff who answers for a price; no customer"),
            "signed_at": TIME,
        },
    )
    declare(
        "rates.Margin",
        {
            "id": ROW,
            "deck": POINTER,
            "destination": POINTER,
            "prefix_count": COUNT,
            "least_price_micros": PRICE,
            "most_price_micros": PRICE,
            "least_cost_micros": PRICE,
            "most_cost_micros": PRICE,
            "margin_basis_points": PRICE,
            "free_up_to_seconds": PRICE,
            "worst_seconds": PRICE,
            "worst_paid_micros": PRICE,
            "worst_cost_micros": PRICE,
            "cost_exception": POINTER,
        },
    )
