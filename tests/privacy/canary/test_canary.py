"""The canary: somebody unmistakable goes through what the system does; then every store is searched for them.

Found only where the inventory says; deleted: only the sealed archive is left; its key destroyed: nothing. The processes
of the shop are one here; what each of them keeps is the same.
"""

import logging
import re
from pathlib import Path

import pytest
from call_scenery import Card, SwitchWords
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client
from searching import database_rows, files_under, forms, found_in, opened_columns

from crystalcall.minutes.pins.models import PinMissSource
from crystalcall.privacy import keepers
from crystalcall.privacy.archive.actions import open_archive, request_opening
from crystalcall.privacy.archive.models import ArchiveLot
from crystalcall.privacy.erasures.models import Erasure
from crystalcall.privacy.inventory import personal_fields
from crystalcall.privacy.retention import actions as retention
from crystalcall.privacy.retention_classes import CLASSES
from crystalcall.shop.orders import actions as orders
from crystalcall.shop.orders.models import Order
from crystalcall.shop.orders.queries import letter

pytestmark = [pytest.mark.django_db]

NAME = "Zyxvana Quibblethorpe"
EMAIL = "zyxvana.q@quibble-thorpe.example"
TELEPHONE = "+12125550173"
CALLED = "+74957390461"
CALLER = "+13475550188"
ADDRESS = "203.0.113.177"
BROWSER = "Quibblebrowser/7.31 (Zyx; Canary)"
NEW_NAME = "Zyxvana Brackleford-Umm"
CHECKOUT = "/checkout/?credit-10=1"
HERE = "/privacy/requests/"
HIDDEN = re.compile(r'name="(placing_key|total)"[^>]*value="([^"]*)"')
TICKET = re.compile(r'name="ticket" value="([A-Za-z0-9_-]{43})"')
LINK = re.compile(r"/privacy/requests/link/[A-Za-z0-9_-]{43}/")
PIN = re.compile(r"\b(\d{4}) ?(\d{4}) ?(\d{4})\b")

SECRETS = {
    "name": NAME,
    "surname": "Quibblethorpe",
    "e-mail": EMAIL,
    "telephone": TELEPHONE,
    "called number": CALLED,
    "caller": CALLER,
    "address": ADDRESS,
    "browser": BROWSER,
}
SEALED = {
    ("name", "customers.Customer.sealed_name"),
    ("surname", "customers.Customer.sealed_name"),
    ("e-mail", "customers.Customer.sealed_email"),
    ("telephone", "customers.Customer.sealed_telephone"),
    ("called number", "calls.Call.sealed_grant"),
}


@pytest.fixture
def browser():
    return Client(headers={"sec-fetch-site": "same-origin", "user-agent": BROWSER}, REMOTE_ADDR=ADDRESS)


def buys(shop, browser):
    """The number is looked up, the form filled in, the order paid and its PIN looked at."""
    assert browser.get("/", {"to": CALLED}).status_code == 200
    fields = dict(HIDDEN.findall(browser.get(CHECKOUT).content.decode()))
    assert browser.post(CHECKOUT, fields | {"name": NAME, "email": "zyxvana@", "telephone": "1"}).status_code == 422
    # No gateway answers here: the order is placed and says so.
    browser.post(CHECKOUT, fields | {"name": NAME, "email": EMAIL, "telephone": TELEPHONE, "price_notices": "on"})
    [order] = Order.objects.all()
    orders.mark_paid(order.order_number, "1", now=shop.now)
    orders.fulfill_order(order.order_number, now=shop.now)
    told = letter(order.order_number)
    shown = browser.post(f"/orders/{told.token}/pin/")
    assert shown.status_code == 200
    return order.order_number, told.token


def calls(shop, token):
    """A wrong PIN, then a call that is charged; both from the canary's own telephone."""
    [shown] = orders.reveal_pins(token, now=shop.now)
    card = Card(shown.serial, shown.pin, None)
    wrong = Card(shown.serial, "9" * len(shown.pin), None)
    SwitchWords(wrong, shop.now, "c0").authorize(called_number=CALLED, caller_number=CALLER)
    switch = SwitchWords(card, shop.now, "c1")
    switch.authorize(called_number=CALLED, caller_number=CALLER)
    switch.answer()
    switch.end(60)
    assert PinMissSource.objects.exists()
    return shown.pin


def asks(shop, browser, kind, **acts):
    """A right is asked for on the site, proved by the mailed link, and done on the page behind it."""
    shop.sends()
    assert browser.post(HERE, {"kind": kind, "email": EMAIL}).status_code == 200
    [link] = shop.sends()
    path = LINK.search(link.body).group()
    page = browser.post(path).content.decode()
    done = browser.post(f"{HERE}act/", {"ticket": TICKET.search(page).group(1), **acts})
    assert done.status_code == 200, done.content.decode()
    return done.content


def files(tmp_path: Path):
    return files_under(Path(django_settings.CRYSTALCALL.data_dir), tmp_path)


def test_somebody_unmistakable_is_found_only_where_the_inventory_says_and_nowhere_after_deletion(
    shop, browser, officers, tmp_path, caplog
):
    caplog.set_level(logging.DEBUG)
    _number, token = buys(shop, browser)
    secrets = SECRETS | {"PIN": calls(shop, token)}
    assert b"PK" in asks(shop, browser, "export", act="zip")[:4]

    # Everything there is: nothing in clear, in no table, no file and no line of a log.
    assert found_in(database_rows(), secrets) == set()
    assert found_in(files(tmp_path), secrets) == set()
    assert found_in([("log", caplog.text.encode())], secrets) == set()
    # What the keys open: exactly what the inventory says is there.
    assert found_in(opened_columns(), secrets) == SEALED | {("PIN", "pins.Pin.sealed_pin")}
    declared = {f"{model}.{field}" for model, fields in personal_fields().items() for field in fields}
    assert {place for _secret, place in SEALED} <= declared
    # The mailbox is the person's own; it says no more than the name, the address and the card.
    letters = " ".join(f"{each.to} {each.subject} {each.body}" for each in mail.outbox).encode()
    assert {name for name, _ in found_in([("mail", letters)], secrets)} <= {"name", "surname", "e-mail", "PIN"}

    asks(shop, browser, "deletion", sure="yes")
    assert Erasure.objects.count() == 1
    # A bearer's card works on, so its PIN stays sealed; of the person nothing opens any more.
    assert found_in(opened_columns(), SECRETS) == set()
    assert found_in(database_rows(), secrets) == set()
    assert found_in(files(tmp_path), secrets) == set()
    assert not keepers.find(mailbox=keepers.mailbox(EMAIL))

    in_the_archive_alone(shop, officers)
    assert found_in([("log", caplog.text.encode())], secrets) == set()


def in_the_archive_alone(shop, officers):
    """Two officers still find it in the archive; a year later nobody does."""
    lots = list(ArchiveLot.objects.values_list("subject", flat=True).distinct())
    asked = request_opening(lots, "the canary", officers["vera"], now=shop.now)
    opened = open_archive(asked.reference, officers["igor"], now=shop.now, closing=False)
    text = repr([dict(lot.values) for lot in opened.lots])
    assert {name for name, _ in found_in([("archive", text.encode())], SECRETS)} >= {"name", "e-mail", "telephone"}
    shop.later(days=CLASSES["sealed_archive"].days + 1)
    retention.enforce_nightly(shop.now)
    assert not ArchiveLot.objects.exists()
    gone = open_archive(asked.reference, officers["igor"], now=shop.now, closing=False)
    assert not hasattr(gone, "lots")
    assert found_in(opened_columns(), SECRETS) == set()


@pytest.mark.parametrize("coded", ["plain", "percent", "base64", "utf16", "hex", "digits"])
def test_the_search_finds_every_form_wherever_it_stands(coded):
    """The test of the test: a search that finds nothing anywhere would be green for ever."""
    import base64
    from urllib.parse import quote

    planted = {
        "plain": f"x{NAME}y".encode(),
        "percent": quote(f"a b {EMAIL} c", safe="").encode(),
        "base64": base64.b64encode(f"ab{NAME}cde".encode()),
        "utf16": f"1{NAME}".encode("utf-16-le"),
        "hex": f"q{EMAIL}".encode().hex().encode(),
        "digits": b"tel:12125550173;",
    }[coded]
    assert found_in([("here", planted)], SECRETS)
    assert forms(TELEPHONE)
