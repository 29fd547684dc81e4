"""What the register keeps: nothing about customers; what staff wrote beside an entry, sealed and erasable."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose


def declare_all() -> None:
    """Declare the fields of the register's tables."""
    declare(
        "privacy.RegisterEntry",
        {
            "id": impersonal("row number"),
            "book": impersonal("which of the two books"),
            "sequence": impersonal("number of the entry"),
            "kind": impersonal("a word of the closed list of kinds"),
            "facts": impersonal("ids, counts, hashes, dates and words; anything else is refused by its form"),
            "at": impersonal("time of an act of the shop"),
            "commitment": impersonal("a salted hash, which nobody can reverse once its salt is deleted"),
            "veil": impersonal("chance"),
            "previous": impersonal("a hash"),
            "hash": impersonal("a hash"),
        },
    )
    declare(
        "privacy.RegisterHead",
        {
            "book": impersonal("which of the two books"),
            "sequence": impersonal("a count"),
            "hash": impersonal("a hash"),
        },
    )
    declare(
        "privacy.RegisterSecret",
        {
            "entry": impersonal("points to the entry"),
            "subject": impersonal("names the entry's own key in the key store; no person has it"),
            "sealed": personal(
                category="user.job_title",
                purposes=(Purpose.ACCOUNTABILITY,),
                retention="officer",
                erase="keep_for_records",
                label=_("What our staff gave as their reason"),
                not_exported=_("reasons and names of staff; what concerns a customer is exported from its room"),
            ),
            "policy_version": impersonal("number of a policy"),
        },
    )
    declare(
        "privacy.RegisterDay",
        {
            name: impersonal("hashes, numbers and the shop's own signature over them")
            for name in (
                *("day", "sequence", "hash", "root", "previous_root", "signed_at", "public_key", "signature"),
                *("veiled", "veiled_leaves", "veiled_through"),
            )
        },
    )
