"""A call over HTTP, as a switch makes it."""

from datetime import timedelta
from urllib.parse import quote as percent_encoded

import pytest
from call_scenery import DOLLAR, MEXICO, make_card, pay_in

pytestmark = pytest.mark.django_db


def test_a_call_from_the_first_request_to_the_proof(line, card, frozen_clock):
    granted = line.authorize(card.pin)
    assert granted.status_code == 200
    assert granted.json() == {
        "decision": "granted",
        "granted_seconds": 6000,
        "destination": granted.json()["destination"],
        "minute_price_micros": 100_000,
        "connect_fee_micros": 0,
        "balance_micros": 10 * DOLLAR,
        "routes": [{"carrier": "northline", "dial": "74951234567"}],
    }
    assert granted.json()["destination"]["country_iso2"] == "RU"
    frozen_clock.advance(seconds=7)
    answered = line.post("/v1/calls/call-1/answer")
    assert answered.json() == {"state": "answered", "answered_at": "2026-11-02T15:00:07Z", "granted_seconds": 6000}
    pay_in(card.account_id, 1, frozen_clock.now())
    extended = line.post("/v1/calls/call-1/extend", {"sequence": 1, "used_seconds": 60})
    assert extended.json() == {"granted_seconds": 6600}
    ended = line.post("/v1/calls/call-1/end", {"used_seconds": 150, "release_cause": "normal"})
    assert ended.json() == {"charge_micros": 300_000, "billable_seconds": 180, "balance_micros": 10_700_000}
    status = line.ask("GET", "/v1/calls/call-1").json()
    assert (status["state"], status["granted_seconds"], status["refusal_reason"]) == ("ended", 6600, None)
    proof = status["proof"]
    assert proof["prefix"] == "7495"
    assert (proof["balance_before_micros"], proof["balance_after_micros"]) == (11 * DOLLAR, 10_700_000)
    assert "1234567" not in proof["masked_number"].replace(" ", "").replace("-", "")


def test_a_repeat_of_each_message_gets_the_same_bytes(line, card, frozen_clock):
    messages = [
        ("/v1/calls", {"call_id": "call-1", "access": {"pin": card.pin}, "called_number": MEXICO}),
        ("/v1/calls/call-1/answer", {"answered_at": "2026-11-02T18:00:01.5+03:00"}),
        ("/v1/calls/call-1/extend", {"sequence": 1, "used_seconds": 60}),
        ("/v1/calls/call-1/end", {"used_seconds": 61, "release_cause": 16}),
    ]
    first = [line.post(path, body).content for path, body in messages]
    frozen_clock.advance(hours=3)
    again = [line.post(path, body) for path, body in messages]
    assert [response.content for response in again] == first
    assert {response.status_code for response in again} == {200}


def test_other_content_for_the_same_step_is_409_and_changes_nothing(line, card):
    line.authorize(card.pin)
    line.post("/v1/calls/call-1/end", {"used_seconds": 60, "release_cause": "normal"})
    left = card.available_micros
    contradictions = [
        line.authorize(card.pin, MEXICO),
        line.post("/v1/calls/call-1/end", {"used_seconds": 61, "release_cause": "normal"}),
        line.post("/v1/calls/call-1/extend", {"sequence": 1, "used_seconds": 1}),
    ]
    for response in contradictions:
        assert response.status_code == 409
        assert response.json()["error"]["field"] == "call_id"
    assert card.available_micros == left


@pytest.mark.parametrize(
    ("pin", "number", "reason"),
    [
        ("123456789012", "+74951234567", "unknown_pin"),
        ("", "12", "bad_number"),
        ("", "+881631410000", "forbidden_destination"),
        ("", "+4930901820", "no_route"),
    ],
)
def test_a_refusal_is_200_with_its_reason_and_holds_nothing(line, card, pin, number, reason):
    response = line.authorize(pin or card.pin, number)
    assert response.status_code == 200
    assert response.json() == {"decision": "refused", "reason": reason}
    assert card.held_micros == 0
    status = line.ask("GET", "/v1/calls/call-1").json()
    assert (status["state"], status["refusal_reason"], status["proof"]) == ("refused", reason, None)


def test_a_second_call_on_the_card_is_in_use(line, card):
    line.authorize(card.pin)
    assert line.authorize(card.pin, call_id="call-2").json() == {"decision": "refused", "reason": "in_use"}


def test_a_card_without_credit_is_told_so(line, deck, now):
    assert line.authorize(make_card(0, now).pin).json()["reason"] == "no_credit"


def test_guessing_is_told_when_to_come_again(line, card, mallory):
    for number in range(40):
        body = {
            "call_id": f"guess-{number}",
            "access": {"pin": f"7{number:011}", "caller_number": mallory.telephone},
            "called_number": MEXICO,
        }
        answer = line.post("/v1/calls", body).json()
        if answer["reason"] == "too_many_tries":
            assert answer["retry_after_seconds"] > 0
            return
    pytest.fail("guessing was never slowed")


@pytest.mark.parametrize("access", [{"caller_number": "+12125550142"}, {"sip_user": "anna"}])
def test_callers_without_a_pin_are_unknown_for_now(line, deck, access):
    body = {"call_id": "call-1", "access": access, "called_number": MEXICO}
    assert line.post("/v1/calls", body).json() == {"decision": "refused", "reason": "unknown_caller"}


def test_the_callers_number_may_stand_inside_access_or_beside_it(line, card):
    inside = {"call_id": "a", "access": {"pin": "1", "caller_number": "+12125550142"}, "called_number": MEXICO}
    beside = {"call_id": "b", "access": {"pin": "1"}, "caller_number": "+12125550142", "called_number": MEXICO}
    for body in (inside, beside):
        assert line.post("/v1/calls", body).json()["reason"] == "unknown_pin"


@pytest.mark.parametrize(
    "call_id",
    ["1699999999.42", "a/b", "../../end", "a b", "%2F", "ключ", "a?b#c", "x" * 128, ".", "..", "a\\b", "€uro/🙂", "+"],
)
def test_any_printable_call_id_works_in_the_body_and_in_the_address(line, card, call_id):
    assert line.authorize(card.pin, call_id=call_id).json()["decision"] == "granted"
    path = f"/v1/calls/{percent_encoded(call_id, safe='')}"
    if call_id in {".", ".."}:
        path = f"/v1/calls/{call_id.replace('.', '%2E')}"
    ended = line.post(f"{path}/end", {"used_seconds": 0, "release_cause": "busy"})
    assert ended.json() == {"charge_micros": 0, "billable_seconds": 0, "balance_micros": 10 * DOLLAR}
    assert line.ask("GET", path).json()["call_id"] == call_id


def test_an_answer_may_come_without_a_body(line, card):
    line.authorize(card.pin)
    response = line.ask("POST", "/v1/calls/call-1/answer")
    assert response.status_code == 200
    assert response.json()["state"] == "answered"


def test_a_slice_is_granted_where_it_is_asked_for(line, card):
    assert line.authorize(card.pin, slice_seconds=120).json()["granted_seconds"] == 120
    assert line.post("/v1/calls/call-1/extend", {"sequence": 0, "used_seconds": 0}).json() == {"granted_seconds": 240}


def test_a_switch_sees_only_its_own_calls(line, card, now, passed):
    from crystalcall.switches.http.actions import add_switch

    line.authorize(card.pin)
    other = {"authorization": f"Bearer {add_switch('tandem-2', now=now).key}"}
    passed.seconds += 1.0
    assert line.ask("GET", "/v1/calls/call-1", headers=other).status_code == 404
    body = {"used_seconds": 60, "release_cause": "normal"}
    assert line.post("/v1/calls/call-1/end", body, headers=other).status_code == 404


def test_the_clock_of_the_answer_may_be_far_off_without_harm(line, card, frozen_clock):
    line.authorize(card.pin)
    frozen_clock.advance(seconds=5)
    response = line.post("/v1/calls/call-1/answer", {"answered_at": "0001-01-01T00:00:00+23:59"})
    assert response.json()["answered_at"] == "2026-11-02T15:00:00Z"
    assert frozen_clock.now() - timedelta(seconds=5) < frozen_clock.now()
