"""Checks a Crystal Call register from what it publishes alone. Needs Python 3.11 and `pip install cryptography`.

    python verify.py https://shop.example [--seen DAY:ROOT]... [--key PUBLIC_KEY]...

A folder with saved pages (entries*.json, roots*.json, unveiled*.json) works too. --seen takes a root you remember from
a receipt or mail (its first 16 digits are enough), --key the key by which you know the shop.
"""
# ruff: noqa: D103, S310, T201 - short enough to be read; opens the address its reader gave; speaks to a reader

import argparse
import hashlib
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def canonical(record: dict[str, Any], without: str = "") -> bytes:  # RFC 8785, for ASCII names, words, whole numbers
    kept = {name: value for name, value in record.items() if name != without}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(prefix: bytes, *parts: bytes) -> bytes:  # RFC 9162: a leaf begins with 0, a node with 1
    return hashlib.sha256(prefix + b"".join(parts)).digest()


def check(is_true: bool, sentence: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not is_true:
        raise SystemExit(f"BROKEN: {sentence}")


def published(source: str, name: str) -> Iterator[dict[str, Any]]:
    if not source.startswith("http"):
        saved = [json.loads(file.read_text(encoding="utf-8")) for file in Path(source).glob(f"{name}*.json")]
        yield from sorted((each for page in saved for each in page[name]), key=lambda each: each.get("sequence", 0))
    query = "" if source.startswith("http") else None
    while query is not None:
        with urllib.request.urlopen(f"{source.rstrip('/')}/privacy/register/{name}.json{query}", timeout=60) as answer:
            page = json.load(answer)
        yield from page[name]
        query = page["next"] and f"?after={page['next']}"


def check_days(days: list[dict[str, Any]], keys: list[str]) -> None:
    for day, before in zip(days, ["0" * 64, *(day["root"] for day in days)], strict=False):
        check(day["previous_root"] == before, f"{day['day']} does not follow the day before")
        check(not keys or day["public_key"] in keys, f"{day['day']} is signed by a key you do not know")
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(day["public_key"]))
            key.verify(bytes.fromhex(day["signature"]), canonical(day, "signature"))
        except (InvalidSignature, ValueError):
            check(False, f"{day['day']} is not signed by the key it names")


def check_entries(entries: Iterator[dict[str, Any]], days: list[dict[str, Any]], spoken: set[str]) -> int:
    size, previous, trees, waiting = 0, "0" * 64, list[bytes](), list(days)
    for size, entry in enumerate(entries, start=1):
        check((entry["sequence"], entry["previous"]) == (size, previous), f"entry {size} does not follow the last one")
        trees, previous = [*trees, digest(b"\0", canonical(entry, "hash"))], entry["hash"]
        check(previous == trees[-1].hex(), f"entry {size} is not what was hashed")
        check(spoken.issuperset(entry["facts"].get("unveils", ())), f"entry {size} unveils what is not shown")
        for _ in range((size & -size).bit_length() - 1):
            trees[-2:] = [digest(b"\1", *trees[-2:])]
        if waiting and waiting[0]["sequence"] == size:
            day, root = waiting.pop(0), trees[-1]
            for left in reversed(trees[:-1]):
                root = digest(b"\1", left, root)
            check((day["root"], day["hash"]) == (root.hex(), previous), f"{day['day']} was signed over other entries")
        for lost in zip(*(entry["facts"].get(name, ()) for name in ("lost_days", "lost_roots")), strict=True):
            print(f"LOST: {lost[0]} had the root {lost[1]} until a backup was put back (entry {size})")
    check(not waiting, "the last entries are missing")
    return size


def check_unveiled(source: str, nights: set[tuple[str, str]]) -> Iterator[str]:
    for each in published(source, "unveiled"):
        root, place = digest(b"\0", canonical(each["record"])), each["position"]
        yield root.hex()
        for step in map(bytes.fromhex, each["path"]):
            root, place = digest(b"\1", *((step, root) if place % 2 else (root, step))), place // 2
        check((each["day"], root.hex()) in nights, f"an unveiled entry does not stand under {each['day']}")


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("source")
    for option in ("--seen", "--key"):
        reader.add_argument(option, action="append", default=[])
    asked = reader.parse_args()
    check_days(days := list(published(asked.source, "roots")), asked.key)
    nights = {(each["day"], each["veiled"]) for each in days}
    count = check_entries(published(asked.source, "entries"), days, set(check_unveiled(asked.source, nights)))
    for told, _, root in (each.partition(":") for each in asked.seen):
        check(any((d["day"], d["root"][: max(16, len(root))]) == (told, root) for d in days), f"{told} has not {root}")
    print(f"OK: {count} entries, {len(days)} days, signed by", *sorted({day["public_key"] for day in days}))
