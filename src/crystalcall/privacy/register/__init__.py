"""The register of what the shop did with people's data: append-only, chained by hashes, signed every day.

Other rooms need these few words of it. `signing` ends a day, `verifying` checks everything, `publishing` says what the
world may read, and `verifier.py` is what readers run on their own machines.
"""

from crystalcall.privacy.register.actions import enter, erase_secret, unveil
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.register.queries import head
from crystalcall.privacy.register.values import EntryInfo, Head, NotImpersonalError

__all__ = ["EntryInfo", "EntryKind", "Head", "NotImpersonalError", "enter", "erase_secret", "head", "unveil"]
