"""The canary's life: somebody unmistakable, and everything that the shop can do with them, in their own order.

Rooms are imported inside the functions: conftest files read this before Django is set up.
"""

import io
import re
import zipfile
from datetime import date

import pyrage

NAME = "Zyxvana Quibblethorpe"
EMAIL = "zyxvana.q@quibble-thorpe.example"
TELEPHONE = "+12125550173"
CALLED = "+74957390461"
CALLER = "+13475550188"
ADDRESS = "203.0.113.177"
BROWSER = "Quibblebrowser/7.31 (Zyx; Canary)"
PASSWORD = "Vexing-Quokka-Zither-91"
NEW_NAME = "Zyxvana Brackleford-Umm"
NEW_EMAIL = "zyx.tarn@marsh-wren.example"
NEW_TELEPHONE = "+13125550164"
WORDS = "I am Zyxvana Quibblethorpe and my quetzal is called Brindlewick"

SECRETS = {
    "name": NAME,
    "surname": "Quibblethorpe",
    "e-mail": EMAIL,
    "telephone": TELEPHONE,
    "called number": CALLED,
    "caller": CALLER,
    "address": ADDRESS,
    "browser": BROWSER,
    "password": PASSWORD,
    "new name": NEW_NAME,
    "new surname": "Brackleford",
    "new e-mail": NEW_EMAIL,
    "new telephone": NEW_TELEPHONE,
    "words of a letter": "Brindlewick",
}

CHECKOUT = "/checkout/?credit-10=1"
HERE = "/privacy/requests/"
HIDDEN = re.compile(r'name="(placing_key|total)"[^>]*value="([^"]*)"')
TICKET = re.compile(r'name="ticket" value="([A-Za-z0-9_-]{43})"')
LINK = re.compile(r"/privacy/requests/link/[A-Za-z0-9_-]{43}/")
CHANGE = re.compile(r"/privacy/requests/change/[A-Za-z0-9_-]{43}/")
COURT = pyrage.x25519.Identity.generate()


def buys(shop, browser):
    """The number is looked up, the form filled in (once wrongly), the order paid and its PIN looked at."""
    from crystalcall.shop.orders import actions as orders
    from crystalcall.shop.orders.models import Order
    from crystalcall.shop.orders.queries import letter

    assert browser.get("/", {"to": CALLED}).status_code == 200
    fields = dict(HIDDEN.findall(browser.get(CHECKOUT).content.decode()))
    # A password typed into the wrong field, as people do; there are no accounts yet.
    wrong = {"name": NAME, "email": f"zyxvana@ {PASSWORD}", "telephone": PASSWORD}
    assert browser.post(CHECKOUT, fields | wrong).status_code == 422
    # No gateway answers here: the order is placed and says so.
    browser.post(CHECKOUT, fields | {"name": NAME, "email": EMAIL, "telephone": TELEPHONE, "price_notices": "on"})
    [order] = Order.objects.all()
    orders.mark_paid(order.order_number, "1", now=shop.now)
    orders.fulfill_order(order.order_number, now=shop.now)
    told = letter(order.order_number)
    assert browser.post(f"/orders/{told.token}/pin/").status_code == 200
    return order.order_number, told.token


def calls(shop, token):
    """A wrong PIN, then a call that is charged; both from the canary's own telephone. Gives the PIN."""
    from call_scenery import Card, SwitchWords

    from crystalcall.minutes.pins.models import PinMissSource
    from crystalcall.shop.orders import actions as orders

    [shown] = orders.reveal_pins(token, now=shop.now)
    wrong = Card(shown.serial, "9" * len(shown.pin), None)
    SwitchWords(wrong, shop.now, "c0").authorize(called_number=CALLED, caller_number=CALLER)
    switch = SwitchWords(Card(shown.serial, shown.pin, None), shop.now, "c1")
    switch.authorize(called_number=CALLED, caller_number=CALLER)
    switch.answer()
    switch.end(60)
    assert PinMissSource.objects.exists()
    return shown.pin


def asks(shop, browser, kind, address=EMAIL, **acts):
    """A right is asked for on the site, proved by the mailed link, and done on the page behind it."""
    shop.later(hours=2)
    shop.sends()
    assert browser.post(HERE, {"kind": kind, "email": address}).status_code == 200
    page = browser.post(link_in(shop.sends(), LINK)).content.decode()
    done = browser.post(f"{HERE}act/", {"ticket": TICKET.search(page).group(1), **acts})
    assert done.status_code == 200, done.content.decode()
    return done.content


def link_in(letters, pattern):
    """The one link of its kind in some mails."""
    [path] = [found.group() for each in letters if (found := pattern.search(each.body))]
    return path


def changes(shop, browser):
    """Name and telephone are put right, then the address, which counts once its own link was opened."""
    asks(shop, browser, "correction", name=NEW_NAME, telephone=NEW_TELEPHONE)
    asks(shop, browser, "correction", email=NEW_EMAIL)
    assert browser.post(link_in(shop.sends(), CHANGE)).status_code == 200


def writes(shop):
    """A letter, which the office enters; nobody has answered it yet."""
    from crystalcall.privacy.requests import actions
    from crystalcall.privacy.requests.values import Opened

    opened = actions.receive_mail_request(NEW_EMAIL, "my data", WORDS, now=shop.now)
    assert isinstance(opened, Opened)


def is_asked_for(shop, order_number, officers):
    """An authority asks for the name and gets it, signed for by two; gives what opens with its key alone."""
    from crystalcall.customers import seals
    from crystalcall.privacy import keepers
    from crystalcall.privacy.authorities.actions import approve_case, hand_over, record_case, scope_case
    from crystalcall.privacy.authorities.values import CaseKind, CaseView, HandedOver, Instrument

    letter = Instrument("Court", "court order", "7/2026", date(2026, 11, 1), "whose order", str(COURT.to_public()))
    case = record_case(CaseKind.ORDER, letter, "vera", now=shop.now)
    days = (date(2026, 10, 1), shop.now.date())
    person = keepers.find(order_number=order_number)
    case = scope_case(case.reference, person, ((seals.NAME,), *days), "vera", now=shop.now)
    assert isinstance(case, CaseView), case
    for name in ("vera", "igor"):
        signed = approve_case(case.reference, case.subject_hash, officers[name], now=shop.now)
        assert isinstance(signed, CaseView), signed
    written = []
    assert isinstance(hand_over(case.reference, "vera", written.append, now=shop.now), HandedOver)
    return written[0]


def opened_package(package):
    """What the authority reads."""
    with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(package, [COURT]))) as held:
        return b"".join(held.read(name) for name in held.namelist())
