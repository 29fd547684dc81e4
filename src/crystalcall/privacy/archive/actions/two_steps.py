"""What both steps of two officers begin with."""

from datetime import datetime

from crystalcall.privacy.archive.models import ArchiveOpening, ArchiveRewrap
from crystalcall.privacy.archive.values import OpeningRefusal, OpeningRefused
from crystalcall.privacy.officers.key_file import OfficerKeys
from crystalcall.privacy.officers.queries import active, officer
from crystalcall.privacy.officers.values import OfficerInfo


def serving(keys: OfficerKeys) -> OfficerInfo | OpeningRefused:
    """The officer whose key file this is, if they serve and the keys are those that were appointed."""
    found = officer(keys.name)
    if found is None:
        return OpeningRefused(OpeningRefusal.OFFICER_UNKNOWN)
    if found.is_proposed:
        return OpeningRefused(OpeningRefusal.OFFICER_NOT_ADMITTED)
    if not found.is_active:
        return OpeningRefused(OpeningRefusal.OFFICER_RETIRED)
    if found.fingerprint != keys.public.fingerprint:
        return OpeningRefused(OpeningRefusal.KEYS_OF_ANOTHER)
    return found


def second_refusal(
    row: ArchiveOpening | ArchiveRewrap | None, second: OfficerInfo, *, now: datetime
) -> OpeningRefusal | None:
    """Why this officer may not take the second step of what another asked for; None where they may."""
    if row is None:
        return OpeningRefusal.UNKNOWN_OPENING
    if row.closed_at is not None or row.expires_at <= now:
        return OpeningRefusal.OVER
    if row.asked_by == second.fingerprint:
        return OpeningRefusal.SAME_OFFICER
    if isinstance(row, ArchiveRewrap) and row.second != second.fingerprint:
        return OpeningRefusal.NOT_THE_SECOND
    names = {each.fingerprint for each in active()}
    return None if row.asked_by in names else OpeningRefusal.OFFICER_RETIRED
