"""Damages what comes from outside and looks for bytes that break a reader: anything but messages or one sentence.

That is: the samples of every channel, and HTML, searches, rules, the configuration and the replies of a mail server.

It is led by coverage: what reaches a line of a reader that nothing reached before is kept and damaged further. What it
finds is written to a folder and said; it then becomes a plain test.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import gc
import io
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tools.fuzz_words import READERS, Inputs  # noqa: E402 - the path comes first
from tui_inbox.connectors import rfc822  # noqa: E402
from tui_inbox.connectors.formats.bundle import open_bundle  # noqa: E402
from tui_inbox.connectors.load import channel, kinds, recognise  # noqa: E402
from tui_inbox.problems import Problem  # noqa: E402

SLOW = 10
"""Seconds of this process's own time after which a few kilobytes count as a hang, however busy the machine is."""
MEMORY = 512 << 20
"""Bytes of memory that reading one of them may take more than what was taken before it."""
STUCK = 600
"""Seconds after which the run is ended, where a reader cannot even be interrupted; what it read is left behind."""
GROWTH = 64 << 20
"""Bytes that the run may hold more at its end than after a quarter of it, what it keeps for itself not counted."""
LARGEST = 200_000
"""Bytes of one member."""
WORDS = [
    *(
        b'"',
        b"'",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\\",
        b"\\x01",
        b"\\ud83d",
        b"null",
        b"true",
        b"-1",
        b"1e999",
        b"{}",
        b"[]",
    ),
    *(
        b"\n",
        b"\r\n",
        b"\r",
        b"\0",
        b"\t",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xe2\x80\x8e",
        b"\xe2\x80\x8f",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
    ),
    *(
        b"9" * 30,
        b"2038-01-19",
        b"0000-00-00",
        b"31/02/2026",
        b"12:60",
        b"[1.1.26, 0:0:0] ",
        b" - ",
        b": ",
        b"<",
        b"&#0;",
        b"</div>",
    ),
    *(b"../" * 8, b"From ", b"From: ", b"\n\n", b"=?utf-8?b?/w==?=", b"A" * 5000),
]


class HungError(BaseException):
    """A reader did not come back; none of them may take this for bytes that it cannot read."""


class UnreadError(Exception):
    """A reader gave a mail up; its own last resort kept that from being seen."""


@dataclass
class Seed:
    """Members of one export: a single unnamed one is a file, several are a zip or a folder."""

    kind: str
    name: str
    members: dict[str, bytes]
    zipped: bool


@dataclass
class Fuzz:
    """One run."""

    chance: random.Random
    found_in: Path
    corpus: list[Seed]
    reached: set[tuple[str, int]] = field(default_factory=set)
    broken: dict[str, Path] = field(default_factory=dict)
    runs: int = 0
    inputs: Inputs = field(default_factory=Inputs)
    early: int = 0
    """Bytes held after a quarter of the run."""
    grown: int = 0
    """Bytes held at its end beyond those."""

    def run(self, minutes: float, folder: Path) -> None:
        begun = time.monotonic()
        while (gone := time.monotonic() - begun) < minutes * 60:
            if not self.early and gone > minutes * 15:
                self.early = self.held()
            parent = self.chance.choice(self.corpus)
            seed = self.damaged(parent)
            self.runs += 1
            if self.tried(seed, folder) and len(self.corpus) < 5000:
                self.corpus.append(seed)
        self.grown = self.held() - (self.early or self.held())
        if self.grown > GROWTH:
            said = f"{self.grown >> 20} MB more are held than after a quarter of the run"
            self.broken[said] = folder
            print(said, file=sys.stderr)

    def held(self) -> int:
        """Return the bytes of memory that are held, but for those of what is kept to go on from."""
        gc.collect()
        return memory()[1] - sum(len(raw) for one in self.corpus for raw in one.members.values())

    def tried(self, seed: Seed, folder: Path) -> bool:
        """Read *seed* as a file of its kind; return whether it reached something new."""
        path = written(seed, folder)
        lines: set[tuple[str, int]] = set()
        signal.setitimer(signal.ITIMER_PROF, SLOW)
        faulthandler.dump_traceback_later(STUCK, exit=True)
        resource.setrlimit(resource.RLIMIT_AS, (memory()[0] + MEMORY, resource.RLIM_INFINITY))
        sys.settrace(tracer(lines))
        try:
            if seed.kind in READERS:
                self.inputs.read(seed.kind, seed.members[seed.name])
            else:
                read(seed.kind, path)
        except Problem as problem:
            if not problem.what:
                self.keep(seed, path, "a Problem without a sentence")
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as trouble:  # noqa: BLE001 - that is what is looked for
            sys.settrace(None)
            last = traceback.extract_tb(trouble.__traceback__)[-1]
            self.keep(seed, path, f"{type(trouble).__name__} at {Path(last.filename).name}:{last.lineno}", trouble)
        finally:
            sys.settrace(None)
            signal.setitimer(signal.ITIMER_PROF, 0)
            faulthandler.cancel_dump_traceback_later()
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        new = not lines <= self.reached
        self.reached |= lines
        return new

    def keep(self, seed: Seed, path: Path, what: str, trouble: BaseException | None = None) -> None:
        """Write down what broke a reader, once for each place."""
        sign = f"{seed.kind}: {what}"
        if sign in self.broken:
            return
        self.found_in.mkdir(parents=True, exist_ok=True)
        kept = self.found_in / f"{seed.kind}-{len(self.broken) + 1}{Path(seed.name).suffix}"
        if path.is_dir():
            kept = kept.with_suffix(".zip")
            kept.write_bytes(packed(seed.members))
        else:
            kept.write_bytes(path.read_bytes())
        self.broken[sign] = kept
        print(f"{sign}\n  kept as {kept}", file=sys.stderr)
        if trouble is not None:
            traceback.print_exception(trouble, limit=-4)

    def damaged(self, seed: Seed) -> Seed:
        """Return *seed* with one member damaged a little, or rarely lost or renamed."""
        members = dict(seed.members)
        name = self.chance.choice(sorted(members))
        raw = bytearray(members[name])
        for _ in range(self.chance.choice((1, 1, 2, 4, 8))):
            self.damage(raw)
        members[name] = bytes(raw[:LARGEST])
        if len(members) > 1 and self.chance.random() < 0.03:
            del members[self.chance.choice(sorted(members))]
        kind = self.chance.choice(self.corpus).kind
        if kind in READERS or seed.kind in READERS or self.chance.random() < 0.97:
            kind = seed.kind
        return Seed(kind, seed.name, members, seed.zipped)

    def damage(self, raw: bytearray) -> None:
        at = self.chance.randrange(len(raw) + 1)
        length = self.chance.choice((1, 1, 2, 4, 16, 64, 400))
        match self.chance.randrange(8):
            case 0:
                raw[at : at + 1] = bytes([self.chance.randrange(256)])
            case 1:
                del raw[at : at + length]
            case 2:
                raw[at:at] = self.chance.choice(WORDS)
            case 3:
                raw[at : at + length] = self.chance.choice(WORDS)
            case 4:
                raw[at:at] = raw[at : at + length] * self.chance.choice((1, 2, 50))
            case 5:
                other = self.chance.choice(list(self.chance.choice(self.corpus).members.values()))
                start = self.chance.randrange(len(other) + 1)
                raw[at:at] = other[start : start + length]
            case 6 if raw and at < len(raw):
                raw[at] ^= 1 << self.chance.randrange(8)
            case _:
                if self.chance.random() < 0.3:
                    del raw[at:]
                else:
                    there = self.chance.randrange(len(raw) + 1)
                    raw[there:there] = raw[at : at + length]


def tracer(lines: set[tuple[str, int]]) -> Any:
    """Return a trace function that notes which lines of the readers are reached."""
    here = str(ROOT / "tui_inbox")

    def called(frame: FrameType, event: str, argument: object) -> Any:
        return line if frame.f_code.co_filename.startswith(here) else None

    def line(frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    return called


def read(kind: str, path: Path) -> None:
    """Recognise *path*, and read it as *kind* to its end; every text must be storable."""
    with open_bundle(path) as bundle:
        with contextlib.suppress(Problem):
            recognise(bundle)
        source = channel(kind).Source(bundle=bundle)
        if hasattr(source, "owner"):
            source.owner()
        for batch in source.read({}):
            for one in batch.arrivals:
                message = one.message
                if any(said.startswith(rfc822.UNREAD) for said in message.warnings):
                    raise UnreadError(message.warnings)
                (message.text + message.quoted + message.subject + message.thread + message.sender.name).encode()


def written(seed: Seed, folder: Path) -> Path:
    """Return where *seed* was written, over what was there before."""
    path = folder / (seed.name if "." in seed.name else f"{seed.name}.export")
    if not seed.zipped and len(seed.members) == 1:
        path.write_bytes(next(iter(seed.members.values())))
        return path
    path = path.with_suffix(".zip")
    path.write_bytes(packed(seed.members))
    return path


def packed(members: dict[str, bytes]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as zipped:
        for name, raw in members.items():
            zipped.writestr(name, raw)
    return into.getvalue()


def seeds(kind: str, inputs: Inputs) -> Iterator[Seed]:
    """Yield the samples of a channel; a folder becomes a zip."""
    if kind in READERS:
        yield from (Seed(kind, f"{kind}.txt", {f"{kind}.txt": raw}, zipped=False) for raw in inputs.seeds(kind))
        return
    folder = ROOT / "tests" / "samples" / kind
    paths = [folder] if (folder / "cur").is_dir() else sorted(folder.iterdir())
    for path in paths:
        if path.is_dir():
            members = {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}
            yield Seed(kind, path.name, members, zipped=True)
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as zipped:
                inside = {name: zipped.read(name) for name in zipped.namelist() if not name.endswith("/")}
            yield Seed(kind, path.name, inside, zipped=True)
        yield from [Seed(kind, path.name, {path.name: path.read_bytes()}, zipped=False)] if path.is_file() else []


def memory() -> tuple[int, int]:
    """Return the bytes of memory that this process has asked for, and those that it holds (Linux)."""
    asked, holds = Path("/proc/self/statm").read_text().split()[:2]
    return int(asked) * resource.getpagesize(), int(holds) * resource.getpagesize()


def hung(number: int, frame: FrameType | None) -> None:
    raise HungError


def readable() -> list[str]:
    return [kind for kind in kinds() if hasattr(channel(kind), "sniff")]


def main() -> int:
    """Damage and read for so many minutes; 1 where something broke."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("kinds", nargs="*", metavar="KIND", help=f"only these: a channel, or {', '.join(READERS)}")
    told.add_argument("--minutes", type=float, default=1.0, help="how long (default: 1)")
    told.add_argument("--seed", type=int, default=None, help="the same number, the same damage")
    told.add_argument("--found", type=Path, default=ROOT / "fuzz-found", help="where to write what breaks a reader")
    chosen = told.parse_args()
    number = random.randrange(1 << 32) if chosen.seed is None else chosen.seed
    inputs = Inputs()
    corpus = [
        seed
        for kind in chosen.kinds or [*readable(), *READERS]
        for seed in seeds(kind, inputs)
        if sum(map(len, seed.members.values())) < LARGEST
    ]
    fuzz = Fuzz(random.Random(number), chosen.found, corpus, inputs=inputs)
    signal.signal(signal.SIGPROF, hung)
    with tempfile.TemporaryDirectory(prefix="tui-inbox-fuzz-") as folder:
        print(f"What is being read lies in {folder}.", file=sys.stderr)
        fuzz.run(chosen.minutes, Path(folder))
    print(
        f"seed {number}: {fuzz.runs:,} files read, {len(fuzz.reached):,} lines reached, "
        f"{len(fuzz.corpus):,} kept to go on from, {fuzz.grown >> 20} MB more held than after a quarter, "
        f"{len(fuzz.broken)} places broke"
    )
    return 1 if fuzz.broken else 0


if __name__ == "__main__":
    sys.exit(main())
