"""Over a way that drops, hangs, delays, splits and corrupts at random bytes, all mail comes in, once, as it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.torture.storm import Storm

pytestmark = pytest.mark.needs("dovecot")

SEED = 20260304


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot({f"user{number}": "pw" for number in range(4)}) as running:
        yield running


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
def test_fifteen_broken_rounds_and_a_whole_one_bring_all_mail_once_byte_for_byte(
    server: Dovecot, tmp_path: Path, secure: bool
) -> None:
    storm = Storm(server, f"user{secure:d}", tmp_path, SEED + secure, secure)
    storm.run(15)
    assert sum(storm.said.values()) == 15
    assert len(storm.said) > 1, "no way was bad"


@pytest.mark.torture
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
def test_two_hundred_and_fifty_broken_rounds_and_a_whole_one_bring_all_mail_once_byte_for_byte(
    server: Dovecot, tmp_path: Path, secure: bool
) -> None:
    storm = Storm(server, f"user{2 + secure}", tmp_path, SEED + 2 + secure, secure)
    storm.run(250)
    sys.stdout.write(f"{dict(storm.said)}\n")
