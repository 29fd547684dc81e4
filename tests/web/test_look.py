import gzip
import re
from pathlib import Path

import pytest

from crystalcall import web
from crystalcall.plumbing.static_files import shortened

STATIC = Path(web.__file__).parent / "static" / "web"
CSS = (STATIC / "site.css").read_text(encoding="utf-8")
FIRST_WINDOW_BYTES = 14 * 1024

TEXT = 4.5
CONTROL = 3.0
PAIRS = (
    ("ink", "ground", TEXT),
    ("ink", "surface", TEXT),
    ("muted", "ground", TEXT),
    ("muted", "surface", TEXT),
    ("accent", "ground", TEXT),
    ("accent", "surface", TEXT),
    ("accent-deep", "surface", TEXT),
    ("accent-deep", "tint", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-deep", TEXT),
    ("saving", "ground", TEXT),
    ("saving", "surface", TEXT),
    ("caution", "ground", TEXT),
    ("danger", "ground", TEXT),
    ("danger", "surface", TEXT),
    ("ink", "tint", TEXT),
    ("accent", "tint", TEXT),
    ("saving", "tint", TEXT),
    ("danger", "tint", TEXT),
    ("edge", "surface", CONTROL),
    ("edge", "ground", CONTROL),
)


def tokens(scheme: str) -> dict[str, str]:
    """The colors of a scheme: the first :root is light, the second dark."""
    blocks = re.findall(r":root\s*\{(.*?)\}", CSS, re.DOTALL)
    return dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", blocks[0 if scheme == "light" else 1]))


def luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("above", "below", "least"), PAIRS)
def test_every_pair_of_colors_can_be_told_apart(scheme, above, below, least):
    colors = tokens(scheme)
    high, low = sorted((luminance(colors[above]), luminance(colors[below])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= least


def test_the_style_is_self_contained():
    assert "@import" not in CSS
    assert "url(" not in CSS
    assert "@font-face" not in CSS


@pytest.mark.parametrize("address", ["/", "/ru/", "/rates/russia/", "/minutes/", "/privacy/"])
def test_the_first_view_fits_the_first_window(visitor, published, address):
    page = visitor.get(address).content
    assert len(gzip.compress(page)) + len(gzip.compress(shortened(".css", CSS).encode())) <= FIRST_WINDOW_BYTES


@pytest.mark.parametrize("name", ["mark.svg", "favicon.svg"])
def test_the_mark_is_small_and_holds_nothing_foreign(name):
    drawn = (STATIC / name).read_text(encoding="utf-8")
    assert len(drawn) < 3000
    assert "script" not in drawn
    assert "style" not in drawn
