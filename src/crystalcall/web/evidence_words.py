"""How the evidence is said: counts, bands and what is withheld, in the reader's language."""

import re
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crystalcall.hall import format as figures
from crystalcall.privacy.clauses.evidence import Evidence
from crystalcall.privacy.clauses.figures import Line, LineKind

HASH: Final = re.compile(r"[0-9a-f]{64}")
SHORT_HASH: Final = 16
"""As many digits of a hash as receipts and mails show; the JSON has all of them."""


def counted(found: Evidence) -> str:
    """How many clauses are kept, and by how many tests that is proved; then how many wait, and what is not proven."""
    proved = ngettext(
        "which %(tests)s test proves at every build.", "which %(tests)s tests prove at every build.", found.test_count
    )
    kept = ngettext("%(number)s clause is kept,", "%(number)s clauses are kept,", found.kept)
    sentence = f"{kept % {'number': found.kept}} {proved % {'tests': found.test_count}}"
    planned = ngettext(
        "%(number)s waits for a part still to be built.", "%(number)s wait for parts still to be built.", found.planned
    )
    reworded = ngettext(
        "%(number)s says now what no test was written for.",
        "%(number)s say now what no test was written for.",
        found.reworded,
    )
    for words, number in ((planned, found.planned), (reworded, found.reworded)):
        if number:
            sentence = f"{sentence} {words % {'number': number}}"
    return sentence


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
            return _("not shown: it is about fewer than %(number)s people") % {
                "number": figures.count(line.number, spoken)
            }
        case LineKind.NOT_YET:
            return _("not counted yet")
        case LineKind.TEXT:
            return f"{line.text[:SHORT_HASH]}…" if HASH.fullmatch(line.text) else line.text
