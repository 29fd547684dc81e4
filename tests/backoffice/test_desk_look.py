"""The desk's style: its own, on the store's colors, whose contrasts tests/web/test_look.py holds."""

import re
from pathlib import Path

from crystalcall import backoffice, web

CSS = (Path(backoffice.__file__).parent / "static" / "backoffice" / "desk.css").read_text(encoding="utf-8")
STORE = (Path(web.__file__).parent / "static" / "web" / "site.css").read_text(encoding="utf-8")
TEMPLATES = Path(backoffice.__file__).parent / "templates"


def colors(css: str) -> list[dict[str, str]]:
    """The colors of both schemes: the first :root is light, the second dark."""
    blocks = re.findall(r":root\s*\{(.*?)\}", css, re.DOTALL)
    return [dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", block)) for block in blocks[:2]]


def test_the_colors_are_the_stores_in_both_schemes():
    light, dark = colors(CSS)
    assert len(light) == len(dark) == 13
    assert [light, dark] == colors(STORE)


def test_no_other_color_is_used_but_for_what_cameras_read():
    rest = CSS[CSS.index("*, ::before") :]
    assert set(re.findall(r"#[0-9a-f]{6}", rest)) == {"#ffffff", "#0e1b2a"}
    assert not re.search(r"@import|url\(|@font-face|rgb\(|!important", CSS)


def test_the_desk_takes_nothing_of_the_store():
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"web/|load[^%]*crystal", text), path.name
