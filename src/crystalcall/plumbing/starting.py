"""How every process of the shop starts: settings, rooms, and every start-up check, or not at all."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from crystalcall.plumbing.settings import SettingsError

if TYPE_CHECKING:
    from django.core.checks import CheckMessage

SETTINGS_MODULE = "crystalcall.config.django_settings"


def start(*, serving: bool = False, watched: bool = False) -> None:
    """Read the settings, load every room and run every check. Errors: SettingsError with the complaints as sentences.

    A process that serves (the store, the worker) also runs the checks that look into the database, where one answers.

    One that is `watched` reaches the network by the listed openings alone from then on.

    A server that only loaded its rooms would serve pages over a field that nobody declared; so each entry of a process
    (command line, store, switch API) comes through here.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    import django
    from django.core import checks

    django.setup()
    _refuse_broken(checks.run_checks())
    if serving:
        refuse_broken_database()
    if watched:
        watch_openings()


def watch_openings() -> None:
    """Let this process reach the network by the listed openings alone, whoever asks."""
    from django.db import connections

    from crystalcall.plumbing.openings import watch

    watch(*(str(connections[alias].settings_dict["HOST"] or "") for alias in connections))


def refuse_broken_database() -> None:
    """Run the checks that look into the database. Errors: SettingsError with the complaints as sentences."""
    from django.core import checks

    from crystalcall.plumbing import strays

    _refuse_broken(checks.run_checks(tags=[checks.Tags.database], databases=["default"]))
    _refuse_broken(strays.stray_columns_check())


def _refuse_broken(messages: Iterable["CheckMessage"]) -> None:
    broken = [f"{message.msg} {message.hint or ''}".rstrip() for message in messages if message.is_serious()]
    if broken:
        raise SettingsError("\n".join(broken))
