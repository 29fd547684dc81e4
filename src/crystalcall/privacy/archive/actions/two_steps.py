"""What both steps of two officers begin with."""

from crystalcall.privacy.archive.values import OpeningRefusal, OpeningRefused
from crystalcall.privacy.officers.key_file import OfficerKeys
from crystalcall.privacy.officers.queries import officer
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
