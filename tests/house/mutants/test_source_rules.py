"""Each rule about the source is broken once, and has to name the place."""

from pathlib import Path

import house_rules
import pytest
from house_tree import Module, read_modules

ROOT = Path(__file__).resolve().parents[3]

LONG_FUNCTION = "def tower():\n" + "    x = 1\n" * house_rules.FUNCTION_LINES
LONG_FILE = "x = 1\n" * (house_rules.FILE_LINES + 1)

#: What is added to which file, which rule must complain, and what its complaint must name.
MUTANTS = {
    "a foreign table": (
        "web/health.py",
        "from crystalcall.shop.catalogue.models import Product",
        house_rules.foreign_models,
        "crystalcall.web.health",
    ),
    "a foreign table, imported as a module": (
        "shop/orders/queries.py",
        "def peek():\n    from crystalcall.minutes.ledger import models",
        house_rules.foreign_models,
        "private to crystalcall.minutes.ledger",
    ),
    "a table by its name": (
        "web/health.py",
        "from django.apps import apps\nOrder = apps.get_model('orders', 'Order')",
        house_rules.named_models,
        "crystalcall.web.health",
    ),
    "a client outside the openings": (
        "shop/orders/queries.py",
        "import httpx",
        house_rules.unlisted_openings,
        "crystalcall.shop.orders.queries",
    ),
    "mail from the wrong room": (
        "customers/actions.py",
        "from django.core.mail import send_mail",
        house_rules.unlisted_openings,
        "imports django.core.mail",
    ),
    "urllib, whose other half is harmless": (
        "payments/actions.py",
        "from urllib.request import urlopen",
        house_rules.unlisted_openings,
        "imports urllib.request",
    ),
    "an opening through asyncio": (
        "web/health.py",
        "import asyncio\nasync def dial():\n    await asyncio.open_connection('127.0.0.1', 25)",
        house_rules.unlisted_openings,
        "calls open_connection",
    ),
    "a rule that asks the time": (
        "rules/pins.py",
        "from datetime import datetime\nSTART = datetime.now()",
        house_rules.clocks_in_rules,
        "crystalcall.rules.pins",
    ),
    "a room that asks the time": (
        "shop/orders/queries.py",
        "import datetime\nSTART = datetime.datetime.now()",
        house_rules.clocks_outside_the_clock,
        "crystalcall.shop.orders.queries",
    ),
    "a command that writes by itself": (
        "config/cli/pins.py",
        "def speak(name):\n    click.echo(name)",
        house_rules.unsaid_words,
        "crystalcall.config.cli.pins",
    ),
    "a command that prints": (
        "config/cli/privacy/requests.py",
        "def speak(name):\n    print(name)",
        house_rules.unsaid_words,
        "writes by print",
    ),
    "a command that makes lines of what it was given": (
        "config/cli/privacy/hold.py",
        "def speak(names):\n    return '\\n'.join(names)",
        house_rules.unsaid_words,
        "a join of lines",
    ),
    "a table whose cells mean something to the terminal": (
        "config/cli/ledger.py",
        "def speak(table, name):\n    table.add_row(name)",
        house_rules.unsaid_words,
        "writes by add_row",
    ),
    "a cookie": (
        "web/health.py",
        "def greet(response):\n    response.set_cookie('seen', '1')",
        house_rules.cookies_set,
        "crystalcall.web.health",
    ),
    "a long function": ("web/health.py", LONG_FUNCTION, house_rules.long_functions, "tower"),
    "a long file": ("web/health.py", LONG_FILE, house_rules.long_files, "crystalcall.web.health"),
    "a name that says nothing": ("shop/utils.py", "", house_rules.empty_words, "crystalcall.shop.utils"),
}


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    """The program as it is; only the broken module is read anew."""
    return read_modules(ROOT / "src")


def broken(modules: list[Module], file: str, addition: str) -> list[Module]:
    """The same program with something added to one file, which may be new."""
    name = "crystalcall." + file.removesuffix(".py").replace("/", ".")
    others = [module for module in modules if module.name != name]
    text = next((module.text for module in modules if module.name == name), "")
    return [*others, Module(name, ROOT / file, f"{text}\n{addition}\n", is_package=False)]


@pytest.mark.parametrize("name", MUTANTS)
def test_the_rule_catches(name, modules):
    file, addition, rule, named = MUTANTS[name]
    new = set(rule(broken(modules, file, addition))) - set(rule(modules))
    assert any(named in complaint for complaint in new), new


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("<p>Buy minutes</p>", "Buy minutes"),
        ("<p>Купить минуты</p>", "Купить минуты"),
        ('<img alt="A crystal" src="x">', "A crystal"),
        ('{% trans "fine" %}<b\n>not fine</b>', "not fine"),
    ],
)
def test_a_word_outside_a_translation_is_found(template, named, tmp_path):
    (tmp_path / "page.html").write_text(template, encoding="utf-8")
    assert [complaint for complaint in house_rules.bare_text(tmp_path) if named in complaint]


@pytest.mark.parametrize(
    "template",
    [
        '{% load i18n %}<p class="quiet words">{% translate "Buy minutes" %} {{ price }}</p>',
        "{% blocktranslate %}Buy minutes{% endblocktranslate %}{# a remark #}<!-- another -->",
        "<style>.a { color: red }</style>Crystal Call &copy;",
        '<a href="{% url "home" %}" title="{% translate "Home" %}">{% translate "Home" %}</a>',
    ],
)
def test_what_nobody_reads_needs_no_translation(template, tmp_path):
    (tmp_path / "page.html").write_text(template, encoding="utf-8")
    assert house_rules.bare_text(tmp_path) == []
