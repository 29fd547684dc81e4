"""What every page knows: its languages, the visitor's cart (a value in the address), and the saving line."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import pgettext

from crystalcall.plumbing import clock
from crystalcall.plumbing.middleware.language import RUSSIAN, in_language, language_of
from crystalcall.plumbing.settings import current
from crystalcall.privacy.register import Head, head
from crystalcall.shop.cart import Cart, address, read_cart
from crystalcall.web.account_menu import Entry, menu
from crystalcall.web.policy_words import PolicyNews, policy_news, remembered_policy_news
from crystalcall.web.savings import SavingLine, saving_line

NAMES = {"en": "English", "ru": "Русский"}
EMPTY_CART = Cart((), 0, ())


def site(request: HttpRequest) -> dict[str, Any]:
    """The context processor: one `site` for each page, whose costlier parts are made only when asked for."""
    return {"site": Site(request)}


class Site:
    """What a page of ours shows around its content. Pure in the request, but for prices and products."""

    service_email: str
    language: str
    #: What the hall's pages want to know of the door that they are shown at.
    base = "web/base.html"
    sheets = ("web/account.css",)
    beside_sign_in = "web/account/parts/beside_sign_in.html"
    may_register = True

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        # Of the raw path only what begins with exactly one slash: a doubled one would lead to another host.
        self.path = "/" + request.path.lstrip("/")
        self.language = language_of(self.path)
        self.other_language = "en" if self.language == RUSSIAN else RUSSIAN
        self.other_name = NAMES[self.other_language]
        self.service_email = current().service_email
        self.year = clock.now().year

    @cached_property
    def here(self) -> str:
        """The name of the page's address, "" where there is none."""
        match = self._request.resolver_match
        return (match.url_name or "") if match else ""

    @property
    def menu_name(self) -> str:
        """What the menu beside the account's pages is called."""
        return pgettext("menu", "Your Account")

    @property
    def menu(self) -> tuple[Entry, ...]:
        """The menu beside the account's pages."""
        return menu(self._request)

    @cached_property
    def cart(self) -> Cart:
        """The cart in the page's address; the order's own pages carry none."""
        if self.here.startswith("order"):
            return EMPTY_CART
        return read_cart(self._request.GET)

    @property
    def cart_query(self) -> str:
        """The cart as the query that every link of the shop carries along, "" for none."""
        return address(self.cart.lines)

    @property
    def cart_count(self) -> int:
        """How many cards are in the cart."""
        return self.cart.item_count

    @property
    def other_address(self) -> str:
        """The same page in the other language, its query kept as it is."""
        query = self._request.META.get("QUERY_STRING", "")
        address_there = in_language(self.path, self.other_language)
        return f"{address_there}?{query}" if query else address_there

    @property
    def canonical(self) -> str:
        """The page's public address, without a cart."""
        return current().store_base_url + self.path

    @property
    def english(self) -> str:
        """The public address of the English page."""
        return current().store_base_url + in_language(self.path, "en")

    @property
    def russian(self) -> str:
        """The public address of the Russian page."""
        return current().store_base_url + in_language(self.path, RUSSIAN)

    @cached_property
    def policy_news(self) -> PolicyNews | None:
        """The announced version of the privacy policy; None while none is announced (clause C20)."""
        return policy_news(clock.now())

    @cached_property
    def register_head(self) -> Head | None:
        """The register's last signed root, for receipts; None before the first night."""
        return head()

    @cached_property
    def saving(self) -> SavingLine | None:
        """The computed saving with its evidence; None where no price can be compared."""
        return saving_line(self.language, clock.now())


class StillSite(Site):
    """The same for pages that must stand when the database does not: no cart, no saving line."""

    cart = EMPTY_CART
    register_head = None
    saving = None

    @cached_property
    def policy_news(self) -> PolicyNews | None:
        """The announcement as this process knew it last."""
        return remembered_policy_news(clock.now())
