"""The machinery of `make bench` works; what it measures is judged by nobody here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import mail

ROOT = Path(__file__).resolve().parent.parent


def test_a_block_of_the_corpus_is_the_same_in_every_run() -> None:
    assert mail.block(3, 10_000)[:5] == mail.block(3, 10_000)[:5]


def test_mails_of_the_corpus_are_in_order_and_about_as_large_as_real_ones() -> None:
    mails = mail.block(0, 1_000)
    assert [when for when, _ in mails] == sorted(when for when, _ in mails)
    assert 9_000 < sum(len(raw) for _, raw in mails) / len(mails) < 16_000


def test_a_small_run_writes_one_table_as_text_and_as_json(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    command = ["--small", "--only", "search,size,acts", "--folder", str(tmp_path / "kept"), "--json", str(kept)]
    done = subprocess.run([sys.executable, "-m", "benchmarks", *command], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    table = json.loads(kept.read_text("utf-8"))
    groups = {one["group"] for one in table["figures"]}
    assert groups == {"search", "size", "acts"}
    assert all(one["ours"]["median"] > 0 for one in table["figures"])
    assert "tui-inbox search" in done.stdout
