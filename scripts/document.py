# ruff: noqa: INP001 - a script, not a package
"""Writes the documents that the program can write itself: settings, events, addresses, proofs of clauses.

`document.py` writes them, `document.py --check` says which are out of date. Run it by `make documents`.
"""

import ast
import inspect
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import crystalcall

ROOT = Path(__file__).resolve().parent.parent
SRC = Path(crystalcall.__file__).resolve().parents[1]
NOTE = "<!-- Written by scripts/document.py (`make documents`); edit the program, not this page. -->"


def settings_page() -> str:
    """Every setting, from the settings class and the comments above its fields."""
    from crystalcall.plumbing.settings import PREFIX, SECRETS

    rows = []
    for name, default, meaning in _settings_fields():
        variable = f"{PREFIX}{'DATA' if name == 'data_dir' else name.upper()}"
        also = f"<br>or `{variable}_FILE`" if name in SECRETS else ""
        shown = "required" if default is None else f"`{default}`" if default else "empty"
        rows.append(f"| `{variable}`{also} | {shown} | {meaning} |")
    return _page(
        "Settings",
        "Every setting is an environment variable; a secret may also stand in a file that `NAME_FILE` names. An "
        "unknown name or a senseless value stops the start with a sentence. Outside production the addresses follow "
        "`CRYSTALCALL_BASE_PORT`.",
        ["| variable | default | meaning |", "|---|---|---|", *rows],
    )


def _settings_fields() -> Iterator[tuple[str, str | None, str]]:
    path = SRC / "crystalcall/plumbing/settings.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    tree = ast.parse("\n".join(lines))
    owner = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    for node in owner.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        comment: list[str] = []
        above = node.lineno - 2
        while lines[above].strip().startswith("#:"):
            comment.insert(0, lines[above].strip().removeprefix("#:").strip())
            above -= 1
        if not comment:
            sys.exit(f"The setting {node.target.id} has no comment (#:) above it that says what it means.")
        yield node.target.id, None if node.value is None else _as_typed(ast.literal_eval(node.value)), " ".join(comment)


def _as_typed(value: object) -> str:
    """A default as an operator would type it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def events_page() -> str:
    """Every fact that rooms announce, from their events.py, and who listens."""
    from crystalcall.plumbing.announcements import Event, listeners

    for path in sorted((SRC / "crystalcall").rglob("events.py")):
        pkgutil.resolve_name(".".join(path.relative_to(SRC).with_suffix("").parts))
    told = listeners()
    rows = [
        f"| `{event.NAME}` | {', '.join(f'`{field}`' for field in inspect.get_annotations(event) if field != 'NAME')} "
        f"| {_first_sentence(event)} | {', '.join(f'`{name}`' for name in told.get(event.NAME, ())) or 'nobody yet'} |"
        for event in sorted(_subclasses(Event), key=lambda entry: entry.NAME)
    ]
    return _page(
        "Events",
        "A fact is a row written in the transaction that made it true, and told to its listeners after it. "
        "Fields are ids only.",
        ["| fact | fields | meaning | who listens |", "|---|---|---|---|", *rows],
    )


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("crystalcall."):
            yield child
        yield from _subclasses(child)


def addresses_page() -> str:
    """Every address of the store, of the back office and of the switch API, from their routes."""
    rows = [f"| `{address}` | {name} | {meaning} |" for address, name, meaning in sorted(_routes(None))]
    desk_urls = "crystalcall.config.backoffice_urls"
    desk = [f"| `{address}` | {name} | {meaning} |" for address, name, meaning in sorted(_routes(desk_urls))]
    calls = [f"| `{method} {path}` | {meaning} |" for path, method, meaning in sorted(_switch_routes())]
    return _page(
        "Addresses",
        "The pages of the store and of the back office stand in English as written here and in Russian under `/ru/`; "
        "health, robots and webhooks have no language.",
        [
            *("## Store", "", "| address | name | what it does |", "|---|---|---|", *rows, ""),
            *("## Back office", "", "| address | name | what it does |", "|---|---|---|", *desk, ""),
            *("## Switch API", "", "| request | what it does |", "|---|---|", *calls),
        ],
    )


def _routes(urls: str | None) -> set[tuple[str, str, str]]:
    from django.urls import URLPattern, URLResolver, get_resolver

    found = set()

    def walk(patterns: list[Any], prefix: str) -> None:
        for entry in patterns:
            place = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, place)
            elif isinstance(entry, URLPattern):
                found.add((f"/{place}", entry.name or "", _first_sentence(entry.callback)))

    walk(get_resolver(urls).url_patterns, "")
    return found


def _switch_routes() -> Iterator[tuple[str, str, str]]:
    from crystalcall.switches.http import openapi

    for path, operations in json.loads(openapi.document())["paths"].items():
        for method, operation in operations.items():
            yield path, method.upper(), operation.get("summary") or operation.get("description", "")


def _first_sentence(thing: Any) -> str:
    text = inspect.getdoc(inspect.unwrap(thing)) or ""
    if not text:
        sys.exit(f"{thing.__module__}.{thing.__qualname__} has no docstring, so it cannot be documented.")
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


def proofs_record() -> str:
    """Which tests prove which clause, for a running shop that has no tests at hand."""
    from crystalcall.privacy.clauses import clauses, proofs

    return proofs.record(proofs.marked(ROOT / "tests"), clauses())


def policy_lock() -> str:
    """The content of each version of the policy; only a version that is new is added."""
    from crystalcall.privacy.clauses import proofs
    from crystalcall.privacy.policy import library

    written = library.read_all(library.OWN_FOLDER)
    return proofs.lock({f"{version.number:04d}": version.content_sha256 for version in written})


def _page(title: str, introduction: str, body: list[str]) -> str:
    return "\n".join([f"# {title}", "", NOTE, "", introduction, "", *body, ""])


def export_schema() -> str:
    """What may stand in a person's export, from what every room promises to give."""
    from crystalcall.privacy.requests.writing import schema_text

    return schema_text()


PAGES: dict[str, Callable[[], str]] = {
    "docs/settings.md": settings_page,
    "docs/events.md": events_page,
    "docs/addresses.md": addresses_page,
    "src/crystalcall/privacy/clauses/proofs.json": proofs_record,
    "src/crystalcall/privacy/requests/schema.json": export_schema,
    "src/crystalcall/privacy/policy/versions/lock.toml": policy_lock,
}


def stale_pages(root: Path = ROOT) -> dict[str, str]:
    """The pages that do not say what the program says, with what they should say."""
    wanted = {name: write() for name, write in PAGES.items()}
    return {name: text for name, text in wanted.items() if _read(root / name) != text}


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: list[str]) -> int:
    """Write or check the pages; 1 when a check finds one out of date."""
    import django

    django.setup()
    stale = stale_pages()
    if arguments == ["--check"]:
        for name in stale:
            sys.stdout.write(f"{name} is out of date: run `make documents`.\n")
        return 1 if stale else 0
    for name, text in stale.items():
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name} is written.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
