"""What the house forbids in its source; each rule gives its complaints, so that a mutant can be seen to break it."""

import ast
import re
from pathlib import Path

from house_tree import Module, is_inside

FUNCTION_LINES = 60
FUNCTION_LINES_P90 = 25
FILE_LINES = 400
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "misc", "shared", "lib", "base", "stuff"}

#: Every opening to the network, by what it opens with. A new one is a decision: add it here, with its reason.
OPENINGS = {
    "crystalcall.payments.authorizenet.client": {"httpx"},  # the gateway
    "crystalcall.payments.standin": {"httpx", "socket"},  # the local Authorize.Net: its webhooks to the store
    "crystalcall.mailings.carrier": {"django.core.mail", "smtplib"},  # the one way a mail leaves
    "crystalcall.mailings.mailbox": {"aiosmtpd", "socket"},  # the local mailbox takes mail in
    "crystalcall.plumbing.metrics": {"prometheus_client"},  # figures for the operator, on this machine alone
    "crystalcall.config.cli.demo_processes": {"httpx", "socket"},  # asks the demo's own processes whether they are well
    "crystalcall.privacy.register.verifier": {"urllib.request"},  # published for readers; the program never runs it
}
#: Modules that can speak to the network. asyncio is watched by its openers, below.
NETWORK = {
    *("httpx", "httpcore", "requests", "aiohttp", "urllib.request", "urllib3", "http.client", "socket", "ssl"),
    *("smtplib", "imaplib", "poplib", "ftplib", "telnetlib", "xmlrpc", "aiosmtpd", "django.core.mail", "websockets"),
    "prometheus_client",
}
NETWORK_CALLS = {"open_connection", "create_connection", "create_datagram_endpoint", "open_unix_connection"}

#: Where commands speak, and who may speak past it: with words of the program's own alone.
SAYING = "crystalcall.config.cli.saying"
SPEAK_OTHERWISE = {
    "crystalcall.config.cli.demo": {"add_row"},  # the demo's own addresses and settings, in bold
}

#: What would make an answer depend on more than its arguments.
CLOCK_CALLS = {"now", "utcnow", "today", "fromtimestamp"}


def foreign_models(modules: list[Module]) -> list[str]:
    """Tables are private: `models` of a room is imported inside that room only, and by the `apps` that loads it."""
    rooms = {module.name.removesuffix(".models") for module in modules if module.name.endswith(".models")}
    complaints = []
    for module in modules:
        for imported, line in module.imports:
            owner = next((room for room in rooms if is_inside(imported, f"{room}.models")), None)
            loads_it = module.name.endswith(".apps") and is_inside(owner or "", module.name.removesuffix(".apps"))
            if owner and not is_inside(module.name, owner) and not loads_it:
                complaints.append(f"{module.name}:{line} imports {imported}, a table private to {owner}")
    return complaints


def named_models(modules: list[Module]) -> list[str]:
    """No table is fetched by a string: that would walk around the privacy of tables."""
    return [
        f"{module.name}:{node.lineno} calls {node.func.attr}: tables are private and arrows stand in imports"
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"get_model", "get_registered_model"}
    ]


def unlisted_openings(modules: list[Module]) -> list[str]:
    """Whatever can speak to the network is imported by the listed openings only."""
    complaints = []
    for module in modules:
        allowed = {tool for opening, tools in OPENINGS.items() if is_inside(module.name, opening) for tool in tools}
        for imported, line in module.imports:
            tool = next((name for name in NETWORK if is_inside(imported, name)), None)
            if tool and tool not in allowed:
                complaints.append(f"{module.name}:{line} imports {tool}, and is no listed opening to the network")
        if "socket" not in allowed:
            complaints.extend(
                f"{module.name}:{node.lineno} calls {_called(node)}, and is no listed opening to the network"
                for node in ast.walk(module.tree)
                if isinstance(node, ast.Call) and _called(node) in NETWORK_CALLS
            )
    return complaints


def clocks_in_rules(modules: list[Module]) -> list[str]:
    """Rules are told the time; they never ask."""
    return [
        f"{module.name}:{node.lineno} asks the clock ({_called(node)})"
        for module in modules
        if is_inside(module.name, "crystalcall.rules")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _called(node) in CLOCK_CALLS
    ]


def clocks_outside_the_clock(modules: list[Module]) -> list[str]:
    """One module asks the machine what time it is; the stand-ins, which are another company, have their own."""
    own_time = ("crystalcall.plumbing.clock", "crystalcall.payments.standin", "crystalcall.mailings.mailbox")
    return [
        f"{module.name}:{node.lineno} asks the machine's clock: take `now` as an argument"
        for module in modules
        if not any(is_inside(module.name, room) for room in own_time)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
        and ast.unparse(node.func.value) in {"datetime", "datetime.datetime", "date", "datetime.date", "timezone"}
    ]


def cookies_set(modules: list[Module]) -> list[str]:
    """Nothing writes a cookie; the guard that removes them may name them."""
    guard = "crystalcall.plumbing.middleware.cookie_guard"
    return [
        f"{module.name}:{node.lineno} calls {_called(node)} (clause C17: no cookies)"
        for module in modules
        if module.name != guard
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _called(node) in {"set_cookie", "set_signed_cookie", "delete_cookie"}
    ]


def long_functions(modules: list[Module]) -> list[str]:
    """No function is longer than a screen."""
    return [
        f"{module.name}:{line} {name} has {length} lines (limit {FUNCTION_LINES})"
        for module in modules
        for name, line, length in function_lengths(module)
        if length > FUNCTION_LINES
    ]


def long_files(modules: list[Module]) -> list[str]:
    """No file is longer than a reader's patience."""
    return [
        f"{module.name} has {length} lines (limit {FILE_LINES})"
        for module in modules
        if (length := module.text.count("\n")) > FILE_LINES
    ]


def function_lengths(module: Module) -> list[tuple[str, int, int]]:
    """Name, first line and number of lines of each function of a module."""
    return [
        (node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def unsaid_words(modules: list[Module]) -> list[str]:
    """Commands speak through `config.cli.saying` alone, which lets nothing out that would move a terminal."""
    return [
        f"{module.name}:{node.lineno} writes by {word}: commands speak through config.cli.saying (say, joined, add_row)"
        for module in modules
        if is_inside(module.name, "crystalcall.config.cli") and module.name != SAYING
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (word := _spoken_by(node)) is not None
        and word not in SPEAK_OTHERWISE.get(module.name, ())
    ]


def _spoken_by(call: ast.Call) -> str | None:
    """By what a call speaks to a terminal past `say`, or makes lines of texts that may hold line breaks."""
    words = ast.unparse(call.func)
    if words in {"print", "pprint", "click.echo", "click.secho", "click.echo_via_pager"} or words.endswith(".add_row"):
        return words.rpartition(".")[2] if words.endswith(".add_row") else words
    if words.startswith(("sys.stdout.", "sys.stderr.")):
        return words
    is_join = isinstance(call.func, ast.Attribute) and call.func.attr == "join"
    return "a join of lines" if is_join and "\\n" in words else None


def empty_words(modules: list[Module]) -> list[str]:
    """No module has a name that says nothing."""
    return [
        f"{module.name} has a name that says nothing"
        for module in modules
        if set(module.name.split(".")) & FORBIDDEN_NAMES
    ]


def bare_text(templates: Path) -> list[str]:
    """Every word that a person sees stands in a translation."""
    complaints = []
    for path in sorted(templates.rglob("*.html")) + sorted(templates.rglob("*.txt")):
        text = _without_translations(path.read_text(encoding="utf-8"))
        complaints.extend(
            f"{path.relative_to(templates)}:{number} says {words.strip()!r} outside a translation"
            for number, line in enumerate(text.splitlines(), start=1)
            for words in re.findall(r"[A-Za-zА-Яа-яЁё][A-Za-zА-Яа-яЁё ,.'-]{2,}", line)
            if not _is_a_name(words)
        )
    return complaints


#: Written the same in every language.
NAMES = {"crystal call", "authorize.net", "english", "русский", "visa", "mastercard", "pin"}


def _is_a_name(words: str) -> bool:
    return words.strip(" .,'-").lower() in NAMES


#: What holds no word for a person, in the order in which it must be taken away.
NOT_SEEN = (
    r"\{#.*?#\}",
    r"\{%\s*comment\b.*?endcomment\s*%\}",
    r"<!--.*?-->",
    r"\{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}",
    r"\{%.*?%\}",
    r"\{\{.*?\}\}",
    r"<(script|style)\b.*?</\1>",
    r"<[a-zA-Z/!][^>]*>",
    r"&[a-zA-Z]+;",
)


def _without_translations(text: str) -> str:
    # Attributes that people read are kept as text before their tags go.
    seen = r'<[^>]*?\s(?:alt|title|placeholder|aria-label)="([^"{]+)"[^>]*>'
    text = re.sub(seen, lambda match: match.group(1) + "\n" * match.group(0).count("\n"), text, flags=re.DOTALL)
    for pattern in NOT_SEEN:
        text = re.sub(pattern, lambda match: "\n" * match.group(0).count("\n"), text, flags=re.DOTALL)
    return text


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
