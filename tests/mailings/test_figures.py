from datetime import UTC, datetime

import pytest

from crystalcall.mailings import figures


@pytest.mark.parametrize(
    ("low", "high", "english", "russian"),
    [
        (21_000, 21_000, "2.1¢", "2,1 ¢"),
        (21_000, 370_000, "2.1–37¢", "2,1–37 ¢"),
        (800_000, 1_200_000, "80¢–$1.20", "80 ¢–1,20 $"),
        (1_200_000, 4_998_000, "$1.20–4.998", "1,20–4,998 $"),
    ],
)
def test_prices_of_a_minute_are_said_exactly_and_their_sign_once(low, high, english, russian):
    assert figures.minute_prices(low, high, "en") == english
    assert figures.minute_prices(low, high, "ru").replace("\u00a0", " ") == russian


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (7200, "120 minutes", "120 минут"),
        (60, "1 minute", "1 минута"),
        (135, "2 minutes 15 seconds", "2 минуты 15 секунд"),
        (21, "21 seconds", "21 секунда"),
    ],
)
def test_minutes_bought_by_the_minute_are_said_with_their_plurals(seconds, english, russian):
    from django.utils.translation import override

    with override("en"):
        assert figures.talk_time(seconds, "en") == english
    with override("ru"):
        assert figures.talk_time(seconds, "ru") == russian


def test_an_instant_is_said_with_its_hour_in_utc():
    at = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)
    assert figures.moment(at, "en") == "November 23, 2026, 3:05 PM UTC"
    assert figures.moment(at, "ru") == "23 ноября 2026 г., 15:05 UTC"
