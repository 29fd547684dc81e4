"""Credit expires in the books; the PINs of an account that holds nothing any more say so."""

from uuid import UUID

from crystalcall.minutes.cards.keeping import mark_expired
from crystalcall.minutes.ledger.events import CreditExpired
from crystalcall.plumbing import clock
from crystalcall.plumbing.announcements import listen


def listen_all() -> None:
    """Have this room told of credit and minutes that expired."""
    listen(CreditExpired, "minutes.cards.mark_expired", on_credit_expired)


def on_credit_expired(fact: CreditExpired) -> None:
    """Mark the card's PINs where nothing is left."""
    mark_expired(UUID(fact.account), now=clock.now())
