"""The program's source, held to the house's rules (docs/HOUSE.md, "Held by machine")."""

from pathlib import Path

import house_rules
import pytest
from house_tree import Module, read_modules

SOURCE_RULES = [
    house_rules.foreign_models,
    house_rules.named_models,
    house_rules.unlisted_openings,
    house_rules.clocks_in_rules,
    house_rules.clocks_outside_the_clock,
    house_rules.cookies_set,
    house_rules.long_functions,
    house_rules.long_files,
    house_rules.empty_words,
    house_rules.unsaid_words,
]


@pytest.fixture(scope="module")
def modules(src: Path) -> list[Module]:
    return read_modules(src)


@pytest.mark.clause("C08", "C17")
@pytest.mark.parametrize("rule", SOURCE_RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps(rule, modules):
    assert rule(modules) == []


def test_nine_functions_in_ten_fit_in_25_lines(modules):
    lengths = sorted(length for module in modules for _, _, length in house_rules.function_lengths(module))
    assert lengths[int(len(lengths) * 0.9)] <= house_rules.FUNCTION_LINES_P90


@pytest.mark.clause("C25")
def test_every_word_in_a_template_can_be_translated(src):
    for templates in (src / "crystalcall").rglob("templates"):
        if "standin" in templates.parts or "mailbox" in templates.parts:
            continue  # the stand-ins are tools for people who run the demo; they speak English
        assert house_rules.bare_text(templates) == []


@pytest.mark.clause("C08")
def test_every_listed_opening_exists(src):
    for opening in house_rules.OPENINGS:
        path = src.joinpath(*opening.split("."))
        assert path.is_dir() or path.with_suffix(".py").exists(), f"{opening} is listed and gone"


def test_tests_are_short_too(root):
    for path in (root / "tests").rglob("*.py"):
        assert path.read_text(encoding="utf-8").count("\n") <= house_rules.FILE_LINES, path
