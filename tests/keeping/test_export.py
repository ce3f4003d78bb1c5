"""What goes out comes back in: mails byte for byte, chats with all that was known of them."""

from __future__ import annotations

import json
import mailbox
from pathlib import Path

import pytest

from tests.incoming.store import Store
from tests.keeping.conftest import CONFIG, MAILS
from tui_inbox import takeout
from tui_inbox.problems import Misconfigured, Refused
from tui_inbox.store.everything import Everything, Told


def taken(store: Store, to: Path, formats: str = "mbox,jsonl") -> takeout.Taken:
    with store.inbox() as inbox, inbox.reader() as reader:
        ids = reader.queue("all", store.at).ids
    return takeout.take_out(store.home.store, ids, takeout.formats(formats), to)


def everything(store: Store) -> list[Told]:
    with store.inbox() as inbox, inbox.reader() as reader:
        ids = reader.queue("all", store.at).ids
    whole = Everything(store.home.store)
    try:
        return sorted(whole.messages(ids), key=lambda one: (one.received, one.id))
    finally:
        whole.close()


def test_every_mail_comes_back_byte_for_byte(store: Store, tmp_path: Path) -> None:
    done = taken(store, tmp_path / "out")
    assert done.written[tmp_path / "out" / "mail.mbox"] == 5
    again = Store(tmp_path / "again").configured(CONFIG)
    again.bring(tmp_path / "out" / "mail.mbox")
    assert sorted(one.raw for one in everything(again)) == sorted(MAILS.values())


def test_another_program_reads_the_mbox(store: Store, tmp_path: Path) -> None:
    taken(store, tmp_path / "all.mbox", "mbox")
    box = mailbox.mbox(tmp_path / "all.mbox")
    assert sorted(str(one["Message-ID"]) for one in box) == [
        *("<a1@one.example>", "<a2@one.example>", "<b1@two.example>", "<c1@three.example>", "<o1@shop.example>")
    ]
    box.close()


def test_a_chat_comes_back_with_its_files_sides_and_times(store: Store, tmp_path: Path) -> None:
    done = taken(store, tmp_path / "out")
    assert done.files == 1
    again = Store(tmp_path / "again").configured(CONFIG)
    again.bring(tmp_path / "out", kind="jsonl")

    def told(one: Told) -> tuple[object, ...]:
        files = [(file.name, file.type, file.size, file.digest) for file in one.files]
        return (one.channel, one.direction, one.class_, one.sender_name, one.received, one.text, one.key, files)

    chat = [told(one) for one in everything(store) if one.channel == "whatsapp"]
    assert len(chat) == 5
    assert [told(one) for one in everything(again)] == chat


def test_json_lines_alone_hold_the_mails_too_with_their_bytes(store: Store, tmp_path: Path) -> None:
    import base64

    done = taken(store, tmp_path / "all.jsonl", "jsonl")
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text("ascii").splitlines()]
    assert done.written == {tmp_path / "all.jsonl": 10}
    assert done.left_out == 1
    mails = [base64.b64decode(one["raw"]) for one in lines if one["channel"] == "email"]
    assert sorted(mails) == sorted(MAILS.values())


def test_what_is_there_is_never_written_over_and_nothing_half_made_is_left(store: Store, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "messages.jsonl").write_text("mine")
    with pytest.raises(Refused, match="is there already"):
        taken(store, tmp_path / "out")
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["messages.jsonl"]
    (tmp_path / "link.mbox").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        taken(store, tmp_path / "link.mbox", "mbox")
    assert not (tmp_path / "elsewhere").exists()


def test_files_are_for_their_owner_alone(store: Store, tmp_path: Path) -> None:
    taken(store, tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    for one in (tmp_path / "out").rglob("*"):
        assert one.stat().st_mode & 0o077 == 0, one


@pytest.mark.parametrize("said", ["", "pdf", "mbox,pdf", ","])
def test_a_format_that_is_none_is_named(said: str) -> None:
    with pytest.raises(Misconfigured, match="is no format"):
        takeout.formats(said)
