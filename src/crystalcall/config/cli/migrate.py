"""`crystalcall migrate`: bring both databases to this version, and put the append-only guards back."""

import click

from crystalcall.config.cli.saying import say


@click.command("migrate")
@click.option("--accept-lost-keys", is_flag=True, help="Begin a new key store though what the lost one sealed is lost.")
def migrate_command(accept_lost_keys: bool) -> None:
    """Create or update the tables and guards of the database, and the key store beside it."""
    from django.core.management import call_command
    from django.db import connection

    from crystalcall.plumbing import append_only, clock
    from crystalcall.privacy.announcing.actions import open_store
    from crystalcall.privacy.keys import store

    try:
        store.prepare(verbosity=1, accepts_loss=accept_lost_keys)
    except store.KeyStoreMissingError as problem:
        say(str(problem), err=True)
        raise SystemExit(1) from None
    call_command("migrate", verbosity=1, interactive=False)
    with connection.schema_editor() as editor:
        for table in sorted(append_only.append_only_tables()):
            append_only.protect(table, editor)
    # Only the database knows what was published: from its first day on it holds the policy's first version.
    open_store(now=clock.now())
    say("The database and its key store are ready.")
