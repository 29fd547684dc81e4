"""Nothing is sold under cost unless somebody signed for it; what each destination leaves is kept and told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from small_decks import ACME, BELL

from crystalcall.minutes.rates.actions import (
    AllowUnderCost,
    Draft,
    PublicationRefusal,
    PublicationRefused,
    PublishDeck,
    Published,
    draft_deck,
    publication_of,
    publish_deck,
)
from crystalcall.minutes.rates.comparing import WorstCall
from crystalcall.minutes.rates.models import CostException, Margin, Rate, RateDeck
from crystalcall.minutes.rates.price_rules import GroupedRules
from crystalcall.minutes.rates.queries import find_rate, margins, routes
from crystalcall.minutes.rates.rules_file import read_rules
from crystalcall.rules.rating import PriceStep, RateTerms

pytestmark = pytest.mark.django_db

MOSCOW = "74951234567"
UNDER_COST = """
[default]
margin = 25

[[group]]
name = "Moscow for a week"
prefixes = ["7495"]
price = 1.5
"""


def by_rules(text: str, **more: object) -> PublishDeck:
    rules = read_rules(text)
    assert isinstance(rules, GroupedRules), rules
    return publication_of(rules, **more)


@pytest.fixture
def loaded(load_deck) -> None:
    load_deck("acme", ACME)
    load_deck("bell", BELL)


def test_each_destination_has_its_margin(published):
    found = {each.destination.key: each for each in margins(published.deck.id)}
    assert set(found) == {
        "ru-landline",
        "ru-landline-moscow",
        "ru-mobile",
        "gb-landline",
        "gb-mobile",
        "mx-landline",
        "de-landline",
    }
    moscow = found["ru-landline-moscow"]
    assert (moscow.prefix_count, moscow.least_price_micros, moscow.most_price_micros) == (1, 25_000, 25_000)
    assert (moscow.least_cost_micros, moscow.margin_basis_points) == (20_000, 2500)
    assert not moscow.under_cost
    assert all(each.margin_basis_points >= 2500 for each in found.values())
    assert margins(12345) == ()


def test_a_draft_shows_the_margins_and_writes_nothing(loaded, now):
    draft = draft_deck(by_rules(UNDER_COST), now=now)
    assert isinstance(draft, Draft)
    losing = [each for each in draft.margins if each.under_cost]
    assert [each.destination.key for each in losing] == ["ru-landline-moscow"]
    assert draft.prefix_count == 7
    assert not RateDeck.objects.exists()
    assert not Margin.objects.exists()


def test_a_draft_can_be_looked_at_while_another_deck_waits(loaded, now):
    waiting = publish_deck(PublishDeck(margin_basis_points=2500, effective_at=now + timedelta(days=3)), now=now)
    assert isinstance(waiting, Published)
    assert isinstance(draft_deck(PublishDeck(margin_basis_points=3000), now=now), Draft)
    assert RateDeck.objects.count() == 1


def test_what_is_under_cost_is_refused_and_nothing_is_published(loaded, now):
    refused = publish_deck(by_rules(UNDER_COST), now=now)
    assert isinstance(refused, PublicationRefused)
    assert refused.reason is PublicationRefusal.UNDER_COST
    ((moscow),) = refused.under_cost
    assert moscow.destination.key == "ru-landline-moscow"
    assert moscow.worst == WorstCall(10_800, 2_700_000, 3_600_000)
    assert (RateDeck.objects.count(), Rate.objects.count(), CostException.objects.count()) == (0, 0, 0)


def test_a_signed_exception_lets_exactly_that_destination_under_cost(loaded, now):
    signed = AllowUnderCost(frozenset({"ru-landline-moscow", "ru-mobile"}), "autumn campaign", "olga")
    outcome = publish_deck(by_rules(UNDER_COST, under_cost=signed), now=now)
    assert isinstance(outcome, Published)
    assert outcome.under_cost == ("ru-landline-moscow",), "mobile covers its cost and needs no exception"
    assert find_rate(MOSCOW, outcome.deck.id).terms == RateTerms(15_000)
    assert [way.carrier for way in routes(MOSCOW, outcome.deck.id)] == ["acme"]
    (exception,) = CostException.objects.values_list("destination__key", "reason", "signed_by", "signed_at")
    assert exception == ("ru-landline-moscow", "autumn campaign", "olga", now)
    kept = {each.destination.key: each.exception for each in margins(outcome.deck.id) if each.exception}
    assert {key: each.reason for key, each in kept.items()} == {"ru-landline-moscow": "autumn campaign"}
    assert Rate.objects.filter(cost_exception__isnull=False).count() == 1


def test_an_exception_holds_for_one_deck_only(loaded, now):
    signed = AllowUnderCost(frozenset({"ru-landline-moscow"}), "autumn campaign", "olga")
    assert isinstance(publish_deck(by_rules(UNDER_COST, under_cost=signed), now=now), Published)
    again = publish_deck(by_rules(UNDER_COST), now=now)
    assert again.reason is PublicationRefusal.UNDER_COST


@pytest.mark.parametrize(
    ("allowed", "reason"),
    [
        (AllowUnderCost(frozenset({"ru-landline-moscow"}), "", "olga"), PublicationRefusal.UNSIGNED_EXCEPTION),
        (AllowUnderCost(frozenset({"ru-landline-moscow"}), "why", " "), PublicationRefusal.UNSIGNED_EXCEPTION),
        (AllowUnderCost(frozenset({"ru-moscow"}), "why", "olga"), PublicationRefusal.UNKNOWN_DESTINATION),
    ],
)
def test_an_exception_needs_a_reason_a_name_and_a_destination(loaded, now, allowed, reason):
    refused = publish_deck(by_rules(UNDER_COST, under_cost=allowed), now=now)
    assert refused.reason is reason
    assert not RateDeck.objects.exists()


def test_short_calls_under_cost_are_found_too(loaded, now):
    by_second = '[default]\nmargin = 25\n[[group]]\nname = "seconds"\ncountries = ["mx"]\nincrements = "1/1"\n'
    refused = publish_deck(by_rules(by_second), now=now)
    assert [each.destination.key for each in refused.under_cost] == ["mx-landline"]
    assert refused.under_cost[0].worst.seconds == 1


def test_the_database_refuses_a_loss_that_nobody_signed_for(published, now):
    margin = Margin.objects.filter(deck_id=published.deck.id).first()
    other = RateDeck.objects.create(
        version=9, effective_at=now, published_at=now, margin_basis_points=0, rounding_micros=1, floor_micros=0
    )
    margin.pk, margin.deck_id = None, other.pk
    margin.worst_cost_micros = 1
    with pytest.raises(IntegrityError), transaction.atomic():
        margin.save(force_insert=True)
    signed = CostException.objects.create(
        deck=other, destination_id=margin.destination_id, reason="why", signed_by="olga", signed_at=now
    )
    margin.worst_cost_micros = 0
    margin.cost_exception = signed
    with pytest.raises(IntegrityError), transaction.atomic():
        margin.save(force_insert=True)
    for change in ({"reason": ""}, {"signed_by": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CostException.objects.filter(pk=signed.pk).update(**change)


def test_decks_older_than_the_margins_are_judged_by_their_minutes(published):
    from crystalcall.minutes.rates.margin_rows import _by_minute_prices

    kept, judged = margins(published.deck.id), _by_minute_prices(published.deck.id)
    assert [replace(each, worst=None) for each in kept] == list(judged)


def test_rules_reach_the_rates_of_their_groups(loaded, now):
    text = (
        '[default]\nmargin = 25\n[[group]]\nname = "Moscow"\nprefixes = ["7495"]\nending = 0.9\nminimum_charge = 3\n'
        "free_up_to_s = 2\nlongest_call_s = 7200\nsteps = [{ after_s = 60, margin = 10 }]\n"
        '[[group]]\nname = "nowhere"\ncountries = ["fr"]\nmargin = 1\n'
    )
    outcome = publish_deck(by_rules(text), now=now)
    assert isinstance(outcome, Published)
    assert outcome.unused_groups == ("nowhere",)
    assert RateDeck.objects.get().rules == text
    assert find_rate(MOSCOW, outcome.deck.id).terms == RateTerms(
        29_000, 0, 60, 60, 30_000, 2, (PriceStep(60, 29_000),), cap_seconds=7200
    )
    assert find_rate("525512345678", outcome.deck.id).terms == RateTerms(13_000)
    moscow = next(each for each in margins(outcome.deck.id) if each.destination.key == "ru-landline-moscow")
    assert moscow.free_up_to_seconds == 2


def test_a_senseless_rule_of_a_group_is_refused(loaded, now):
    request = by_rules(UNDER_COST)
    group = replace(request.rules.groups[0], rule=replace(request.rules.default, margin_basis_points=100_000))
    senseless = replace(request, rules=GroupedRules(request.rules.default, (group,)))
    assert publish_deck(senseless, now=now) == PublicationRefused(PublicationRefusal.SENSELESS_RULE)
    assert draft_deck(senseless, now=now) == PublicationRefused(PublicationRefusal.SENSELESS_RULE)
