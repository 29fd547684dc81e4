"""The sealed parts of a case, and the hash that two officers approve."""

import hashlib
import json
from datetime import date
from typing import Any, Final

from crystalcall.privacy.authorities.models import AuthorityCase
from crystalcall.privacy.authorities.values import Instrument, Query
from crystalcall.privacy.keepers import NameKind, Person
from crystalcall.privacy.keys.opening import open_field
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.officers.actions import approval_hash
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.privacy.canonical import canonical

ACT: Final = "authority.extract"
LETTER: Final = "privacy.AuthorityCase.sealed_letter"
QUERY: Final = "privacy.AuthorityCase.sealed_query"


def seal_letter(row: AuthorityCase, letter: Instrument) -> bytes:
    """The letter, sealed under the case's key."""
    return seal_field(LETTER, row.pk, json.dumps(letter.as_facts(), ensure_ascii=False))


def seal_query(row: AuthorityCase, query: Query) -> bytes:
    """The query, sealed under the case's key."""
    return seal_field(QUERY, row.pk, json.dumps(query.as_facts(), ensure_ascii=False))


def letter_of(row: AuthorityCase) -> Instrument:
    """The letter. Errors: those of `keys.opening.open_field`."""
    facts = _open(row, LETTER, row.sealed_letter)
    return Instrument(**{**facts, "dated": date.fromisoformat(facts["dated"])})


def query_of(row: AuthorityCase) -> Query | None:
    """The query; None before there is one. Errors: those of `keys.opening.open_field`."""
    if row.sealed_query is None:
        return None
    facts = _open(row, QUERY, row.sealed_query)
    names = tuple((str(kind), str(name)) for kind, name in facts["names"])
    since, until = date.fromisoformat(facts["since"]), date.fromisoformat(facts["until"])
    return Query(names, tuple(facts["fields"]), since, until)


def person_of(query: Query) -> Person:
    """Whose data a query is about, by the names that were approved and no others."""
    return Person(frozenset((NameKind(kind), name) for kind, name in query.names))


def hash_of(row: AuthorityCase, letter: Instrument, query: Query) -> str:
    """What two officers approve: this case with this letter and exactly this query; any change gives another hash."""
    content = {
        "case": row.reference,
        "kind": row.kind,
        "letter": hashlib.sha256(canonical(letter.as_facts())).hexdigest(),
        "recipient": letter.recipient,
        "query": query.as_facts(),
        "deadline": row.deadline and row.deadline.isoformat(),
        "scoping": row.scopings,
        "gag_until": row.gag_until and int(row.gag_until.timestamp()),
    }
    return approval_hash(ACT, content)


def _open(row: AuthorityCase, field: str, blob: bytes | memoryview) -> dict[str, Any]:
    text = open_field(field, row.pk, blob, purpose=Purpose.LEGAL_OBLIGATION, collected_under=row.policy_version)
    opened: dict[str, Any] = json.loads(text)
    return opened
