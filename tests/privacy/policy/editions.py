"""Makes folders with versions of the policy for tests: the real first one, and later ones with one change each."""

import shutil
from pathlib import Path

from crystalcall.privacy.policy.library import OWN_FOLDER


def first_version(place: Path) -> Path:
    """The real version 1 in a folder of its own."""
    shutil.copytree(OWN_FOLDER / "0001", place / "0001")
    return place


def add_version(place: Path, number: int) -> Path:
    """A further version, the same as the one before but for its number and a sentence in clause C06."""
    folder = place / f"{number:04d}"
    shutil.copytree(place / f"{number - 1:04d}", folder)
    change(folder / "practices.toml", f"number = {number - 1}", f"number = {number}")
    change(folder / "policy.en.md", "## C07", f"Since version {number} we ask more often.\n\n## C07")
    change(folder / "policy.ru.md", "## C07", f"С версии {number} мы спрашиваем чаще.\n\n## C07")
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file} does not say {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def drop_use(folder: Path, purpose: str) -> None:
    """Take a use out of a version's practices, with all that is collected or handed over for it."""
    file = folder / "practices.toml"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if f'purpose = "{purpose}"' not in line]
    text = "\n".join(lines) + "\n"
    for written in (f', "{purpose}"', f'"{purpose}", ', f'"{purpose}"'):
        text = text.replace(written, "")
    file.write_text(text, encoding="utf-8")


def introduce(folder: Path, purpose: str, since: int) -> None:
    """Add a use to a version's practices, to what names and addresses serve, and to what the mail server gets."""
    file = folder / "practices.toml"
    change(file, "uses = [\n", f'uses = [\n    {{ purpose = "{purpose}", since = {since} }},\n')
    carrier = 'name = "The operator\'s mail server"\npurposes = ['
    change(file, carrier, f'{carrier}"{purpose}", ')
    for category in ("user.contact.email", "user.name"):
        extend(folder, category, purpose)


def extend(folder: Path, category: str, purpose: str) -> None:
    """Use one kind of data for one purpose more."""
    kind = f'category = "{category}"\npurposes = ['
    change(folder / "practices.toml", kind, f'{kind}"{purpose}", ')


def keep_longer(folder: Path, category: str, retention: str) -> None:
    """Keep one kind of data by one class of retention more."""
    file = folder / "practices.toml"
    text = file.read_text(encoding="utf-8")
    place = text.index("retention = [", text.index(f'category = "{category}"'))
    file.write_text(text[:place] + text[place:].replace("retention = [", f'retention = ["{retention}", ', 1), "utf-8")
