"""Cards, dates and triggers, without state."""

from datetime import UTC, datetime

import pytest

from crystalcall.payments.standin.cards import (
    APPROVED,
    DECLINED,
    TEST_CARDS,
    find_test_card,
    is_expired,
    judge,
    luhn_holds,
    read_expiry,
)


@pytest.mark.parametrize("card", TEST_CARDS, ids=lambda card: card.number)
def test_every_published_card_passes_luhn_and_is_found_with_spaces(card):
    assert luhn_holds(card.number)
    assert find_test_card(f" {card.number[:4]} {card.number[4:]} ") == card
    assert card.masked == f"XXXX{card.number[-4:]}"


def test_a_good_number_that_is_not_published_is_not_found():
    assert luhn_holds("4539578763621486")
    assert find_test_card("4539578763621486") is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12/30", (2030, 12)),
        ("1/30", (2030, 1)),
        ("0130", (2030, 1)),
        ("12 / 2030", (2030, 12)),
        ("2030-12", (2030, 12)),
        ("13/30", None),
        ("00/30", None),
        ("", None),
        ("soon", None),
        ("١٢/٣٠", None),
    ],
)
def test_dates_are_read_in_the_usual_forms(typed, read):
    assert read_expiry(typed) == read


def test_a_card_is_good_to_the_end_of_its_month():
    last_minute = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    assert not is_expired((2026, 11), last_minute)
    assert is_expired((2026, 10), last_minute)


@pytest.mark.parametrize(
    ("zip_code", "code", "avs", "cvv", "response"),
    [
        ("10001", "900", "Y", "M", APPROVED),
        ("46201", "901", "A", "N", APPROVED),
        ("46203", "902", "E", "S", APPROVED),
        ("46205-1234", "903", "N", "U", APPROVED),
        ("46217", "904", "Z", "P", APPROVED),
        ("", "", "P", "P", APPROVED),
        ("46282", "900", "Y", "M", DECLINED),
        ("46299", "900", "Y", "M", APPROVED),
    ],
)
def test_the_triggers_do_what_is_published(zip_code, code, avs, cvv, response):
    verdict = judge(zip_code, code)
    assert (verdict.avs, verdict.cvv, verdict.response_code) == (avs, cvv, response)
