"""`crystalcall payments`: what the operator is told."""

import json
from contextlib import nullcontext
from datetime import timedelta

import msgspec
import pytest
from click.testing import CliRunner

from crystalcall.config.cli.payments import payments_group
from crystalcall.payments import check as checking
from crystalcall.payments import connection
from crystalcall.payments.actions import examine_transaction
from crystalcall.payments.check import check_gateway
from crystalcall.payments.gateway import GatewayRefused, GatewayUnknown, MerchantDetails, RefusalKind, UnknownCause
from crystalcall.plumbing import settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch, gateway, frozen_clock):
    """Runs a command against the scripted gateway, an hour after the frozen moment."""
    frozen_clock.advance(hours=1)

    monkeypatch.setattr(connection, "connect", lambda _: nullcontext(gateway))

    def invoke(*arguments: str):
        return CliRunner().invoke(payments_group, arguments)

    return invoke


def answering(answer):
    """A gateway that says this of the merchant."""

    class Merchant:
        def merchant_details(self):
            return answer

    return Merchant()


def test_a_good_gateway_is_in_order(run):
    result = run("check")
    assert (result.exit_code, "in order" in result.output) == (0, True)
    assert json.loads(run("check", "--json").output) == {
        "merchant": "Crystal Call",
        "host": "127.0.0.1",
        "problems": [],
    }


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (MerchantDetails("CC", ("EUR",), is_test_mode=False), "takes EUR; the shop sells in USD"),
        (MerchantDetails("CC", (), is_test_mode=False), "takes no currency"),
        (MerchantDetails("CC", ("USD",), is_test_mode=True), "test mode"),
        (GatewayRefused(RefusalKind.CREDENTIALS, "E00007 no"), "does not know these keys"),
        (GatewayRefused(RefusalKind.PERMISSION, "E00011 no"), "may not ask"),
        (GatewayUnknown(UnknownCause.NO_CONNECTION), "cannot be reached"),
    ],
)
def test_a_wrong_gateway_is_described_in_a_sentence(answer, sentence):
    (problem,) = check_gateway(answering(answer)).problems
    assert sentence in problem


def test_a_wrong_gateway_ends_the_command_with_exit_code_1(run, gateway):
    gateway.break_down()
    result = run("check")
    assert result.exit_code == 1
    assert "cannot be reached" in result.output


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"gateway_hosted_url": "https://test.authorize.net/payment/payment"}, "do not belong together"),
        (
            {
                "profile": "production",
                "gateway_api_url": "https://apitest.authorize.net/xml/v1/request.api",
                "gateway_rest_url": "https://apitest.authorize.net/rest/v1",
                "gateway_hosted_url": "https://test.authorize.net/payment/payment",
            },
            "not the sandbox",
        ),
    ],
)
def test_addresses_of_two_worlds_are_found_out(monkeypatch, changes, sentence):
    changed = msgspec.structs.replace(settings.current(), **changes)
    monkeypatch.setattr(settings, "current", lambda: changed)
    good = MerchantDetails("CC", ("USD",), is_test_mode=False)
    (problem,) = check_gateway(answering(good)).problems
    assert sentence in problem


def test_an_unsafe_address_is_a_sentence_too(monkeypatch):
    changed = msgspec.structs.replace(settings.current(), gateway_api_url="http://api.authorize.net/xml/v1/request.api")
    monkeypatch.setattr(settings, "current", lambda: changed)
    assert any("no safe address" in problem for problem in check_gateway().problems)
    assert checking.CURRENCY == "USD"


@pytest.mark.usefixtures("attempt")
def test_reconciling_says_what_a_person_must_look_at(run, gateway, paid_at_gateway, now):
    paid_at_gateway("1")
    paid_at_gateway("2")
    gateway.void_answer = GatewayRefused(RefusalKind.PERMISSION, "E00011 no")
    result = run("reconcile")
    assert result.exit_code == 0
    assert "2 transactions were looked into" in result.output
    assert "paid twice: order ANNA-1" in result.output
    assert "$10.00" in result.output
    machine = json.loads(run("reconcile", "--json").output)
    assert [line["kind"] for line in machine["attention"]] == ["paid twice"]


@pytest.mark.usefixtures("attempt")
def test_the_list_shows_the_newest_payments(run, gateway, paid_at_gateway, now):
    paid_at_gateway()
    examine_transaction("60001", now=now + timedelta(minutes=2), gateway=gateway)
    assert "ANNA-1" in run("list").output
    (row,) = json.loads(run("list", "--json").output)
    assert (row["order_number"], row["state"], row["amount_micros"]) == ("ANNA-1", "captured", 10_000_000)


def test_an_empty_list_says_so(run):
    assert "no payments yet" in run("list").output
    assert json.loads(run("list", "--json").output) == []
