"""The price line: the one shape in which a destination's price is shown, wherever it is shown.

Values here are ready for the template: what the figures mean is decided, only how they look is left. A quote is made
of the dearest rate of a line type, so that every minute shown is delivered to every number of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crystalcall.hall import format as figures
from crystalcall.minutes.rates.values import RatedPrefix, ReferencePrice
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import Quote, RateTerms
from crystalcall.shop.cart import Cart, CartLine, address
from crystalcall.shop.cart.values import QUANTITY_LIMIT
from crystalcall.shop.catalogue.queries import ProductInfo
from crystalcall.shop.catalogue.quotes import price_range, quote_at_any_hour
from crystalcall.web.shop.terms import language, terms_note

# The credit whose minutes a price line shows where no other is chosen: ten dollars.
SHOWN_CREDIT_MICROS = 10_000_000


@dataclass(frozen=True, slots=True)
class Scale:
    """Our price beside a reference price, as shares in percent of the longer of the two, and in words.

    `low_share` is that of our cheapest area, the same as `our_share` where there is one price.
    """

    low_share: float
    our_share: float
    reference_share: float
    saving_percent: int
    text: str


@dataclass(frozen=True, slots=True)
class PriceCell:
    """One line type of a destination: its dearest price of a minute, and what the credit buys at any hour.

    `from_micros` is the cheapest price of the type where areas, hours or the length of a call make a difference;
    `terms_note` says what stands beside the price, and is "" for whole minutes alone.
    """

    line_type: LineType
    kind: str
    price_micros: int
    from_micros: int | None
    credit_micros: int
    minutes: int
    terms_note: str
    scale: Scale | None


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A destination: its name, its page ("" for none), and one cell for each line type."""

    name: str
    slug: str
    cells: tuple[PriceCell, ...]

    @property
    def columns(self) -> tuple[PriceCell | None, PriceCell | None]:
        """The landline and the mobile cell for a table, each in its column; None where it is not sold."""
        by_type = {cell.line_type: cell for cell in self.cells}
        return by_type.get(LineType.LANDLINE), by_type.get(LineType.MOBILE)


@dataclass(frozen=True, slots=True)
class Bought:
    """So many minutes; `at_least` where cheaper areas give more."""

    minutes: int
    at_least: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """Terms to quote, the dearest of their line type; `is_range` where cheaper areas exist."""

    terms: RateTerms
    is_range: bool = False


@dataclass(frozen=True, slots=True)
class CreditRow:
    """What one credit buys to each line type, and the address of the cart with one more of it."""

    sku: str
    price_micros: int
    credit_micros: int
    bought: tuple[Bought, ...]
    address: str
    is_first: bool


def kind_name(line_type: LineType | str) -> str:
    """What a line type is called above its price."""
    names = {
        LineType.LANDLINE: _("Landline"),
        LineType.MOBILE: _("Mobile"),
        LineType.TOLL_FREE: _("Toll-free"),
        LineType.PREMIUM: _("Premium"),
        LineType.SATELLITE: _("Satellite"),
    }
    return names.get(LineType(line_type), _("Other numbers"))


def quote_of(terms: RateTerms, credit_micros: int) -> Quote:
    """What a credit buys under these terms at any hour: the same function that limits and charges the call."""
    return quote_at_any_hour(credit_micros, [terms])


def price_cell(
    rated: RatedPrefix,
    reference: ReferencePrice | None,
    *,
    credit_micros: int = SHOWN_CREDIT_MICROS,
    cheapest: RatedPrefix | None = None,
    in_full: bool = False,
) -> PriceCell:
    """The cell of one rate; `in_full` names the carrier and the year of the reference price too."""
    terms = rated.terms
    quoted = quote_of(terms, credit_micros)
    price_micros = price_range(terms)[1]
    from_micros = min(price_range(terms)[0], price_range(cheapest.terms)[0] if cheapest else price_micros)
    return PriceCell(
        line_type=rated.destination.line_type,
        kind=kind_name(rated.destination.line_type),
        price_micros=price_micros,
        from_micros=from_micros if from_micros < price_micros else None,
        credit_micros=credit_micros,
        minutes=quoted.minutes,
        terms_note=terms_note(terms, capped=quoted.capped),
        scale=scale(price_micros, reference, from_micros=from_micros, in_full=in_full) if reference else None,
    )


def scale(our_micros: int, reference: ReferencePrice, *, from_micros: int, in_full: bool) -> Scale:
    """Both prices to one scale, whichever is the longer; a dearer price of ours is drawn and said as such."""
    theirs = reference.minute_price_micros
    longest = max(our_micros, theirs, 1)
    return Scale(
        low_share=100 * from_micros / longest,
        our_share=100 * our_micros / longest,
        reference_share=100 * theirs / longest,
        saving_percent=max(0, (theirs - our_micros) * 100 // theirs) if theirs else 0,
        text=_scale_text(our_micros, reference, in_full=in_full),
    )


def _scale_text(our_micros: int, reference: ReferencePrice, *, in_full: bool) -> str:
    theirs = reference.minute_price_micros
    said = {
        "price": figures.cents(theirs, language()),
        "carrier": reference.carrier,
        "year": reference.year,
    }
    if our_micros > theirs:
        # Where ours is dearer the bar shows it and the figure says it; a percentage is a saving's own sign.
        text = _("Compared to %(price)s")
    elif our_micros == theirs:
        text = _("The same as %(price)s")
    else:
        # Rounded down: a saving is never said to be larger than it is.
        whole = (theirs - our_micros) * 100 // theirs
        said["percent"] = figures.percent(whole, language())
        text = _("%(percent)s less than %(price)s") if whole else _("Just below %(price)s")
    if in_full:
        return text % said + " " + _("at %(carrier)s, %(year)s") % said
    return text % said


def credit_rows(
    offers: Sequence[Offer], products: Iterable[ProductInfo], cart: Cart, cart_address: str
) -> tuple[CreditRow, ...]:
    """Every credit on sale with its minutes for each of the offers; the ten-dollar one is the first choice."""
    return tuple(
        CreditRow(
            sku=product.sku,
            price_micros=product.price_micros,
            credit_micros=product.credit_micros,
            bought=tuple(
                Bought(quote_of(offer.terms, product.credit_micros).minutes, offer.is_range) for offer in offers
            ),
            address=with_one_more(cart, product, cart_address),
            is_first=product.credit_micros == SHOWN_CREDIT_MICROS,
        )
        for product in products
        if product.active
    )


def with_one_more(cart: Cart, product: ProductInfo, cart_address: str) -> str:
    """The address of the cart with one more of a product; a full line stays full."""
    lines = {line.sku: line for line in cart.lines}
    before = lines[product.sku].quantity if product.sku in lines else 0
    quantity = min(before + 1, QUANTITY_LIMIT)
    lines[product.sku] = CartLine(product.sku, quantity, product.price_micros, product.price_micros * quantity)
    return f"{cart_address}?{address(lines.values())}"


def without(cart: Cart, sku: str, cart_address: str) -> str:
    """The address of the cart without a product."""
    rest = address(line for line in cart.lines if line.sku != sku)
    return f"{cart_address}?{rest}" if rest else cart_address
