"""The register as the world may read it: a page for people, and files from which machines check it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crystalcall.plumbing.settings import current
from crystalcall.privacy.erasures.values import mark_of
from crystalcall.privacy.register import publishing, queries
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.register.values import EntryInfo
from crystalcall.web.privacy.register_words import KIND_WORDS

DAYS_SHOWN: Final = 14
LINES_SHOWN: Final = 50
VERIFIER: Final = "verify.py"
#: What a reader's machine checks, each with the name of its address.
FILES: Final = (
    ("entries.json", "register_entries"),
    ("roots.json", "register_roots"),
    ("unveiled.json", "register_unveiled"),
    ("key.json", "register_key"),
)
#: As many digits as the largest number has that JSON counts exactly; Python would not even read a very long one.
MOST_DIGITS: Final = 15
#: Published parts never change, but the last page grows once a night.
CACHED: Final = "public, max-age=600"


@dataclass(frozen=True, slots=True)
class CountLine:
    """A kind of entry in words, and how many there are: 0 stands for fewer than ten."""

    words: str
    count: int


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A published line in words."""

    sequence: int
    words: str
    at: datetime
    mark: str = ""
    """Of a deletion, by which its person finds it."""


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """What the register is, its last signed days and lines, what it counts, and how to check it.

    `?before=` goes on with older lines than that number.
    """
    text = request.GET.get("before", "")
    if text and not _is_number(text):
        return HttpResponseBadRequest("before takes the number of a line.\n", content_type="text/plain; charset=utf-8")
    found = queries.newest_signed(before=int(text) if text else None, limit=LINES_SHOWN + 1)
    days = queries.last_days(DAYS_SHOWN)
    lines, head = _count_lines(publishing.counts()), queries.head()
    facts = {
        "head": head,
        "days": days,
        "told": [_line_of(each) for each in found[:LINES_SHOWN]],
        "older": found[LINES_SHOWN - 1].sequence if len(found) > LINES_SHOWN else None,
        "lost": queries.lost_days(),
        "many": [line for line in lines if line.count],
        "few": [line for line in lines if not line.count],
        "key": days[0].public_key if days else "",
        "files": FILES,
        "verifier": VERIFIER,
        "install": "pip install cryptography",
        "check": f"python {VERIFIER} {current().store_base_url}",
        "seen": f"--seen {head.day}:{head.short_root}" if head else "",
    }
    return render(request, "web/register.html", facts)


def _line_of(entry: EntryInfo) -> EntryLine:
    mark = mark_of(str(entry.facts.get("ledger_line", "")))
    return EntryLine(entry.sequence, str(KIND_WORDS[entry.kind]), entry.at, mark)


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """Signed entries, a page at a time: `?after=` takes the last number that is known."""
    text = request.GET.get("after", "0")
    if not _is_number(text):
        return HttpResponseBadRequest("after takes the number of an entry.\n", content_type="text/plain; charset=utf-8")
    return _json(publishing.entries_page(int(text)))


@require_safe
def roots(request: HttpRequest) -> HttpResponse:
    """Signed days with their roots: `?after=` takes the last day that is known."""
    text = request.GET.get("after", "")
    try:
        after = date.fromisoformat(text) if text else None
    except ValueError:
        return HttpResponseBadRequest("after takes a day, as 2026-11-22.\n", content_type="text/plain; charset=utf-8")
    return _json(publishing.roots_page(after))


@require_safe
def unveiled(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """Entries that may be spoken of now, with their proofs."""
    return _json(publishing.unveiled_page())


@require_safe
def key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """The public keys that signed."""
    return _json(publishing.keys_page())


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """The program that checks all this on the reader's own machine."""
    response = HttpResponse(publishing.verifier_text(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{VERIFIER}"'
    response["Cache-Control"] = CACHED
    return response


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def _json(body: bytes) -> HttpResponse:
    response = HttpResponse(body, content_type="application/json")
    response["Cache-Control"] = CACHED
    return response


def _count_lines(counts: dict[EntryKind, int | None]) -> tuple[CountLine, ...]:
    return tuple(CountLine(str(KIND_WORDS[kind]), count or 0) for kind, count in counts.items())
