"""What the commands of `crystalcall rates` share: how options are read, refusals said, and progress shown."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, NoReturn

import click

from crystalcall.config.cli.saying import say
from crystalcall.rules.money import MICROS_PER_CENT, MoneyError, dollars_from_micros, micros_from_dollars

EXIT_REFUSED: Final = 1
BASIS_POINTS_PER_PERCENT: Final = 100

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")


def dollars(micros: int) -> str:
    """Exact dollars with at least two decimals and no idle zeros after them: $10.00, $0.037."""
    sign = "-" if micros < 0 else ""
    whole, _, decimals = f"{dollars_from_micros(abs(micros)):.6f}".partition(".")
    return f"{sign}${whole}.{decimals.rstrip('0').ljust(2, '0')}"


def percent(basis_points: int | None) -> str:
    """Hundredths of a percent for a person: 25.0 %; a dash where there is none."""
    return "—" if basis_points is None else f"{basis_points / BASIS_POINTS_PER_PERCENT:.1f} %"


def refuse(reason: str, sentence: str, *, as_json: bool, **more: object) -> NoReturn:
    """A sentence (or its JSON, with more fields) and exit code 1."""
    if as_json:
        say(json.dumps({"refused": reason, "sentence": sentence} | more, ensure_ascii=False))
    else:
        say(sentence, err=True)
    sys.exit(EXIT_REFUSED)


@contextmanager
def progress_bar(title: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on the error stream, where it disturbs no output; nothing for a machine. A total of 0 is unknown."""
    if quiet:
        yield None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = (*Progress.get_default_columns()[:3], MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


class Moment(click.ParamType[datetime]):
    """A date (midnight) or a date and time; UTC unless it says otherwise."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """An aware moment. Errors: click's own, which ends with exit code 2."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date: write 2026-01-31 or 2026-01-31T09:00.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Dollars(click.ParamType[int]):
    """An exact, non-negative number of dollars; becomes micros."""

    name = "dollars"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Micros. Errors: click's own."""
        if isinstance(value, int):
            return value
        try:
            return micros_from_dollars(str(value))
        except MoneyError as problem:
            self.fail(f"{problem}.", param, ctx)


class Cents(Dollars):
    """An exact, non-negative number of cents; becomes micros."""

    name = "cents"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Micros. Errors: click's own."""
        if isinstance(value, int):
            return value
        try:
            # A hundredth of as many dollars; the check for whole micros comes after.
            micros = Decimal(micros_from_dollars(str(value))) * MICROS_PER_CENT / 1_000_000
        except MoneyError as problem:
            self.fail(f"{problem}.", param, ctx)
        if micros != int(micros):
            self.fail(f"{value} cents is finer than a millionth of a dollar.", param, ctx)
        return int(micros)


class Increments(click.ParamType[tuple[int, int]]):
    """First and further increments in seconds, as the trade writes them: 60/60, 30/6, 1/1."""

    name = "first/next"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Two figures from 1 to 3600. Errors: click's own."""
        found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", str(value))
        figures = (int(found[1]), int(found[2])) if found else (0, 0)
        if not all(1 <= figure <= 3600 for figure in figures):  # noqa: PLR2004 - an hour
            self.fail(f"{value!r} is not a pair of seconds such as 60/60.", param, ctx)
        return figures


class Rate(click.ParamType[Decimal]):
    """What a unit of some money is worth in dollars: an exact decimal."""

    name = "rate"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The decimal. Errors: click's own."""
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,9})?", str(value)):
            self.fail(f"{value!r} is not a rate such as 1.0832.", param, ctx)
        return Decimal(str(value))


class Percent(click.ParamType[int]):
    """A percentage with at most two decimals, with or without the sign; becomes hundredths of a percent."""

    name = "percent"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Basis points. Errors: click's own."""
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?%?", str(value)):
            self.fail(f"{value!r} is not a percentage such as 25 or 12.5.", param, ctx)
        return int(Decimal(str(value).rstrip("%")) * BASIS_POINTS_PER_PERCENT)
