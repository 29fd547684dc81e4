"""Who may sign in, who is signed in, and what is remembered so that nobody else gets in.

Of tokens, links and codes only hashes are kept. No address on the network and no name of a browser is kept anywhere.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from crystalcall.customers.signing_in.values import Audience, LinkKind, NewsKind

AUDIENCES = [audience.value for audience in Audience]
ARGON2ID = "$argon2id$"


class Credential(models.Model):
    """Somebody who can sign in at one door: a customer, or a member of staff. The address is a keyed hash."""

    principal_id = models.UUIDField(primary_key=True, editable=False)
    audience = models.CharField(max_length=8)
    address_index = models.BinaryField(max_length=32)
    password_hash = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    password_changed_at = models.DateTimeField()
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """One address signs in one person at a door, however many register it at once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audience", "address_index"], name="credential_one_of_an_address"),
            models.CheckConstraint(name="credential_audience_known", condition=Q(audience__in=AUDIENCES)),
            models.CheckConstraint(name="credential_password_hashed", condition=Q(password_hash__startswith=ARGON2ID)),
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.principal_id}"


class SignIn(models.Model):
    """What a token stands for: whose it is, by which key it must be proven, and until when it counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_digest = models.BinaryField(max_length=32, unique=True)
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="sign_ins")
    thumbprint = models.CharField(max_length=43)
    has_second_factor = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(db_index=True)
    fresh_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """Nothing is used before it was made, or lasts no time."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="signin_times_agree",
                condition=Q(expires_at__gt=F("created_at"), last_used_at__gte=F("created_at")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class UsedOnce(models.Model):
    """What works once only, as a hash, for as long as it could be shown again: proofs, and passes of the age form."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.until)


class WrongTries(models.Model):
    """Wrong tries at one thing that is guessed, under a keyed hash: an address (known or not), or a second factor."""

    target = models.BinaryField(max_length=32, primary_key=True)
    misses = models.PositiveIntegerField()
    last_miss_at = models.DateTimeField(db_index=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return f"{self.misses} by {self.last_miss_at}"


class TryPass(models.Model):
    """A browser that pressed a mailed link: its key may try at this address, a few times, for a quarter of an hour."""

    target = models.BinaryField(max_length=32)
    thumbprint = models.CharField(max_length=43)
    tries_left = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField(db_index=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """One for a browser and an address."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "thumbprint"], name="trypass_one_of_a_browser"),
        ]

    def __str__(self) -> str:
        return str(self.expires_at)


class Registration(models.Model):
    """A registration that waits for its address to be confirmed, sealed under its own key, which goes with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address_index = models.BinaryField(max_length=32)
    sealed_details = models.BinaryField()
    password_hash = models.CharField(max_length=200)
    language = models.CharField(max_length=2)
    created_at = models.DateTimeField(db_index=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """The language is one the store speaks."""

        indexes: ClassVar = [models.Index(fields=["address_index", "created_at"], name="registration_by_address")]
        constraints: ClassVar = [
            models.CheckConstraint(name="registration_language_spoken", condition=Q(language__in=["en", "ru"])),
            models.CheckConstraint(
                name="registration_password_hashed", condition=Q(password_hash__startswith=ARGON2ID)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class EmailChange(models.Model):
    """A change of address that both mailboxes must agree to; the new one is sealed under its owner's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="email_changes")
    sealed_email = models.BinaryField()
    address_index = models.BinaryField(max_length=32)
    old_agreed_at = models.DateTimeField(null=True)
    new_agreed_at = models.DateTimeField(null=True)
    is_void = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_index=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return str(self.pk)


class MailedLink(models.Model):
    """A link that is to be mailed, or was. Its secret is made when the mail is written: here is only its hash.

    For an address that nobody registered there is a row too, and never a mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12)
    audience = models.CharField(max_length=8)
    address_index = models.BinaryField(max_length=32)
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, null=True, related_name="links")
    change = models.ForeignKey(EmailChange, on_delete=models.CASCADE, null=True, related_name="links")
    digest = models.BinaryField(max_length=32, unique=True, null=True)
    tries_left = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """A link is about what its kind says, and has an end as soon as it has a secret."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="mailedlink_kind_known", condition=Q(kind__in=[kind.value for kind in LinkKind])
            ),
            models.CheckConstraint(name="mailedlink_audience_known", condition=Q(audience__in=AUDIENCES)),
            models.CheckConstraint(
                name="mailedlink_about_its_kind",
                condition=Q(kind=LinkKind.CONFIRM.value, registration__isnull=False, change__isnull=True)
                | Q(kind__in=[LinkKind.CHANGE_OLD.value, LinkKind.CHANGE_NEW.value])
                & Q(registration__isnull=True, change__isnull=False)
                | Q(kind__in=[LinkKind.RESET.value, LinkKind.TRY.value])
                & Q(registration__isnull=True, change__isnull=True),
            ),
            models.CheckConstraint(
                name="mailedlink_has_its_end",
                condition=Q(digest__isnull=True, expires_at__isnull=True)
                | Q(digest__isnull=False, expires_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "address_index", "created_at"], name="mailedlink_by_address")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Totp(models.Model):
    """An authenticator's secret (RFC 6238), sealed; counts from its first right code on; no code counts twice."""

    credential = models.OneToOneField(Credential, on_delete=models.CASCADE, primary_key=True, related_name="totp")
    sealed_secret = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return str(self.created_at)


class RecoveryCode(models.Model):
    """One code for a day on which the second factor is lost; its row goes when it was used."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return str(self.created_at)


class Passkey(models.Model):
    """A WebAuthn credential: its public key, how often it was used by its own count, and what its owner calls it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="passkeys")
    handle = models.BinaryField(max_length=1023)
    handle_digest = models.BinaryField(max_length=32, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    sealed_label = models.BinaryField()
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return str(self.created_at)


class Ceremony(models.Model):
    """A step between the password and the sign-in, or before a passkey is made: minutes, few tries."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="ceremonies")
    thumbprint = models.CharField(max_length=43)
    adds_passkey = models.BooleanField(default=False)
    replaces = models.UUIDField(null=True)
    challenge = models.BinaryField(max_length=32)
    tries_left = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField(db_index=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return str(self.expires_at)


class SecurityNews(models.Model):
    """Something that somebody is told about how they sign in, until it is told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="news")
    kind = models.CharField(max_length=24)
    made_at = models.DateTimeField(db_index=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """A word of a closed list."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="securitynews_kind_known", condition=Q(kind__in=[kind.value for kind in NewsKind])
            ),
        ]

    def __str__(self) -> str:
        return self.kind
