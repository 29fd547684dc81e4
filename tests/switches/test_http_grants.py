"""What a switch is told beyond time and money: bundles of minutes, notices, limits; and which carrier it may name."""

from datetime import timedelta
from typing import get_args, get_type_hints

import pytest
from call_scenery import DOLLAR, MEXICO, make_card

from crystalcall.minutes.calls.models import CallRecord
from crystalcall.minutes.calls.values import NoticeKind
from crystalcall.minutes.ledger.giving import grant_allowance
from crystalcall.switches.http import wire

pytestmark = pytest.mark.django_db
END = "/v1/calls/call-1/end"


def give_minutes(card, seconds, now, *, days=None):
    expires_at = None if days is None else now + timedelta(days=days)
    return grant_allowance(card.account_id, "ru-landline", seconds, expires_at=expires_at, key="test:gift", now=now)


def test_a_grant_says_how_much_of_it_a_bundle_covers_and_the_end_what_it_paid(line, card, now):
    give_minutes(card, 600, now)
    granted = line.authorize(card.pin).json()
    assert (granted["granted_seconds"], granted["allowance_seconds"]) == (6600, 600)
    assert "notices" not in granted
    ended = line.post(END, {"used_seconds": 90, "release_cause": "normal"}).json()
    assert ended == {
        "charge_micros": 0,
        "billable_seconds": 120,
        "balance_micros": 10 * DOLLAR,
        "allowance_seconds": 120,
    }
    proof = line.ask("GET", "/v1/calls/call-1").json()["proof"]
    assert (proof["allowance_seconds"], proof["charge_micros"], proof["fee_micros"]) == (120, 0, 0)
    assert proof["parts"] == [
        {
            "from_seconds": 0,
            "seconds": 120,
            "increments": 2,
            "minute_price_micros": 100_000,
            "paid_by_allowance": True,
        }
    ]


def test_minutes_that_expire_soon_are_named_before_the_call(line, card, now):
    give_minutes(card, 600, now, days=3)
    assert line.authorize(card.pin).json()["notices"] == [
        {"kind": "minutes_expire", "amount": 600, "expires_at": "2026-11-05T15:00:00Z"}
    ]


def test_little_credit_is_named_before_the_call(line, deck, now):
    card = make_card(0.5, now)
    assert line.authorize(card.pin).json()["notices"] == [
        {"kind": "low_balance", "amount": 500_000, "expires_at": None}
    ]


def test_every_kind_of_notice_is_a_word_of_the_wire():
    kind = get_type_hints(wire.Notice)["kind"]
    assert set(get_args(kind)) == set(NoticeKind)


def test_what_fairness_forgives_is_said_at_the_end_and_in_the_proof(line, card):
    line.authorize(card.pin)
    ended = line.post(END, {"used_seconds": 2, "release_cause": "normal"}).json()
    assert (ended["charge_micros"], ended["forgiven_micros"]) == (0, 100_000)
    proof = line.ask("GET", "/v1/calls/call-1").json()["proof"]
    assert (proof["fairness"], proof["forgiven_micros"], proof["guaranteed"]) == ("short_call", 100_000, False)


def test_the_end_may_name_the_carrier_that_completed_the_call(line, card):
    line.authorize(card.pin)
    body = {"used_seconds": 60, "release_cause": "normal", "carrier": "southline"}
    first = line.post(END, body)
    assert first.status_code == 200
    assert CallRecord.objects.get().carrier == "southline"
    assert line.post(END, body).content == first.content


def test_without_its_name_the_first_route_counts_as_the_carrier(line, card):
    line.authorize(card.pin)
    line.post(END, {"used_seconds": 60, "release_cause": "normal", "carrier": None})
    assert CallRecord.objects.get().carrier == "northline"


@pytest.mark.parametrize("carrier", ["", "x" * 65, 7, ["northline"], "north\u0000line", "north\nline"])
def test_a_carrier_without_a_proper_name_is_400(line, card, carrier):
    line.authorize(card.pin)
    response = line.post(END, {"used_seconds": 60, "release_cause": "normal", "carrier": carrier})
    assert (response.status_code, response.json()["error"]["field"]) == (400, "carrier")
    assert CallRecord.objects.count() == 0


def test_a_card_that_has_begun_too_many_calls_is_told_so(line, card, settings):
    import msgspec

    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, velocity_calls_per_hour=2)
    for number in range(2):
        assert line.authorize(card.pin, MEXICO, f"call-{number}").json()["decision"] == "granted"
        line.post(f"/v1/calls/call-{number}/end", {"used_seconds": 0, "release_cause": "busy"})
    assert line.authorize(card.pin, MEXICO, "call-2").json() == {"decision": "refused", "reason": "too_many_calls"}
    assert card.held_micros == 0
