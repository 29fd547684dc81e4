"""What tests of cases stand on: a letter, somebody it is about, and where a package goes."""

import io
import zipfile
from datetime import date

import pyrage

from crystalcall.customers import seals
from crystalcall.privacy import keepers
from crystalcall.privacy.authorities.actions import approve_case, record_case, scope_case
from crystalcall.privacy.authorities.values import CaseKind, CaseView, Instrument

COURT = pyrage.x25519.Identity.generate()
NAME_ONLY = (seals.NAME,)


def letter(recipient=None):
    return Instrument(
        authority="Court of Springfield",
        instrument="court order",
        reference="22/2026",
        dated=date(2026, 11, 1),
        scope="who bought the card",
        recipient=recipient or str(COURT.to_public()),
    )


def person(bought):
    return keepers.find(order_number=bought.order_number)


def recorded(shop, **also):
    view = record_case(CaseKind.ORDER, letter(), "vera", now=shop.now, **also)
    assert isinstance(view, CaseView)
    return view.reference


def scoped(shop, bought, fields=NAME_ONLY, **also):
    day = shop.now.date()
    view = scope_case(recorded(shop, **also), person(bought), (fields, day, day), "vera", now=shop.now)
    assert isinstance(view, CaseView), view
    return view


def approved(shop, bought, officers, fields=NAME_ONLY, **also):
    view = scoped(shop, bought, fields, **also)
    for name in ("vera", "igor"):
        assert isinstance(approve_case(view.reference, view.subject_hash, officers[name], now=shop.now), CaseView)
    return view


class Out:
    """Where a package is written."""

    def __init__(self) -> None:
        self.written = []

    def __call__(self, package) -> None:
        self.written.append(package)

    def opened(self, identity=COURT):
        [package] = self.written
        with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(package, [identity]))) as held:
            return {name: held.read(name) for name in held.namelist()}
