"""Stored value: rates, the ledger, PINs and the calls that use them."""
