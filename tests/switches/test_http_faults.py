"""What is wrong with a request is said with a field and a sentence; what is wrong here is never a 5xx."""

import logging

import pytest
from call_scenery import MEXICO
from django.db import OperationalError

from crystalcall.minutes.calls.desk import DeskBusyError, DeskClosedError
from crystalcall.minutes.calls.models import Call
from crystalcall.switches.http.actions import add_switch, disable_switch
from crystalcall.switches.http.values import BadName, NameTaken, SwitchDisabled, UnknownSwitch

pytestmark = pytest.mark.django_db
GOOD = {"call_id": "call-1", "access": {"pin": "123456789012"}, "called_number": MEXICO}
CALL = "/v1/calls"
END = "/v1/calls/call-1/end"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic dXNlcjpwYXNz",
        "Bearer " + "x" * 5000,
        "Token abc",
        "Bearer ключ",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", CALL), ("POST", END), ("GET", "/v1/calls/call-1")])
def test_without_the_right_key_nothing_is_said_but_401(line, method, path, authorization):
    encoded = None if authorization is None else authorization.encode()
    response = line.ask(method, path, content=b"not json", headers={"authorization": encoded})
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["error"]["field"] == "authorization"


@pytest.mark.parametrize("seconds", [1.0, 1.5, 3600])
def test_a_disabled_switch_is_turned_away_a_second_later_at_the_latest(line, passed, seconds):
    assert line.post(CALL, GOOD).status_code == 200
    assert disable_switch("tandem-1") == SwitchDisabled("tandem-1", was_active=True)
    passed.seconds += seconds
    assert line.post(CALL, GOOD).status_code == 401
    assert line.ask("GET", "/v1/calls/call-1").status_code == 401


def test_a_new_switch_is_let_in_a_second_later_at_the_latest(line, passed, now):
    assert line.post(CALL, GOOD).status_code == 200
    other = {"authorization": f"Bearer {add_switch('tandem-2', now=now).key}"}
    passed.seconds += 1.0
    assert line.post(CALL, GOOD, headers=other).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b'"text"', "body"),
        (b"{}", "call_id"),
        (b'{"call_id":"a","access":{"pin":"1"}}', "called_number"),
        (b'{"call_id":1,"access":{"pin":"1"},"called_number":"1"}', "call_id"),
        (b'{"call_id":"","access":{"pin":"1"},"called_number":"1"}', "call_id"),
        (b'{"call_id":"a\\n","access":{"pin":"1"},"called_number":"1"}', "call_id"),
        (b'{"call_id":"a\\u0000b","access":{"pin":"1"},"called_number":"1"}', "call_id"),
        (b'{"call_id":"' + b"x" * 129 + b'","access":{"pin":"1"},"called_number":"1"}', "call_id"),
        (b'{"call_id":"a","access":{},"called_number":"1"}', "access"),
        (b'{"call_id":"a","access":{"pin":null},"called_number":"1"}', "access"),
        (b'{"call_id":"a","access":{"pin":""},"called_number":"1"}', "access.pin"),
        (b'{"call_id":"a","access":{"pin":123456789012},"called_number":"1"}', "access.pin"),
        (b'{"call_id":"a","access":{"pin":"1","admin":true},"called_number":"1"}', "access.admin"),
        (b'{"call_id":"a","access":{"pin":"1"},"called_number":"1","x":1}', "x"),
        (b'{"call_id":"a","access":{"pin":"1"},"called_number":"' + b"1" * 65 + b'"}', "called_number"),
        (b'{"call_id":"a","access":{"pin":"1"},"called_number":"1","slice_seconds":0}', "slice_seconds"),
        (b'{"call_id":"a","access":{"pin":"1"},"called_number":"1","slice_seconds":1e300}', "slice_seconds"),
        (
            b'{"call_id":"a","access":{"pin":"1"},"called_number":"1","slice_seconds":' + b"9" * 400 + b"}",
            "slice_seconds",
        ),
        (b'{"call_id":"a","access":{"pin":"1"},"called_number":"1","slice_seconds":NaN}', "body"),
        (b'{"call_id":"\xff","access":{"pin":"1"},"called_number":"1"}', "body"),
        (b'{"call_id":"\\ud800","access":{"pin":"1"},"called_number":"1"}', "body"),
        (b"\xef\xbb\xbf{}", "body"),
        (b"[" * 60_000, "body"),
        (b'{"access":' + b"[" * 60_000, "access"),
        (b'{"a":' * 10_000, "a"),
    ],
)
def test_a_malformed_request_is_400_with_the_field_at_fault(line, body, field):
    response = line.ask("POST", CALL, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["field"] == field
    assert error["message"]
    assert Call.objects.count() == 0


@pytest.mark.parametrize(
    ("step", "body", "field"),
    [
        ("answer", {"answered_at": "yesterday"}, "answered_at"),
        ("answer", {"answered_at": "2026-11-02T15:00:00"}, "answered_at"),
        ("answer", {"answered_at": 1_700_000_000}, "answered_at"),
        ("extend", {"used_seconds": 1}, "sequence"),
        ("extend", {"sequence": -1, "used_seconds": 1}, "sequence"),
        ("extend", {"sequence": 2**63, "used_seconds": 1}, "sequence"),
        ("extend", {"sequence": 1, "used_seconds": -1}, "used_seconds"),
        ("extend", {"sequence": 1, "used_seconds": 1.5}, "used_seconds"),
        ("extend", {"sequence": True, "used_seconds": 1}, "sequence"),
        ("end", {"used_seconds": 1}, "release_cause"),
        ("end", {"used_seconds": "60", "release_cause": "normal"}, "used_seconds"),
        ("end", {"used_seconds": 10**9, "release_cause": "normal"}, "used_seconds"),
        ("end", {"used_seconds": 1, "release_cause": ""}, "release_cause"),
        ("end", {"used_seconds": 1, "release_cause": "x" * 65}, "release_cause"),
        ("end", {"used_seconds": 1, "release_cause": None}, "release_cause"),
    ],
)
def test_each_step_names_its_own_malformed_field(line, card, step, body, field):
    line.authorize(card.pin)
    response = line.post(f"/v1/calls/call-1/{step}", body)
    assert (response.status_code, response.json()["error"]["field"]) == (400, field)


@pytest.mark.parametrize("segment", ["%00", "a%0Ab", "%FF", "x" * 129, "%C3", "%7F"])
def test_an_unprintable_call_id_in_the_address_is_400(line, segment):
    response = line.post(f"/v1/calls/{segment}/end", {"used_seconds": 0, "release_cause": "busy"})
    assert (response.status_code, response.json()["error"]["field"]) == (400, "call_id")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/calls/none/answer"),
        ("POST", "/v1/calls/none/end"),
        ("POST", "/v1/calls/none/extend"),
        ("GET", "/v1/calls/none"),
    ],
)
def test_an_unknown_call_is_404(line, method, path):
    body = {
        "answer": {},
        "end": {"used_seconds": 0, "release_cause": "busy"},
        "extend": {"sequence": 1, "used_seconds": 0},
    }
    response = line.ask(method, path, json=body.get(path.rsplit("/", 1)[1], {}))
    assert (response.status_code, response.json()["error"]["field"]) == (404, "call_id")


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/calls", "/docs", "/schema", "/v1/calls/a/b/end", "/openapi.yaml"])
def test_an_unknown_address_is_404_in_json(line, path):
    response = line.ask("GET", path)
    assert response.status_code == 404
    assert response.json()["error"]["field"] == "path"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", CALL), ("PUT", CALL), ("DELETE", END), ("GET", END), ("POST", "/healthz")]
)
def test_another_method_is_405_and_says_which_is_allowed(line, method, path):
    response = line.ask(method, path)
    assert response.status_code == 405
    assert response.headers["allow"]
    assert response.json()["error"]["field"] == "method"


def test_a_body_beyond_64_kib_is_413(line):
    response = line.ask("POST", CALL, content=b" " * 65_537, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["field"]) == (413, "body")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/xml", None])
def test_a_body_that_is_not_sent_as_json_is_415(line, kind):
    response = line.ask("POST", CALL, content=b'{"call_id":"a"}', headers={"content-type": kind})
    assert (response.status_code, response.json()["error"]["field"]) == (415, "content-type")


def test_json_may_name_its_character_set(line):
    response = line.ask("POST", CALL, content=b"{}", headers={"content-type": "application/json; charset=utf-8"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "trouble", [DeskBusyError(), DeskClosedError(), RuntimeError("a bug"), OperationalError("gone")]
)
@pytest.mark.parametrize("place", ["pool", "desk"])
def test_what_cannot_be_decided_is_refused_or_put_off_and_never_5xx(line, card, passed, trouble, place, caplog):
    line.authorize(card.pin, call_id="call-1")
    before = card.available_micros, card.held_micros
    # Either the switch's key cannot be read, which the ring tries again after a second, or the call cannot be decided.
    passed.seconds += 1.0
    getattr(line, place).trouble = trouble
    for path, body in ((CALL, GOOD | {"call_id": "call-2"}), (END, {"used_seconds": 60, "release_cause": "normal"})):
        response = line.post(path, body)
        if path == CALL:
            assert (response.status_code, response.json()) == (200, {"decision": "refused", "reason": "unavailable"})
        else:
            assert (response.status_code, response.headers["retry-after"]) == (429, "1")
    assert (card.available_micros, card.held_micros) == before
    getattr(line, place).trouble = None
    assert line.authorize(card.pin, call_id="call-2").json()["reason"] == "in_use"
    assert line.post(END, {"used_seconds": 60, "release_cause": "normal"}).json()["charge_micros"] == 100_000
    expected = isinstance(trouble, DeskBusyError | DeskClosedError)
    assert bool([record for record in caplog.records if record.levelno >= logging.ERROR]) is not expected
    assert card.pin not in caplog.text


@pytest.mark.clause("C17")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/openapi.json"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/nowhere"),
        ("POST", CALL),
        ("GET", CALL),
    ],
)
def test_every_answer_carries_the_headers_and_no_cookie(line, method, path):
    response = line.ask(method, path, json={})
    assert "set-cookie" not in response.headers
    assert response.headers.get_list("cache-control") == ["no-store"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["content-type"].startswith("application/json")


def test_the_probes_tell_a_watchdog_whether_the_database_answers(line):
    assert line.ask("GET", "/healthz", headers={"authorization": None}).json() == {"status": "ok"}
    assert line.ask("GET", "/readyz", headers={"authorization": None}).json() == {"status": "ok"}
    line.pool.trouble = DeskClosedError()
    assert line.ask("GET", "/readyz").status_code == 503
    assert line.ask("GET", "/healthz").status_code == 200


def test_a_key_is_shown_once_and_kept_as_a_hash(tandem):
    from crystalcall.switches.http.models import Switch

    row = Switch.objects.get()
    assert len(bytes(row.key_sha256)) == 32
    assert tandem.key not in repr(tandem)
    assert len(tandem.key) >= 43


def test_a_switch_is_added_once_and_disabled_once(tandem, now):
    assert add_switch("tandem-1", now=now) == NameTaken("tandem-1")
    assert disable_switch("tandem-1") == SwitchDisabled("tandem-1", was_active=True)
    assert disable_switch("tandem-1") == SwitchDisabled("tandem-1", was_active=False)
    assert disable_switch("nobody") == UnknownSwitch("nobody")


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 41, "тандем", "a\n", "../x"])
def test_a_switch_has_a_plain_name(db, now, name):
    assert add_switch(name, now=now) == BadName(name)


def test_a_whole_number_may_be_written_with_a_point(line, card):
    line.authorize(card.pin)
    end = b'{"used_seconds": 60.0, "release_cause": "normal"}'
    response = line.ask("POST", END, content=end, headers={"content-type": "application/json"})
    assert response.json()["charge_micros"] == 100_000
    assert line.post(END, {"used_seconds": 60, "release_cause": "normal"}).content == response.content
