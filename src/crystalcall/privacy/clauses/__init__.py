"""The clauses of the policy: which are kept, by what, proven by which tests, and what those that are planned wait for.

`clauses()` reads clauses.toml; `proofs` finds the tests that carry a clause's mark; `figures` gives the live evidence.
"""

from crystalcall.privacy.clauses.reading import Clause, ClausesError, ClauseStatus, clause, clauses

__all__ = ["Clause", "ClauseStatus", "ClausesError", "clause", "clauses"]
