"""The same crawl over a shop that sells: real decks, real prices, real countries."""

import pytest
from django.test import Client
from house_crawl import crawl


@pytest.mark.django_db
def test_a_shop_with_its_decks_answers_every_address():
    from crystalcall.config.cli.rates import load_demo_decks

    load_demo_decks()
    crawl(Client())
