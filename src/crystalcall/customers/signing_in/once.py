"""What works once only, whichever process is asked: proofs of unsafe requests, and passes of the age form."""

from datetime import datetime

from django.db import IntegrityError, transaction

from crystalcall.customers.signing_in.models import UsedOnce


def use_once(digest: bytes, until: datetime) -> bool:
    """Whether this was not used before; from now on it was. It is remembered until then, when it is worth nothing."""
    try:
        with transaction.atomic():
            UsedOnce.objects.create(digest=digest, until=until)
    except IntegrityError:
        return False
    return True


def was_used(digest: bytes) -> bool:
    """Whether this was used; nothing changes."""
    return UsedOnce.objects.filter(digest=digest).exists()
