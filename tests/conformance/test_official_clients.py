"""The vendor's own clients, unchanged, against the local Authorize.Net: XML by Python's, JSON by Node's.

They are not open source, so they are no part of this project: ``make test-conformance`` builds an environment of its
own for them, outside every lock file, and without it these tests are skipped.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
BUILT = HERE.parents[1] / "build" / "conformance"
PYTHON, MODULES = BUILT / "python" / "bin" / "python", BUILT / "node" / "node_modules"
LOGIN, KEY = "test-conformance", "test-key-0000001"
# The Python client's bindings were loosened by their build script until there is more than one way to read a profile or
# an address with an id (two optional elements suffice). They say so of any gateway's answer; it is no word about order.
AMBIGUOUS = "ContentNondeterminismExceededError"
WITH_ADDRESS_ID = {"getCustomerProfile", "getCustomerShippingAddress", "getCustomerPaymentProfile"}

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not PYTHON.exists() or not MODULES.exists(), reason="make test-conformance builds its clients"),
]


def _free_base_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1]) - 3


@pytest.fixture
def standin(tmp_path) -> Iterator[str]:
    """A stand-in of this test's own, as a process."""
    base = _free_base_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CRYSTALCALL_")} | {
        "CRYSTALCALL_DATA": str(tmp_path),
        "CRYSTALCALL_BASE_PORT": str(base),
        "CRYSTALCALL_GATEWAY_LOGIN_ID": LOGIN,
        "CRYSTALCALL_GATEWAY_TRANSACTION_KEY": KEY,
        "CRYSTALCALL_GATEWAY_SIGNATURE_KEY": "A6214F61" * 16,
    }
    process = subprocess.Popen([sys.executable, "-m", "crystalcall.payments.standin.server"], env=environment)
    url = f"http://127.0.0.1:{base + 3}"
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                httpx.get(url, trust_env=False)
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _told(command: list[str], url: str, **environment: str) -> dict[str, object]:
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        [*command, url, LOGIN, KEY],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_the_python_client_is_answered_in_xml_and_its_log_complains_of_nothing(standin):
    told = _told([str(PYTHON), "-W", "ignore", str(HERE / "xml_client.py")], standin)
    complaints = [
        (call, complaint)
        for call, complaint in told.pop("complaints")
        if not (call in WITH_ADDRESS_ID and AMBIGUOUS in complaint)
    ]
    assert complaints == []
    assert told == {
        "money": {
            "bought": "1",
            "details": ["capturedPendingSettlement", "INV-1", "12.50"],
            "line": "20",
            "duplicate": "11",
            "duplicate_names_first": True,
            "declined": ["2", "Ok", "2"],
            "held": ["4", "FDSAuthorizedPendingReview"],
            "pending_approval": True,
            "approved": "1",
            "capture_too_much": "47",
            "captured": True,
            "early_refund": "54",
            "voided": [True, "voided"],
            "unpublished_card": ["E00027", "6"],
        },
        "settled": {
            "settled": ["settledSuccessfully", "settledSuccessfully"],
            "statistics": ["39.50", 3, 1],
            "one_batch": True,
            "page": [2, True],
            "wrong_last_four": "54",
            "refunded": ["1", True],
            "too_much": "55",
            "rest": "1",
            "merchant": "USD",
        },
        "people": {
            "kept": "Ok",
            "created": ["I00001", 1],
            "again": "E00039",
            "added": "I00001",
            "masked": ["XXXX1111", "XXXX0015"],
            "by_profile": ["1", True],
            "for_customer": 1,
            "unmasked": "XXXX",
            "validated": "I00001",
            "changed": "I00001",
            "shipping": "Oslo",
            "unshipped": "I00001",
            "renamed": "I00001",
            "ids": 2,
            "uncarded": "I00001",
            "profile_page": True,
            "deleted": ["I00001", "I00001"],
            "gone": "E00040",
        },
        "rest": {
            "payment_page": ["I00001", True],
            "not_found": "E00040",
            "wrong_key": "E00007",
            "right_key": "I00001",
        },
    }


def test_the_node_client_is_answered_in_json_and_reads_every_list(standin):
    told = _told(["node", str(HERE / "json_client.js")], standin, NODE_PATH=str(MODULES))
    assert told == {
        "money": {
            "bought": "1",
            "fields": "web",
            "details": ["capturedPendingSettlement", "J-1", 12.5],
            "line": "20",
            "duplicate": "11",
            "declined": "2",
            "held": ["4", True],
            "filter": "authAndHold",
            "reviewed": "2",
            "captured": True,
            "voided": "voided",
        },
        "settled": {
            "settled": "settledSuccessfully",
            "statistics": 2,
            "page": 2,
            "refunded": ["1", True],
            "tooMuch": "55",
            "merchant": ["USD", 1],
        },
        "people": {
            "kept": "XXXX1111",
            "charged": "1",
            "fromTransaction": ["I00001", 1],
            "listed": 2,
            "ids": 2,
            "page": True,
            "deleted": ["I00001", "I00001"],
            "again": "E00040",
        },
        "rest": {"page": True, "notFound": "E00040", "wrongKey": "E00007"},
    }
