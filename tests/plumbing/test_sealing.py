"""What is sealed opens only where it belongs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.plumbing.sealing import SealBrokenError, blind_index, seal, unseal


@given(st.text(max_size=200))
def test_a_seal_opens_to_what_was_sealed(text):
    assert unseal(seal(text, "test.field"), "test.field") == text


def test_two_seals_of_one_text_differ():
    assert seal("481516234201", "pins.pin") != seal("481516234201", "pins.pin")


@pytest.mark.clause("C21")
def test_a_value_moved_to_another_field_does_not_open():
    with pytest.raises(SealBrokenError):
        unseal(seal("Anna", "customers.name"), "customers.email")


@given(st.integers(min_value=0, max_value=200), st.integers(min_value=1, max_value=255))
def test_an_altered_byte_breaks_the_seal(position, change):
    blob = bytearray(seal("a text of some length", "test.field"))
    blob[position % len(blob)] ^= change
    with pytest.raises(SealBrokenError):
        unseal(bytes(blob), "test.field")


def test_equal_texts_have_equal_indexes_in_one_context_only():
    assert blind_index("1", "a") == blind_index("1", "a")
    assert blind_index("1", "a") != blind_index("1", "b")
    assert blind_index("1", "a") != blind_index("2", "a")
