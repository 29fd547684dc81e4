"""What retention keeps: counts of what is gone, of nobody."""

from crystalcall.privacy.inventory import declare, impersonal


def declare_all() -> None:
    """Declare the fields of retention's tables."""
    count = impersonal("how many rows were given up, of nobody any more")
    word = impersonal("a word of a closed list")
    declare(
        "privacy.RetentionCount",
        {
            "id": impersonal("row number"),
            "day": impersonal("day of a pass"),
            "retention": word,
            "what": word,
            "number": count,
            "entered": count,
        },
    )
    moment = impersonal("time of a pass of the clock")
    declare("privacy.RetentionRun", {"day": moment, "began_at": moment, "ended_at": moment, "failed": word})
