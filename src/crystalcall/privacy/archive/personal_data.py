"""What the archive keeps about people: values that this program cannot read, and by which ids they are found."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Impersonal, declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

RETENTION = "sealed_archive"
_USES = (Purpose.RECORD_KEEPING, Purpose.LEGAL_OBLIGATION)


def declare_all() -> None:
    """Declare the fields of lots, values and openings."""
    version = impersonal("number of the policy in force when it was collected")
    _declare_lots(version)
    declare(
        "privacy.ArchiveOpening",
        {
            "id": impersonal("random id; names the opening's own key"),
            "reference": impersonal("random number of an opening"),
            "lots": impersonal("random ids of lots"),
            "asked_by": impersonal("hash of an officer's public keys"),
            "subject_hash": impersonal("hash of what two officers approve"),
            "sealed_reason": personal(
                category="user.job_title",
                purposes=(Purpose.ACCOUNTABILITY,),
                retention="officer",
                erase="destroy",
                label=_("Why officers open the archive"),
                not_exported=_("what one officer says to another; erased when the opening is over"),
            ),
            "veiled": impersonal("whether the register keeps it veiled"),
            "asked_at": impersonal("time of an officer's act"),
            "expires_at": impersonal("end of an opening"),
            "opened_at": impersonal("time of an officer's act"),
            "closed_at": impersonal("end of an opening"),
            "policy_version": version,
        },
    )


def _declare_lots(version: Impersonal) -> None:
    moment = impersonal("time of a change or deletion, telling nothing without its subject")
    declare(
        "privacy.ArchiveLot",
        {
            "id": impersonal("random id of a lot"),
            "subject": personal(
                category="user.unique_id",
                purposes=_USES,
                retention=RETENTION,
                erase="keep_for_records",
                label=_("Your number in our records"),
            ),
            "archive_class": impersonal("a word of a closed list"),
            "finder": personal(
                category="user.contact.email",
                purposes=_USES,
                retention=RETENTION,
                erase="keep_for_records",
                label=_("Fingerprint of your e-mail address, by which what is sealed is found"),
                not_exported=_("a keyed hash of an address, which tells nobody anything"),
            ),
            "sealed_at": moment,
            "kept_until": moment,
            "is_entered": impersonal("whether the register has counted it"),
            "policy_version": version,
        },
    )
    declare(
        "privacy.ArchivedValue",
        {
            "id": impersonal("row number"),
            "lot": impersonal("points to the lot"),
            "field": impersonal("name of a declared field"),
            "version": impersonal("a count"),
            "content": personal(
                category="user.content.private",
                purposes=_USES,
                retention=RETENTION,
                erase="keep_for_records",
                label=_("What you changed or deleted, sealed"),
                not_exported=_("sealed so that this program cannot read it; two officers together can"),
            ),
            "policy_version": version,
        },
    )
