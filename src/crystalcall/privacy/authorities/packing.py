"""The package: JSON, a page, and a manifest of both, encrypted to the authority's key alone."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

import pyrage

from crystalcall.privacy.authorities.values import Instrument, PackageRows, Query
from crystalcall.rules.privacy.printable import printable

FORMAT: Final = "crystalcall-authority-package-1"
#: The same content gives the same bytes: the moment stands in the manifest.
ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def is_recipient(text: str) -> bool:
    """Whether a text is an age recipient (X25519)."""
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def pack(
    reference: str, letter: Instrument, query: Query, rows: Sequence[PackageRows], approved: str, *, now: datetime
) -> bytes:
    """An encrypted zip; `approved` is the hash that two officers signed."""
    sections = {each.section: [dict(row) for row in each.rows] for each in rows}
    files = {
        "data.json": _json({"format": FORMAT, "sections": sections}),
        "data.html": _page(reference, rows).encode(),
    }
    files["manifest.json"] = _json(
        {
            "format": FORMAT,
            "case": reference,
            "authority": letter.authority,
            "instrument": letter.instrument,
            "reference": letter.reference,
            "fields": list(query.fields),
            "days": [query.since.isoformat(), query.until.isoformat()],
            "approved_hash": approved,
            "made_at": now.astimezone(UTC).isoformat(),
            "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        }
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), content, zipfile.ZIP_DEFLATED)
    return bytes(pyrage.encrypt(held.getvalue(), [pyrage.x25519.Recipient.from_str(letter.recipient)]))


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _page(reference: str, rows: Sequence[PackageRows]) -> str:
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<title>Case {escape(reference)}</title></head><body><h1>Case {escape(reference)}</h1>",
    ]
    for each in rows:
        heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in each.columns)
        parts.append(f"<h2>{escape(each.section)}</h2><table><thead><tr>{heads}</tr></thead><tbody>")
        parts += [f"<tr>{_cells(each.columns, row)}</tr>" for row in each.rows]
        parts.append("</tbody></table>" if each.rows else "</tbody></table><p>Nothing in these days.</p>")
    parts.append("</body></html>\n")
    return "\n".join(parts)


def _cells(columns: Sequence[str], row: Any) -> str:
    return "".join(f"<td>{'' if row[name] is None else escape(printable(str(row[name])))}</td>" for name in columns)
