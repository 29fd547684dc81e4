"""Which switches may come in."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Switch(models.Model):
    """A telephone switch of the operator. Its key has 256 random bits, so nobody can guess it back from a SHA-256."""

    name = models.CharField(max_length=40, unique=True)
    key_sha256 = models.BinaryField(max_length=32, unique=True)
    active = models.BooleanField(default=True)
    added_at = models.DateTimeField()

    class Meta:
        """A switch has a name."""

        constraints: ClassVar = [models.CheckConstraint(condition=~Q(name=""), name="switch_named")]

    def __str__(self) -> str:
        return self.name
