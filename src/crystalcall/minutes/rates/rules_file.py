"""The operator's file of price rules (TOML): a default, and groups of destinations with rules of their own.

Amounts are cents, margins percent, times seconds. ``[default]`` holds for everything; each ``[[group]]`` names
countries, lines or prefixes (all that it names must fit) and states what differs from the default. The first group that
fits a prefix decides. Every fault is named by its line; a file with a fault is not used at all.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from crystalcall.minutes.rates.deck_cells import MAX_CALL_SECONDS, MAX_INCREMENT_SECONDS
from crystalcall.minutes.rates.deck_file import BadRow
from crystalcall.minutes.rates.geography import territories
from crystalcall.minutes.rates.price_rules import (
    ZONE_OF_DESTINATION,
    Asked,
    BandRule,
    GroupedRules,
    GroupRule,
    PriceRule,
    StepRule,
    retail_terms,
)
from crystalcall.minutes.rates.schedules import ScheduleError, read_hours, week_words
from crystalcall.minutes.rates.zones import is_zone
from crystalcall.rules.money import MICROS_PER_CENT
from crystalcall.rules.numbering import E164_MAX_DIGITS, LineType
from crystalcall.rules.rating import RateTerms, RatingError

MAX_MARGIN_PERCENT: Final = 900
MAX_CENTS: Final = 10_000
TENTH_OF_A_CENT_MICROS: Final = 1000
STORES_ZONE: Final = "store"
_LONGEST_NAME: Final = 80

_SECTION = re.compile(r"\s*\[\[?\s*([a-z_]+)(?:\.([a-z_]+))?\s*\]\]?")
_KEY = re.compile(r"\s*\"?([A-Za-z_]+)\"?\s*=")
_TOML_PLACE = re.compile(r"^(.*) \(at line (\d+), column \d+\)$", re.DOTALL)
_INCREMENTS = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")
_TRIED_COST: Final = RateTerms(1_000_000)


class _RuleError(ValueError):
    """What is wrong with one key, in a sentence."""


def read_rules(text: str) -> GroupedRules | tuple[BadRow, ...]:
    """The rules of a file, or everything that is wrong with it by line."""
    try:
        found = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        place = _TOML_PLACE.match(str(problem))
        line, words = (int(place[2]), place[1]) if place else (text.count("\n") + 1, str(problem))
        return (BadRow(line, f"this is not TOML: {words}"),)
    return _Reader(_lines(text)).read(found, text)


Place = tuple[str, int, str]


def _lines(text: str) -> dict[Place, int]:
    """The line of each key by section, number of the section, and key ("" is the section's own line)."""
    lines: dict[Place, int] = {}
    section, counts = "", {"": 0}
    for line, words in enumerate(text.splitlines(), start=1):
        if found := _SECTION.match(words):
            if found[2]:
                lines.setdefault((section, counts.get(section, 0), found[2]), line)
                continue
            section = found[1]
            counts[section] = counts.get(section, -1) + 1
            lines[section, counts[section], ""] = line
        elif key := _KEY.match(words):
            lines.setdefault((section, counts[section], key[1]), line)
    return lines


@dataclass(slots=True)
class _Reader:
    """Reads section after section and collects what is wrong."""

    lines: Mapping[Place, int]
    faults: list[BadRow] = field(default_factory=list)

    def read(self, found: dict[str, Any], text: str) -> GroupedRules | tuple[BadRow, ...]:
        """The rules, or every fault in the order of lines."""
        for name in found.keys() - {"default", "group"}:
            self._fault(name, 0, "", f"{name!r} is neither [default] nor [[group]]")
        default = found.get("default", {})
        if not isinstance(default, dict) or "margin" not in default:
            self._fault("default", 0, "", "a [default] with a margin in percent is needed")
            default = {}
        base = PriceRule(0, TENTH_OF_A_CENT_MICROS, TENTH_OF_A_CENT_MICROS)
        rule = self._rule(default, base, ("default", 0))
        sections = found.get("group", [])
        if not isinstance(sections, list) or not all(isinstance(section, dict) for section in sections):
            self._fault("group", 0, "", "groups are written [[group]]")
            sections = []
        groups = tuple(self._group(section, rule, number) for number, section in enumerate(sections))
        names = [group.name for group in groups]
        for number, name in enumerate(names):
            if name in names[:number]:
                self._fault("group", number, "name", f"another group is called {name!r} already")
        if self.faults:
            return tuple(sorted(self.faults, key=lambda fault: fault.line))
        return GroupedRules(rule, groups, text)

    def _group(self, section: dict[str, Any], default: PriceRule, number: int) -> GroupRule:
        named = {key: section.get(key, []) for key in ("countries", "lines", "prefixes")}
        if not any(named.values()):
            self._fault("group", number, "", "a group names countries, lines or prefixes")
        name = section.get("name", "")
        if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_NAME:
            self._fault("group", number, "name", f"a group has a name of 1 to {_LONGEST_NAME} characters")
        own = {key: value for key, value in section.items() if key not in {"name", *named}}
        if "margin" in own and "price" not in own:
            default = replace(default, price_micros=None)
        return GroupRule(
            name=str(name),
            rule=self._rule(own, default, ("group", number)),
            countries=frozenset(self._each("countries", named["countries"], number, _country)),
            lines=frozenset(self._each("lines", named["lines"], number, _line)),
            prefixes=tuple(self._each("prefixes", named["prefixes"], number, _prefix)),
        )

    def _each(self, key: str, values: object, number: int, read: Callable[[object], Any]) -> list[Any]:
        """Every value of a list, read."""
        if not isinstance(values, list):
            self._fault("group", number, key, f'{key} is a list such as ["…"]')
            return []
        found = []
        for value in values:
            try:
                found.append(read(value))
            except _RuleError as problem:
                self._fault("group", number, key, str(problem))
        return found

    def _rule(self, section: dict[str, Any], base: PriceRule, place: tuple[str, int]) -> PriceRule:
        """The base with what the section states."""
        stated: dict[str, Any] = {}
        before = len(self.faults)
        for key, value in section.items():
            if key not in _READERS:
                self._fault(*place, key, f"{key!r} is no rule; there are {', '.join(_READERS)}")
                continue
            name, read = _READERS[key]
            try:
                stated[name] = read(value)
            except (_RuleError, ScheduleError) as problem:
                self._fault(*place, key, f"{key}: {problem}")
        rule = replace(base, **stated)
        if len(self.faults) == before:
            try:
                retail_terms(_TRIED_COST, rule)
            except RatingError as problem:
                self._fault(*place, "bands" if "bands" in section else "steps", week_words(problem))
        return rule

    def _fault(self, section: str, number: int, key: str, reason: str) -> None:
        line = self.lines.get((section, number, key)) or self.lines.get((section, number, "")) or 1
        self.faults.append(BadRow(line, reason))


def _country(value: object) -> str:
    iso2 = value.upper() if isinstance(value, str) else ""
    if iso2 not in territories("en"):
        raise _RuleError(f'{value!r} is not a country\'s two letters such as "ru"')
    return iso2


def _line(value: object) -> LineType:
    try:
        return LineType(str(value))
    except ValueError:
        kinds = ", ".join(line_type.value for line_type in LineType)
        raise _RuleError(f"{value!r} is not a kind of line ({kinds})") from None


def _prefix(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[1-9][0-9]*", value) or len(value) > E164_MAX_DIGITS:
        raise _RuleError(f'{value!r} is not a prefix such as "7495"')
    return value


def _number(value: object, what: str) -> Decimal:
    # A TOML float comes as an exact decimal; true and false are whole numbers to Python.
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite() or value < 0:
        raise _RuleError(f"{value} is not {what}")
    return Decimal(value)


def _percent(value: object) -> int:
    """Percent as hundredths of a percent."""
    points = _number(value, "a percentage such as 25 or 12.5") * 100
    if points != int(points) or points > MAX_MARGIN_PERCENT * 100:
        raise _RuleError(f"{value} is not a percentage of 0 to {MAX_MARGIN_PERCENT} with at most two decimals")
    return int(points)


def _cents(value: object) -> int:
    """Cents as micros."""
    cents = _number(value, "an amount in cents such as 1.5")
    if cents > MAX_CENTS:
        raise _RuleError(f"{value} cents is more than any call costs")
    micros = cents * MICROS_PER_CENT
    if micros != int(micros):
        raise _RuleError(f"{value} cents is finer than a millionth of a dollar")
    return int(micros)


def _step_of_rounding(value: object) -> int:
    micros = _cents(value)
    if micros < 1:
        raise _RuleError("prices cannot be rounded up to nothing")
    return micros


def _ending(value: object) -> int:
    micros = _cents(value)
    if micros >= 100 * MICROS_PER_CENT:
        raise _RuleError(f"{value} is not an ending: it is below 100 cents, such as 0.9")
    return micros


def _increments(value: object) -> tuple[int, int]:
    found = _INCREMENTS.fullmatch(value) if isinstance(value, str) else None
    pair = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(1 <= figure <= MAX_INCREMENT_SECONDS for figure in pair):
        raise _RuleError(f'{value!r} is not a pair of seconds such as "60/6"')
    return pair


# A longer gift than this is no gift but a price under cost, which has to be signed off by name.
MAX_FREE_SECONDS: Final = 60


def _seconds(most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise _RuleError(f"{value} is not a number of seconds from 0 to {most}")
        return value

    return read


def _time_zone(value: object) -> str:
    if value == STORES_ZONE:
        return ""
    if value == ZONE_OF_DESTINATION or (isinstance(value, str) and is_zone(value)):
        return str(value)
    raise _RuleError(f'{value!r} is neither "store" nor "destination" nor a time zone such as "Europe/Moscow"')


def _asked(table: dict[str, Any]) -> Asked:
    """A margin or a price, and not both."""
    if ("margin" in table) == ("price" in table):
        raise _RuleError("state either margin or price")
    if "margin" in table:
        return Asked(margin_basis_points=_percent(table["margin"]))
    return Asked(price_micros=_cents(table["price"]))


def _tables(value: object, known: set[str], example: str) -> list[dict[str, Any]]:
    """A list of tables with these keys at most."""
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise _RuleError(f"write a list of tables such as {example}")
    for table in value:
        if table.keys() - known:
            raise _RuleError(f"{min(table.keys() - known)!r} is unknown here; write {example}")
    return value


def _steps(value: object) -> tuple[StepRule, ...]:
    tables = _tables(value, {"after_s", "margin", "price"}, "[{ after_s = 60, margin = 20 }]")
    read_after = _seconds(MAX_CALL_SECONDS)
    return tuple(StepRule(read_after(table.get("after_s")), _asked(table)) for table in tables)


def _bands(value: object) -> tuple[BandRule, ...]:
    example = '[{ when = "Sat 00:00-Mon 00:00", margin = 10 }]'
    bands = []
    for table in _tables(value, {"when", "margin", "price", "steps"}, example):
        asked, steps = _asked(table), _steps(table.get("steps", []))
        bands += [BandRule(begin, end, asked, steps) for begin, end in read_hours(str(table.get("when", "")))]
    return tuple(bands)


#: Key of the file to the field of `PriceRule`, and how its value is read.
_READERS: Final[dict[str, tuple[str, Callable[[object], Any]]]] = {
    "margin": ("margin_basis_points", _percent),
    "rounding": ("rounding_micros", _step_of_rounding),
    "floor": ("floor_micros", _cents),
    "ending": ("ending_micros", _ending),
    "price": ("price_micros", _cents),
    "fee": ("fee_micros", _cents),
    "increments": ("increments", _increments),
    "minimum_charge": ("minimum_charge_micros", _cents),
    "free_up_to_s": ("free_up_to_seconds", _seconds(MAX_FREE_SECONDS)),
    "longest_call_s": ("cap_seconds", _seconds(MAX_CALL_SECONDS)),
    "time_zone": ("time_zone", _time_zone),
    "steps": ("steps", _steps),
    "bands": ("bands", _bands),
}
