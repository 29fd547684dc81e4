"""How a command shows what it masks: `--reveal --reason TEXT --as OFFICER --key-file FILE`, entered before it shows."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crystalcall.config.cli.privacy.acting import PASSPHRASE, own_keys, signed_by
from crystalcall.config.cli.privacy.officers import KEY_FILE, refuse

if TYPE_CHECKING:
    from crystalcall.privacy.officers.key_file import OfficerKeys

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Reveal:
    """Whether a command may show personal data unmasked; ask `enter` before it does."""

    reason: str = ""
    officer: str = ""
    keys: "OfficerKeys | None" = None

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
        with self.signing():
            entered = enter_reveal(what, count, name=self.officer, reason=self.reason, now=now(), veiled=veiled)
        if isinstance(entered, OfficerRefused):
            refuse(entered.reason, self.officer)
        return True

    def signing(self) -> AbstractContextManager[None]:
        """Within, each line that is entered carries the signature of the officer who looks."""
        return nullcontext() if self.keys is None else signed_by(self.keys, {"reason": self.reason})


def reveal_options(command: F) -> F:
    """Give a command `--reveal`, `--reason`, `--as` and `--key-file`; it takes them as one `reveal: Reveal`."""

    @click.option("--reveal", "is_revealed", is_flag=True, help="Show personal data unmasked; enters the register.")
    @click.option("--reason", "why", default="", help="Why; needed with --reveal, and kept sealed in the register.")
    @click.option("--as", "officer", default="", help="The officer who looks; needed with --reveal.")
    @click.option("--key-file", type=KEY_FILE, help="The officer's own key file, which signs; needed with --reveal.")
    @PASSPHRASE
    @wraps(command)
    def asked(
        *arguments: Any,
        is_revealed: bool,
        key_file: Path | None,
        acting_passphrase: Path | None,
        **options: Any,
    ) -> Any:
        why, officer = options.pop("why").strip(), options.pop("officer").strip()
        if is_revealed and not (why and officer and key_file):
            raise click.UsageError("--reveal needs --reason TEXT, --as OFFICER and --key-file FILE.")
        if not is_revealed and (why or officer or key_file):
            raise click.UsageError("--reason, --as and --key-file go with --reveal.")
        if key_file is None:
            return command(*arguments, reveal=Reveal(), **options)
        keys = own_keys(officer, key_file, acting_passphrase, as_json=bool(options.get("as_json")))
        return command(*arguments, reveal=Reveal(why, officer, keys), **options)

    return asked  # type: ignore[return-value]  # the same command with three options more
