"""People who buy: their details, sealed, and the only link from a person to a ledger account."""
