"""`crystalcall privacy retention`: for how long each class of data is kept, and what was given up."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, tell
from crystalcall.config.cli.saying import joined
from crystalcall.rules.privacy.periods import MONTHS_OF_A_YEAR

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.privacy.retention_classes import RetentionRule

DAYS = 30


@click.group("retention")
def retention_group() -> None:
    """How long each class of data is kept, what was given up, and a pass through the schedule."""


@retention_group.command("status")
@JSON_OPTION
def status_command(as_json: bool) -> None:
    """The schedule: what starts each clock, how long it runs, and what happens then; and the last night's pass."""
    from crystalcall.privacy.retention.queries import last_night
    from crystalcall.privacy.retention_classes import SCHEDULE

    night = last_night()
    lines = [_line(rule) for rule in SCHEDULE.values()]
    if night is None:
        lines.append("No night's pass yet; the worker makes one a day.")
    else:
        ended = f"{night.ended_at:%Y-%m-%d %H:%M} UTC" if night.ended_at else "cut short; the next pass does the rest"
        failed = f"; failed: {', '.join(night.failed)}" if night.failed else ""
        lines.append(f"Last pass: {night.day}, ended {ended}{failed}")
    facts = {
        "classes": [
            {
                "class": rule.name,
                "clock": rule.clock.value,
                "length": _length(rule),
                "days_at_most": rule.days,
                "at_end": rule.at_end.value,
            }
            for rule in SCHEDULE.values()
        ],
        "last_pass": night
        and {
            "day": night.day.isoformat(),
            "ended_at": night.ended_at and night.ended_at.isoformat(),
            "failed": list(night.failed),
        },
    }
    tell(facts, joined(lines), as_json=as_json)


@retention_group.command("report")
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 4000), help="So many days back.")
@JSON_OPTION
def report_command(days: int, as_json: bool) -> None:
    """What was given up: counts by day, class and kind."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.retention.queries import given_up

    found = given_up((now() - timedelta(days=days)).date())
    lines = [f"{each.day}  {each.retention:<16} {each.what:<22} {each.number:>9,}" for each in found]
    facts = {
        "given_up": [
            {"day": each.day.isoformat(), "class": each.retention, "what": each.what, "number": each.number}
            for each in found
        ]
    }
    tell(facts, joined(lines) or f"Nothing was given up in the last {days} days.", as_json=as_json)


@retention_group.command("run")
@JSON_OPTION
def run_command(as_json: bool) -> None:
    """Go through the schedule now, if today's pass was not made yet (the worker makes it every night)."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.retention.actions import enforce_nightly
    from crystalcall.privacy.retention.queries import last_night

    done = enforce_nightly(now())
    night = last_night()
    failed = list(night.failed) if night else []
    sentence = f"{done} rows were given up." + (f" Failed: {', '.join(failed)}; see the log." if failed else "")
    tell({"given_up": done, "failed": failed}, sentence, as_json=as_json)


def _length(rule: "RetentionRule") -> str:
    """How long a class lasts, in the words of its promise."""
    if rule.length is None:
        return "its own end"
    period = rule.length()
    if period.months and not period.months % MONTHS_OF_A_YEAR:
        return f"{period.months // MONTHS_OF_A_YEAR} years"
    return f"{period.months} months" if period.months else f"{period.days} days"


def _line(rule: "RetentionRule") -> str:
    return f"{rule.name:<16} {_length(rule):>11} after {rule.clock.value:<17} {rule.at_end.value:<16} {rule.words}"
