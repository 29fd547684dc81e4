import runpy
from pathlib import Path

import pytest

from crystalcall import web

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((Path(web.__file__).parent / "templates").rglob("*.html"))


@pytest.fixture(scope="module")
def catalog():
    return runpy.run_path(str(ROOT / "scripts" / "catalog.py"))


@pytest.mark.clause("C25")
def test_every_message_of_the_program_is_in_russian_with_three_plural_forms(catalog):
    assert catalog["complaints"]() == []


def test_the_extraction_sees_code_templates_contexts_and_plurals(catalog):
    found = catalog["extract"]()
    assert found.get("Where are you calling?") is not None
    assert found.get("Minutes", "menu") is not None
    assert found.get(("%(figure)s minute", "%(figure)s minutes")).pluralizable


def test_a_missing_a_fuzzy_and_a_wrongly_filled_message_are_refused(catalog):
    from babel.messages.catalog import Message

    complaints_of = catalog["_complaints_of"]
    assert complaints_of(Message("a", "")) == ["missing: 'a'"]
    assert complaints_of(Message("a", "б", flags={"fuzzy"})) == ["fuzzy: 'a'"]
    assert complaints_of(Message("%(a)s", "%(b)s")) == ["placeholders differ (a, b): '%(a)s'"]
    assert complaints_of(Message(("a", "b"), ("в", "г", ""))) == ["missing: ('a', 'b')"]
    assert complaints_of(Message("%(a)s", "%(a)s")) == []


@pytest.mark.clause("C25")
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_words_stand_in_a_template_outside_a_translation(template):
    from django.template.base import Lexer, TokenType

    # Names of the house and of others, and what is no word.
    allowed = {"Crystal Call", "authorize.net"}
    text, inside = [], False
    for token in Lexer(template.read_text(encoding="utf-8")).tokenize():
        if token.token_type is TokenType.BLOCK:
            word = token.contents.split()[0]
            inside = word == "blocktranslate" or (inside and word != "endblocktranslate")
        elif token.token_type is TokenType.TEXT and not inside:
            text.append(token.contents)
        else:
            text.append("\x01")
    assert [words for words in _visible("".join(text)) if words not in allowed] == []


def _visible(markup: str) -> list[str]:
    from html.parser import HTMLParser

    found: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            words = data.replace("\x01", "").strip(" \n·•.+,")
            if any(character.isalpha() for character in words):
                found.append(words)

        def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
            spoken = {"alt", "title", "placeholder", "aria-label"}
            found.extend(value for name, value in attrs if name in spoken and value and value.strip("\x01 "))

    Reader().feed(markup)
    return found
