"""`crystalcall privacy data-map`: what is kept where, in the form that privacy tools read."""

from pathlib import Path

import click

from crystalcall.config.cli.saying import joined, say


@click.command("data-map")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead.")
def data_map_command(out: Path | None) -> None:
    """Write the data map as YAML in the form of fideslang, generated from the inventory of fields."""
    from crystalcall.privacy.data_map import fides

    text = fides.as_yaml()
    if out is None:
        say(joined(text.splitlines()))
        return
    out.write_text(text, encoding="utf-8")
    say(f"The data map is in {out}.")
