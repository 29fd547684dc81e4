"""Fields of a query in the words that people read, in the active language."""

from collections.abc import Sequence

from crystalcall.privacy import keepers
from crystalcall.privacy.inventory import Personal, declaration_of


def words_of(fields: Sequence[str]) -> tuple[str, ...]:
    """What each field is called, each word once."""
    return tuple(dict.fromkeys(_word(name) for name in fields))


def _word(name: str) -> str:
    declared = declaration_of(name)
    if isinstance(declared, Personal):
        return str(declared.words)
    for keeper in keepers.all_keepers():
        for section in keeper.sections:
            for column in section.columns:
                if name == f"{section.key}.{column.key}":
                    return f"{section.title}: {column.label}"
    return name
