"""`crystalcall privacy requests`: what people asked about their data, and how the office answers."""

import codecs
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.privacy.people import OFFICER_OPTION, officer_of
from crystalcall.config.cli.privacy.revealing import Reveal, reveal_options
from crystalcall.config.cli.saying import joined

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.privacy.requests.values import RequestView

DENIALS = (
    *("suspected_fraud", "insuf_verification", "no_match", "claim_not_covered", "outside_jurisdiction"),
    *("too_many_requests", "other"),
)
UNMOVED = {
    "closed": "This request is closed; nothing was changed.",
    "no_reason": "The person must be told why: give a reason.",
    "wrong_reason": "This is no reason to refuse.",
    "not_from_there": "A request cannot go there from where it stands.",
    "extended_before": "This request was extended before; once is all that the law allows.",
    "first_month_over": "The first month is over: it must be answered now.",
}
#: Python's own, in which nobody writes letters.
NOT_OF_LETTERS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"})
REFERENCE = click.argument("reference")


@click.group("requests")
def requests_group() -> None:
    """Requests of people about their own data, the one that must be answered first in front."""


@requests_group.command("list")
@click.option("--all", "closed_too", is_flag=True, help="Closed ones too.")
@JSON_OPTION
def list_requests(closed_too: bool, as_json: bool) -> None:
    """Every request that waits, with the day by which it must be answered; nobody's name."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.requests.queries import open_requests

    at = now()
    found = open_requests(closed_too=closed_too)
    lines = [
        f"{view.reference}  {view.kind:<10} {view.channel:<6} {view.state:<11} by {view.expected_by:%Y-%m-%d}"
        f"{'  LATE' if view.closed_at is None and view.expected_by < at else ''}"
        for view in found
    ]
    facts = {"requests": [_facts(view) for view in found]}
    tell(facts, joined(lines) or "Nobody waits for an answer.", as_json=as_json)


@requests_group.command("show")
@REFERENCE
@reveal_options
@JSON_OPTION
def show_request(reference: str, reveal: Reveal, as_json: bool) -> None:
    """One request; what was written to us only with --reveal."""
    from crystalcall.privacy.requests.queries import person_of_request, request, written

    view = request(reference.upper())
    if view is None:
        refuse("unknown_request", f"There is no request {reference}.", as_json=as_json)
    facts = _facts(view) | {"person_known": bool(person_of_request(view.reference)), "has_text": view.has_text}
    texts: dict[str, str] = {}
    if view.has_text and reveal.enter("requests.text", 1):
        texts = facts["written"] = written(view.reference)
    lines = [f"{name}: {value}" for name, value in facts.items() if name != "written"]
    # The letter's own lines stay lines, each behind a mark that it cannot write itself.
    lines += [f"  {name} | {line}" for name, text in texts.items() for line in text.splitlines()]
    if reveal.is_asked and not view.has_text:
        lines.append("Nothing was written with it: nothing was revealed, and no line entered.")
    tell(facts, joined(lines), as_json=as_json)


@requests_group.command("receive")
@click.argument("email")
@click.option("--subject", default="", help="What stood above the letter.")
@click.option("--file", "letter", type=click.File("rb"), default="-", help="The letter; standard input else.")
@click.option("--charset", default="utf-8", show_default=True, help="How it is written, such as koi8-r.")
@click.option("--channel", type=click.Choice(["mail", "office"]), default="mail", help="How it came.")
@OFFICER_OPTION
@JSON_OPTION
def receive_one(email: str, letter: BinaryIO, charset: str, officer_name: str, as_json: bool, **how: str) -> None:
    """Enter a letter from this address: it has its deadline from now on, and a link goes to the address on file."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.requests.actions import receive_mail_request
    from crystalcall.privacy.requests.values import Channel

    officer_of(officer_name)
    text = _read_letter(letter.read(), charset)
    if text is None:
        sentence = "The letter is not written in this charset: try --charset windows-1251 or --charset koi8-r."
        refuse("wrong_charset", sentence, as_json=as_json)
    opened = receive_mail_request(email, how["subject"], text, now=now(), channel=Channel(how["channel"]))
    if opened is None:
        refuse("no_address", "This is no e-mail address.", as_json=as_json)
    facts = {"reference": opened.reference, "expected_by": opened.expected_by.isoformat()}
    tell(facts, f"{opened.reference} must be answered by {opened.expected_by:%Y-%m-%d}.", as_json=as_json)


@requests_group.command("extend")
@REFERENCE
@click.option("--why", required=True, help="Told to the person word for word, in the language of the request.")
@OFFICER_OPTION
@JSON_OPTION
def extend_one(reference: str, why: str, officer_name: str, as_json: bool) -> None:
    """Take two months more, once, within the first month; the person is mailed why."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.requests.actions import extend_request

    officer_of(officer_name)
    _say(extend_request(reference.upper(), why, now=now()), as_json=as_json)


@requests_group.command("deny")
@REFERENCE
@click.option("--reason", type=click.Choice(DENIALS), required=True)
@OFFICER_OPTION
@JSON_OPTION
def deny_one(reference: str, reason: str, officer_name: str, as_json: bool) -> None:
    """Refuse a request; the person is mailed the reason and where to complain."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.requests.actions import deny_request
    from crystalcall.rules.privacy.requesting import RequestReason

    officer_of(officer_name)
    _say(deny_request(reference.upper(), RequestReason(reason), now=now()), as_json=as_json)


@requests_group.command("close")
@REFERENCE
@click.option("--revoked", is_flag=True, help="The person took it back.")
@OFFICER_OPTION
@JSON_OPTION
def close_one(reference: str, revoked: bool, officer_name: str, as_json: bool) -> None:
    """Say that a request was answered by hand."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.requests.actions import close_request

    officer_of(officer_name)
    _say(close_request(reference.upper(), revoked=revoked, now=now()), as_json=as_json)


def _read_letter(content: bytes, charset: str) -> str | None:
    """The text, or None where it is not written so. A charset may stand as mails name it: koi8-r'ru' (RFC 2231)."""
    try:
        name = codecs.lookup(charset.partition("'")[0].strip(' "')).name
        text = None if name in NOT_OF_LETTERS else content.decode(name)
        # Some decoders give halves of characters, which nothing could write again.
        return None if text is None else text.encode().decode()
    except (LookupError, ValueError):
        return None


def _say(answer: object, *, as_json: bool) -> None:
    from crystalcall.privacy.requests.values import RequestView

    if not isinstance(answer, RequestView):
        _turn_away(answer, as_json=as_json)
    sentence = f"{answer.reference} is {answer.state}; to be answered by {answer.expected_by:%Y-%m-%d}."
    tell(_facts(answer), sentence, as_json=as_json)


def _turn_away(answer: object, *, as_json: bool) -> NoReturn:
    from crystalcall.privacy.requests.values import UnknownRequest
    from crystalcall.rules.privacy.requesting import Unmoved

    match answer:
        case UnknownRequest(reference):
            refuse("unknown_request", f"There is no request {reference}.", as_json=as_json)
        case Unmoved(reason):
            refuse(reason.value, UNMOVED[reason.value], as_json=as_json)
        case _:
            raise TypeError(f"{answer!r} is no answer of the room of requests.")


def _facts(view: "RequestView") -> dict[str, Any]:
    return {
        "reference": view.reference,
        "kind": view.kind.value,
        "channel": view.channel.value,
        "state": view.state.value,
        "reason": view.reason.value if view.reason else None,
        "received_at": view.received_at.isoformat(),
        "expected_by": view.expected_by.isoformat(),
        "verified_at": view.verified_at and view.verified_at.isoformat(),
        "closed_at": view.closed_at and view.closed_at.isoformat(),
    }
