"""The command line: every command an operator has, each in its own file beside this one."""

import os
import sys
import traceback

import click

from crystalcall.config.cli.saying import joined, say
from crystalcall.plumbing.settings import SettingsError

EXIT_REFUSED = 1
EXIT_USAGE = 2


class Program(click.Group):
    """The root command: starts Django for the commands that need it, and never shows a traceback to its user."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; settings that make no sense end it with a sentence and exit code 2."""
        try:
            return super().invoke(ctx)
        except SettingsError as problem:
            say(joined(f"Crystal Call cannot start. {problem}".splitlines()), err=True)
            ctx.exit(EXIT_USAGE)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="crystalcall")
@click.pass_context
def program(ctx: click.Context) -> None:
    """Crystal Call: prepaid minutes for international calls, and every one of them delivered."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crystalcall.config.django_settings")
    # Databases, logs and exports are their owner's alone to read, whatever the account's own habits (ASVS 5.0, 14.2).
    os.umask(0o077)
    asks_for_help = not HELP.isdisjoint(sys.argv[1:])
    if ctx.invoked_subcommand not in WITHOUT_DJANGO and not asks_for_help:
        start_django()


#: Help needs no database and no secrets.
HELP = frozenset({"-h", "--help"})
#: Commands that prepare the settings themselves before Django reads them.
WITHOUT_DJANGO = frozenset({"demo"})


def start_django() -> None:
    """Read the settings, load every room and run every check. Errors: SettingsError."""
    from crystalcall.plumbing.starting import start

    start()


def register_commands() -> None:
    """Hang every command under the root."""
    from crystalcall.config.cli.backup import backup_group
    from crystalcall.config.cli.cards import cards_group
    from crystalcall.config.cli.demo import demo_command
    from crystalcall.config.cli.ledger import ledger_group
    from crystalcall.config.cli.migrate import migrate_command
    from crystalcall.config.cli.payments import payments_group
    from crystalcall.config.cli.pins import pins_group
    from crystalcall.config.cli.policy import policy_group
    from crystalcall.config.cli.policy_evidence import evidence_command
    from crystalcall.config.cli.privacy import privacy_group
    from crystalcall.config.cli.rates import rates_group
    from crystalcall.config.cli.staff import staff_group
    from crystalcall.config.cli.switches import access_numbers_group, switches_group
    from crystalcall.config.cli.worker import worker_command

    commands = (
        demo_command,
        migrate_command,
        backup_group,
        rates_group,
        ledger_group,
        pins_group,
        cards_group,
        payments_group,
        privacy_group,
        policy_group,
        staff_group,
        switches_group,
        access_numbers_group,
        worker_command,
    )
    for command in commands:
        program.add_command(command)
    policy_group.add_command(evidence_command)
    _register_privacy(privacy_group)


def _register_privacy(group: click.Group) -> None:
    """Hang the commands of `crystalcall privacy` under their group."""
    from crystalcall.config.cli.privacy import admitting  # noqa: F401 - hangs its commands under `officer`
    from crystalcall.config.cli.privacy.archive import archive_group
    from crystalcall.config.cli.privacy.authority import authority_group
    from crystalcall.config.cli.privacy.data_map import data_map_command
    from crystalcall.config.cli.privacy.erase import (
        erase_child_command,
        erase_command,
        provider_tasks_command,
        rebuild_replay_ledger_command,
        replay_erasures_command,
    )
    from crystalcall.config.cli.privacy.export import export_command
    from crystalcall.config.cli.privacy.hold import hold_group
    from crystalcall.config.cli.privacy.keys import keys_group
    from crystalcall.config.cli.privacy.officers import officer_group
    from crystalcall.config.cli.privacy.register import (
        register_command,
        sign_register_command,
        verify_register_command,
    )
    from crystalcall.config.cli.privacy.requests import requests_group
    from crystalcall.config.cli.privacy.retention import retention_group
    from crystalcall.config.cli.privacy.suspect import suspect_child_command

    group.add_command(archive_group)
    group.add_command(authority_group)
    group.add_command(keys_group)
    group.add_command(retention_group)
    group.add_command(hold_group)
    group.add_command(data_map_command)
    for command in (requests_group, export_command, erase_command, erase_child_command, suspect_child_command):
        group.add_command(command)
    for command in (provider_tasks_command, replay_erasures_command, rebuild_replay_ledger_command):
        group.add_command(command)
    for command in (officer_group, register_command, verify_register_command, sign_register_command):
        group.add_command(command)


def main() -> None:
    """Entry of the `crystalcall` script. Exit code 0, 1 (refused, with the reason) or 2 (usage)."""
    register_commands()
    try:
        program()
    except SettingsError as problem:
        say(joined(f"Crystal Call cannot start. {problem}".splitlines()), err=True)
        sys.exit(EXIT_USAGE)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as problem:  # noqa: BLE001 - the last guard: a user gets a sentence, the log gets the rest
        if os.environ.get("CRYSTALCALL_DEBUG") == "true":
            traceback.print_exc()
        say(
            f"Crystal Call stopped on an unexpected error ({type(problem).__name__}). Nothing was half done.",
            err=True,
        )
        sys.exit(EXIT_REFUSED)
