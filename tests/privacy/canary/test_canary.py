"""The canary: somebody unmistakable goes through what the system does; then every store is searched for them.

Found only where the inventory says; deleted: only the sealed archive is left; yesterday's backup put back: gone again;
the archive's keys destroyed: nothing. The processes of the shop are one here; what each of them keeps is the same.
Mails that were delivered lie in the person's own mailbox and are theirs; what waits to be sent is ours, and goes.
"""

import base64
import logging
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import caches
from django.test import Client
from life import (
    ADDRESS,
    BROWSER,
    EMAIL,
    NAME,
    NEW_EMAIL,
    SECRETS,
    TELEPHONE,
    asks,
    buys,
    calls,
    changes,
    is_asked_for,
    opened_package,
    writes,
)
from searching import database_rows, files_under, forms, found_in, opened_columns

from crystalcall.jobs import sweeps
from crystalcall.plumbing.models import Delivery
from crystalcall.privacy import keepers
from crystalcall.privacy.archive.actions import open_archive, request_opening
from crystalcall.privacy.archive.models import ArchiveLot
from crystalcall.privacy.archive.queries import subjects_of
from crystalcall.privacy.erasures.models import Erasure
from crystalcall.privacy.erasures.starting import replay_at_start
from crystalcall.privacy.inventory import personal_fields
from crystalcall.privacy.keys.models import ArchiveLotKey, ArchivePair, ArchiveWrap
from crystalcall.privacy.register.signing import sign_due_days
from crystalcall.privacy.register.verifying import verify
from crystalcall.privacy.retention import actions as retention
from crystalcall.privacy.retention_classes import CLASSES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

PAGES = ("/privacy/", "/privacy/register/", "/privacy/evidence/", "/ru/privacy/register/", "/metrics", "/")
CORE = ("entries.json", "roots.json", "unveiled.json", "key.json")
ARCHIVED = {"name", "surname", "telephone", "new name", "new e-mail", "new telephone"}
SEALED = {
    ("new name", "customers.Customer.sealed_name"),
    ("new surname", "customers.Customer.sealed_name"),
    ("new e-mail", "customers.Customer.sealed_email"),
    ("new telephone", "customers.Customer.sealed_telephone"),
    ("called number", "calls.Call.sealed_grant"),
    ("name", "privacy.PrivacyRequest.sealed_detail"),
    ("surname", "privacy.PrivacyRequest.sealed_detail"),
    ("words of a letter", "privacy.PrivacyRequest.sealed_detail"),
    ("PIN", "pins.Pin.sealed_pin"),
}


@pytest.fixture
def browser():
    return Client(headers={"sec-fetch-site": "same-origin", "user-agent": BROWSER}, REMOTE_ADDR=ADDRESS)


@pytest.fixture
def own_temporary_folder(tmp_path, monkeypatch):
    """Whatever writes a temporary file writes it where this test looks."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))


def lives(shop, browser, officers):
    """Buys, calls, reads, changes, objects, withdraws, writes, is asked for by an authority; gives the PIN."""
    number, token = buys(shop, browser)
    pin = calls(shop, token)
    assert b"PK" in asks(shop, browser, "export", act="zip")[:4]
    assert NAME.encode() in asks(shop, browser, "access", act="read")
    changes(shop, browser)
    asks(shop, browser, "objection", NEW_EMAIL)
    asks(shop, browser, "withdrawal", NEW_EMAIL)
    writes(shop)
    package = is_asked_for(shop, number, officers)
    assert found_in([("package", package)], SECRETS) == set()
    assert {name for name, _ in found_in([("opened", opened_package(package))], SECRETS)} == {"new name", "new surname"}
    shop.sends()
    return pin


def everywhere(tmp_path, caplog):
    """Every place where something could lie in clear: tables, files, temporary ones, logs, caches, pages, the core."""
    yield from database_rows()
    yield from files_under(Path(django_settings.CRYSTALCALL.data_dir), tmp_path)
    yield "log", caplog.text.encode()
    yield from ((f"cache {name}", repr(vars(caches[name])).encode()) for name in django_settings.CACHES)
    client = Client()
    yield from ((page, client.get(page).content) for page in PAGES)
    yield from ((name, client.get(f"/privacy/register/{name}").content) for name in CORE)


def letters():
    """Everything that the mail server took so far, by recipient."""
    return [(each.to, f"{each.to} {each.subject} {each.body} {each.alternatives}".encode()) for each in mail.outbox]


@pytest.mark.usefixtures("own_temporary_folder")
def test_somebody_unmistakable_is_found_only_where_the_inventory_says_and_nowhere_after_deletion(
    shop, browser, officers, office, tmp_path, caplog
):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "markdown_it")  # it tells of each line of the policy's text, and of nobody
    pin = lives(shop, browser, officers)
    secrets = SECRETS | {"PIN": pin}
    sign_due_days(shop.later(days=1))

    # Everything there is: nothing in clear, in no table, file, log, cache, page, nor in the register.
    assert found_in(everywhere(tmp_path, caplog), secrets) == set()
    # What the keys open: exactly what the inventory says is there.
    assert found_in(opened_columns(), secrets) == SEALED
    declared = {f"{model}.{field}" for model, fields in personal_fields().items() for field in fields}
    assert {place for _secret, place in SEALED} - {"pins.Pin.sealed_pin"} <= declared
    # The mailbox is the person's own; it says no more than names, addresses and the card.
    known = {"name", "surname", "new name", "new surname", "e-mail", "new e-mail", "PIN"}
    assert {name for name, _ in found_in([("mail", text) for _to, text in letters()], secrets)} <= known

    yesterday = office.takes_backup(shop.now)
    assert found_in(everywhere(tmp_path, caplog), secrets) == set()
    is_forgotten(shop, browser, tmp_path, caplog, secrets)
    in_the_archive(shop, officers)
    comes_back_and_is_gone_again(shop, office, yesterday)
    assert found_in(everywhere(tmp_path, caplog), secrets) == set()
    nowhere(shop)
    assert found_in(everywhere(tmp_path, caplog), secrets) == set()
    assert verify().findings == ()


def is_forgotten(shop, browser, tmp_path, caplog, secrets):
    """Deleted while a mail waits: nothing of the person opens any more, nothing is sent, and nobody is found."""
    browser.post("/privacy/requests/", {"kind": "access", "email": NEW_EMAIL})
    asks(shop, browser, "deletion", NEW_EMAIL, sure="yes")
    assert Erasure.objects.count() == 1
    delivered = len(mail.outbox)
    shop.later(hours=3)
    shop.sends()
    # What goes out after it goes to nobody we know; the queue holds nothing either (it is a table, searched below).
    assert not [to for to, _text in letters()[delivered:] if NEW_EMAIL in to or EMAIL in to]
    assert not Delivery.objects.filter(delivered_at__isnull=True).exists()
    # A bearer's card works on, so its PIN stays sealed; of the person nothing opens.
    assert found_in(opened_columns(), SECRETS) == set()
    assert found_in(everywhere(tmp_path, caplog), secrets) == set()
    assert not any(keepers.find(mailbox=keepers.mailbox(address)) for address in (EMAIL, NEW_EMAIL))


def opening(shop, officers, subjects):
    """What two officers find in the archive."""
    asked = request_opening(subjects, "the canary", officers["vera"], now=shop.now)
    return open_archive(asked.reference, officers["igor"], now=shop.now, closing=False)


def in_the_archive(shop, officers):
    """Two officers still find it in the archive, and only so."""
    found = opening(shop, officers, subjects_of(NEW_EMAIL))
    text = repr([dict(lot.values) for lot in found.lots])
    assert {name for name, _ in found_in([("archive", text.encode())], SECRETS)} >= ARCHIVED


def comes_back_and_is_gone_again(shop, office, yesterday):
    """Yesterday's backup is put back, by the command and by hand; after the start nothing of the person opens."""
    restored = office.restores(yesterday, shop.later(hours=1))
    assert restored.replayed.people == 1
    assert found_in(opened_columns(), SECRETS) == set()
    office.restores(yesterday, shop.later(hours=1), only_loads=True)
    assert keepers.find(mailbox=keepers.mailbox(NEW_EMAIL))
    # Its keys are gone before the start already: what came back opens for nobody.
    assert found_in(opened_columns(), SECRETS) == set()
    replay_at_start(shop.later(minutes=10))
    assert not keepers.find(mailbox=keepers.mailbox(NEW_EMAIL))
    assert found_in(opened_columns(), SECRETS) == set()


def nowhere(shop):
    """The archive's time is over: its keys are destroyed, and nobody opens anything."""
    assert ArchiveLot.objects.exists()
    shop.later(days=CLASSES["sealed_archive"].days + 1)
    retention.enforce_nightly(shop.now)
    # Of what was put away after the backup, the keys are left alone; the clock finds them.
    sweeps.keep_archive(shop.now)
    assert not ArchiveLot.objects.exists()
    assert not any(model.objects.exists() for model in (ArchivePair, ArchiveLotKey, ArchiveWrap))
    assert not subjects_of(NEW_EMAIL)
    assert not subjects_of(EMAIL)
    assert found_in(opened_columns(), SECRETS) == set()


@pytest.mark.parametrize("coded", ["plain", "percent", "base64", "utf16", "hex", "digits"])
def test_the_search_finds_every_form_wherever_it_stands(coded):
    """The test of the test: a search that finds nothing anywhere would be green for ever."""
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
