"""A small store of real conversations, filled through the inbox itself, and a pilot over it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from tui_inbox.app import TuiInbox
from tui_inbox.config import Config, Home, Look, Me, Teammate, View
from tui_inbox.connectors import Arrival, Batch
from tui_inbox.inbox import Inbox
from tui_inbox.inbox.origin import Origin
from tui_inbox.rules.model import Message, Person
from tui_inbox.screens.desk import Desk

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
ME = "support@shop.example"

CUSTOMERS = (
    ("Ada Demir", "ada@one.example", "Where is my order?", "I ordered a blue bowl last week and it has not come."),
    ("Jürgen Groß", "juergen@two.example", "Rechnung 113", "Die Rechnung stimmt nicht, bitte prüfen Sie das."),
    ("山田太郎", "taro@three.example", "注文について", "注文した茶碗がまだ届きません。"),
    ("Olga", "olga@four.example", "Возврат", "Как вернуть чашку?"),
    ("Bob", "bob@five.example", "[URGENT] [b]cup[/b]", "The cup has a crack. [@click=app.quit]Look[/]"),
    ("Mia", "mia@six.example", "Opening hours", "Are you open on Saturday?"),
)


@dataclass
class World:
    """One home: its store, its configuration, and the present moment, which tests move."""

    folder: Path
    config: Config
    now: datetime = NOW
    count: int = 0
    """Mails that have arrived."""
    inbox: Inbox = field(init=False)

    def __post_init__(self) -> None:
        self.home = Home(self.folder, self.folder / "config.toml")
        self.inbox = Inbox(self.home, self.config)

    def clock(self) -> datetime:
        return self.now

    def writes(
        self,
        name: str,
        identity: str,
        subject: str,
        text: str,
        *,
        ago: timedelta = timedelta(hours=1),
        answers: str = "",
        **more: Any,
    ) -> str:
        """Have a mail arrive, and return its Message-ID; `answers` is the id of what it answers."""
        self.count += 1
        own = f"<{self.count}@mail.example>"
        to = (Person("", ME),) if identity != ME else (Person("", "ada@one.example"),)
        message = Message(
            channel="email",
            key=own,
            sender=Person(name, identity),
            received_at=self.now - ago,
            text=text,
            subject=subject,
            external_id=own,
            ids=(own,),
            references=(answers,) if answers else (),
            to=more.pop("to", to),
            position=self.count,
            **more,
        )
        batch = Batch((Arrival(message),), f"place {self.count}", "{}")
        self.inbox.ingest(Origin("support", "imap", "email"), batch, self.now)
        return own

    def fill(self, count: int = len(CUSTOMERS)) -> None:
        """Have *count* customers write, the first of them the longest ago."""
        for index in range(count):
            name, identity, subject, text = CUSTOMERS[index % len(CUSTOMERS)]
            more = "" if index < len(CUSTOMERS) else f" {index}"
            ago = timedelta(hours=5) - timedelta(minutes=30 * index) if count < 10 else timedelta(seconds=count - index)
            self.writes(name, identity, subject + more, text, ago=ago)

    def place(self, id_: int) -> str:
        """Return where a conversation lies, as the store has it."""
        with self.inbox.reader() as reader:
            return str(reader.rows([id_], self.now)[0].place)


@pytest.fixture
def config() -> Config:
    return Config(
        me=Me("Deniz Kaya", (ME,), skills=("glaze",)),
        teammates=(
            Teammate("Mert", "mert@shop.example", ("refunds", "billing"), 2),
            Teammate("Ivana", "ivana@shop.example", ("croatian",)),
        ),
        views=(View("Cups", "cup", "c"),),
        look=Look(),
    )


@pytest.fixture
def world(tmp_path: Path, config: Config) -> Iterator[World]:
    made = World(tmp_path, config)
    yield made
    made.inbox.close()


class Hands:
    """A person at the screen: presses keys, and waits until the screen has come to rest."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        self.app = pilot.app

    @property
    def desk(self) -> Desk:
        desk = self.app.screen_stack[0]
        assert isinstance(desk, Desk)
        return desk

    async def press(self, *keys: str) -> None:
        """Press *keys* one after another, by Textual's names, and wait for what comes of them."""
        for key in keys:
            await self.pilot.press(key)
        await self.rest()

    async def type(self, text: str) -> None:
        """Press the letters of *text*."""
        await self.press(*text)

    async def rest(self) -> None:
        """Wait until no thread is at work for the screen and everything is drawn; fail as `until` does."""
        for _ in range(20_000):
            await self.pilot.pause()
            if self.desk.resting:
                await self.pilot.pause()
                return
            await asyncio.sleep(0.01)
        raise AssertionError("The screen did not come to rest.")

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until *true*; fail after minutes, which only a hang takes."""
        for _ in range(20_000):
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("It did not come true.")

    @property
    def current(self) -> int | None:
        """The conversation under the cursor."""
        return self.desk.rows.current

    @property
    def said(self) -> str:
        """What the line above the keys says."""
        return str(self.desk.query_one("#said").words)  # type: ignore[attr-defined]

    def text(self, widget: Widget | None = None) -> str:
        """Return the screen, or one widget of it, as plain text."""
        if widget is not None:
            lines = [widget.render_line(y).text for y in range(widget.size.height)]  # type: ignore[attr-defined]
            return "\n".join(line.rstrip() for line in lines)
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)


@pytest.fixture
def sit(world: World) -> Callable[..., None]:
    """Return a function that opens the app over the world and lets somebody work in it."""

    def seated(work: Callable[[Hands], Awaitable[None]], size: tuple[int, int] = (80, 24), **more: Any) -> None:
        async def run() -> None:
            app = TuiInbox(world.home, world.config, clock=world.clock, **more)
            async with app.run_test(size=size) as pilot:
                hands = Hands(pilot)
                await hands.rest()
                await work(hands)
                await hands.rest()

        asyncio.run(run())

    return seated
