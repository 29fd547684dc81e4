"""The OpenAPI document says what the API does, and the API does what it says."""

import json
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from crystalcall.rules.calls import CallState, RefusalReason, ReleaseCause
from crystalcall.switches.http import openapi, server, steps

DOCUMENT = json.loads(openapi.document())
# The key is the client's business here: what a wrong one does has its own test.
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT | {"security": []})
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
]


def test_every_route_is_documented_and_every_documented_route_exists():
    routes = {(steps.AUTHORIZE_PATH.decode(), "post")}
    routes |= {(f"{steps.CALL_PREFIX.decode()}{{call_id}}/{step.decode()}", "post") for step in steps.STEPS}
    litestars = {(f"/v1{path}", method) for path in server.status.paths for method in server.status.http_methods}
    routes |= {(re.sub(":str", "", path), method.lower()) for path, method in litestars}
    routes |= {("/healthz", "get"), ("/readyz", "get")}
    assert routes == {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}


def test_every_field_is_described():
    mute = [
        f"{name}.{field}"
        for name, schema in DOCUMENT["components"]["schemas"].items()
        for field, told in schema.get("properties", {}).items()
        if field != "decision" and "description" not in told and "$ref" not in told
    ]
    assert mute == []
    assert [name for name, schema in DOCUMENT["components"]["schemas"].items() if "description" not in schema] == []


@pytest.mark.parametrize("words", [RefusalReason, ReleaseCause, CallState])
def test_every_word_of_a_closed_list_is_explained(words):
    schema = DOCUMENT["components"]["schemas"][words.__name__]
    assert set(schema["enum"]) == set(words)
    for word in words:
        assert f"`{word.value}`" in schema["description"]


def test_every_error_has_its_shape_and_every_operation_its_errors():
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if path.startswith("/v1"):
                assert {"200", "400", "401", "405", "429"} <= set(operation["responses"])
            for code, told in operation["responses"].items():
                assert told["description"], (path, method, code)


def test_the_document_names_no_other_host(line):
    response = line.ask("GET", "/openapi.json", headers={"authorization": None})
    assert response.status_code == 200
    assert response.json() == DOCUMENT
    assert "://" not in response.text.replace("https://json-schema.org", "")


@pytest.mark.django_db
@SCHEMA.parametrize()
@settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_the_document_allows_is_answered_as_the_document_says(case, line, card, caplog):
    sent = case.as_transport_kwargs(base_url="http://switch.test")
    more = {name: sent[name] for name in ("json", "params") if sent.get(name) is not None}
    if sent.get("data") is not None:
        more["content"] = sent["data"]
    response = line.ask(sent["method"], sent["url"], headers=dict(sent.get("headers") or {}), **more)
    case.validate_response(response, checks=CHECKS)
    assert not [record for record in caplog.records if "failed" in record.getMessage()]
