"""What the page says to somebody whose deletion a legal hold keeps back: nothing that betrays it (clause C10)."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from crystalcall.customers.models import Customer
from crystalcall.privacy import keepers
from crystalcall.privacy.holds.actions import place_hold
from crystalcall.privacy.holds.values import HoldReason

pytestmark = pytest.mark.django_db
TICKET = re.compile(r'name="ticket" value="([A-Za-z0-9_-]{43})"')
PATH = re.compile(r"(?:/ru)?/privacy/requests/link/[A-Za-z0-9_-]{43}/")
WORDS = {
    "": ("We are working on it", ("hold", "law", "court", "authority", "order to")),
    "/ru": ("Мы этим занимаемся", ("закон", "суд", "власт", "приказ")),
}


@pytest.mark.parametrize("language", sorted(WORDS))
def test_the_page_says_that_it_is_noted_and_does_not_betray_the_hold(shop, anna, language):
    bought = shop.sells(anna)
    shop.sends()
    visitor = Client(headers={"sec-fetch-site": "same-origin"})
    visitor.post(f"{language}/privacy/requests/", {"kind": "deletion", "email": anna.email})
    [letter] = shop.sends()
    ticket = TICKET.search(visitor.post(PATH.search(letter.body).group()).content.decode()).group(1)
    until = shop.now + timedelta(days=30)
    person = keepers.find(order_number=bought.order_number)
    place_hold(person, HoldReason.AUTHORITY, until=until, by="f" * 32, note="secret", now=shop.now)
    done = visitor.post(f"{language}/privacy/requests/act/", {"ticket": ticket, "sure": "yes"})
    assert done.status_code == 200
    main = done.content.decode().split("<main", 1)[1].split("</main", 1)[0]
    said, betrays = WORDS[language]
    assert said in main
    assert not [word for word in betrays if word in main.lower()]
    assert Customer.objects.filter(pk=bought.customer_id).exists()
    assert not done.cookies
