"""What carriers' words mean, and how destinations are called in both languages."""

import pytest

from crystalcall.minutes.rates.destinations import classify
from crystalcall.minutes.rates.geography import country_name, slugs


@pytest.mark.parametrize(
    ("prefix", "words", "key"),
    [
        ("7495", "Russia-Moscow", "ru-landline-moscow"),
        ("79", "Russia - Mobile", "ru-mobile"),
        ("76", "Kazakhstan", "kz-landline"),
        ("77", "Unheard of", "kz-landline"),
        ("1212", "United States - 48 States (Zone 1)", "us-landline"),
        ("1808", "United States - Hawaii (Zone 2)", "us-landline-hawaii"),
        ("1204", "Canada", "ca-landline"),
        ("1242357", "Bahamas - Mobile", "bs-mobile"),
        ("1876", "Somewhere", "jm-landline"),
        ("1340", "Virgin Islands United States", "vi-landline"),
        ("1649", "Turks & Caicos", "tc-landline"),
        ("1800", "North America - Toll Free", "us-toll-free"),
        ("44843", "United Kingdom - Special Services", "gb-other-special-services"),
        ("449", "United Kingdom - Premium Services", "gb-premium"),
        ("4420", "United Kingdom-London", "gb-landline-london"),
        ("39", "Italy", "it-landline"),
        ("393", "Italy - Mobile - from US/CA", "it-mobile"),
        ("212537", "Morocco-Rabat", "ma-landline-rabat"),
        ("59994", "Netherlands Antilles - Curacao", "cw-landline-curacao"),
        ("5993181", "Netherlands Antilles - Mobile", "bq-mobile"),
        ("262262", "Reunion", "re-landline"),
        ("38128", "Serbia - Kosovo", "rs-landline-kosovo"),
        ("383", "Kosovo", "xk-landline"),
        ("90392", "Turkish Republic of N. Cyprus", "tr-landline-northern-cyprus"),
        ("24104", "Gabon Rep. - Mobile - Airtel", "ga-mobile-airtel"),
        ("670", "Timor-Leste", "tl-landline"),
        ("245", "Guinea Bissau", "gw-landline"),
        ("971600", "United Arab Emirates - Non-Geographic", "ae-other-non-geographic"),
        ("4620", "Sweden - Freephone", "se-toll-free"),
        ("87077", "Satellite", "world-satellite"),
        ("8816", "Global Mobile", "world-satellite-global"),
        ("31202626905", "Netherlands - Other", "nl-landline"),
        ("73689", "United Kingdom - Mobile", "ru-other-united-kingdom"),
        ("33696", "Martinique - Mobile", "fr-other-martinique"),
    ],
)
def test_a_row_of_a_deck_becomes_a_destination(prefix, words, key):
    assert classify(prefix, words).key.startswith(key)


def test_equal_rows_are_one_destination():
    assert classify("7495", "Russia-Moscow") is classify("7499", "Russia - Moscow")


@pytest.mark.parametrize(
    ("prefix", "words", "english", "russian"),
    [
        ("7495", "Russia-Moscow", "Russia, landline, Moscow", "Россия, городской, Москва"),
        ("79", "Russia - Mobile", "Russia, mobile", "Россия, мобильный"),
        ("5255", "Mexico - Mexico City", "Mexico, landline, Mexico City", "Мексика, городской, Мехико"),
        ("24104", "Gabon Rep. - Mobile - Airtel", "Gabon, mobile, Airtel", "Габон, мобильный, Airtel"),
        ("87077", "Satellite", "International networks, satellite", "Международные сети, спутниковый"),
    ],
)
def test_destinations_have_names_in_both_languages(prefix, words, english, russian):
    destination = classify(prefix, words)
    assert destination.name("en").startswith(english)
    assert destination.name("ru").startswith(russian)


def test_an_unknown_language_reads_english():
    assert country_name("RU", "xx") == "Russia"


def test_slugs_are_plain_letters_and_unique():
    known = slugs()
    assert known["RU"] == "russia"
    assert known["CI"] == "cote-d-ivoire"
    assert len(set(known.values())) == len(known)
    assert all(slug.isascii() and slug for slug in known.values())
