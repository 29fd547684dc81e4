"""How this room seals: each value is bound to its person and field, so a copied value opens nowhere else."""

from uuid import UUID

from crystalcall.plumbing.sealing import seal, unseal

EMAIL_INDEX = "customers.email"


def seal_field(text: str, customer_id: UUID, field: str) -> bytes:
    """Seal one field of one person."""
    return seal(text, _context(customer_id, field))


def open_field(blob: bytes | memoryview, customer_id: UUID, field: str) -> str:
    """Open it again. Errors: plumbing.sealing.SealBrokenError."""
    return unseal(bytes(blob), _context(customer_id, field))


def _context(customer_id: UUID, field: str) -> str:
    return f"customers.{field}:{customer_id}"
