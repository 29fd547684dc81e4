"""Compiles the translation catalogs with Babel, so that no machine needs GNU gettext."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parents[2]


def stale_catalogs(package: Path = PACKAGE) -> list[Path]:
    """The catalogs (.po) whose compiled form (.mo) is missing or older."""
    sources = sorted((package / "locale").glob("*/LC_MESSAGES/*.po"))
    return [source for source in sources if _age(source.with_suffix(".mo")) < source.stat().st_mtime]


def compile_catalogs(package: Path = PACKAGE) -> list[Path]:
    """Compile every stale catalog; fuzzy entries stay out. Gives what was written."""
    written = []
    for source in stale_catalogs(package):
        with source.open("rb") as text:
            catalog = read_po(text, locale=source.parents[1].name)
        target = source.with_suffix(".mo")
        # Beside, then in place: a process that starts meanwhile never reads half a file.
        draft = target.with_suffix(".mo.new")
        with draft.open("wb") as binary:
            write_mo(binary, catalog)
        draft.replace(target)
        written.append(target)
    return written


def _age(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0
