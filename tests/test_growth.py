"""The tests that say a reader is linear would notice where one is not."""

from __future__ import annotations

import pytest

from tests import growth


def test_what_is_linear_passes() -> None:
    growth.linear(lambda many: "ab" * many, lambda text: [char for char in text if char == "b"])


def test_what_is_quadratic_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "TRIES", 1)
    with pytest.raises(AssertionError, match=r"cost .* ms, .* cost .* ms"):
        growth.linear(lambda many: range(many), lambda some: [one for one in some for _ in some])
