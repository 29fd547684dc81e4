"""What this room can show for the clauses of the policy."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from crystalcall.mailings.models import Notice
from crystalcall.mailings.values import NoticeState
from crystalcall.privacy.clauses.figures import OfPeople, supply_of_people
from crystalcall.privacy.clauses.people import people_behind

NEWEST: Final = 2000
"""Among how many of the newest letters ten different people are looked for."""


def supply_all() -> None:
    """Supply the figures of this room."""
    supply_of_people("notices_sent", _("Letters sent"), _sent)


def _sent(_now: datetime) -> Iterable[OfPeople]:
    sent = Notice.objects.filter(state=NoticeState.SENT.value)
    counted = sent.aggregate(number=Count("pk"))["number"]
    newest = sent.order_by("-pk").values_list("order_number", flat=True)[:NEWEST]
    return [OfPeople("", counted, people_behind(dict.fromkeys(newest)))]
