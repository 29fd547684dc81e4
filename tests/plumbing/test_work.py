"""Background work leaves no personal data behind, even when it fails."""

import pytest

from crystalcall.plumbing.work import WorkFailedError, task


@task
def stumble(word: str) -> str:
    if word == "well":
        return "done"
    raise ValueError(f"cannot send to anna@example.org: {word}")


def test_a_task_gives_what_its_function_gives():
    assert stumble.call("well") == "done"


def test_a_failed_task_tells_class_and_place_and_nothing_of_the_message(caplog):
    with pytest.raises(WorkFailedError) as caught:
        stumble.call("badly")
    assert "stumble failed with ValueError at" in str(caught.value)
    assert "test_work.py" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "anna" not in str(caught.value) + caplog.text
