"""Export, backup, restore and purge as a script uses them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import Tui
from tests.keeping.conftest import filled


def test_a_script_exports_backs_up_purges_and_restores(tmp_path: Path) -> None:
    tui = Tui(filled(tmp_path).folder)
    out = tui.json("export", "--query", "hours", "--to", tmp_path / "out")
    assert out["conversations"] == 1
    assert {Path(one["path"]).name: one["messages"] for one in out["files"]} == {"mail.mbox": 1, "messages.jsonl": 0}
    made = tui.json("backup", tmp_path / "b.db")["backup"]
    assert (made["path"], made["bytes"]) == (str(tmp_path / "b.db"), (tmp_path / "b.db").stat().st_size)
    bora = tui.listed()["Opening hours"]["contact"]["id"]
    refused = tui.json("purge", "--contact", bora, code=1)["error"]
    assert (refused["kind"], "--yes" in refused["hint"]) == ("refused", True)
    assert "Opening hours" in tui.listed()
    purged = tui.json("purge", "--contact", bora, "--export", tmp_path / "bora", "--yes")["purged"]
    assert (purged["messages"], purged["backups"]) == (1, [str(tmp_path / "b.db")])
    assert b"Are you open" in (tmp_path / "bora" / "mail.mbox").read_bytes()
    assert "Opening hours" not in tui.listed()
    back = tui.json("restore", tmp_path / "b.db")["restored"]
    assert Path(back["aside"]).is_file()
    assert tui("restore", tmp_path / "none.db", code=1).err.startswith("There is no file")


def test_a_person_is_told_what_would_go_and_must_say_yes(tmp_path: Path) -> None:
    tui = Tui(filled(tmp_path).folder)
    said = tui("purge", "--contact", 1, code=1)
    assert "would be erased for good" in said.err
    assert "--export" in said.err
    assert "may be the same person" in said.err
