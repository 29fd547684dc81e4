"""The room's row locks, in order: publications and roll-backs happen one after the other."""

from crystalcall.minutes.rates.models import Carrier, RateDeck


def lock_standing_decks() -> list[RateDeck]:
    """Every retail deck that was not withdrawn, oldest version first, held until the transaction ends.

    Two first publications at once find nothing to lock; the unique version lets one of them through.
    """
    standing = RateDeck.objects.select_for_update().filter(withdrawn_at__isnull=True).order_by("pk")
    return sorted(standing, key=lambda deck: deck.version)


def lock_carrier(code: str) -> Carrier:
    """The carrier of this name, made if need be; its imports happen one after the other."""
    Carrier.objects.get_or_create(code=code)
    return Carrier.objects.select_for_update().get(code=code)


def lock_known_carrier(code: str) -> Carrier | None:
    """The carrier of this name, if there is one; for what takes back an import."""
    return Carrier.objects.select_for_update().filter(code=code).first()
