"""`crystalcall privacy`: the operator's side of rights, disclosures, the register and the archive."""

import click


@click.group("privacy")
def privacy_group() -> None:
    """Rights of customers, the register, the archive, authorities, and what is kept for how long."""
