"""Tags of the store's templates: figures in the reader's language, and addresses that carry the cart along."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from crystalcall.hall.templatetags import figures

register = template.Library()
register.filters.update(figures.register.filters)
register.tags.update(figures.register.tags)

# Whole percents: on a phone one percent of a bar is little more than a pixel.
# A bar is never thinner than this many percent of its frame: 0.3¢ beside $2 must still be seen.
BAR_FLOOR_PERCENT = 1.0


@register.filter
def bar_width(share: float) -> SafeString:
    """The width attribute of a bar, in percent of its frame; a point as separator whatever the language."""
    return mark_safe(f"{max(share, BAR_FLOOR_PERCENT):.0f}%")  # noqa: S308  # digits, a point and a percent sign only


@register.simple_tag(takes_context=True)
def shop_url(context: Mapping[str, Any], name: str, *args: object) -> str:
    """The address of a page with the visitor's cart carried along in its query."""
    site = context.get("site")
    query = site.cart_query if site is not None else ""
    address = reverse(name, args=args)
    return f"{address}?{query}" if query else address
