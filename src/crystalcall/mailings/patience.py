"""How long a mail is tried again: pure figures."""

from typing import Final

TRIES_AT_MOST: Final = 14
LEASE_SECONDS: Final = 300
"""How long one try may take before another worker may take the notice: longer than all SMTP timeouts of one mail."""

# Short at first, since most failures are a restart of the mail server; about two days in all.
_DELAYS_SECONDS: Final = (30, 60, 120, 300, 900, 1800, 3600, 7200, 14400, 21600, 28800, 36000, 43200)


def delay_seconds(tries: int) -> int:
    """The wait after so many failed tries (1 or more)."""
    return _DELAYS_SECONDS[min(tries, len(_DELAYS_SECONDS)) - 1]
