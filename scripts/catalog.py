# ruff: noqa: INP001 - a script, not a package
"""The Russian catalog: extract what the program says, compile it, or check that nothing is left untranslated.

Usage: python scripts/catalog.py extract | compile | check

Babel reads and writes the catalogs, so no machine needs GNU gettext. Templates are turned into Python by Django's own
`templatize`, so that what is extracted is what Django looks up.
"""

import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "crystalcall"
CATALOG = PACKAGE / "locale" / "ru" / "LC_MESSAGES" / "django.po"
RUSSIAN_PLURALS = 3
# The format wants a date in its header; one that moves would make every extraction a change.
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)

# Where a message's text stands among the arguments of each function that marks one.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENT_TAGS = ("Translators",)
TEMPLATE_SUFFIXES = {".html", ".txt", ".svg"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def sources() -> Iterator[Path]:
    """Every file of the program that may hold a message, in a fixed order."""
    for path in sorted(PACKAGE.rglob("*")):
        is_template = path.suffix in TEMPLATE_SUFFIXES and "templates" in path.parts
        if path.is_file() and (path.suffix == ".py" or is_template):
            yield path


def messages_in(path: Path) -> Iterable[Any]:
    """What one file says: line, function, texts, comments for the translator."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What templatize leaves between the calls is filling; its indentation is not Python's.
        text = re.sub(r"^[ \t]+", "", templatize(text, origin=str(path)), flags=re.MULTILINE)
    # Babel's reader takes a whole table of functions and passes each call's arguments on as they stand.
    yield from extract_python(io.BytesIO(text.encode()), KEYWORDS, COMMENT_TAGS, {"encoding": "utf-8"})


def extract() -> Catalog:
    """A fresh template of every message of the program, with where it stands."""
    template = Catalog(project="Crystal Call", version="", copyright_holder="", locale=None)
    for path in sources():
        name = path.relative_to(PACKAGE).as_posix()
        for line, function, texts, comments in messages_in(path):
            context, ids = _read_call(function, texts)
            if ids:
                place = [(name, line)]
                template.add(ids if len(ids) > 1 else ids[0], None, place, auto_comments=comments, context=context)
    return template


def _read_call(function: str, texts: str | tuple[str | None, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The context and the one or two texts of a marking call; no text where none is a literal."""
    given = (texts,) if isinstance(texts, str) else texts
    where = KEYWORDS[function] or (1,)
    context = None
    ids = []
    for place in where:
        position = place[0] if isinstance(place, tuple) else place
        text = given[position - 1] if len(given) >= position else None
        if text is None:
            return None, ()
        if isinstance(place, tuple):
            context = text
        else:
            ids.append(text)
    return context, tuple(ids)


def read_catalog() -> Catalog:
    """The Russian catalog as it stands in the tree."""
    if not CATALOG.exists():
        return Catalog(locale="ru")
    with CATALOG.open("rb") as source:
        return read_po(source, locale="ru", ignore_obsolete=True)


def write_extracted() -> int:
    """Bring the catalog up to date; what is new stands there empty, what is gone leaves."""
    catalog = read_catalog()
    catalog.update(extract(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    CATALOG.parent.mkdir(parents=True, exist_ok=True)
    with CATALOG.open("wb") as target:
        # Without line numbers and dates: they would change with every edit and say nothing.
        write_po(target, _timeless(catalog), include_lineno=False, width=110, sort_output=True, ignore_obsolete=True)
    return len(catalog)


def _timeless(catalog: Catalog) -> Catalog:
    """The same messages under a header that holds no time and nobody's name."""
    clean = Catalog(
        locale="ru",
        project="Crystal Call",
        version="1",
        header_comment="# Russian, written for Crystal Call.",
        msgid_bugs_address="service@crystalcall.example",
        last_translator="Crystal Call",
        language_team="Crystal Call",
        fuzzy=False,
    )
    clean.creation_date = clean.revision_date = NO_DATE
    for message in catalog:
        if message.id:
            clean.add(
                message.id,
                message.string,
                sorted({(name, 0) for name, _line in message.locations}),
                flags=message.flags - {"fuzzy"} if message.string else message.flags,
                auto_comments=message.auto_comments,
                context=message.context,
            )
    return clean


def complaints() -> list[str]:
    """What keeps the catalog from being whole: missing, fuzzy, out of date, or placeholders that differ."""
    catalog = read_catalog()
    needed = extract()
    found = [f"not in the catalog: {message.id!r}" for message in needed if message.id and not _entry(catalog, message)]
    for message in catalog:
        if not message.id:
            continue
        if not _entry(needed, message):
            found.append(f"no longer in the program: {message.id!r}")
        found += _complaints_of(message)
    return found


def _entry(catalog: Catalog, message: Message) -> Message | None:
    return catalog.get(message.id, message.context)


def _texts(said: str | Sequence[str | None] | None) -> tuple[str, ...]:
    """One text or the forms of a plural, as texts; what is missing is empty."""
    forms = (said,) if said is None or isinstance(said, str) else said
    return tuple(form or "" for form in forms)


def _complaints_of(message: Message) -> list[str]:
    strings = _texts(message.string)
    wanted = RUSSIAN_PLURALS if message.pluralizable else 1
    if len(strings) != wanted or not all(strings):
        return [f"missing: {message.id!r}"]
    if message.fuzzy:
        return [f"fuzzy: {message.id!r}"]
    known = {name for text in _texts(message.id) for name in PLACEHOLDER.findall(text)}
    strange = {name for text in strings for name in PLACEHOLDER.findall(text)} - known
    # A singular may leave its number out ("1 день" is «день»); nothing may be named that is not there.
    lost = set() if message.pluralizable else known - {name for text in strings for name in PLACEHOLDER.findall(text)}
    if strange or lost:
        return [f"placeholders differ ({', '.join(sorted(strange | lost))}): {message.id!r}"]
    return []


def compile_all() -> Path:
    """Write the compiled catalog beside its source."""
    from babel.messages.mofile import write_mo

    target = CATALOG.with_suffix(".mo")
    with target.open("wb") as binary:
        write_mo(binary, read_catalog())
    return target


def main(arguments: list[str]) -> int:
    """Do one of the three; 0 done, 1 refused with the reasons, 2 for anything else."""
    if not settings.configured:
        settings.configure()
    match arguments:
        case ["extract"]:
            sys.stdout.write(f"{write_extracted()} messages\n")
        case ["compile"]:
            sys.stdout.write(f"{compile_all()}\n")
        case ["check"]:
            found = complaints()
            sys.stdout.write("".join(f"{complaint}\n" for complaint in found))
            return 1 if found else 0
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
