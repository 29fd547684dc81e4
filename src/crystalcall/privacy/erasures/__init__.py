"""Erasures: who is forgotten, everywhere at once, and the ledger by which a restored backup forgets them again."""
