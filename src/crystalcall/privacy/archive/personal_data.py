"""What the archive keeps about people: values that this program cannot read, and by which ids they are found."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Impersonal, Personal, declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

RETENTION = "sealed_archive"
_USES = (Purpose.RECORD_KEEPING, Purpose.LEGAL_OBLIGATION)


def declare_all() -> None:
    """Declare the fields of lots, values, finders, openings and rewraps."""
    version = impersonal("number of the policy in force when it was collected")
    _declare_lots(version)
    _declare_finders(version)
    common = _steps_of_officers(version)
    declare(
        "privacy.ArchiveOpening",
        {
            **common,
            "lots": impersonal("random ids of lots"),
            "case": impersonal("random number of an authority's case"),
            "opened_at": impersonal("time of an officer's act"),
        },
    )
    declare(
        "privacy.ArchiveRewrap",
        {
            **common,
            "second": impersonal("hash of an officer's public keys"),
            "officers": impersonal("hashes of officers' public keys"),
        },
    )


def _steps_of_officers(version: Impersonal) -> dict[str, Personal | Impersonal]:
    return {
        "id": impersonal("random id; names its own key"),
        "reference": impersonal("random number of what officers do in two steps"),
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
        "asked_at": impersonal("time of an officer's act"),
        "expires_at": impersonal("end of what officers do in two steps"),
        "closed_at": impersonal("end of what officers do in two steps"),
        "policy_version": version,
    }


def _declare_finders(version: Impersonal) -> None:
    declare(
        "privacy.ArchiveFinder",
        {
            "id": impersonal("row number"),
            "subject": impersonal("an opaque id, which means nobody: its person was forgotten"),
            "finder": personal(
                category="user.unique_id.pseudonymous",
                purposes=_USES,
                retention=RETENTION,
                erase="keep_for_records",
                label=_("Fingerprint of your order’s number, by which what is sealed is found"),
                not_exported=_("a keyed hash of a number, which tells nobody anything"),
            ),
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
                purposes=(*_USES, Purpose.PRIVACY_REQUEST),
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
