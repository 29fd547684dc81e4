"""What the key store keeps: keys and tombstones under opaque ids, and nothing that anybody said or did."""

from crystalcall.privacy.inventory import declare, impersonal


def declare_all() -> None:
    """Declare the tables."""
    day = impersonal("a day shared by everybody whose key was made or destroyed then")
    declare(
        "privacy_keys.DataKey",
        {
            "subject": impersonal("an opaque id, which means nobody once the owning room has deleted its link"),
            "wrapped": impersonal("a random key, itself sealed"),
            "wrapped_by": impersonal("name of an outer key, derived from it and telling nothing about it"),
            "made_on": day,
            "destroyed_on": day,
        },
    )
    _declare_archive()


def _declare_archive() -> None:
    day = impersonal("a day shared by everybody whose key was made then")
    subject = impersonal("an opaque id, which means nobody once the owning room has deleted its link")
    lot = impersonal("a random id of a lot of the archive")
    officer = impersonal("hash of an officer's public keys")
    declare(
        "privacy_keys.ArchivePair",
        {"subject": subject, "recipient": impersonal("the public half of a random key pair"), "made_on": day},
    )
    declare(
        "privacy_keys.ArchiveWrap",
        {
            "id": impersonal("row number"),
            "subject": subject,
            "first": officer,
            "second": officer,
            "wrapped": impersonal("a random key, encrypted to two officers one inside the other"),
        },
    )
    declare(
        "privacy_keys.ArchiveLotKey",
        {
            "lot": lot,
            "subject": subject,
            "wrapped": impersonal("a random key, encrypted to the public half of another"),
            "made_on": day,
        },
    )
    declare("privacy_keys.ArchiveMark", {"line_hash": impersonal("hash of a line that names keyed hashes alone")})
    declare(
        "privacy_keys.ArchiveHalf",
        {
            "id": impersonal("row number"),
            "opening": impersonal("a random id of an opening of the archive"),
            "subject": subject,
            "second": officer,
            "half": impersonal("a random key, encrypted to an officer"),
        },
    )
