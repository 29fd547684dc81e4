"""PINs: bearer secrets that open a ledger account, kept so that nobody who reads the database can dial with them."""
