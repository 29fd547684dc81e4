"""In which language mails about requests are, and how they speak of letters."""

import pytest
from buyers import token_in

from crystalcall.privacy.requests import actions
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.values import LinkOpened
from crystalcall.rules.privacy.requesting import RequestReason

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C12", "C25")]


def test_whoever_is_on_file_is_spoken_to_in_the_language_on_file_whatever_a_stranger_typed(shop, boris, anna):
    for person in (boris, anna):
        shop.sells(person)
    shop.sends()
    shop.asks("access", boris.email, language="en")
    shop.asks("access", anna.email, language="ru")
    his, hers = shop.sends()
    assert "/ru/privacy/requests/link/" in his.body
    assert his.extra_headers["Content-Language"] == "ru"
    assert "/ru/" not in hers.body
    opened = actions.open_link(token_in(his), now=shop.now)
    assert isinstance(opened, LinkOpened)
    assert PrivacyRequest.objects.get(pk=opened.request_id).language == "ru"


def test_a_mail_about_a_letter_calls_it_a_letter_and_names_no_button(shop, anna, boris):
    for person in (anna, boris):
        shop.sells(person)
    shop.sends()
    for person in (anna, boris):
        actions.receive_mail_request(person.email, "my data", "what do you have?", now=shop.now)
    english, russian = shop.sends()
    assert "we got a letter from this address, about the data that we have on it." in " ".join(english.body.split())
    assert "С этого адреса нам пришло письмо о данных" in " ".join(russian.body.split())
    for letter in (english, russian):
        assert "A letter to us about your data" not in letter.body
        assert "Письмо нам о ваших данных" not in letter.body
        assert "the button" not in letter.body


def test_a_letter_that_takes_longer_or_is_refused_is_said_to_be_one(shop, anna, boris):
    for person in (anna, boris):
        shop.sells(person)
    shop.sends()
    hers = actions.receive_mail_request(anna.email, "my data", "everything", now=shop.now)
    his = actions.receive_mail_request(boris.email, "my data", "everything", now=shop.now)
    assert hers is not None
    assert his is not None
    shop.sends()
    actions.extend_request(hers.reference, "A tape must be fetched.", now=shop.now)
    actions.deny_request(his.reference, RequestReason.CLAIM_NOT_COVERED, now=shop.now)
    longer, refused = shop.sends()
    assert "you wrote us a letter about your data. We need longer than a month" in " ".join(longer.body.split())
    assert "Вы написали нам письмо о своих данных." in " ".join(refused.body.split())
