"""A child is forgotten: whatever a case holds about them goes at once, whatever became of the case (clause C19)."""

from datetime import datetime

from django.db import transaction

from crystalcall.privacy.authorities.actions.steps import OVER, enter_step
from crystalcall.privacy.authorities.actions.telling import speak_if_free
from crystalcall.privacy.authorities.content import letter_of, query_of
from crystalcall.privacy.authorities.locks import locked_case
from crystalcall.privacy.authorities.models import AuthorityCase, AuthorityDisclosure
from crystalcall.privacy.authorities.notices import forget_contacts_of
from crystalcall.privacy.authorities.values import CaseState
from crystalcall.privacy.keepers import NameKind, Person
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.keys.sealing import KeyDestroyedError
from crystalcall.privacy.register.actions import erase_secret
from crystalcall.privacy.register.kinds import EntryKind


def forget_child(person: Person, *, now: datetime) -> int:
    """Destroy letter, query and what the register keeps sealed of every case about this child; gives how many cases.

    A case that is still open ends. Of one that was handed over stays that it was, and for whom it was approved by its
    hash. A letter that nobody has scoped is found where it gives a number of an order, a card or a request of theirs.
    """
    about = [row.reference for row in AuthorityCase.objects.filter(forgotten_at__isnull=True) if _is_about(row, person)]
    for reference in sorted(about):
        with transaction.atomic():
            row = locked_case(reference)
            if row is not None and row.forgotten_at is None:
                _forget(row, now=now)
    return len(about)


def _is_about(row: AuthorityCase, person: Person) -> bool:
    if AuthorityDisclosure.objects.filter(case=row, subject__in=person.disclosure_subjects).exists():
        return True
    try:
        query = query_of(row)
        if query is not None:
            names = {(kind.value, name) for kind, name in person.names if kind is not NameKind.MAILBOX}
            return not names.isdisjoint(query.names)
        words = " ".join(str(value) for value in letter_of(row).as_facts().values()).upper()
    except KeyDestroyedError:
        # A restored backup brought it back: nobody can read what it is about, and nobody needs it.
        return True
    public = (NameKind.ORDER, NameKind.CARD, NameKind.REQUEST)
    return any(name.upper() in words for kind in public for name in person.of(kind))


def _forget(row: AuthorityCase, *, now: datetime) -> None:
    """Of a locked case."""
    was_open = row.state not in OVER
    if was_open:
        row.state, row.closed_at = CaseState.REFUSED.value, now
    row.sealed_letter, row.forgotten_at = b"", now
    row.sealed_query = None if row.sealed_query is None else b""
    row.save(update_fields=["state", "closed_at", "sealed_letter", "sealed_query", "forgotten_at"])
    for entry in row.entries:
        erase_secret(entry, now=now)
    forget_contacts_of(row, now=now)
    if was_open:
        enter_step(row, EntryKind.AUTHORITY_REFUSED, {"why": "nobody-left"}, now=now)
        speak_if_free(row, now=now)
    destroy((row.pk,), now=now)
