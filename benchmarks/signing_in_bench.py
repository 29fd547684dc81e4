"""What signing in costs: a signed-in page beside the same one without, a password, and a flood of them beside the shop.

The page is asked for with a token and a proof, as the browser's script asks; proofs are made outside what is measured.
Ten sign-ins are on record first, then ten thousand. Passwords are checked with the parameters that a shop has; known
and unknown addresses are tried in turns, so that a machine whose speed drifts drifts out.
"""

import json
import secrets
import statistics
import threading
import time
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from benchmarks.figures import Figure, Peer, alone, beside, bounded
from benchmarks.house import House
from benchmarks.postgres import cluster
from benchmarks.processes import Worker, environment, serve, start_django
from benchmarks.sizes import Size

ADMITTING_MS: Final = 8.0
SLOWEST_PASSWORD_MS: Final = 300.0
ALIKE: Final = 1.05
FEW: Final = 10
PAGES_A_ROUND: Final = 200
PAGES_AT_LEAST: Final = 10
TRIES_A_ROUND: Final = 6
FLOODERS: Final = 8
BODY: Final = b"name=Anna+Hale&language=en"
FORM: Final = "application/x-www-form-urlencoded"
PAGE: Final = """{% extends "web/base.html" %}{% block title %}Orders{% endblock %}{% block main %}<h1>Orders</h1>
<p>{{ who }}</p>{% endblock %}"""


def signing_in(house: House) -> list[Figure]:
    """Admitting and every page of the account, on both databases; passwords; the shop while many sign in."""
    # Both ask the tables and tokens of this module, in workers of their own.
    from benchmarks.account_bench import pages_of_account
    from benchmarks.alike_bench import alike_over_http

    figures = []
    places = {"SQLite": environment(house.folder()), "PostgreSQL": environment(house.folder(), house.address)}
    pages = max(PAGES_AT_LEAST, int(PAGES_A_ROUND * min(1.0, house.size.seconds)))
    for database, prepared in places.items():
        with Worker("benchmarks.signing_in_bench", _as_in_a_shop(prepared)) as worker:
            figures += _admitting(worker, database, pages, house.size)
            if database == "SQLite":
                tries = TRIES_A_ROUND if house.size.seconds >= 1 else 1
                figures += _passwords(worker, tries, pages, house.size.rounds)
    figures.append(alike_over_http(_as_in_a_shop(environment(house.folder())), "SQLite", house.size))
    figures += pages_of_account(environment(house.folder()), "SQLite", house.size)
    if house.size.seconds < 1:
        return figures
    # A server of their own: other benchmarks sealed in theirs under other keys.
    with cluster() as address:
        figures += pages_of_account(environment(house.folder(), address), "PostgreSQL", house.size)
    return figures


def _admitting(worker: Worker, database: str, pages: int, size: Size) -> list[Figure]:
    figures = []
    worker.ask("prepare")
    for on_record in (FEW, size.cards):
        worker.ask("record", number=on_record)
        worker.ask("pages", count=PAGES_AT_LEAST)
        told = [worker.ask("pages", count=pages) for _ in range(size.rounds)]
        for kind, words in (("read", "a page"), ("act", "an act")):
            more = [each[kind] - each["plain"] for each in told]
            name = f"letting in to {words}, {on_record:,} sign-ins on record, {database}"
            note = (
                f"CPU beyond the same page without sign-in ({statistics.median(each['plain'] for each in told):.1f} ms)"
            )
            figures.append(bounded(name, more, "ms", ADMITTING_MS, at_least=False, note=note))
    return figures


def _passwords(worker: Worker, tries: int, pages: int, rounds: int) -> list[Figure]:
    worker.ask("tries", count=1)
    told = [worker.ask("tries", count=tries) for _ in range(rounds)]
    unknown = Peer("at an unknown address", [each["unknown"] for each in told], ALIKE, at_least=False)
    floods = [worker.ask("flood", count=pages) for _ in range(rounds)]
    quiet = Peer("with nobody signing in", [each["quiet"] for each in floods], None, at_least=False)
    turned_away = statistics.median(each["turned_away"] for each in floods)
    return [
        bounded(
            *("checking one password", [each["hash"] for each in told], "ms", SLOWEST_PASSWORD_MS),
            at_least=False,
            note="CPU of Argon2id with a shop's parameters; at least 150 is wanted",
        ),
        beside("a wrong password at a known address", [each["known"] for each in told], "ms", unknown),
        beside(
            *(f"a page of the shop while {FLOODERS} sign in without pause", [each["flood"] for each in floods], "ms"),
            quiet,
            note=f"{turned_away:.0%} of them were asked to come back",
        ),
        alone("passwords checked in that flood", [each["checked"] for each in floods], "/s"),
    ]


def _as_in_a_shop(prepared: dict[str, str]) -> dict[str, str]:
    """The parameters that a shop has, and no fuse: the tries here are many."""
    own = {name: value for name, value in prepared.items() if not name.startswith("CRYSTALCALL_PASSWORD_")}
    return own | {"CRYSTALCALL_SIGN_IN_FUSE": "1000000"}


# --- in the worker ----------------------------------------------------------------------------------------------------

_known: dict[str, Any] = {}
_templates: dict[str, Any] = {}


def prepare() -> int:
    """Tables, and one customer who is signed in."""
    from django.core.management import call_command

    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.announcing.actions import open_store
    from crystalcall.privacy.keys import store

    call_command("migrate", verbosity=0, interactive=False)
    store.prepare()
    open_store(now=now())
    enter("anna@example.org", "a lamp beside the grey window")
    return 1


def enter(email: str, password: str) -> UUID:
    """Have a customer with this password, and sign in; `headers` speak for them from then on."""
    from joserfc.jwk import ECKey

    from crystalcall.customers.actions import record_guest
    from crystalcall.customers.signing_in.actions import add_credential, sign_in
    from crystalcall.customers.signing_in.values import Audience, Issued
    from crystalcall.plumbing.clock import now

    customer = record_guest("Anna Hale", email, None, "en", now=now())
    add_credential(Audience.CUSTOMER, customer, email, password, now=now())
    key = _known["key"] = ECKey.generate_key("P-256")
    issued = sign_in(Audience.CUSTOMER, email, password, key.thumbprint(), now=now())
    assert isinstance(issued, Issued)  # noqa: S101 - otherwise nothing is measured
    _known["token"] = issued.token
    return customer


def record(number: int) -> int:
    """Bring so many sign-ins on record, of as many people, each known by an address; gives how many there are."""
    from django.apps import apps

    from crystalcall.customers.signing_in.addresses import address_index
    from crystalcall.customers.signing_in.values import Audience
    from crystalcall.plumbing.clock import now

    credentials, sign_ins = (apps.get_model("signing_in", name) for name in ("Credential", "SignIn"))
    there, moment = sign_ins.objects.count(), now()
    one = credentials.objects.order_by("created_at").first()
    rows = [
        credentials(
            principal_id=uuid4(),
            audience="customer",
            address_index=address_index(Audience.CUSTOMER, f"person{place}@example.org"),
            password_hash=one.password_hash,
            created_at=moment,
            password_changed_at=moment,
        )
        for place in range(there, number)
    ]
    credentials.objects.bulk_create(rows, batch_size=500)
    sign_ins.objects.bulk_create(
        [
            sign_ins(
                token_digest=secrets.token_bytes(32),
                credential=row,
                thumbprint=secrets.token_urlsafe(32),
                created_at=moment,
                last_used_at=moment,
                expires_at=moment + timedelta(hours=12),
            )
            for row in rows
        ],
        batch_size=500,
    )
    return int(sign_ins.objects.count())


def pages(count: int) -> dict[str, float]:
    """The middle CPU time of a page without sign-in, of one with it, and of an act, in milliseconds."""
    from django.test import Client, override_settings

    taken: dict[str, list[float]] = {"plain": [], "read": [], "act": []}
    with override_settings(ROOT_URLCONF=_addresses(), ALLOWED_HOSTS=["testserver"]):
        client = Client()
        for _ in range(count):
            for kind, times in taken.items():
                signed = {} if kind == "plain" else headers("GET" if kind == "read" else "POST", "/bench/signed/")
                begun = time.process_time()
                if kind == "act":
                    answer = client.post("/bench/signed/", BODY, content_type=FORM, headers=signed)
                else:
                    answer = client.get(f"/bench/{'plain' if kind == 'plain' else 'signed'}/", headers=signed)
                times.append(time.process_time() - begun)
                assert answer.status_code == 200, answer.content  # noqa: S101, PLR2004 - nobody was let in
    return {kind: statistics.median(times) * 1000 for kind, times in taken.items()}


def tries(count: int) -> dict[str, float]:
    """The middle CPU time of checking a password, and of wrong ones at known and unknown addresses, in milliseconds."""
    from crystalcall.customers.signing_in import hashing

    taken: dict[str, list[float]] = {"hash": [], "known": [], "unknown": []}
    for _ in range(count):
        begun = time.process_time()
        hashing.check_password(None, "not the password")
        taken["hash"].append(time.process_time() - begun)
        for kind in ("known", "unknown"):
            place = _known[kind] = _known.get(kind, 0) + 1
            begun = time.process_time()
            _wrong(f"{'person' if kind == 'known' else 'nobody'}{place}@example.org")
            taken[kind].append(time.process_time() - begun)
    return {kind: statistics.median(times) * 1000 for kind, times in taken.items()}


def flood(count: int) -> dict[str, float]:
    """A page of the shop in quiet and while many sign in, in milliseconds; how many were turned away, how many not."""
    from django.test import Client, override_settings

    stop, answers = threading.Event(), []
    flooders = [threading.Thread(target=_flooder, args=(stop, answers, place)) for place in range(FLOODERS)]
    with override_settings(ROOT_URLCONF=_addresses(), ALLOWED_HOSTS=["testserver"]):
        client = Client()
        quiet = _page_times(client, count)
        for flooder in flooders:
            flooder.start()
        begun = time.perf_counter()
        busy = _page_times(client, count)
        lasted = time.perf_counter() - begun
        stop.set()
        for flooder in flooders:
            flooder.join()
    refused = answers.count("busy")
    return {
        "quiet": quiet,
        "flood": busy,
        "turned_away": refused / max(1, len(answers)),
        "checked": max(1, len(answers) - refused) / lasted,
    }


def _flooder(stop: threading.Event, answers: list[str], place: int) -> None:
    from django.db import connections

    number = 0
    while not stop.is_set():
        number += 1
        answers.append(_wrong(f"flood{place}x{number}x{secrets.token_hex(4)}@example.org"))
        # Whoever is turned away comes back over the network, not in a loop without end.
        stop.wait(0.02)
    connections.close_all()


def _page_times(client: Any, count: int) -> float:
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        client.get("/bench/plain/")
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def _wrong(email: str) -> str:
    """Try a wrong password; gives the reason why nobody was let in."""
    from crystalcall.customers.signing_in.actions import sign_in
    from crystalcall.customers.signing_in.values import Audience, SignInRefused
    from crystalcall.plumbing.clock import now

    answer = sign_in(Audience.CUSTOMER, email, "not the password", "a" * 43, now=now())
    assert isinstance(answer, SignInRefused)  # noqa: S101 - otherwise nothing was checked
    return answer.reason.value


def headers(method: str, address: str) -> dict[str, str]:
    """A token with a fresh proof, as the browser's script sends them; a POST carries `BODY`."""
    from crystalcall.plumbing.proofs import body_digest

    path, _mark, query = address.partition("?")
    hashes = {"ath": body_digest(_known["token"].encode())}
    if method == "POST":
        hashes["bh"] = body_digest(BODY)
    if query:
        hashes["qh"] = body_digest(query.encode())
    proof = _proof(method, f"http://testserver{path}", hashes)
    return {"Authorization": f"DPoP {_known['token']}", "DPoP": proof, "Sec-Fetch-Site": "same-origin"}


def first_headers(url: str, body: bytes) -> dict[str, str]:
    """What a POST before sign-in carries."""
    from crystalcall.plumbing.proofs import body_digest

    proof = _proof("POST", url, {"bh": body_digest(body)})
    return {"DPoP": proof, "Sec-Fetch-Site": "same-origin", "Content-Type": FORM}


def _proof(method: str, url: str, hashes: dict[str, str]) -> str:
    from joserfc import jws

    from crystalcall.plumbing.clock import now
    from crystalcall.plumbing.proofs import fresh_nonce

    key, moment = _known["key"], now()
    claims = {
        "jti": secrets.token_urlsafe(18),
        "htm": method,
        "htu": url,
        "iat": int(moment.timestamp()),
        "nonce": fresh_nonce(moment),
        **hashes,
    }
    public = {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public}
    return jws.serialize_compact(header, json.dumps(claims), key, ["ES256"])


def _addresses() -> Any:
    """The store's own addresses, and the two pages among them."""
    from types import ModuleType

    from django.urls import path

    from crystalcall.config import urls

    module = ModuleType("benchmarks.signing_in_addresses")
    own = [path("bench/plain/", _plain), path("bench/signed/", _signed)]
    module.__dict__.update(
        {name: getattr(urls, name) for name in ("handler400", "handler403", "handler404", "handler500")},
        urlpatterns=[*urls.urlpatterns, *own],
    )
    return module


def _plain(request: Any) -> Any:
    return _page(request, "somebody")


def _signed(request: Any) -> Any:
    from django.http import HttpResponse

    from crystalcall.customers.signing_in.admitting import admit, fresh_nonce
    from crystalcall.customers.signing_in.values import Audience, NotAdmitted, ProvenRequest
    from crystalcall.plumbing.clock import now

    moment = now()
    proven = ProvenRequest(
        method=request.method,
        url=request.build_absolute_uri(),
        proof=request.headers.get("DPoP", ""),
        authorization=request.headers.get("Authorization", ""),
        body=request.body,
    )
    admitted = admit(proven, Audience.CUSTOMER, now=moment)
    if isinstance(admitted, NotAdmitted):
        return HttpResponse(str(admitted), status=401)
    response = _page(request, str(admitted.principal_id))
    response["DPoP-Nonce"] = fresh_nonce(now=moment)
    return response


def _page(request: Any, who: str) -> Any:
    from django.http import HttpResponse
    from django.template import engines

    if PAGE not in _templates:
        _templates[PAGE] = engines["django"].from_string(PAGE)
    return HttpResponse(_templates[PAGE].render({"who": who}, request))


if __name__ == "__main__":
    start_django()
    serve({"prepare": prepare, "record": record, "pages": pages, "tries": tries, "flood": flood})
