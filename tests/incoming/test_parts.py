"""Parts of one archive given together, and two archives that only look alike."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from tests.cli.running import Tui
from tests.incoming.store import Store
from tui_inbox.exports import FileReport, Told, bring_in_all
from tui_inbox.exports.parts import sorted_out

THREAD = "your_facebook_activity/messages/inbox/elif_123"


def written(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as zipped:
        for name, raw in members.items():
            zipped.writestr(name, raw)
    return path


def spoken(photo: str = "") -> bytes:
    said = {"sender_name": "Elif Kara", "timestamp_ms": 1_772_440_000_123, "content": "Where is my parcel?"}
    if photo:
        said["photos"] = [{"uri": photo, "creation_timestamp": 1_772_440_000}]  # type: ignore[assignment]
    people = [{"name": "Elif Kara"}, {"name": "Deniz Kaya"}]
    thread = {"participants": people, "messages": [said], "title": "Elif Kara", "thread_path": "inbox/elif_123"}
    return json.dumps(thread).encode()


def telegram(name: str, id_: int, photo: str = "") -> bytes:
    said = {"id": 1, "type": "message", "date": "2026-03-02T09:00:00", "date_unixtime": "1772442000", "text": "Hello"}
    said |= {"from": name, "from_id": f"user{id_}"}
    if photo:
        said["photo"] = photo
    return json.dumps({"name": name, "type": "personal_chat", "id": id_, "messages": [said]}).encode()


def bring(store: Store, *paths: Path) -> list[FileReport]:
    with store.inbox() as inbox:
        reports = list(bring_in_all(inbox, paths, store.at, Told()))
    assert all(isinstance(one, FileReport) for one in reports), reports
    return [one for one in reports if isinstance(one, FileReport)]


def stored_files(store: Store) -> list[tuple[str, bool]]:
    with store.inbox() as inbox, inbox.reader() as reader:
        return [
            (one.name, one.stored)
            for id_ in reader.queue("all", store.at).ids
            for line in reader.conversation(id_, store.at).messages
            for one in line.attachments
        ]


def test_a_picture_in_one_part_is_there_for_the_messages_of_another(tmp_path: Path) -> None:
    photo = f"{THREAD}/photos/1.jpg"
    first = written(tmp_path / "facebook-1.zip", {f"{THREAD}/message_1.json": spoken(photo)})
    second = written(tmp_path / "facebook-2.zip", {photo: b"\xff\xd8\xff a picture"})
    for order in ((first, second), (second, first)):
        store = Store(tmp_path / order[0].stem)
        [report] = bring(store, *order)
        assert set(report.parts) == {first, second}
        assert report.came.new == 1
        assert stored_files(store) == [("1.jpg", True)]


def test_one_part_after_the_other_is_filled_in_when_they_come_together(tmp_path: Path) -> None:
    photo = f"{THREAD}/photos/1.jpg"
    first = written(tmp_path / "facebook-1.zip", {f"{THREAD}/message_1.json": spoken(photo)})
    second = written(tmp_path / "facebook-2.zip", {photo: b"\xff\xd8\xff a picture"})
    store = Store(tmp_path / "store")
    bring(store, first)
    assert stored_files(store) == [("1.jpg", False)]
    [again] = bring(store, first, second)
    assert (again.came.new, again.came.updated) == (0, 1)
    assert stored_files(store) == [("1.jpg", True)]


def test_pictures_that_came_apart_from_a_chat_are_found(tmp_path: Path) -> None:
    chat = written(
        tmp_path / "a.zip", {"result.json": telegram("Mira", 7, "photos/1.jpg"), "photos/2.jpg": b"\xff\xd8"}
    )
    media = written(tmp_path / "b.zip", {"photos/1.jpg": b"\xff\xd8\xff a picture"})
    store = Store(tmp_path / "store")
    bring(store, chat, media)
    assert stored_files(store) == [("1.jpg", True)]


def test_two_exports_of_one_shape_stay_two(tmp_path: Path) -> None:
    one = written(tmp_path / "a.zip", {"top/chat/result.json": telegram("Mira", 7), "top/chat/photos/1.jpg": b"1"})
    other = written(tmp_path / "b.zip", {"top/chat/result.json": telegram("Ayla", 8), "top/chat/photos/2.jpg": b"2"})
    store = Store(tmp_path / "store")
    assert [report.came.new for report in bring(store, one, other)] == [1, 1]


def test_what_is_of_two_kinds_or_shares_nothing_stays_apart(tmp_path: Path) -> None:
    chat = b"[02.03.2026, 09:15:02] Elif: Merhaba\n[02.03.2026, 09:16:02] Deniz: Buyurun\n"
    paths = [
        written(tmp_path / "w1.zip", {"_chat.txt": chat, "a/b/x.jpg": b"x"}),
        written(tmp_path / "w2.zip", {"_chat.txt": chat.replace(b"Elif", b"Ayla"), "a/b/y.jpg": b"y"}),
        written(tmp_path / "t.zip", {"a/b/result.json": telegram("Mira", 7)}),
    ]
    assert [found.paths for found in sorted_out(paths)] == [(path,) for path in paths]


def test_import_says_which_parts_it_put_together(tmp_path: Path) -> None:
    first = written(tmp_path / "facebook-1.zip", {f"{THREAD}/message_1.json": spoken()})
    second = written(tmp_path / "facebook-2.zip", {f"{THREAD}/photos/1.jpg": b"\xff\xd8\xff a picture"})
    [file] = Tui(tmp_path / "home").json("import", first, second)["files"]
    assert file["parts"] == [str(first), str(second)]
    folder = tmp_path / "download"
    folder.mkdir()
    for path in (first, second):
        path.rename(folder / path.name)
    assert Tui(tmp_path / "other").json("import", folder)["files"][0]["messages"]["new"] == 1


def test_a_mailbox_is_no_kind_of_export(tmp_path: Path) -> None:
    path = written(tmp_path / "a.zip", {"a.txt": b"x"})
    assert Tui(tmp_path / "home").json("import", path, "--kind", "imap", code=2)["error"]["kind"] == "configuration"


def test_a_path_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    good = written(tmp_path / "a.zip", {"result.json": telegram("Mira", 7)})
    bad = tmp_path / "notes.txt"
    bad.write_text("Dear diary\n")
    document = Tui(tmp_path / "home").json("import", bad, good, tmp_path / "nowhere.zip", code=1)
    assert [one["messages"]["new"] for one in document["files"]] == [1]
    assert [one["kind"] for one in document["problems"]] == ["unreadable", "unreadable"]
