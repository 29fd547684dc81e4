"""What each version of the policy says and what happened to it, the last moment known, and who agreed to what."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from crystalcall.privacy.policy.values import LANGUAGES, FactKind
from crystalcall.rules.privacy.notice import DAY_SECONDS, LEAST_NOTICE_DAYS

LEAST_NOTICE_SECONDS = LEAST_NOTICE_DAYS * DAY_SECONDS


class PolicyFact(models.Model):
    """One step in the life of a version; append-only. Moments are seconds since 1970, so that the database can compare.

    `announced_seconds` is when this version was announced, `due_seconds` the earliest moment of its force. Even whoever
    writes SQL by hand cannot insert a version that waited less than ten days.
    """

    version = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)
    content_sha256 = models.CharField(max_length=64)
    announced_seconds = models.BigIntegerField()
    due_seconds = models.BigIntegerField()
    at_seconds = models.BigIntegerField()

    class Meta:
        """Ten days lie between announcement and force, and nothing comes into force before its day."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="policyfact_kind_known", condition=Q(kind__in=[kind.value for kind in FactKind])
            ),
            models.CheckConstraint(
                name="policyfact_ten_days",
                condition=Q(kind=FactKind.OPENED.value, version=1)
                | Q(
                    kind__in=[kind.value for kind in FactKind if kind is not FactKind.OPENED],
                    version__gt=1,
                    due_seconds__gte=F("announced_seconds") + LEAST_NOTICE_SECONDS,
                ),
            ),
            models.CheckConstraint(
                name="policyfact_not_before_due",
                condition=~Q(kind=FactKind.IN_FORCE.value) | Q(at_seconds__gte=F("due_seconds")),
            ),
            models.CheckConstraint(
                name="policyfact_not_before_announced", condition=Q(at_seconds__gte=F("announced_seconds"))
            ),
            models.UniqueConstraint(
                name="policyfact_in_force_once",
                fields=["version"],
                condition=Q(kind__in=[FactKind.OPENED.value, FactKind.IN_FORCE.value]),
            ),
        ]

    def __str__(self) -> str:
        return f"policy {self.version} {self.kind}"


class PolicyEdition(models.Model):
    """What a version that was announced says in one language, and its practices, byte by byte; append-only.

    Every process reads versions from here and nowhere else. `content_sha256` is the hash of the whole version (both
    texts and the practices), as it stands in the register.
    """

    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=2)
    content_sha256 = models.CharField(max_length=64)
    text = models.TextField()
    practices = models.TextField()

    class Meta:
        """A version says one thing in each language, for ever."""

        constraints: ClassVar = [
            models.UniqueConstraint(name="policyedition_once", fields=["version", "language"]),
            models.CheckConstraint(name="policyedition_language", condition=Q(language__in=LANGUAGES)),
        ]

    def __str__(self) -> str:
        return f"policy {self.version} ({self.language})"


class PolicyClock(models.Model):
    """The latest moment this program has known; one row. A start before it is a clock that ran backwards."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    known_seconds = models.BigIntegerField()

    class Meta:
        """There is one."""

        constraints: ClassVar = [models.CheckConstraint(name="policyclock_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"known until {self.known_seconds}"


class PolicyAgreement(models.Model):
    """A customer agreed to the uses that a version brought, also for what was collected before it."""

    customer_id = models.UUIDField()
    policy_version = models.PositiveSmallIntegerField()
    agreed_at = models.DateTimeField()

    class Meta:
        """Nobody needs to agree to the same twice."""

        constraints: ClassVar = [
            models.UniqueConstraint(name="policyagreement_once", fields=["customer_id", "policy_version"]),
        ]

    def __str__(self) -> str:
        return f"agreement to {self.policy_version}"
