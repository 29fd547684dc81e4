"""What this room keeps about people: nothing that says whose it is; limits hang on an opaque account."""

from crystalcall.privacy.inventory import declare, impersonal


def declare_all() -> None:
    """Declare the fields of limits and of ranges of risk."""
    wish = impersonal("a limit of an opaque account; only customers links it to a person")
    carried = impersonal("a sum or count of one day, of an opaque account")
    declare(
        "limits.AccountLimits",
        {
            "ledger_account_id": impersonal("opaque account; only customers links it to a person"),
            "max_calls": wish,
            "day_cap_micros": wish,
            "call_cap_micros": wish,
            "call_cap_seconds": wish,
            "allowed_countries": wish,
            "premium_allowed": wish,
            "satellite_allowed": wish,
            "set_at": impersonal("time of a change to an opaque account's limits"),
            "carried_at": impersonal("time at which credit came from another opaque account"),
            "carried_spent_micros": carried,
            "carried_calls": carried,
            "carried_risk_calls": carried,
        },
    )
    declare(
        "limits.RiskRange",
        {
            "id": impersonal("row number"),
            "prefix": impersonal("the beginning of a whole range of numbers, nobody's number"),
            "note": impersonal("the operator's words about a range"),
            "added_at": impersonal("time of a change to the list of ranges"),
        },
    )
