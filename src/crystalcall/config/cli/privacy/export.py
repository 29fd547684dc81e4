"""`crystalcall privacy export`: everything that is kept about one person, as they would get it themselves."""

import os
from pathlib import Path

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.privacy.acting import acting_officer
from crystalcall.config.cli.privacy.people import WHO, person_of
from crystalcall.config.cli.privacy.revealing import Reveal

OUT_OPTION = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The zip to write."
)


@click.command("export")
@WHO
@OUT_OPTION
@click.option("--reason", required=True, help="Why; kept sealed in the register.")
@acting_officer("officer")
@click.option("--language", type=click.Choice(["en", "ru"]), default="en", show_default=True)
@JSON_OPTION
def export_command(who: str, out: Path, reason: str, officer: str, language: str, as_json: bool) -> None:
    """Write everything about the person with this order or address into a zip that only you can read.

    Nothing in it is masked, so the register is entered first. Delete the file when it was handed over.
    """
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.requests.exporting import gather
    from crystalcall.privacy.requests.writing import as_zip

    person = person_of(who, as_json=as_json)
    if out.exists():
        refuse("file_exists", f"{out} is there already; it is not overwritten.", as_json=as_json)
    Reveal(reason, officer).enter("privacy.export", 1)
    data = gather(person, now=now(), language=language)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(as_zip(data))
    facts = {"file": str(out), "sections": len(data.sections), "rows": data.row_count}
    sentence = f"{out} holds {data.row_count} rows in {len(data.sections)} sections. Delete it when it was handed over."
    tell(facts, sentence, as_json=as_json)
