"""Telephone numbers: read without guessing from what people type and switches send, and masked for proofs.

The tables of the world's numbering plans are those of ``phonenumbers`` (Google's libphonenumber). They are imported
inside the functions: loading them costs a tenth of a second and tens of megabytes. Its own look-up costs up to 230
microseconds; `plans` compiles the same tables into one expression per country and length, which take a few, and a test
holds the two together over the numbers of all countries.
"""

from crystalcall.rules.numbering.masking import mask
from crystalcall.rules.numbering.reading import read_e164, read_number
from crystalcall.rules.numbering.short_codes import MOST_ENTRIES, read_short_code
from crystalcall.rules.numbering.values import (
    CLOSED_LINES,
    E164_MAX_DIGITS,
    LineType,
    Number,
    Unclear,
    UnclearReason,
)

__all__ = [
    "CLOSED_LINES",
    "E164_MAX_DIGITS",
    "MOST_ENTRIES",
    "LineType",
    "Number",
    "Unclear",
    "UnclearReason",
    "mask",
    "read_e164",
    "read_number",
    "read_short_code",
]
