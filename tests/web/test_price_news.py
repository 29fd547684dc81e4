from datetime import timedelta
from typing import Any

import pytest
from store_scenery import DECK, read_page

# Against the deck in force: Moscow dearer, British mobiles cheaper, the rest as it was.
NEXT = DECK.replace("7495,Russia - Moscow,0.0168", "7495,Russia - Moscow,0.02").replace(
    "447,United Kingdom - Mobile,0.3", "447,United Kingdom - Mobile,0.24"
)
LATER = NEXT.replace("52,Mexico,0.01", "52,Mexico,0.02")


@pytest.fixture
def announce(published, frozen_clock) -> Any:
    """Publishes a deck that takes effect in so many days."""
    from crystalcall.minutes.rates.actions import ImportDeck, PublishDeck, Published, import_deck, publish_deck

    def publish(content: str, days: int) -> Any:
        now = frozen_clock.now()
        effective_at = now + timedelta(days=days)
        import_deck(ImportDeck("acme", content.encode(), f"acme-{days}.csv", effective_at), now=now)
        outcome = publish_deck(PublishDeck(margin_basis_points=2500, effective_at=effective_at), now=now)
        assert isinstance(outcome, Published)
        return outcome

    return publish


def said(response: Any) -> str:
    return read_page(response).text.replace("\u00a0", " ")


@pytest.mark.parametrize("address", ["/", "/rates/", "/rates/russia/"])
def test_nothing_is_said_while_nothing_waits(visitor, published, address):
    assert "New prices from" not in said(visitor.get(address))


@pytest.mark.parametrize("address", ["/", "/rates/"])
def test_while_a_deck_waits_it_is_said_from_when_and_for_how_many_countries(visitor, announce, address):
    announce(NEXT, 7)
    text = said(visitor.get(address))
    assert "New prices from November 9, 2026" in text
    assert "3:00 PM UTC" in text
    assert "Calls to 1 country get dearer." in text
    assert "Calls to 1 country get cheaper." in text
    assert "Credit keeps the prices of the day it was bought for 30 days" in text


def test_the_list_of_destinations_names_the_countries(visitor, announce):
    announce(NEXT, 7)
    page = read_page(visitor.get("/rates/?credit-10=1"))
    assert page.ids["news"] == 1
    assert "Dearer: Russia" in page.text
    assert "Cheaper: United Kingdom" in page.text
    assert "/rates/russia/?credit-10=1" in page.links


def test_the_first_page_leads_to_the_list(visitor, announce):
    announce(NEXT, 7)
    assert "/rates/#news" in read_page(visitor.get("/")).links


def test_a_country_is_told_its_own_changes_and_no_others(visitor, announce):
    announce(NEXT, 7)
    assert "Landline, dearer 2.1–2.5¢ → 2.5¢" in said(visitor.get("/rates/russia/"))
    assert "Mobile, cheaper 37.5¢ → 30¢" in said(visitor.get("/rates/united-kingdom/"))
    assert "New prices" not in said(visitor.get("/rates/mexico/"))


def test_where_a_countrys_range_stays_the_area_that_changes_is_named(visitor, announce):
    middle = "7812,Russia - St Petersburg,{},0,60,60\n"
    announce(DECK + middle.format("0.018"), 7)
    announce(DECK + middle.format("0.019"), 14)
    text = said(visitor.get("/rates/russia/"))
    assert "Landline, St Petersburg, cheaper 2.5¢ → 2.3¢" in text
    assert "Landline, St Petersburg, dearer 2.3¢ → 2.4¢" in text


def test_it_is_said_in_russian(visitor, announce):
    announce(NEXT, 7)
    text = said(visitor.get("/ru/rates/russia/"))
    assert "9 ноября 2026" in text
    assert "Городской, дороже 2,1–2,5 ¢ → 2,5 ¢" in text
    assert "New prices" not in text


def test_two_decks_that_wait_are_both_told_the_nearer_first(visitor, announce):
    announce(NEXT, 7)
    announce(LATER, 14)
    text = said(visitor.get("/"))
    assert text.index("November 9, 2026") < text.index("November 16, 2026")
    assert "November 16, 2026" in said(visitor.get("/rates/mexico/"))
    assert "November 16, 2026" not in said(visitor.get("/rates/russia/"))


def test_a_price_that_stays_while_its_fee_rises_is_told_by_a_call_of_three_minutes(visitor, announce):
    announce(DECK.replace("52,Mexico,0.01,0", "52,Mexico,0.01,0.04"), 7)
    text = said(visitor.get("/rates/mexico/"))
    assert "Landline, dearer 3.9¢ → 8.9¢ for a call of 3 minutes" in text, text


def test_the_notice_goes_once_the_prices_are_in_force_or_were_withdrawn(visitor, announce, frozen_clock):
    from crystalcall.minutes.rates.actions import roll_back

    announce(NEXT, 7)
    announce(LATER, 14)
    roll_back(now=frozen_clock.now())
    assert "November 16" not in said(visitor.get("/"))
    frozen_clock.advance(days=7)
    assert "New prices from" not in said(visitor.get("/"))
    assert "2.5¢" in said(visitor.get("/rates/russia/"))


def test_a_deck_that_changes_nothing_that_is_shown_is_no_news(visitor, announce):
    announce(DECK, 7)
    assert "New prices from" not in said(visitor.get("/"))
