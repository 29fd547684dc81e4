"""What is done with a sign-in that stands: extended, signed out, ended from elsewhere."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from crystalcall.customers.signing_in.locks import locked_credential
from crystalcall.customers.signing_in.models import Ceremony, SignIn
from crystalcall.customers.signing_in.occurring import noted
from crystalcall.customers.signing_in.standing import end_sign_ins, signed_in_of
from crystalcall.customers.signing_in.values import Audience, SignedIn
from crystalcall.rules.signing_in import Standing, standing


def extend(signed_in: SignedIn, *, now: datetime) -> SignedIn | None:
    """Begin the idle half hour anew, never beyond the twelve hours; None where the sign-in has ended."""
    row = SignIn.objects.select_related("credential").filter(pk=signed_in.sign_in_id).first()
    if row is None or standing(row.last_used_at, row.expires_at, now) is not Standing.STANDS:
        return None
    if now > row.last_used_at:
        SignIn.objects.filter(pk=row.pk, last_used_at__lt=now).update(last_used_at=now)
        row.last_used_at = now
    return signed_in_of(row)


@noted("sign_out")
def sign_out(signed_in: SignedIn, *, now: datetime) -> None:  # noqa: ARG001 - every action is told the time
    """End this sign-in at once and for ever; repeating changes nothing (ASVS 5.0, 7.4.1)."""
    SignIn.objects.filter(pk=signed_in.sign_in_id).delete()


@noted("end")
def end(signed_in: SignedIn, sign_in_id: UUID, *, now: datetime) -> bool:  # noqa: ARG001 - likewise
    """End one of somebody's own sign-ins; False where they have none of that id (ASVS 5.0, 7.5.2)."""
    mine = SignIn.objects.filter(pk=sign_in_id, credential_id=signed_in.principal_id)
    deleted, _by_model = mine.delete()
    return bool(deleted)


@noted("end_others")
def end_others(signed_in: SignedIn, *, now: datetime) -> int:  # noqa: ARG001 - likewise
    """End every other sign-in of the same person; gives how many (ASVS 5.0, 7.4.3)."""
    return end_sign_ins(signed_in.principal_id, but=signed_in.sign_in_id)


@noted("end_all")
def end_all(audience: Audience, principal_id: UUID, *, now: datetime) -> int:  # noqa: ARG001 - likewise
    """End every sign-in of somebody, and every step under way; gives how many sign-ins (ASVS 5.0, 7.4.2, 7.4.5)."""
    with transaction.atomic():
        credential = locked_credential(principal_id)
        if credential is None or credential.audience != audience.value:
            return 0
        Ceremony.objects.filter(credential=credential).delete()
        return end_sign_ins(principal_id)
