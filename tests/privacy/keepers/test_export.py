"""An export holds everything that is declared, in both forms, and nothing of anybody else."""

import io
import json
import re
import stat
import zipfile
from pathlib import Path

import jsonschema_rs
import pytest
from buyers import MOSCOW

from crystalcall.privacy import keepers
from crystalcall.privacy.inventory import personal_fields
from crystalcall.privacy.keepers import Keeper, KeeperError, NameKind, Person, Section
from crystalcall.privacy.requests.exporting import ExportContradictionError, all_sections, gather
from crystalcall.privacy.requests.writing import as_json, as_page, as_zip, schema, schema_text

STAFF = "user.job_title"


def exported_fields():
    return {field for section in all_sections() for column in section.columns for field in column.fields}


@pytest.mark.clause("C01", "C11")
def test_every_personal_field_of_every_model_stands_in_some_keepers_export():
    """A field that is declared and neither exported nor excused fails here: it cannot be forgotten."""
    wanted = {
        f"{model}.{name}"
        for model, fields in personal_fields().items()
        for name, entry in fields.items()
        if entry.is_exported and entry.category != STAFF
    }
    assert wanted - exported_fields() == set()


def test_every_field_an_export_claims_to_show_is_declared_as_personal():
    declared = {f"{model}.{name}" for model, fields in personal_fields().items() for name in fields}
    assert exported_fields() - declared == set()


def test_sections_and_columns_have_names_of_their_own():
    sections = all_sections()
    assert len({section.key for section in sections}) == len(sections)
    for section in sections:
        assert len({column.key for column in section.columns}) == len(section.columns)


def test_the_published_schema_is_a_schema_and_is_the_one_in_the_package():
    jsonschema_rs.meta.validate(schema())
    kept = Path(keepers.__file__).parent / "requests" / "schema.json"
    assert kept.read_text(encoding="utf-8") == schema_text(), "run `make documents`"


@pytest.fixture
def annas(shop, anna, boris):
    """Everything about Anna, who bought, called, wished and asked, in a shop where Boris bought too."""
    bought = shop.sells(anna, price_notices=True)
    shop.calls(bought)
    shop.calls(bought, call_id="c2", seconds=None)
    other = shop.sells(boris)
    shop.calls(other, "+525512345678", call_id="c3")
    shop.sends()
    shop.ticket_for("access", anna.email)
    person = keepers.find(mailbox=keepers.mailbox(anna.email))
    return lambda language="en": gather(person, now=shop.now, language=language)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_json_of_a_full_life_fits_the_schema(annas, language):
    told = json.loads(as_json(annas(language)))
    jsonschema_rs.validator_for(schema()).validate(told)
    filled = {key for key, rows in told["sections"].items() if rows}
    assert filled >= {"details", "accounts", "orders", "order_lines", "order_history", "cards", "calls"}
    assert filled >= {"calls_in_progress", "notice_wishes", "credit", "credit_movements", "pins", "mails"}
    assert filled >= {"disclosures", "privacy_requests", "price_guarantees"}


@pytest.mark.django_db
@pytest.mark.clause("C11")
def test_the_page_is_in_the_persons_language_and_shows_numbers_only_to_their_caller(annas, anna, boris):
    english, russian = as_page(annas("en")), as_page(annas("ru"))
    for page in (english, russian):
        assert anna.name in page
        assert MOSCOW in page
        assert boris.name not in page
        assert "+525512345678" not in page
    assert 'lang="ru"' in russian
    assert "Ваши звонки" in russian
    assert "Your calls" in english


COMPANY_OF_FIELDS = {"policy_version", "pin", "deck_version", "delivered"}
"""What stands beside fields and is none: the policy's number, masked digits, what is looked up elsewhere."""
STAFFS_AND_CASES = {"sealed_archive", "authorities"}
"""Sections whose rows are about what was done with fields; their own columns are declared as a whole."""


@pytest.mark.clause("C01")
def test_whatever_an_export_shows_as_somebodys_is_declared_as_personal():
    """Times, lengths, sums and states that are given out as hers are hers: no column hides behind an opaque number."""
    hidden = {
        f"{section.key}.{column.key}"
        for section in all_sections()
        for column in section.columns
        if not column.fields and section.key not in STAFFS_AND_CASES and column.key not in COMPANY_OF_FIELDS
    }
    assert hidden == {"gateway_transactions.order_number"}


@pytest.mark.clause("C01")
def test_when_how_long_where_to_and_at_what_price_somebody_called_is_personal():
    calls = personal_fields()["calls.CallRecord"]
    assert {"answered_at", "ended_at", "used_seconds", "billable_seconds", "area", "country_iso2"} <= set(calls)
    assert {"charge_micros", "minute_price_micros", "carrier", "ledger_account_id"} <= set(calls)
    assert "pin_serial" in personal_fields()["calls.Call"]
    assert {"amount", "created_at", "code"} <= set(personal_fields()["ledger.Transfer"])
    assert "sent_at" in personal_fields()["mailings.Notice"]


@pytest.mark.django_db
def test_the_readable_form_speaks_as_the_shops_pages_do(annas):
    english, russian = as_page(annas("en")), as_page(annas("ru"))
    assert "Russia, landline, Moscow" in english
    assert "Россия, городской, Москва" in russian
    assert "1\N{NO-BREAK SPACE}min" in english
    assert "1\N{NO-BREAK SPACE}мин" in russian
    assert "$10.00" in english
    assert "10,00\N{NO-BREAK SPACE}$" in russian
    assert "Northline" in english
    for page in (english, russian):
        shown = re.sub(r"<[^>]+>", " ", page)
        assert not re.search(r"\b(de|ru|mx)-(landline|mobile|\*)|credit-10|\bUSD\b|northline\b|None", shown)
        labels = re.findall(r"<div><dt>([^<]+)</dt><dd>([^<]+)</dd></div>", page[page.index('id="not-shown"') :])
        assert len(labels) == len(set(labels))


@pytest.mark.django_db
def test_who_got_a_called_number_is_told_by_name(annas):
    rows = json.loads(as_json(annas()))["sections"]["disclosures"]
    assert {row["company"] for row in rows if row["provider"] == "telephone-carrier"} == {"Northline"}
    assert {row["company"] for row in rows if row["provider"] != "telephone-carrier"} == {""}


@pytest.mark.django_db
def test_no_secret_stands_in_an_export(annas, shop, anna):
    from crystalcall.shop.orders.models import Order
    from crystalcall.shop.orders.tokens import token_of

    data = annas()
    whole = as_json(data).decode() + as_page(data)
    assert all(token_of(order) not in whole for order in Order.objects.all())
    assert "•••• •••• ••••" in whole


@pytest.mark.django_db
def test_the_zip_holds_both_forms_and_the_schema_for_its_owner_alone(annas):
    with zipfile.ZipFile(io.BytesIO(as_zip(annas()))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["personal-data.html", "personal-data.json", "schema.json"]
        modes = {stat.S_IMODE(entry.external_attr >> 16) for entry in archive.infolist()}
    assert modes == {0o600}


@pytest.mark.django_db
def test_each_item_says_under_which_policy_it_was_collected(annas):
    told = json.loads(as_json(annas()))
    for section in ("details", "orders", "calls", "privacy_requests"):
        assert {row["policy_version"] for row in told["sections"][section]} == {1}
    assert told["explained"]
    assert {given["key"] for kind in told["explained"] for given in kind["recipients"]} >= {"mail-carrier"}


@pytest.mark.django_db
def test_a_person_nobody_knows_gets_an_empty_export(shop):
    data = gather(Person(), now=shop.now, language="en")
    assert data.row_count == 0


@pytest.mark.django_db
def test_a_keeper_that_gives_more_than_it_promised_is_refused(shop, monkeypatch):
    class Talkative(Keeper):
        room = "talkative"

        def export(self, person, *, now, purpose):  # noqa: ARG002
            return {"gossip": [("x",)]}

    monkeypatch.setitem(keepers._keepers, "talkative", Talkative())
    with pytest.raises(ExportContradictionError, match="gossip"):
        gather(Person(), now=shop.now, language="en")


def test_two_keepers_cannot_promise_one_section():
    class Copy(Keeper):
        room = "copy"
        sections = (Section("orders", "Orders", ()),)

    with pytest.raises(KeeperError, match="orders"):
        keepers.register(Copy())
    assert "copy" not in {keeper.room for keeper in keepers.all_keepers()}


@pytest.mark.django_db
def test_a_person_is_whole_from_any_of_their_names(shop, anna):
    bought = shop.sells(anna)
    names = {
        NameKind.CUSTOMER: bought.customer_id,
        NameKind.ACCOUNT: bought.account_id,
        NameKind.ORDER: bought.order_number,
        NameKind.MAILBOX: keepers.mailbox(anna.email),
    }
    people = [keepers.whole(Person().joined(kind, [name])) for kind, name in names.items()]
    assert len(set(people)) == 1
    assert people[0].of(NameKind.CARD) == (bought.serial,)


@pytest.mark.django_db
def test_without_widening_a_mailbox_joins_nobody(shop, anna):
    first, second = shop.sells(anna), shop.sells(anna)
    one = Person().joined(NameKind.CUSTOMER, [first.customer_id])
    assert keepers.whole(one).ids(NameKind.CUSTOMER) != (first.customer_id,)
    assert keepers.whole(one, widen=False).ids(NameKind.CUSTOMER) == (first.customer_id,)
    assert second.order_number not in keepers.whole(one, widen=False).of(NameKind.ORDER)
