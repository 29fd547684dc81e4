"""`crystalcall migrate`: bring the database to this version, and put the append-only guards back."""

import click


@click.command("migrate")
def migrate_command() -> None:
    """Create or update the database's tables and guards."""
    from django.core.management import call_command
    from django.db import connection

    from crystalcall.plumbing import append_only

    call_command("migrate", verbosity=1, interactive=False)
    with connection.schema_editor() as editor:
        for table in sorted(append_only.append_only_tables()):
            append_only.protect(table, editor)
    click.echo("The database is ready.")
