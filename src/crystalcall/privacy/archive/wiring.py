"""Puts the archive in its place when the program starts."""

from crystalcall.privacy import keepers
from crystalcall.privacy.archive import personal_data
from crystalcall.privacy.archive.actions import archive_values, clear_restored, find_by_order
from crystalcall.privacy.archive.keeping_people import ArchiveKeeper
from crystalcall.privacy.archive.models import ArchiveOpening, ArchiveRewrap
from crystalcall.privacy.archive.queries import stands
from crystalcall.privacy.erasures.archives import set_clearing
from crystalcall.privacy.keys import columns


def wire() -> None:
    """Declare the fields, name the sealed columns, answer for people, and take what rooms put away."""
    personal_data.declare_all()
    columns.register(columns.PersonColumn(ArchiveOpening, "sealed_reason", "id"))
    columns.register(columns.PersonColumn(ArchiveRewrap, "sealed_reason", "id"))
    keepers.register(ArchiveKeeper())
    set_clearing(clear_restored)
    keepers.set_archivist(archive_values, stands, find_by_order)
