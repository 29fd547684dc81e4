"""What each kind of entry in the register is called on a page."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.register.kinds import EntryKind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

KIND_WORDS: Final[Mapping[EntryKind, "_StrPromise"]] = {
    EntryKind.POLICY_ANNOUNCED: _("A new policy announced"),
    EntryKind.POLICY_POSTPONED: _("An announced policy postponed"),
    EntryKind.POLICY_WITHDRAWN: _("An announced policy withdrawn"),
    EntryKind.POLICY_IN_FORCE: _("A policy came into force"),
    EntryKind.CLOCK_EXPLAINED: _("A jump of the clock explained"),
    EntryKind.PROVIDER_CONTRACT: _("A contract with a service provider"),
    EntryKind.OFFICER_PROPOSED: _("Somebody proposed as an officer"),
    EntryKind.OFFICER_ADDED: _("An officer appointed"),
    EntryKind.OFFICER_RETIRED: _("An officer retired"),
    EntryKind.REQUEST_OPENED: _("A person’s request opened"),
    EntryKind.REQUEST_CLOSED: _("A person’s request closed"),
    EntryKind.ERASURE: _("A person’s data deleted"),
    EntryKind.CHILD_ERASURE: _("A child’s data deleted"),
    EntryKind.KEY_DESTROYED: _("A person’s key destroyed"),
    EntryKind.ARCHIVE_SEALED: _("Something sealed in the archive"),
    EntryKind.ARCHIVE_OPENED: _("Something in the archive opened by two officers"),
    EntryKind.ARCHIVE_REWRAPPED: _("The archive given to the officers who serve now"),
    EntryKind.CHILD_SUSPECTED: _("Somebody suspected to be a child: nothing leaves"),
    EntryKind.SUSPICION_LIFTED: _("A suspicion that somebody is a child taken back"),
    EntryKind.ARCHIVE_DESTROYED: _("Something in the archive destroyed"),
    EntryKind.AUTHORITY_REQUEST: _("A request of an authority"),
    EntryKind.AUTHORITY_APPROVED: _("A request of an authority approved"),
    EntryKind.AUTHORITY_PACKAGE: _("Data handed to an authority"),
    EntryKind.AUTHORITY_REFUSED: _("A request of an authority refused"),
    EntryKind.AUTHORITY_NOTICE: _("The silence about an authority’s request over"),
    EntryKind.DISCLOSURES_OF_DAY: _("What left in a day, counted"),
    EntryKind.RETENTION_RUN: _("A nightly deletion of what is too old"),
    EntryKind.LEGAL_HOLD: _("A deletion held up by law"),
    EntryKind.HOLD_RELEASED: _("A held-up deletion released"),
    EntryKind.BACKUP_MADE: _("A backup made"),
    EntryKind.BACKUP_RESTORED: _("A backup restored"),
    EntryKind.ERASURES_REPLAYED: _("Deletions done again after a restore"),
    EntryKind.LEDGER_REBUILT: _("A lost list of deletions written anew"),
    EntryKind.REVEALED: _("Masked data looked at by one of our staff"),
    EntryKind.OUTER_KEY_ROTATED: _("The outer key changed"),
}
