"""What an audit of the locked versions says: a service that was not reached is no pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import audited

KNOWN = {"id": "PYSEC-2026-1", "fix_versions": ["99.0"], "aliases": []}


@pytest.mark.parametrize(
    ("written", "ends"),
    [
        ({"dependencies": [{"name": "rich", "version": "1.0", "vulns": []}], "fixes": []}, 0),
        ({"dependencies": [{"name": "rich", "version": "1.0", "vulns": [KNOWN]}], "fixes": []}, 1),
        ({"dependencies": [{"name": "rich", "skip_reason": "it is not there"}]}, 2),
        ({"dependencies": []}, 2),
        ([], 2),
        (None, 2),
    ],
)
def test_what_was_not_looked_up_is_no_pass(tmp_path: Path, written: object, ends: int) -> None:
    if written is not None:
        (tmp_path / "told").write_text(json.dumps(written), "utf-8")
    assert audited.main(tmp_path / "told") == ends


def test_what_is_known_is_said_with_where_it_is_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "told").write_text(json.dumps({"dependencies": [{"name": "rich", "version": "1.0", "vulns": [KNOWN]}]}))
    audited.main(tmp_path / "told")
    assert "rich 1.0: PYSEC-2026-1 (mended in: 99.0)" in capsys.readouterr().out
