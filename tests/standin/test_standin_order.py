"""Every order table, proved by breaking it: two elements changed places, and the request is refused."""

import json
from html import escape

import pytest

from crystalcall.payments.standin.answer_tables import ANSWERS, answer_of
from crystalcall.payments.standin.api import METHODS
from crystalcall.payments.standin.reply import Form, Reply, TableError, encode
from crystalcall.payments.standin.schema import NAMESPACE, Anything, Group, Pairs, SchemaError, Text, read_group
from crystalcall.payments.standin.tables import ELSEWHERE, REQUESTS

LOGIN, KEY = "test-store", "test-key-0000001"
FITTING = {
    "Decimal": "1.00",
    "Boolean": "true",
    "numericString": "12",
    "cardCode": "900",
    "limit": "10",
    "offset": "1",
    "DateTime": "2026-11-23T00:00:00Z",
    "gYearMonth": "2030-12",
}


def _sample(holds):
    if isinstance(holds, Group):
        return Pairs((child.name, _sample(child.holds)) for child in holds.children)
    if isinstance(holds, Anything):
        return ""
    assert isinstance(holds, Text)
    if holds.type_name in FITTING:
        return FITTING[holds.type_name]
    return holds.shape.split("|")[0] if holds.shape else "x" * max(holds.shortest, 1)


def _groups(name, holds, path=()):
    """Every group of a request with the way to it."""
    yield path
    for index, child in enumerate(holds.children):
        if isinstance(child.holds, Group):
            yield from _groups(child.name, child.holds, (*path, index))


def _at(sample, path):
    for index in path:
        sample = sample[index][1]
    return sample


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_every_request_with_everything_in_it_is_read_and_no_two_elements_may_change_places(name):
    table = REQUESTS[name]
    read_group(name, _sample(table), table)
    for path in _groups(name, table):
        length = len(_at(_sample(table), path))
        for index in range(length - 1):
            sample = _sample(table)
            group = _at(sample, path)
            group[index], group[index + 1] = group[index + 1], group[index]
            with pytest.raises(SchemaError, match="invalid child element"):
                read_group(name, sample, table)


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_no_request_takes_an_element_that_nobody_knows(name):
    sample = _sample(REQUESTS[name])
    sample.append(("surprise", "1"))
    with pytest.raises(SchemaError, match="'surprise'"):
        read_group(name, sample, REQUESTS[name])


def test_every_table_has_its_method_and_its_answer():
    assert set(REQUESTS) == set(METHODS)
    assert {answer_of(name) for name in REQUESTS} <= set(ANSWERS)
    assert not ELSEWHERE & set(REQUESTS)


def test_an_answer_that_does_not_follow_its_table_is_a_mistake_and_never_sent():
    for xml in (False, True):
        with pytest.raises(TableError, match="surprise"):
            encode(Reply({"surprise": 1}), Form(xml=xml, name="getHostedPaymentPageResponse"))


def test_fields_come_out_in_the_tables_order_whatever_order_they_were_made_in():
    fields = {"totalNumInResultSet": 1, "transactions": [{"settleAmount": 1, "transId": "5"}]}
    form = Form(name="getTransactionListResponse")
    told = json.loads(encode(Reply(fields), form, "r")[3:])
    assert list(told) == ["transactions", "totalNumInResultSet", "refId", "messages"]
    assert list(told["transactions"][0]) == ["transId", "settleAmount"]
    text = encode(Reply(fields), Form(xml=True, name="getTransactionListResponse"), "r").decode("utf-8-sig")
    assert text.index("<refId>") < text.index("<messages>") < text.index("<transactions><transaction><transId>")


def _written(name, value):
    """A sample as XML."""
    inner = "".join(_written(*pair) for pair in value) if isinstance(value, Pairs) else escape(value)
    return f"<{name}>{inner}</{name}>"


def _plain(value):
    return {name: _plain(inner) for name, inner in value} if isinstance(value, Pairs) else value


def _signed(sample):
    sample[0] = ("merchantAuthentication", Pairs([("name", LOGIN), ("transactionKey", KEY)]))
    return sample


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_every_request_with_everything_in_it_is_answered_alike_in_both_languages(gateway, name):
    sample = _signed(_sample(REQUESTS[name]))
    told = json.loads(gateway.raw(json.dumps({name: _plain(sample)})).content.decode("utf-8-sig"))
    text = _written(name, sample).replace(f"<{name}>", f'<{name} xmlns="{NAMESPACE}">', 1)
    root = gateway.xml(text)
    in_xml = root.find(f"{{{NAMESPACE}}}messages/{{{NAMESPACE}}}message/{{{NAMESPACE}}}code")
    assert gateway.code(told) == in_xml.text
    assert gateway.code(told) not in {"E00001", "E00003", "E00004", "E00007"}


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_every_request_with_only_what_it_needs_is_answered(gateway, name):
    needed = [_signed(_sample(REQUESTS[name]))[0]]
    needed += [
        pair for pair, part in zip(_sample(REQUESTS[name]), REQUESTS[name].children, strict=True) if part.required
    ][1:]
    answer = gateway.raw(json.dumps({name: _plain(Pairs(needed))}))
    assert answer.status_code == 200
    assert "messages" in json.loads(answer.content.decode("utf-8-sig"))
