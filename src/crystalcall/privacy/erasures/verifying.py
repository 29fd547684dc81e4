"""Whether the replay ledger is whole: without it a restored backup would bring people back, and nobody would notice."""

from crystalcall.privacy.erasures.ledger import FILE, LedgerBrokenError
from crystalcall.privacy.erasures.queries import beyond_ledger
from crystalcall.privacy.register.verifying import Finding


def findings() -> tuple[Finding, ...]:
    """What is wrong with the replay ledger: it cannot be read, was altered, or lacks what this database carried out."""
    try:
        lacking = beyond_ledger()
    except (LedgerBrokenError, OSError) as problem:
        return (Finding("replay_ledger", FILE, str(problem)),)
    if not lacking:
        return ()
    sentence = f"It lacks {lacking} erasures that this database carried out: put the newest copy of it there."
    return (Finding("replay_ledger", FILE, sentence),)
