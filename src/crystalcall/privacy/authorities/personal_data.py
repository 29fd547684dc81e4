"""What cases of authorities keep about people, sealed: the words of the letter, and whose data it is about."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

RETENTION = "privacy_request"
_VERSION = impersonal("number of the policy in force when it was collected")


def declare_all() -> None:
    """Declare the fields of cases, of what was handed over, and of what tells people so."""
    _declare_cases()
    _declare_disclosures()


def _declare_cases() -> None:
    word = impersonal("a word of a closed list")
    moment = impersonal("time of a step of a case, naming nobody")
    letter = personal(
        category="user.content.private",
        purposes=(Purpose.LEGAL_OBLIGATION,),
        retention=RETENTION,
        erase="keep_for_records",
        label=_("Letters of authorities"),
        not_exported=_("the letter of an authority; what was handed over is shown to you once you may be told"),
    )
    declare(
        "privacy.AuthorityCase",
        {
            "id": impersonal("random id; names the case's own key"),
            "reference": impersonal("random number of a case"),
            "kind": word,
            "state": word,
            "sealed_letter": letter,
            "sealed_query": letter,
            "subject_hash": impersonal("hash of what two officers approve"),
            "entries": impersonal("hashes of lines of the register"),
            "received_at": moment,
            "deadline": moment,
            "gag_until": moment,
            "scopings": impersonal("a count"),
            "extracted_at": moment,
            "package_hash": impersonal("hash of an encrypted package"),
            "told_at": moment,
            "unveiled_at": moment,
            "closed_at": moment,
            "forgotten_at": moment,
            "policy_version": _VERSION,
        },
    )


def _declare_disclosures() -> None:
    declare(
        "privacy.AuthorityDisclosure",
        {
            "id": impersonal("row number"),
            "case": impersonal("points to the case"),
            "subject": personal(
                category="user.unique_id",
                purposes=(Purpose.LEGAL_OBLIGATION, Purpose.PRIVACY_REQUEST),
                retention=RETENTION,
                erase="keep_for_records",
                label=_("What was given to an authority about you"),
            ),
            "policy_version": _VERSION,
        },
    )
    declare(
        "privacy.AuthorityNotice",
        {
            "id": impersonal("random id; names its own key"),
            "case": impersonal("points to the case"),
            "sealed_contact": personal(
                category="user.contact.email",
                purposes=(Purpose.PRIVACY_REQUEST,),
                retention="until_told",
                erase="keep_for_records",
                label=_("Where to tell you that an authority got data about you"),
                not_exported=_("sealed for the one mail that tells you, and gone with it"),
            ),
            "policy_version": _VERSION,
        },
    )
