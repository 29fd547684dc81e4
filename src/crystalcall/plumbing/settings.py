"""One frozen, typed class for every setting, and the reader that fills it or says in a sentence why it cannot.

Rooms ask `current()`; only `config` calls `read_settings`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from django.conf import settings as django_settings

from crystalcall.plumbing.settings_checks import complaints_about

PREFIX = "CRYSTALCALL_"
DATA_FIELD = "data_dir"
Profile = Literal["demo", "test", "production"]
Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")]
NoneOrHex32 = Annotated[str, msgspec.Meta(pattern="^([0-9a-fA-F]{64})?$")]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Count = Annotated[int, msgspec.Meta(ge=0)]
NonEmpty = Annotated[str, msgspec.Meta(min_length=1)]

#: Settings that are secrets: they may come from a file named by NAME_FILE, and no message ever shows their value.
SECRETS = frozenset(
    {
        "secret_key",
        "sealing_key",
        "sealing_key_previous",
        "lookup_key",
        "register_signing_key",
        "gateway_login_id",
        "gateway_transaction_key",
        "gateway_signature_key",
        "smtp_password",
        "database_url",
        "keys_database_url",
    }
)


class SettingsError(Exception):
    """The program cannot start with these settings; the message is a sentence for the operator."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything an operator can set; each field is the environment variable CRYSTALCALL_<FIELD IN CAPITALS>.

    The one short name: `data_dir` is CRYSTALCALL_DATA.
    """

    #: Which safety rules apply: demo (one machine, local stand-ins), test, or production.
    profile: Profile = "demo"
    #: Folder for the embedded database, generated secrets, logs and the demo's mailbox.
    data_dir: NonEmpty = "var"
    #: First of nine ports: store, back office, switch API, local Authorize.Net, mailbox viewer, local SMTP, and the
    #: figures of switch API, store and back office.
    base_port: Annotated[int, msgspec.Meta(ge=1024, le=65000)] = 8000
    #: Django's debug pages; refused in production.
    debug: bool = False
    #: Where the database is: empty for the embedded SQLite file in data_dir, or postgresql://user@host:port/name.
    database_url: str = ""
    #: Where the keys of persons are: empty for a database beside the other one (the file keys.sqlite3 in data_dir, or
    #: on PostgreSQL the database of the same name with _keys behind it), or postgresql://user@host:port/name.
    keys_database_url: str = ""
    #: How many machines run this shop's processes; SQLite serves exactly one.
    process_hosts: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    #: Key for Django's own signing; at least 50 characters.
    secret_key: Annotated[str, msgspec.Meta(min_length=50)]
    #: The outer key: seals PINs, and the keys that personal fields are sealed under: 32 bytes as 64 hexadecimal digits.
    sealing_key: Hex32
    #: The outer key before this one, while `crystalcall privacy keys rotate` puts everything under the new one; then
    #: empty again.
    sealing_key_previous: NoneOrHex32 = ""
    #: Key of the look-up hashes for PINs and e-mail addresses: 32 bytes as 64 hexadecimal digits.
    lookup_key: Hex32
    #: Signs the register's days (an Ed25519 private key: 32 bytes as 64 hexadecimal digits). Only the worker needs it,
    #: and does not start without it; give it to no other process.
    register_signing_key: NoneOrHex32 = ""
    #: Public address of the store, without a slash at the end; https in production.
    store_base_url: NonEmpty = "http://127.0.0.1:8000"
    #: Address of the back office as staff reach it, without a slash at the end; https in production.
    backoffice_base_url: NonEmpty = "http://127.0.0.1:8001"
    #: Address of the switch API as switches reach it; https in production.
    switch_base_url: NonEmpty = "http://127.0.0.1:8002"
    #: Host names the store answers to, separated by commas.
    allowed_hosts: NonEmpty = "127.0.0.1,localhost"
    #: Authorize.Net's JSON API, the whole address ending in /xml/v1/request.api.
    gateway_api_url: NonEmpty = "http://127.0.0.1:8003/xml/v1/request.api"
    #: Authorize.Net's webhook API, the whole address ending in /rest/v1.
    gateway_rest_url: NonEmpty = "http://127.0.0.1:8003/rest/v1"
    #: Authorize.Net's hosted payment form, the whole address ending in /payment/payment.
    gateway_hosted_url: NonEmpty = "http://127.0.0.1:8003/payment/payment"
    #: The merchant's API login id at Authorize.Net (at most 25 characters).
    gateway_login_id: Annotated[str, msgspec.Meta(min_length=1, max_length=25)]
    #: The merchant's transaction key at Authorize.Net (at most 16 characters).
    gateway_transaction_key: Annotated[str, msgspec.Meta(min_length=1, max_length=16)]
    #: The merchant's signature key for webhooks: 128 hexadecimal digits, used as text.
    gateway_signature_key: Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{128}$")]
    #: The mail server that takes the store's mail.
    smtp_host: NonEmpty = "127.0.0.1"
    #: Its port.
    smtp_port: Port = 8005
    #: User name at the mail server; empty for none.
    smtp_username: str = ""
    #: Password at the mail server; empty for none.
    smtp_password: str = ""
    #: How the connection to the mail server is protected.
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    #: Sender of the store's mail.
    mail_from: NonEmpty = "Crystal Call <orders@crystalcall.example>"
    #: Where buyers write to customer service.
    service_email: NonEmpty = "service@crystalcall.example"
    #: Longest single call in seconds; 0 for no cap. It is said beside every quote that it shortens.
    call_cap_seconds: Count = 0
    #: How many calls one card may make at the same time, unless its own limits say otherwise.
    calls_per_card: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    #: The most one card may spend on calls in a day (UTC), in micros of a dollar; 0 for no cap.
    day_cap_micros: Count = 0
    #: An answered call this short is not charged (a false answer, a mistake), in seconds; 0 charges it.
    fair_short_call_seconds: Annotated[int, msgspec.Meta(ge=0, le=60)] = 3
    #: A call that the switch reports as failed or dropped is not charged up to this length, in seconds; 0 charges it.
    fair_failed_call_seconds: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 60
    #: How many messages about calls are committed together at most.
    desk_batch_size: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 512
    #: How long the call desk gathers messages at most before it commits them, in milliseconds.
    desk_wait_milliseconds: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 1
    #: How many messages may wait at the call desk; further ones are refused at once.
    desk_queue_size: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 2048
    #: How many processes the call desk decides and commits with, each with a database connection of its own.
    desk_writers: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1
    #: How many calls one card may begin in an hour; 0 for no limit.
    velocity_calls_per_hour: Count = 60
    #: How many calls a day one card may make to ranges known for revenue-share fraud; 0 for none at all.
    velocity_risk_calls_per_day: Count = 3
    #: How long one call to such a range may last, in seconds; 0 for no limit.
    velocity_risk_seconds_per_call: Count = 600
    #: How many calls an hour the whole shop lets through to such ranges; 0 for none at all.
    shop_risk_calls_per_hour: Count = 30
    #: For how many months the records of calls are kept.
    record_retention_months: Annotated[int, msgspec.Meta(ge=1, le=120)] = 18
    #: For how many days the answers to a switch's messages are kept for repeats, after the call is over.
    step_retention_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 30
    #: For how many days after its purchase credit is valid; 0 for ever.
    credit_valid_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 0
    #: After how many days without a call or a top-up credit is dormant and expires; 0 for never.
    dormant_after_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 0
    #: How many days before credit or minutes expire their holder is told.
    expiry_notice_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 30
    #: The store's time zone, for prices that depend on the time of day where a rate names no zone of its own.
    store_time_zone: NonEmpty = "UTC"
    #: Folder from which new versions of the privacy policy are announced (0002, 0003 …; 0001 for an own first one);
    #: empty for those that come with the program. Only the command that announces needs it: what is announced is kept.
    policy_folder: str = ""
    #: For how many days after a purchase the deck shown then may rate a card's calls.
    guarantee_days: Annotated[int, msgspec.Meta(ge=30, le=3650)] = 30
    #: How old an unconfirmed payment attempt is before reconciliation asks the gateway about it.
    reconcile_after_seconds: Annotated[int, msgspec.Meta(ge=1, le=86400)] = 60
    #: The replay ledger, by which a restored backup forgets again; empty for erasures.log in data_dir. Never back it up
    #: with the database, and let the processes of all machines reach one file.
    erasures_file: str = ""
    #: To whom backups are encrypted: an age recipient (age1…); its private half is never on this machine. Empty: none
    #: can be made.
    backup_recipient: Annotated[str, msgspec.Meta(pattern="^(age1[0-9a-z]{58})?$")] = ""
    #: Folder for backups; empty for backups in data_dir.
    backup_folder: str = ""
    #: After how many days a file of keys that could not be made anew is deleted: destroyed keys live on in it.
    key_backup_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 14
    #: How much memory checking one password takes (Argon2id), in KiB; `make bench ONLY=signing_in` shows the time.
    password_memory_kib: Annotated[int, msgspec.Meta(ge=8, le=4_194_304)] = 65536
    #: How many times that memory is gone through; with it, the time of a check should lie between 150 and 300 ms.
    password_passes: Annotated[int, msgspec.Meta(ge=1, le=100)] = 3
    #: How many passwords one process checks at the same time; each takes a core and that memory.
    password_checks_at_once: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    #: How many more may wait in one process; further ones are asked to come back. Keep both below the threads of a
    #: process, so that a flood of sign-ins leaves some to the shop.
    password_checks_waiting: Annotated[int, msgspec.Meta(ge=0, le=64)] = 1
    #: After so many wrong passwords in ten minutes in the whole shop, everybody who signs in proves their mailbox.
    sign_in_fuse: Annotated[int, msgspec.Meta(ge=10, le=1_000_000)] = 200
    #: How much goodwill credit one member of staff with the role accounts may give in 24 hours without a second one, in
    #: micros of a dollar and over all cards together; 0 for none. Whatever is more takes two.
    goodwill_alone_micros: Count = 10_000_000
    #: How many orders, customers and cards one member of staff may look up at the back office in an hour.
    desk_lookups_per_hour: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 60
    #: After how many hours an order that nobody paid expires.
    order_expires_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 48

    def port(self, offset: int) -> int:
        """The port `offset` places after the base port."""
        return self.base_port + offset

    def data_path(self, *parts: str) -> Path:
        """A path inside the data folder."""
        return Path(self.data_dir).joinpath(*parts).resolve()


#: What Django has looked up before; it clears this itself when a test overrides a setting.
_looked_up: dict[str, Any] = object.__getattribute__(django_settings, "__dict__")


def current() -> Settings:
    """The settings this process started with."""
    # Asked several times for each call: Django's own way to a setting takes a hundred times as long.
    settings: Settings = _looked_up.get("CRYSTALCALL") or django_settings.CRYSTALCALL
    return settings


def own_base_url() -> str:
    """The public address of the door that this process serves: the store's, or the back office's."""
    name = _looked_up.get("OWN_ADDRESS") or django_settings.OWN_ADDRESS
    address: str = getattr(current(), name)
    return address


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read CRYSTALCALL_* from the environment (secrets also from the file that NAME_FILE names).

    Errors: SettingsError with one sentence a complaint, when a name is unknown, a value makes no sense, a secret is
    missing, or the profile forbids the combination (ASVS 5.0, 13.1 and 13.3: secrets have no default).
    """
    values = _collect(os.environ if environment is None else environment)
    _add_demo_secrets(values)
    missing = [name for name in _required() if not values.get(name)]
    if missing:
        names = ", ".join(variable_of(name) for name in sorted(missing))
        raise SettingsError(
            f"These secrets are missing: {names}. Set each, or NAME_FILE with a file that holds it;"
            " for a look at the system without any, start with `make demo`."
        )
    try:
        settings = msgspec.convert(_with_port_defaults(values), Settings, strict=False)
    except msgspec.ValidationError as problem:
        raise SettingsError(_sentence(str(problem), values)) from None
    if complaints := complaints_about(settings):
        raise SettingsError(" ".join(complaints))
    return settings


def _required() -> list[str]:
    return [field.name for field in msgspec.structs.fields(Settings) if field.required]


def _collect(environment: Mapping[str, str]) -> dict[str, Any]:
    """Values by field name; a file for a secret wins over nothing, and both at once are a contradiction."""
    known = {field.name for field in msgspec.structs.fields(Settings)}
    values: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX):
            continue
        name = field_of(variable)
        from_file = name.removesuffix("_file")
        if name in known:
            values[name] = text
        elif name.endswith("_file") and from_file in SECRETS:
            if PREFIX + from_file.upper() in environment:
                raise SettingsError(f"Both {PREFIX}{from_file.upper()} and {variable} are set; keep one.")
            values[from_file] = _read_secret(variable, text)
        elif name not in OTHER_VARIABLES and not name.startswith("standin_"):
            raise SettingsError(f"{variable} is not a setting of Crystal Call; see docs/settings.md.")
    return values


def _add_demo_secrets(values: dict[str, Any]) -> None:
    """In the demo profile every command finds the secrets that `crystalcall demo` made beside its data."""
    if values.get("profile", "demo") != "demo":
        return
    folder = Path(values.get(DATA_FIELD) or "var") / "secrets"
    for name in SECRETS:
        file = folder / f"{name}.txt"
        if name not in values and file.is_file():
            values[name] = _read_secret(variable_of(name) + "_FILE", str(file))


def variable_of(field: str) -> str:
    """The environment variable that sets a field."""
    return f"{PREFIX}DATA" if field == DATA_FIELD else PREFIX + field.upper()


def field_of(variable: str) -> str:
    """The field that an environment variable sets."""
    name = variable.removeprefix(PREFIX).lower()
    return DATA_FIELD if name == "data" else name


#: Variables with our prefix that belong to tests and build steps, not to the running program.
OTHER_VARIABLES = frozenset({"pictures", "long"})


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{variable} names a file that cannot be read.") from None


def _with_port_defaults(values: dict[str, Any]) -> dict[str, Any]:
    """Addresses on this machine follow the base port unless they are set; a data_dir becomes absolute."""
    base_text = str(values.get("base_port", "8000"))
    if not base_text.isascii() or not base_text.isdigit() or values.get("profile") == "production":
        return values
    base = int(base_text)
    local = {
        "store_base_url": f"http://127.0.0.1:{base}",
        "backoffice_base_url": f"http://127.0.0.1:{base + 1}",
        "switch_base_url": f"http://127.0.0.1:{base + 2}",
        "gateway_api_url": f"http://127.0.0.1:{base + 3}/xml/v1/request.api",
        "gateway_rest_url": f"http://127.0.0.1:{base + 3}/rest/v1",
        "gateway_hosted_url": f"http://127.0.0.1:{base + 3}/payment/payment",
        "smtp_port": base + 5,
    }
    return local | values


def _sentence(problem: str, values: Mapping[str, Any]) -> str:
    """Msgspec's complaint as a sentence that names the variable and never a secret's value."""
    reason, _, place = problem.partition(" - at `$.")
    name = place.removesuffix("`")
    if not name:
        return f"The settings make no sense: {reason}."
    shown = "" if name in SECRETS else f" (it is {values.get(name)!r})"
    return f"{variable_of(name)} makes no sense{shown}: {reason[:1].lower() + reason[1:]}."
