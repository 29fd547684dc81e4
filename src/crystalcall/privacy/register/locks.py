"""The register's row locks: the head of a book, the open one before the veiled one where both are wanted.

Whoever enters holds the head until the caller's transaction ends, so enter last: everybody else who enters waits.
"""

from crystalcall.privacy.register.kinds import Book
from crystalcall.privacy.register.models import RegisterHead
from crystalcall.rules.privacy.chain import GENESIS


def lock_head(book: Book) -> RegisterHead:
    """The head of a book, locked until the transaction ends; made where the book is new."""
    wanted = RegisterHead.objects.select_for_update(no_key=True).filter(pk=book)
    head = wanted.first()
    if head is None:
        RegisterHead.objects.get_or_create(pk=book, defaults={"hash": GENESIS})
        head = wanted.get()
    return head
