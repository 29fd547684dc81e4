"""Amounts as staff type them."""

import re
from typing import Final

CENT_MICROS: Final = 10_000
_DOLLARS: Final = re.compile(r"\$?\s*(\d{1,4})(?:[.,](\d{2}))?\s*\$?", re.ASCII)


def read_dollars(text: str) -> int | None:
    """Micros of what was typed as dollars, "5", "2.50", "2,50"; None for anything else, and for nothing."""
    found = _DOLLARS.fullmatch(text.strip())
    if found is None:
        return None
    cents = int(found[1]) * 100 + int(found[2] or 0)
    return cents * CENT_MICROS or None
