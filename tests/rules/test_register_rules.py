"""The register's pure rules: canonical facts, trees of RFC 9162, records that carry nobody's data."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.privacy.canonical import FEWER_THAN_TEN, banded, canonical, complaints_about
from crystalcall.rules.privacy.chain import (
    GENESIS,
    Content,
    DayStatement,
    commitment_to,
    open_hash,
    open_record,
    veiled_hash,
    veiled_link,
    veiled_record,
)
from crystalcall.rules.privacy.merkle import (
    EMPTY_ROOT,
    Frontier,
    audit_path,
    leaf_hash,
    node_hash,
    root_by_path,
    root_of,
)

#: The known roots of RFC 9162's reference data (the inputs of the Certificate Transparency test vectors).
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9._:/-]{0,30}", fullmatch=True)
NAMES = st.from_regex(r"[a-z][a-z0-9_.-]{0,20}", fullmatch=True)
FACTS = st.dictionaries(NAMES, WORDS | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans() | st.none(), max_size=6)


def slow_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(slow_root(leaves[:split]), slow_root(leaves[split:]))


def test_the_known_roots_of_the_standard_come_out():
    leaves = [leaf_hash(entry) for entry in INPUTS]
    assert [root_of(leaves[: size + 1]).hex() for size in range(8)] == ROOTS
    assert root_of([]) == EMPTY_ROOT


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_a_growing_tree_has_the_root_that_the_standard_defines_at_every_size(entries):
    leaves, tree = [leaf_hash(entry) for entry in entries], Frontier()
    for size, leaf in enumerate(leaves, start=1):
        tree.append(leaf)
        assert tree.root() == slow_root(leaves[:size])


@given(st.integers(0, 6), st.data())
def test_a_path_leads_each_leaf_of_a_full_tree_to_its_root_and_no_other_leaf(height, data):
    leaves = [leaf_hash(bytes([number])) for number in range(2**height)]
    position = data.draw(st.integers(0, len(leaves) - 1))
    path = audit_path(leaves, position)
    assert len(path) == height
    assert root_by_path(leaves[position], position, path) == root_of(leaves)
    assert root_by_path(leaf_hash(b"another"), position, path) != root_of(leaves)


@pytest.mark.parametrize("size", [0, 3, 63])
def test_a_tree_that_is_not_full_has_no_path_here(size):
    with pytest.raises(ValueError, match="not full"):
        audit_path([leaf_hash(b"")] * size, 0)


def test_a_leaf_never_passes_for_a_node():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@given(FACTS)
def test_ids_counts_and_words_fit_into_the_register(facts):
    numbers = {name for name, fact in facts.items() if isinstance(fact, str) and fact.isdigit()}
    assert complaints_about({name: fact for name, fact in facts.items() if name not in numbers}) == []


@given(st.text(min_size=1))
def test_text_with_a_space_an_at_or_a_letter_beyond_ascii_never_fits(text):
    for spoiled in (f"a {text}", f"a@{text}", f"a{text}ж"):
        assert complaints_about({"fact": spoiled}) != []


@pytest.mark.parametrize("number", ["123456789", "12125550142", "375291234567890"])
def test_digits_as_long_as_a_telephone_number_never_fit(number):
    assert complaints_about({"fact": number, "list": [number]}) != []


@given(FACTS, FACTS)
def test_equal_facts_have_equal_bytes_and_others_do_not(one, other):
    assert (canonical(one) == canonical(other)) == (
        one == other and [type(one[name]) for name in sorted(one)] == [type(other[name]) for name in sorted(other)]
    )


@pytest.mark.parametrize(
    ("count", "people", "said"),
    [
        (0, None, FEWER_THAN_TEN),
        (9, None, FEWER_THAN_TEN),
        (10, None, 10),
        (500, 9, FEWER_THAN_TEN),
        (500, 10, 500),
        (3, 50, FEWER_THAN_TEN),
    ],
)
def test_a_count_about_fewer_than_ten_is_banded(count, people, said):
    assert banded(count, people=people) == said


CONTENT = Content("erasure", {"orders": 3}, "2026-11-02T15:00:00Z", "c" * 64)


def test_the_record_of_an_open_entry_is_this_and_stays_this():
    assert open_record(CONTENT, 7, GENESIS) == (
        b'{"at":"2026-11-02T15:00:00Z","commitment":"' + b"c" * 64 + b'","facts":{"orders":3},"kind":"erasure",'
        b'"previous":"' + b"0" * 64 + b'","sequence":7}'
    )
    assert open_hash(CONTENT, 7, GENESIS) == hashlib.sha256(b"\0" + open_record(CONTENT, 7, GENESIS)).hexdigest()


def test_a_veiled_record_has_neither_number_nor_link_and_its_hash_hangs_on_the_veil():
    record = veiled_record(CONTENT, "ab" * 32)
    assert b"sequence" not in record
    assert b"previous" not in record
    assert veiled_hash(CONTENT, "ab" * 32) != veiled_hash(CONTENT, "cd" * 32)
    assert veiled_link("x", 1, GENESIS) != veiled_link("x", 2, GENESIS)


def test_a_commitment_hangs_on_its_salt():
    assert commitment_to({"reason": "a"}, b"s" * 32) != commitment_to({"reason": "a"}, b"t" * 32)
    assert commitment_to({"reason": "a"}, b"s" * 32) != commitment_to({"reason": "b"}, b"s" * 32)


def test_a_days_statement_covers_every_one_of_its_fields():
    statement = DayStatement("2026-11-01", 5, "a" * 64, "b" * 64, GENESIS, "c" * 64, "2026-11-02T00:10:00Z", "d" * 64)
    message = statement.message()
    for value in statement.fields().values():
        assert canonical(value) in message
    assert b'"format":"crystalcall-register-1"' in message
