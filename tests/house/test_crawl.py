"""Every address of the store, in both languages: no cookie, every header, no failure, even with nothing on sale."""

import pytest
from django.test import Client
from house_crawl import addresses, crawl


@pytest.mark.clause("C17")
@pytest.mark.django_db
def test_a_shop_that_sells_nothing_yet_answers_every_address():
    crawl(Client())


@pytest.mark.clause("C25")
def test_the_crawl_knows_both_languages_of_the_shop():
    assert {"/", "/rates/", "/cart/", "/checkout/", "/healthz"} <= set(addresses(""))
    assert {"/ru/", "/ru/rates/", "/ru/cart/", "/ru/checkout/", "/healthz"} <= set(addresses("ru/"))
