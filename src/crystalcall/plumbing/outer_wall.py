"""The outermost wall of the store: what Django answers passes it on the way out, and only what is listed does.

The middleware before it treats polite pages (`cookie_guard`, `headers`). This one takes nothing on trust, not even that
a response is one of Django's: the server gets a status of ours, headers by name from a list, and a content policy no
weaker than ours, whatever a page or a plug-in put there (clauses C17 and C18; ASVS 5.0, 3.4.3 and 3.7.2). What is taken
off is counted and logged by its name, never by its value, which could be somebody's secret.
"""

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from crystalcall.plumbing import tallies

logger = logging.getLogger(__name__)

Header: TypeAlias = tuple[str, str]
StartResponse: TypeAlias = Callable[..., Callable[[bytes], object]]
Application: TypeAlias = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

REFUSED: Final = "headers_refused"
#: All that a page of ours says in its headers. Not here: whatever makes a browser remember a visitor or speak to others
#: (Set-Cookie, NEL, Report-To, Reporting-Endpoints, Refresh, Link, Alt-Svc, Accept-CH, Service-Worker-Allowed).
ALLOWED: Final = frozenset(
    {
        *("allow", "cache-control", "clear-site-data", "content-disposition", "content-encoding", "content-language"),
        *("content-length", "content-security-policy", "content-type", "cross-origin-opener-policy"),
        *("cross-origin-resource-policy", "date", "dpop-nonce", "expires", "location", "permissions-policy"),
        *("referrer-policy", "retry-after", "strict-transport-security", "vary", "www-authenticate"),
        *("x-content-type-options", "x-frame-options", "x-robots-tag"),
    }
)
#: Validators are a visitor's number by another name, but for files that are the same for everybody.
OF_FILES: Final = frozenset({"accept-ranges", "access-control-allow-origin", "content-range", "etag", "last-modified"})
OWN: Final = "account-"
#: What a page may let in beyond the strictest policy: pictures that our own script made.
_EXTRA: Final = {"img-src": frozenset({"blob:"})}
_NOTHING: Final[frozenset[str]] = frozenset()
_ANYTHING: Final = frozenset({"*"})
_PLAIN: Final = re.compile(r"[\t\x20-\x7e]*")


def outer_wall(application: Application, *, policy: str, may_lead_to: frozenset[str], files: str) -> Application:
    """The application behind the wall.

    `policy` is the strictest content policy, which a response gets that has none or a wider one; `may_lead_to` are the
    origins (beside our own relative addresses) that a redirect may name; `files` is the path under which files lie.
    """
    bounds = _sources(policy)

    def walled(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        is_file = environ.get("PATH_INFO", "").startswith(files)

        def start(status: str, headers: Sequence[Header], *rest: Any) -> Callable[[bytes], object]:
            kept = [each for each in headers if _passes(each, may_lead_to, is_file=is_file)]
            named = [value for name, value in kept if name.lower() == "content-security-policy"]
            if not is_file and (len(named) != 1 or not _is_within(named[0], bounds)):
                if named:
                    _note("content-security-policy")
                kept = [each for each in kept if each[0].lower() != "content-security-policy"]
                kept.append(("Content-Security-Policy", policy))
            return start_response(_status(status), kept, *rest)

        return application(environ, start)

    return walled


def _passes(header: Header, may_lead_to: frozenset[str], *, is_file: bool) -> bool:
    name, value = header[0].lower(), header[1]
    listed = name in ALLOWED or name.startswith(OWN) or (is_file and name in OF_FILES)
    if listed and _PLAIN.fullmatch(value) and (name != "location" or _stays(value, may_lead_to)):
        return True
    _note(name if re.fullmatch(r"[a-z0-9-]{1,40}", name) else "unreadable")
    return False


def _stays(address: str, may_lead_to: frozenset[str]) -> bool:
    parts = urlsplit(address)
    if not parts.scheme and not parts.netloc:
        return not address.startswith(("//", "/\\"))
    return f"{parts.scheme}://{parts.netloc}" in may_lead_to


def _is_within(policy: str, bounds: dict[str, frozenset[str]]) -> bool:
    """Whether a policy names every directive of ours and lets in nothing more than blob images beside ours."""
    said = _sources(policy)
    return all(said.get(name, _ANYTHING) <= allowed | _EXTRA.get(name, _NOTHING) for name, allowed in bounds.items())


def _sources(policy: str) -> dict[str, frozenset[str]]:
    directives = [each.split() for each in policy.split(";") if each.strip()]
    return {name.lower(): frozenset(sources) - {"'none'"} for name, *sources in directives}


def _status(said: str) -> str:
    """The status with the phrase that the standard gives it (RFC 9110, 15): a page says no words of its own there."""
    code = int(said[:3]) if said[:3].isdigit() else HTTPStatus.INTERNAL_SERVER_ERROR
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return f"{HTTPStatus.INTERNAL_SERVER_ERROR.value} {HTTPStatus.INTERNAL_SERVER_ERROR.phrase}"


def _note(name: str) -> None:
    tallies.count(REFUSED)
    logger.error("a response tried to send the header %s, which no page of ours sends", name)
