"""How a command knows which officer acts: `--as NAME --key-file FILE`, whose key signs what the register enters."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from crystalcall.config.cli.cards_words import refuse
from crystalcall.config.cli.privacy.officers import KEY_FILE, keys_of
from crystalcall.config.cli.privacy.officers import refuse as refuse_officer

if TYPE_CHECKING:
    from crystalcall.privacy.officers.key_file import OfficerKeys

F = TypeVar("F", bound=Callable[..., Any])

SAID: Final = ("reason", "note", "why")
"""Options in which an officer says why, signed by their hash."""
PASSPHRASE = click.option(
    "--passphrase-file", "acting_passphrase", type=KEY_FILE, help="File with the passphrase; asked for without it."
)


def acting_officer(parameter: str, *, gives_keys: bool = False) -> Callable[[F], F]:
    """Give a command `--as`, `--key-file` and `--passphrase-file`; it gets the officer's name (or keys) as `parameter`.

    Nothing happens under the name of somebody whose own keys are not there (ASVS 5.0, 16.2.1).
    """

    def decorate(command: F) -> F:
        @click.option("--as", "acting_name", required=True, metavar="OFFICER", help="The officer who does it.")
        @click.option(
            "--key-file", "acting_file", required=True, type=KEY_FILE, help="The officer's own key file; it signs."
        )
        @PASSPHRASE
        @wraps(command)
        def asked(
            *arguments: Any, acting_name: str, acting_file: Path, acting_passphrase: Path | None, **options: Any
        ) -> Any:
            keys = own_keys(acting_name, acting_file, acting_passphrase, as_json=bool(options.get("as_json")))
            with signed_by(keys, {word: str(options.get(word) or "") for word in SAID}):
                return command(*arguments, **{parameter: keys if gives_keys else acting_name}, **options)

        return asked  # type: ignore[return-value]  # the same command with three options more

    return decorate


def own_keys(name: str, key_file: Path, passphrase_file: Path | None, *, as_json: bool) -> "OfficerKeys":
    """The keys of the officer who acts; ends the command where the file is another's, or the officer does not serve."""
    from crystalcall.privacy.officers.acting import serving_with
    from crystalcall.privacy.officers.values import OfficerRefused

    keys = keys_of(key_file, passphrase_file)
    if keys.name != name:
        refuse("another_officer", f"This is the key file of {keys.name}, not of {name}.", as_json=as_json)
    found = serving_with(keys)
    if isinstance(found, OfficerRefused):
        refuse_officer(found.reason, name)
    return keys


def signed_by(keys: "OfficerKeys", said: Mapping[str, str]) -> AbstractContextManager[None]:
    """Have every line that is entered within carry the officer's signature over the command and what was said."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.officers.acting import acting

    return acting(keys, click.get_current_context().command_path, said, now=now())
