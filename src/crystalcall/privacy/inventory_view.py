"""The inventory as a reader wants it: by kind of data, with its uses, its time, and who else gets it (clause C01).

The policy page, the data map and each export are generated from this, so that none of them can leave a field out.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from crystalcall.privacy.categories import CATEGORIES
from crystalcall.privacy.inventory import ERASE_WORDS, EraseRule, Personal, personal_fields
from crystalcall.privacy.providers import PROVIDERS, SHARED, Provider
from crystalcall.privacy.purposes import BASIS_WORDS, FACTS, Purpose
from crystalcall.privacy.retention_classes import CLASSES, RetentionRule
from crystalcall.privacy.room_words import room_words


@dataclass(frozen=True, slots=True)
class CollectedField:
    """One field as the program keeps it: its model "room.Model", its name, its words (in the active language)."""

    model: str
    name: str
    words: str
    retention: RetentionRule
    erase: EraseRule
    is_exported: bool


@dataclass(frozen=True, slots=True)
class Use:
    """A purpose and why it is lawful, both in words of the active language."""

    purpose: Purpose
    words: str
    basis: str


@dataclass(frozen=True, slots=True)
class Given:
    """Who else gets data of a category: the provider, which of its fields, for what, and under which contract."""

    provider: str
    name: str
    fields: tuple[str, ...]
    purposes: tuple[str, ...]
    contract_from: date
    contract_until: date | None


@dataclass(frozen=True, slots=True)
class Thing:
    """What goes by one name within a category, and what becomes of it: its own times, not those of its neighbors."""

    words: str
    retention: str
    deletion: str
    where: tuple[str, ...] = ()
    """The rooms that keep it, where another one keeps what has the same name by another rule."""


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything kept of one category of data (a fideslang key), in words of the active language."""

    category: str
    words: str
    fields: tuple[CollectedField, ...]
    uses: tuple[Use, ...]
    retention: tuple[RetentionRule, ...]
    deletion: tuple[str, ...]
    given_to: tuple[Given, ...]

    @property
    def field_words(self) -> tuple[str, ...]:
        """What the fields are called, each word once."""
        return tuple(dict.fromkeys(field.words for field in self.fields))

    @property
    def things(self) -> tuple[Thing, ...]:
        """What the fields are called, each with how long it is kept and what a deletion does to it.

        What has one name and several times stands there once for each, with where it is kept.
        """
        named: dict[tuple[str, str, str], list[CollectedField]] = {}
        for field in self.fields:
            fate = (field.words, str(field.retention.words), str(ERASE_WORDS[field.erase]))
            named.setdefault(fate, []).append(field)
        often = Counter(words for words, _retention, _deletion in named)
        return tuple(
            Thing(words, retention, deletion, _rooms(fields) if often[words] > 1 else ())
            for (words, retention, deletion), fields in named.items()
        )


def _rooms(fields: list[CollectedField]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(room_words(field.model.partition(".")[0]) for field in fields))


def collected() -> tuple[Collected, ...]:
    """What is kept about people, by category in the order of privacy/categories.py; only categories with a field.

    Words are in the language that is active when this is called.
    """
    by_category: dict[str, list[tuple[str, str, Personal]]] = {}
    for model, fields in sorted(personal_fields().items()):
        for name, field in fields.items():
            by_category.setdefault(field.category, []).append((model, name, field))
    return tuple(_collected(category, by_category[category]) for category in CATEGORIES if category in by_category)


def _collected(category: str, entries: list[tuple[str, str, Personal]]) -> Collected:
    purposes = {purpose for _, _, field in entries for purpose in field.purposes}
    classes = {field.retention for _, _, field in entries}
    erased = {field.erase for _, _, field in entries}
    return Collected(
        category=category,
        words=str(CATEGORIES[category]),
        fields=tuple(
            CollectedField(model, name, str(field.words), field.rule, field.erase, field.is_exported)
            for model, name, field in entries
        ),
        uses=tuple(
            Use(purpose, str(facts.words), str(BASIS_WORDS[facts.basis]))
            for purpose, facts in FACTS.items()
            if purpose in purposes
        ),
        retention=tuple(rule for name, rule in CLASSES.items() if name in classes),
        deletion=tuple(str(words) for rule, words in ERASE_WORDS.items() if rule in erased),
        given_to=tuple(given for provider in PROVIDERS.values() if (given := _given(category, provider)) is not None),
    )


def _given(category: str, provider: Provider) -> Given | None:
    """What a provider gets of a category; None where it gets nothing of it."""
    names = [name for name in SHARED if name in provider.fields and SHARED[name].category == category]
    if not names:
        return None
    return Given(
        provider=provider.key,
        name=str(provider.words),
        fields=tuple(str(SHARED[name].words) for name in names),
        purposes=tuple(str(facts.words) for purpose, facts in FACTS.items() if purpose in provider.purposes),
        contract_from=provider.contract_from,
        contract_until=provider.contract_until,
    )
