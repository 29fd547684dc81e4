"""An officer acts: the key in the officer's own file signs what is done, and the register keeps it beside each line."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from crystalcall.privacy.officers.actions import approval_hash
from crystalcall.privacy.officers.key_file import OfficerKeys, is_signed
from crystalcall.privacy.officers.queries import approval_message, officer, officers
from crystalcall.privacy.officers.values import OfficerInfo, OfficerRefusal, OfficerRefused
from crystalcall.privacy.register.signing_hand import signing_hand
from crystalcall.rules.privacy.canonical import canonical

ACT: Final = "officer.acts"


def serving_with(keys: OfficerKeys) -> OfficerInfo | OfficerRefused:
    """The officer whose key file this is, if they serve and the keys are those with which they were appointed."""
    found = officer(keys.name)
    if found is None:
        return OfficerRefused(OfficerRefusal.UNKNOWN, keys.name)
    if not found.is_active:
        return OfficerRefused(OfficerRefusal.NOT_ADMITTED if found.is_proposed else OfficerRefusal.RETIRED, keys.name)
    if found.fingerprint != keys.public.fingerprint:
        return OfficerRefused(OfficerRefusal.KEYS_OF_ANOTHER, keys.name)
    return found


@contextmanager
def acting(keys: OfficerKeys, command: str, said: Mapping[str, str], *, now: datetime) -> Iterator[None]:
    """Sign a command, what was said with it and the moment; each line entered within carries the signature.

    What was said is signed by its hash: the words themselves stand beside the line, or nowhere.
    """
    content = {
        "command": command,
        "said": hashlib.sha256(canonical(dict(said))).hexdigest(),
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "once": uuid4().hex,
    }
    signature = keys.sign(approval_message(approval_hash(ACT, content)))
    with signing_hand({"officer": keys.public.fingerprint, "content": content, "signature": signature.hex()}):
        yield


def is_by_its_officer(signed: Mapping[str, Any]) -> bool:
    """Whether what stands beside a line was signed by the officer whom it names."""
    key = next((each.verify_key for each in officers() if each.fingerprint == signed.get("officer")), None)
    if key is None:
        return False
    message = approval_message(approval_hash(ACT, signed.get("content")))
    try:
        return is_signed(key, message, bytes.fromhex(str(signed.get("signature"))))
    except ValueError:
        return False
