"""The demo is what it says: a believable week over four channels, every message of it read through a connector."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui_inbox import demo
from tui_inbox.config import Home, load
from tui_inbox.demo.exports import write
from tui_inbox.demo.week import distance, week
from tui_inbox.exports import bring_in
from tui_inbox.inbox import Inbox
from tui_inbox.rules.model import Clock, Outcome, Place, Reason
from tui_inbox.store.lines import Row
from tui_inbox.store.reader import Reader
from tui_inbox.store.whole import Whole

NOON = datetime(2026, 6, 17, 12, 0, tzinfo=UTC)
MOMENTS = {
    "a Sunday night": datetime(2026, 6, 21, 2, 7, 31, tzinfo=UTC),
    "the hour that Europe skips": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    "the hour that Europe has twice": datetime(2026, 10, 25, 0, 45, tzinfo=UTC),
    "the hour that New York has twice": datetime(2026, 11, 1, 6, 15, 59, tzinfo=UTC),
    "the last minute of a year": datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
}


class Filled:
    """A demo that was filled, and what its store holds."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.now = now
        self.home: Home = demo.fill(folder, now)
        reader = Reader(self.home.store)
        self.queues = {name: reader.queue(name, now).ids for name in ("all", *Place)}
        self.rows: tuple[Row, ...] = tuple(reader.rows(self.queues["all"], now))
        self.wholes: list[Whole] = [reader.conversation(row.id, now) for row in self.rows]
        reader.close()

    def shape(self) -> list[tuple[object, ...]]:
        """Return all that must not depend on the moment, in an order of its own."""
        told = [
            (
                *(one.row.channel, one.row.subject, one.row.contact.name, one.row.place, one.row.owner),
                *(one.row.clock, one.row.reason, one.row.tier, one.row.news, len(one.messages)),
                *((promise.kind, promise.outcome, promise.responsible) for promise in one.promises),
            )
            for one in self.wholes
        ]
        return sorted(told, key=str)


@pytest.fixture(scope="module")
def at_noon(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return Filled(tmp_path_factory.mktemp("demo"), NOON)


# --- the scripts ----------------------------------------------------------------------------------------


def test_the_scripts_tell_some_sixty_conversations_over_four_channels() -> None:
    channels = Counter(told.channel for told in week())
    assert set(channels) == {"email", "whatsapp", "telegram", "slack"}
    assert 60 <= channels.total() <= 75
    assert min(channels.values()) >= 8


def test_everybody_in_the_week_is_invented() -> None:
    texts = [
        one for told in week() for one in (told.who.identity, *told.keys.values(), *(line.text for line in told.lines))
    ]
    hosts = {host for text in texts for host in re.findall(r"@([\w.-]+\w)|https?://([\w.-]+)", text) for host in host}
    assert {host for host in hosts if host and not host.endswith(".example")} == set()
    numbers = [number for text in texts for number in re.findall(r"\+\d[\d ]{7,}\d", text)]
    assert all("555 0" in number for number in numbers)


def test_nothing_is_told_of_the_future_and_everything_in_its_order() -> None:
    for told in week():
        times = [line.at for line in told.lines]
        assert times[0] == min(times), told.title
        assert max(line.seen for line in told.lines) <= timedelta(0), told.title
        assert all(act.at < timedelta(0) for act in told.acts), told.title


def test_a_distance_is_read_as_it_is_written() -> None:
    assert distance("-1d 2h 30m") == -timedelta(days=1, hours=2, minutes=30)
    assert distance("+45m") == timedelta(minutes=45)
    with pytest.raises(ValueError):
        distance("yesterday")


def test_the_configuration_of_the_demo_is_read_without_a_complaint(at_noon: Filled) -> None:
    config = load(at_noon.home.config)
    assert config.me.name == tomllib.loads(at_noon.home.config.read_text(encoding="utf-8"))["me"]["name"]
    assert {act.to for told in week() for act in told.acts if act.to} <= {mate.name for mate in config.teammates}
    assert config.hours.always


# --- the files ------------------------------------------------------------------------------------------


def test_writing_the_files_again_changes_none_of_them(tmp_path: Path) -> None:
    assert write(tmp_path, NOON).changed
    assert write(tmp_path, NOON).changed == ()


def test_the_files_grow_from_stage_to_stage(tmp_path: Path) -> None:
    early = write(tmp_path, NOON, distance("-4d"))
    late = write(tmp_path, NOON)
    assert {one.account for one in early.exports} <= {one.account for one in late.exports}
    assert len(late.exports) > len(early.exports)
    assert {one.kind for one in late.exports} == {"mbox", "maildir", "whatsapp", "telegram", "slack"}


def test_the_files_on_disk_bring_nothing_that_is_not_known(at_noon: Filled) -> None:
    inbox = Inbox(at_noon.home, load(at_noon.home.config))
    files = write(at_noon.home.folder / "exports", at_noon.now)
    assert files.changed == ()
    for export in files.exports:
        reports = bring_in(inbox, export.path, at_noon.now, kind=export.kind, account=export.account, zone=export.zone)
        for report in reports:
            assert report.came.found > 0, export.path
            assert (report.came.new, report.came.updated) == (0, 0), export.path
            assert report.problems == [], export.path
    inbox.close()


def test_every_export_is_recognised_by_its_content(tmp_path: Path) -> None:
    from tui_inbox.connectors.formats.bundle import open_bundle
    from tui_inbox.connectors.load import recognise

    for export in write(tmp_path, NOON).exports:
        with open_bundle(export.path) as bundle:
            assert recognise(bundle)[0] == export.kind, export.path


def test_every_line_of_the_scripts_arrives_as_a_message(at_noon: Filled) -> None:
    found = Counter(message.text.split("\n")[0] for one in at_noon.wholes for message in one.messages)
    for told in week():
        for line in told.lines:
            first = line.text.replace(":pray:", "🙏").split("\n")[0]
            if first and not set(first) & {":"} and "form" not in line.options:
                assert found[first] >= 1, (told.title, first)


def test_a_home_that_was_filled_before_is_left_as_it_is(tmp_path: Path) -> None:
    first = demo.fill(tmp_path, NOON)
    held = first.store.stat().st_mtime_ns
    assert demo.fill(tmp_path, NOON + timedelta(days=3)).store.stat().st_mtime_ns == held


# --- the week -------------------------------------------------------------------------------------------


def test_every_promise_outcome_is_in_the_week(at_noon: Filled) -> None:
    outcomes = {promise.outcome for one in at_noon.wholes for promise in one.promises}
    assert outcomes == set(Outcome)


def test_every_clock_and_place_is_in_the_week(at_noon: Filled) -> None:
    assert {row.clock for row in at_noon.rows} == set(Clock)
    assert {row.place for row in at_noon.rows} == set(Place)


def test_reasons_of_every_kind_are_in_the_week(at_noon: Filled) -> None:
    missing = set(Reason) - {row.reason for row in at_noon.rows}
    assert missing <= {Reason.SERVER}, "only a server takes mail away by itself"


def test_the_inbox_is_a_believable_mix(at_noon: Filled) -> None:
    inbox = [row for row in at_noon.rows if row.place is Place.INBOX]
    clocks = Counter(row.clock for row in inbox)
    assert 18 <= len(inbox) <= 26
    assert 3 <= clocks[Clock.BREACHED] <= 7
    assert 3 <= clocks[Clock.AT_RISK] <= 7
    assert clocks[Clock.RUNNING] >= clocks[Clock.BREACHED]
    assert 1 <= clocks[Clock.NONE] <= 4
    assert {row.channel for row in inbox} == {"email", "whatsapp", "telegram", "slack"}


def test_everything_lies_in_one_place(at_noon: Filled) -> None:
    placed = [id_ for place in Place for id_ in at_noon.queues[place]]
    assert sorted(placed) == sorted(at_noon.queues["all"])


def test_customers_write_on_two_channels(at_noon: Filled) -> None:
    channels: dict[str, set[str]] = {}
    for row in at_noon.rows:
        channels.setdefault(row.contact.name, set()).add(row.channel)
    assert channels["Clara Weiss"] == {"email", "slack"}
    # Telegram's own list of contacts gives his number, under which he writes on WhatsApp.
    assert {"telegram", "whatsapp"} <= channels["Kerem Aydın"]


def test_one_customer_may_be_the_same_person_as_another(at_noon: Filled) -> None:
    reader = Reader(at_noon.home.store)
    ada = next(row.contact.id for row in at_noon.rows if row.contact.name == "Ada Demir" and row.channel == "email")
    (alike,) = reader.customer(ada, at_noon.now).alike
    reader.close()
    assert alike.why == "Ada Demir wrote ada@demir.example in a message."


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_week_looks_the_same_at(moment: str, at_noon: Filled, tmp_path: Path) -> None:
    assert Filled(tmp_path, MOMENTS[moment]).shape() == at_noon.shape()
