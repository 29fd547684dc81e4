"""The passwords that everybody uses: the list that comes with Django, some 19,600 (ASVS 5.0, 6.2.4 asks for 3,000).

Royce Williams' list of the most frequent ones in published leaks, in lower case; Django's own licence (BSD, 3 clauses)
covers its copy. It is read where Django's package keeps it, so that it grows with that.
"""

import gzip
from functools import lru_cache
from pathlib import Path

import django


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The list, in lower case; read once by each process."""
    file = Path(django.__file__).parent / "contrib" / "auth" / "common-passwords.txt.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip().casefold() for line in lines if line.strip())
