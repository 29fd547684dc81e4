"""What this room can show for the clauses of the policy."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crystalcall.plumbing import tallies
from crystalcall.privacy.clauses.figures import OfPeople, supply_of_people
from crystalcall.shop.orders.actions.placing import CARD_NUMBERS_REFUSED


def supply_all() -> None:
    """Supply the figures of this room."""
    supply_of_people("card_numbers_refused", _("Forms refused over a card number where none belongs"), _refused)


def _refused(_now: datetime) -> Iterable[OfPeople]:
    # Nothing was kept of whoever sent such a form, so each counts as a person's; the figure is rounded all the same.
    counted = tallies.total(CARD_NUMBERS_REFUSED)
    number = 0 if counted is None else counted.total
    return [OfPeople("", number, number)]
