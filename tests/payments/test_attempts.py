"""Asking for the gateway's form: a fresh one for each visit, and never a second payment of a paid order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from crystalcall.payments.actions import (
    HandOff,
    PaymentUnavailable,
    UnavailableReason,
    examine_transaction,
    expire_attempts,
    reconcile,
    start_attempt,
)
from crystalcall.payments.actions.attempts import ATTEMPTS_AN_HOUR, PAGE_GRACE, TOKEN_LIFE, PaymentContradictionError
from crystalcall.payments.authorizenet.tables import OutOfOrderError
from crystalcall.payments.authorizenet.wire import Login, hosted_page_request
from crystalcall.payments.gateway import (
    GatewayRefused,
    GatewayUnknown,
    RefusalKind,
    Standing,
    UnknownCause,
    Verdict,
)
from crystalcall.payments.models import Attempt, Payment
from crystalcall.payments.queries import payment_of
from crystalcall.payments.states import AttemptState, PaymentState
from crystalcall.plumbing import settings
from crystalcall.rules.money import MoneyError

pytestmark = pytest.mark.django_db


def test_a_visit_gets_a_form_that_lives_fifteen_minutes(attempt, gateway, now):
    assert attempt == HandOff("https://gateway.test/payment/payment", "token-1", now + timedelta(minutes=15))
    view = payment_of("ANNA-1")
    assert view is not None
    assert (view.state, view.amount_micros) == (PaymentState.OPEN, 10_000_000)
    assert [seen.state for seen in view.attempts] == [AttemptState.OPEN]


def test_the_token_is_kept_nowhere_and_shown_nowhere(attempt):
    kept = [str(value) for row in Attempt.objects.values() for value in row.values()]
    assert not any("token-1" in text for text in kept)
    assert "token-1" not in repr(attempt)


def test_the_order_number_stays_and_the_reference_changes_with_each_visit(attempt, leave, order, gateway, now):
    start_attempt(leave, order, now=now + timedelta(minutes=1), gateway=gateway)
    first, second = gateway.requests
    assert first.order_number == second.order_number == "ANNA-1"
    assert first.ref_id != second.ref_id
    assert len(first.ref_id) <= 20
    assert Payment.objects.count() == 1


def test_the_form_comes_back_to_the_store_by_path_alone(attempt, gateway):
    sent = gateway.requests[0]
    assert sent.return_url == f"{settings.current().store_base_url}/orders/abc/returned/"
    assert sent.cancel_url == sent.return_url


def test_a_canceled_form_may_come_back_elsewhere(leave, order, gateway, now):
    start_attempt(leave, replace(order, cancel_path="/orders/abc/"), now=now, gateway=gateway)
    assert gateway.requests[0].cancel_url.endswith("/orders/abc/")


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "orders/"])
def test_a_return_path_that_leaves_the_store_is_a_bug(leave, order, gateway, now, path):
    with pytest.raises(ValueError, match="one slash"):
        start_attempt(leave, replace(order, return_path=path), now=now, gateway=gateway)
    assert gateway.requests == []


def test_the_order_number_is_never_cut(leave, order, gateway, now):
    request = gateway.requests
    start_attempt(leave, order, now=now, gateway=gateway)
    with pytest.raises(OutOfOrderError, match="longer than 20"):
        hosted_page_request(Login("demo", "demo"), replace(request[0], order_number="X" * 21), with_email=False)


@pytest.mark.parametrize("amount", [10_000_001, 1])
def test_a_card_is_charged_whole_cents_only(leave, order, gateway, now, amount):
    with pytest.raises(MoneyError):
        start_attempt(leave, replace(order, amount_micros=amount), now=now, gateway=gateway)
    assert Payment.objects.count() == 0


def test_the_same_order_for_another_amount_is_a_bug(attempt, leave, order, gateway, now):
    with pytest.raises(PaymentContradictionError):
        start_attempt(leave, replace(order, amount_micros=20_000_000), now=now, gateway=gateway)
    assert len(gateway.requests) == 1


def test_a_paid_order_gets_no_form(attempt, leave, order, gateway, now, paid_at_gateway):
    paid_at_gateway()
    examine_transaction("60001", now=now, gateway=gateway)
    answer = start_attempt(leave, order, now=now, gateway=gateway)
    assert answer == PaymentUnavailable(UnavailableReason.ALREADY_PAID)
    assert len(gateway.requests) == 1


def test_an_order_under_review_gets_no_second_form(attempt, leave, order, gateway, now, paid_at_gateway):
    paid_at_gateway(verdict=Verdict.HELD, standing=Standing.HELD)
    examine_transaction("60001", now=now, gateway=gateway)
    answer = start_attempt(leave, order, now=now, gateway=gateway)
    assert answer == PaymentUnavailable(UnavailableReason.IN_REVIEW)


def test_a_declined_order_may_try_again(attempt, leave, order, gateway, now, paid_at_gateway):
    paid_at_gateway(verdict=Verdict.DECLINED, standing=Standing.DECLINED)
    examine_transaction("60001", now=now, gateway=gateway)
    assert payment_of("ANNA-1").state is PaymentState.DECLINED
    assert isinstance(start_attempt(leave, order, now=now, gateway=gateway), HandOff)
    assert payment_of("ANNA-1").state is PaymentState.OPEN
    assert payment_of("ANNA-1").last_decline_reason is not None


def test_forms_by_the_dozen_are_refused(leave, order, gateway, now):
    answers = [start_attempt(leave, order, now=now, gateway=gateway) for _ in range(ATTEMPTS_AN_HOUR + 1)]
    assert answers[-1] == PaymentUnavailable(UnavailableReason.TOO_MANY_ATTEMPTS)
    assert all(isinstance(answer, HandOff) for answer in answers[:-1])
    later = now + timedelta(hours=1)
    assert isinstance(start_attempt(leave, order, now=later, gateway=gateway), HandOff)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (GatewayUnknown(UnknownCause.TIMEOUT), UnavailableReason.GATEWAY_UNREACHABLE),
        (GatewayRefused(RefusalKind.CREDENTIALS, "E00007 no"), UnavailableReason.GATEWAY_REFUSED),
    ],
)
def test_no_form_is_said_and_kept_for_the_operator(leave, order, gateway, now, page, reason):
    gateway.page = page
    assert start_attempt(leave, order, now=now, gateway=gateway) == PaymentUnavailable(reason)
    row = Attempt.objects.get()
    assert row.state == AttemptState.FAILED.value
    assert row.problem in {"timeout", "credentials E00007 no"}


@pytest.mark.parametrize(("language", "texts"), [("en", ("Pay", "Cancel")), ("de", ("Pay", "Cancel"))])
def test_the_form_speaks_the_language_of_the_reader(leave, order, gateway, now, language, texts):
    start_attempt(leave, replace(order, language=language), now=now, gateway=gateway)
    assert (gateway.requests[0].pay_text, gateway.requests[0].cancel_text) == texts


def test_an_attempt_is_forgotten_only_after_the_gateway_was_read_past_its_end(attempt, gateway, now):
    end = now + TOKEN_LIFE + PAGE_GRACE
    assert expire_attempts(now=end + timedelta(days=1)) == 0
    gateway.break_down()
    reconcile(now=end + timedelta(days=1), gateway=gateway)
    assert payment_of("ANNA-1").attempts[0].state is AttemptState.OPEN
    gateway.heal()
    reconcile(now=end + timedelta(days=1), gateway=gateway)
    assert payment_of("ANNA-1").attempts[0].state is AttemptState.CLOSED


def test_an_attempt_that_a_crash_left_without_a_form_is_given_up(leave, order, gateway, now):
    class Crash(Exception):
        pass

    def crash(*_: object):
        raise Crash

    gateway.open_hosted_page = crash
    with pytest.raises(Crash):
        start_attempt(leave, order, now=now, gateway=gateway)
    assert expire_attempts(now=now + TOKEN_LIFE - timedelta(seconds=1)) == 0
    assert expire_attempts(now=now + TOKEN_LIFE) == 1
    assert payment_of("ANNA-1").attempts[0].state is AttemptState.FAILED


@pytest.mark.django_db(transaction=True)
def test_the_gateway_is_never_asked_inside_the_callers_transaction(leave, order, gateway, now):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        start_attempt(leave, order, now=now, gateway=gateway)
    assert gateway.requests == []


@pytest.mark.parametrize(
    "values",
    [
        {"state": "paid"},
        {"state": "captured"},
        {"amount_micros": 0},
        {"order_number": ""},
        {"captured_at": "2026-11-02T15:00:00Z"},
    ],
)
def test_the_database_itself_refuses_a_payment_that_makes_no_sense(now, values):
    fields = {"order_number": "X-1", "amount_micros": 10_000, "created_at": now} | values
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(**fields)


def test_the_database_refuses_an_open_attempt_without_its_window(attempt, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.update(expires_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.update(expires_at=now)
