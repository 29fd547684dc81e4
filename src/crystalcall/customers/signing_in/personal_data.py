"""What signing in keeps about people: hashes, times, public keys, and three sealed texts."""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from crystalcall.customers.signing_in.models import EmailChange, Passkey, Registration, Totp
from crystalcall.privacy.inventory import Declaration, declare, impersonal, personal
from crystalcall.privacy.keys import columns
from crystalcall.privacy.purposes import Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LASTING: Final = "registration"
PASSING: Final = "signing_in"

_VERSION: Final = impersonal("number of the policy in force when it was collected")
_WORD: Final = impersonal("a word of a closed list")
_COUNT: Final = impersonal("a count")
_FLAG: Final = impersonal("a yes or no about a step that is under way")
_ROW: Final = impersonal("random id or row number")
_REGISTERED: Final = _("When you registered and set your password")
_FACTOR: Final = _("When you added and used a second factor")
_SECRET: Final = impersonal("hash of a random secret that was told once and kept nowhere")


def declare_all() -> None:
    """Declare every field of this room, and which columns are sealed."""
    _declare_credentials()
    _declare_sign_ins()
    _declare_tries()
    _declare_links()
    _declare_factors()
    columns.register(
        columns.PersonColumn(Registration, "sealed_details", "id"),
        columns.PersonColumn(EmailChange, "sealed_email", "credential_id"),
        columns.PersonColumn(Totp, "sealed_secret", "credential_id"),
        columns.PersonColumn(Passkey, "sealed_label", "credential_id", row=lambda row: str(row.pk)),
    )


def _declare_credentials() -> None:
    declare(
        "signing_in.Credential",
        {
            "principal_id": _kept("user.unique_id", LASTING, _("Your number in our records")),
            "audience": _WORD,
            "address_index": _index(LASTING, Purpose.SIGNING_IN),
            "password_hash": _kept(
                "user.authorization.credentials",
                LASTING,
                _("Your password, as a hash"),
                not_exported=_("a hash, which would only help whoever wants to guess your password"),
            ),
            "created_at": _kept("user.account", LASTING, _REGISTERED),
            "password_changed_at": _kept("user.account", LASTING, _REGISTERED),
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.Registration",
        {
            "id": _ROW,
            "address_index": _index(PASSING, Purpose.SIGNING_IN),
            "sealed_details": _kept("user.name", PASSING, _("Name, e-mail and telephone of a registration that waits")),
            "password_hash": _kept(
                "user.authorization.credentials",
                PASSING,
                _("Your password, as a hash"),
                not_exported=_("a hash, which would only help whoever wants to guess your password"),
            ),
            "language": _kept("user.demographic.language", PASSING, _("Language of the pages and mails")),
            "created_at": _kept("user.account", PASSING, _REGISTERED),
            "policy_version": _VERSION,
        },
    )


def _declare_sign_ins() -> None:
    signed_in = _kept("user.account", PASSING, _("When you signed in, and how"))
    declare(
        "signing_in.SignIn",
        {
            "id": _ROW,
            "token_digest": _SECRET,
            "credential": _kept("user.unique_id", PASSING, _("Your sign-ins")),
            "thumbprint": _kept(
                "user.authorization.credentials",
                PASSING,
                _("Fingerprint of your browser’s sign-in key"),
                not_exported=_("the fingerprint of a key that your browser made and that ends with the sign-in"),
            ),
            "has_second_factor": signed_in,
            "created_at": signed_in,
            "last_used_at": signed_in,
            "fresh_until": _passing(),
            "expires_at": signed_in,
            "policy_version": _VERSION,
        },
    )


def _declare_tries() -> None:
    declare(
        "signing_in.UsedOnce",
        {
            "digest": impersonal("hash of a random number that counts once"),
            "until": impersonal("time after which the number is forgotten"),
        },
    )
    declare(
        "signing_in.WrongTries",
        {
            "target": _index(PASSING, Purpose.ABUSE_PREVENTION),
            "misses": _passing(),
            "last_miss_at": _passing(),
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.TryPass",
        {
            "id": _ROW,
            "target": _index(PASSING, Purpose.ABUSE_PREVENTION),
            "thumbprint": impersonal("fingerprint of a browser's key, for a quarter of an hour"),
            "tries_left": _COUNT,
            "expires_at": _passing(),
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.Ceremony",
        {
            "digest": _SECRET,
            "credential": _passing_link(),
            "thumbprint": impersonal("fingerprint of a browser's key, for five minutes"),
            "adds_passkey": _FLAG,
            "replaces": impersonal("random id of a sign-in"),
            "challenge": impersonal("random bytes for a passkey to sign"),
            "tries_left": _COUNT,
            "expires_at": _passing(),
            "policy_version": _VERSION,
        },
    )


def _declare_links() -> None:
    declare(
        "signing_in.MailedLink",
        {
            "id": _ROW,
            "kind": _WORD,
            "audience": _WORD,
            "address_index": _index(PASSING, Purpose.SIGNING_IN),
            "registration": impersonal("points to the registration"),
            "change": impersonal("points to the change of address"),
            "digest": _SECRET,
            "tries_left": _COUNT,
            "created_at": _passing(),
            "expires_at": _passing(),
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.EmailChange",
        {
            "id": _ROW,
            "credential": _passing_link(),
            "sealed_email": _kept("user.contact.email", PASSING, _("New e-mail address that waits")),
            "address_index": _index(PASSING, Purpose.SIGNING_IN),
            "old_agreed_at": _passing(),
            "new_agreed_at": _passing(),
            "is_void": _FLAG,
            "created_at": _kept("user.account", PASSING, _("New e-mail address that waits")),
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.SecurityNews",
        {
            "id": _ROW,
            "credential": _passing_link(),
            "kind": _passing(),
            "made_at": _passing(),
            "policy_version": _VERSION,
        },
    )


def _declare_factors() -> None:
    declare(
        "signing_in.Totp",
        {
            "credential": _kept("user.unique_id", LASTING, _("Your second factors")),
            "sealed_secret": _kept(
                "user.authorization.credentials",
                LASTING,
                _("Secret of your authenticator, sealed"),
                not_exported=_("a key to your account, which your authenticator has already"),
            ),
            "confirmed_at": _kept("user.account", LASTING, _FACTOR),
            "last_step": _kept(
                "user.account", LASTING, _FACTOR, not_exported=_("a number that keeps a code from counting twice")
            ),
            "created_at": _kept(
                "user.account", LASTING, _FACTOR, not_exported=_("the moment when it was confirmed is given instead")
            ),
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.RecoveryCode",
        {
            "id": _ROW,
            "credential": _kept("user.unique_id", LASTING, _("Your second factors")),
            "digest": _SECRET,
            "created_at": _kept("user.account", LASTING, _FACTOR),
            "policy_version": _VERSION,
        },
    )
    key = impersonal("public half of a key that a device made for this shop alone")
    declare(
        "signing_in.Passkey",
        {
            "id": _ROW,
            "credential": _kept("user.unique_id", LASTING, _("Your second factors")),
            "handle": key,
            "handle_digest": key,
            "public_key": key,
            "sign_count": _COUNT,
            "sealed_label": _kept("user.content.private", LASTING, _("What you call a passkey")),
            "created_at": _kept("user.account", LASTING, _FACTOR),
            "last_used_at": _kept("user.account", LASTING, _FACTOR),
            "policy_version": _VERSION,
        },
    )


def _kept(
    category: str, retention: str, label: "_StrPromise", *, not_exported: "_StrPromise | str" = ""
) -> Declaration:
    return personal(
        category=category,
        purposes=(Purpose.SIGNING_IN, Purpose.PRIVACY_REQUEST),
        retention=retention,
        erase="destroy",
        label=label,
        not_exported=not_exported,
    )


def _index(retention: str, purpose: Purpose) -> Declaration:
    return personal(
        category="user.contact.email",
        purposes=(purpose,),
        retention=retention,
        erase="destroy",
        label=_("Fingerprint of your e-mail address, by which we find it"),
        not_exported=_("a keyed hash of the address, which the export contains itself"),
    )


def _passing_link() -> Declaration:
    return _passing("user.unique_id")


def _passing(category: str = "user.account") -> Declaration:
    return personal(
        category=category,
        purposes=(Purpose.SIGNING_IN,),
        retention=PASSING,
        erase="destroy",
        label=_("Steps of signing in that are under way"),
        not_exported=_("it says for minutes that a step was begun, and is gone with it"),
    )
