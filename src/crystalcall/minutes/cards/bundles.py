"""Which destinations a bundle of minutes is for, as operators write it: "ru-landline", "ru-mobile", "ru-*"."""

from crystalcall.rules.ledger import AmountError, checked_coverage


def read_coverage(typed: str) -> str | None:
    """The coverage as the books write it, or None where no country or no kind of line is meant."""
    from phonenumbers import SUPPORTED_REGIONS

    try:
        coverage = checked_coverage(typed.strip().lower())
    except AmountError:
        return None
    return coverage if coverage.partition("-")[0].upper() in SUPPORTED_REGIONS else None
