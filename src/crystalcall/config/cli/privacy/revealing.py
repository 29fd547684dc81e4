"""How a command shows what it masks: `--reveal --reason TEXT --as OFFICER`, entered before anything is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import click

from crystalcall.config.cli.privacy.officers import refuse

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Reveal:
    """Whether a command may show personal data unmasked; ask `enter` before it does."""

    reason: str = ""
    officer: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether `--reveal` was given."""
        return bool(self.officer)

    def enter(self, what: str, count: int, *, veiled: bool = False) -> bool:
        """Enter into the register that `count` people's `what` ("orders.contact") is looked at; False where masked.

        Ends the command with a sentence where the officer is unknown or retired: then nothing was shown.
        """
        from crystalcall.plumbing.clock import now
        from crystalcall.privacy.officers.actions import enter_reveal
        from crystalcall.privacy.officers.values import OfficerRefused

        if not self.is_asked:
            return False
        entered = enter_reveal(what, count, name=self.officer, reason=self.reason, now=now(), veiled=veiled)
        if isinstance(entered, OfficerRefused):
            refuse(entered.reason, self.officer)
        return True


def reveal_options(command: F) -> F:
    """Give a command `--reveal`, `--reason` and `--as`; it takes them as one argument `reveal: Reveal`."""

    @click.option("--reveal", "is_revealed", is_flag=True, help="Show personal data unmasked; enters the register.")
    @click.option("--reason", "why", default="", help="Why; needed with --reveal, and kept sealed in the register.")
    @click.option("--as", "officer", default="", help="The officer who looks; needed with --reveal.")
    @wraps(command)
    def asked(*arguments: Any, is_revealed: bool, why: str, officer: str, **options: Any) -> Any:
        if is_revealed and not (why.strip() and officer.strip()):
            raise click.UsageError("--reveal needs --reason TEXT and --as OFFICER.")
        if not is_revealed and (why or officer):
            raise click.UsageError("--reason and --as go with --reveal.")
        return command(*arguments, reveal=Reveal(why.strip(), officer.strip()), **options)

    return asked  # type: ignore[return-value]  # the same command with three options more
