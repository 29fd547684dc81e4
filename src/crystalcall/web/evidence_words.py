"""How the evidence is said: counts, bands and what is withheld, in the reader's language."""

import re
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crystalcall.privacy.clauses.evidence import Evidence
from crystalcall.privacy.clauses.figures import Line, LineKind
from crystalcall.web import format as figures

HASH: Final = re.compile(r"[0-9a-f]{64}")
SHORT_HASH: Final = 16
"""As many digits of a hash as receipts and mails show; the JSON has all of them."""


def counted(found: Evidence) -> str:
    """How many clauses are kept, in a sentence."""
    if not found.planned:
        return _("All clauses are kept.")
    kept = ngettext("%(number)s clause is kept", "%(number)s clauses are kept", found.kept)
    planned = ngettext(
        "%(number)s waits for a part still to be built", "%(number)s wait for parts still to be built", found.planned
    )
    return f"{kept % {'number': found.kept}}; {planned % {'number': found.planned}}."


def line_words(line: Line, spoken: str) -> str:
    """A figure's line as it is read in a language of the store, which must be the active one."""
    match line.kind:
        case LineKind.EXACT:
            return figures.count(line.number, spoken)
        case LineKind.AT_LEAST:
            return _("%(number)s or more") % {"number": figures.count(line.number, spoken)}
        case LineKind.AT_MOST:
            return _("%(number)s or fewer") % {"number": figures.count(line.number, spoken)}
        case LineKind.FEWER_PEOPLE:
            return _("fewer than %(number)s people") % {"number": figures.count(line.number, spoken)}
        case LineKind.NOT_YET:
            return _("not counted yet")
        case LineKind.TEXT:
            return f"{line.text[:SHORT_HASH]}…" if HASH.fullmatch(line.text) else line.text
