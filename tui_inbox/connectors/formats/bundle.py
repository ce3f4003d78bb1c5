"""A file, a folder or a zip, seen as one list of members that are read as streams and never unpacked."""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from tui_inbox.problems import Unreadable

HEAD = 65536
_CHUNK = 1 << 20
_ZIP_START = (b"PK\x03\x04", b"PK\x05\x06")
_NOISE = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may ask of this machine; beyond it is refused in words."""

    members: int = 250_000
    total: int = 64 << 30
    ratio: int = 200
    """Unpacked bytes for each packed one, held against archives that unpack to more than `free` bytes."""
    free: int = 256 << 20


class Bundle(ABC):
    """What was handed to the import: its members by their inner posix paths, and nothing about their meaning."""

    path: Path

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: dict[tuple[str, ...], Any] = {}
        """What a walk over a member has found out, for whoever would walk over it again."""
        self._digest = ""

    @abstractmethod
    def names(self) -> list[str]:
        """Return the inner paths of all members, sorted; for a single file its own name."""

    @abstractmethod
    def size(self, name: str) -> int:
        """Return the bytes of member *name*, unpacked; raise `Unreadable` where there is none of that name."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Return a stream over member *name*; trouble while reading it is `Unreadable`, too."""

    @abstractmethod
    def _fingerprint(self) -> str: ...

    @property
    def digest(self) -> str:
        """SHA-256 (hex) that stays the same for the same content, whatever the file is called.

        Of a file: all its bytes. Of a zip: names, sizes and the archive's own checksums. Of a folder: names, sizes
        and the first and last 64 KiB of each member.
        """
        if not self._digest:
            self._digest = self._fingerprint()
        return self._digest

    def head(self, name: str, size: int = HEAD) -> bytes:
        """Return the first *size* bytes of member *name*."""
        with self.open(name) as stream:
            return stream.read(size)

    def find(self, name: str, depth: int = 3) -> list[str]:
        """Return the members called *name* (case ignored) that lie at most *depth* folders down, shallowest first."""
        wanted = name.casefold()
        found = [one for one in self.names() if one.count("/") <= depth and one.rpartition("/")[2].casefold() == wanted]
        return sorted(found, key=lambda one: (one.count("/"), one))

    def has(self, name: str) -> bool:
        """Return whether there is a member of exactly this inner path."""
        try:
            self.size(name)
        except Unreadable:
            return False
        return True

    def close(self) -> None:  # noqa: B027 - only an archive keeps something open
        """Let go of the file."""

    def __enter__(self) -> Bundle:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _no_member(self, name: str) -> Unreadable:
        return Unreadable(
            f"{self.path.name} has no member called {name!r}.", "Export it again and import the new file."
        )


def open_bundle(path: Path, limits: Limits | None = None) -> Bundle:
    """Return *path* as a bundle; raise `Unreadable` where it is missing, closed to us, unsafe or broken."""
    path = Path(path)
    with _reading(path):
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _Folder(path, limits or Limits())
        if not stat.S_ISREG(mode):
            raise Unreadable(f"{path.name} is neither a file nor a folder.", "Give a file, a folder or a zip.")
        with path.open("rb") as stream:
            start = stream.read(4)
        return _Zip(path, limits or Limits()) if start in _ZIP_START else _File(path)


class _File(Bundle):
    def names(self) -> list[str]:
        return [self.path.name]

    def size(self, name: str) -> int:
        if name != self.path.name:
            raise self._no_member(name)
        with _reading(self.path):
            return self.path.stat().st_size

    def open(self, name: str) -> BinaryIO:
        if name != self.path.name:
            raise self._no_member(name)
        with _reading(self.path):
            return _guarded(self.path.open("rb"), self.path)

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        with self.open(self.path.name) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


class _Folder(Bundle):
    """Links are left out: they could lead anywhere."""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path)
        self._limits = limits
        self._sizes: dict[str, int] | None = None

    def _members(self) -> dict[str, int]:
        if self._sizes is None:
            with _reading(self.path):
                self._sizes = dict(sorted(self._walk()))
        return self._sizes

    def _walk(self) -> Iterator[tuple[str, int]]:
        count = 0
        waiting = [(os.fspath(self.path), "")]
        while waiting:
            folder, inner = waiting.pop()
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = inner + entry.name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, name + "/"))
                    elif entry.is_file(follow_symlinks=False) and not _NOISE.search(name):
                        count += 1
                        yield name, entry.stat(follow_symlinks=False).st_size
            if count > self._limits.members * 8:
                raise Unreadable(f"{self.path.name} holds more than {count:,} files.", "Give a folder with less in it.")

    def names(self) -> list[str]:
        return list(self._members())

    def size(self, name: str) -> int:
        try:
            return self._members()[name]
        except KeyError:
            raise self._no_member(name) from None

    def open(self, name: str) -> BinaryIO:
        self.size(name)
        with _reading(self.path):
            return _guarded((self.path / name).open("rb"), self.path)

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for name, size in self._members().items():
            digest.update(f"{name}\0{size}\0".encode("utf-8", "surrogateescape"))
            with self.open(name) as stream:
                digest.update(stream.read(HEAD))
                if size > 2 * HEAD:
                    stream.seek(size - HEAD)
                digest.update(stream.read(HEAD))
        return digest.hexdigest()


class _Listed:
    """The members of a zip by their names in order, in a tenth of the memory that the library takes for them."""

    _FACTS = ("header_offset", "compress_size", "file_size", "CRC", "compress_type", "flag_bits", "_end_offset")

    def __init__(self, entries: Iterator[tuple[str, zipfile.ZipInfo]]) -> None:
        self._facts = array("q")
        self._written: dict[int, str] = {}
        found: dict[str, int] = {}
        for place, (name, entry) in enumerate(entries):
            found[name] = place
            # The last is there since 3.11.8: where the next member begins, so that none may lie in another.
            self._facts.extend(-1 if (fact := getattr(entry, one, None)) is None else fact for one in self._FACTS)
            if entry.orig_filename != name:
                self._written[place] = entry.orig_filename
        self.places = dict(sorted(found.items()))

    def entry(self, name: str) -> zipfile.ZipInfo:
        """Return what the library needs to open member *name*; raise `KeyError` where there is none."""
        place = self.places[name]
        entry = zipfile.ZipInfo(self._written.get(place, name))
        width = len(self._FACTS)
        for fact, value in zip(self._FACTS, self._facts[place * width : (place + 1) * width], strict=True):
            if value >= 0:
                setattr(entry, fact, value)
        return entry


class _Zip(Bundle):
    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path)
        self._limits = limits
        with _reading(path):
            self._zip = zipfile.ZipFile(path)
        try:
            with _reading(path):
                self._listed = _Listed(self._checked(limits))
        except BaseException:
            self._zip.close()
            raise
        # What it read of itself is kept smaller here: an archive of a hundred thousand days is no large one.
        self._zip.filelist.clear()
        self._zip.NameToInfo.clear()

    def _checked(self, limits: Limits) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        entries = self._zip.infolist()
        if len(entries) > limits.members:
            raise self._refused(f"it lists {len(entries):,} members, more than {limits.members:,}")
        total = sum(one.file_size for one in entries)
        if total > limits.total:
            raise self._refused(f"it would unpack to {total >> 30} GiB, more than {limits.total >> 30} GiB")
        with _reading(self.path):
            packed = max(1, self.path.stat().st_size)
        if total > limits.free and total > packed * limits.ratio:
            raise self._refused(f"it would unpack to {total // packed:,} times its size")
        for entry in entries:
            if entry.header_offset < 0:
                raise zipfile.BadZipFile("its beginning is missing")
            name = entry.filename.replace("\\", "/")
            if unsafe(name):
                raise self._refused(f"it names a member outside of itself ({name[:80]!r})")
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise self._refused(f"it holds a link ({name[:80]!r})")
            if not name.endswith("/") and not _NOISE.search(name):
                yield name, entry

    def __reduce__(self) -> tuple[object, ...]:
        """Another process opens it anew."""
        return type(self), (self.path, self._limits), {"_digest": self._digest, "found": self.found}

    def _refused(self, why: str) -> Unreadable:
        return Unreadable(
            f"{self.path.name} is not opened: {why}.",
            "Unpack it yourself where you trust it, and import the folder.",
        )

    def names(self) -> list[str]:
        return list(self._listed.places)

    def _entry(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._listed.entry(name)
        except KeyError:
            raise self._no_member(name) from None

    def size(self, name: str) -> int:
        return self._entry(name).file_size

    def open(self, name: str) -> BinaryIO:
        with _reading(self.path):
            return _guarded(cast(BinaryIO, self._zip.open(self._entry(name))), self.path)

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for name in self._listed.places:
            entry = self._listed.entry(name)
            digest.update(f"{name}\0{entry.file_size}\0{entry.CRC}\0".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def close(self) -> None:
        self._zip.close()


def unsafe(name: str) -> bool:
    """Return whether inner path *name* (with `/`) is absolute, on a drive or share, or climbs out by `..`."""
    return name.startswith("/") or name[1:2] == ":" or ".." in name.split("/")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Say in words what the operating system or the archive has against being read."""
    again = "Export or copy it again, and import the new file."
    try:
        yield
    except FileNotFoundError:
        raise Unreadable(f"There is no file or folder {path}.", "Check the path.") from None
    except PermissionError:
        raise Unreadable(f"{path.name} may not be read.", "Give yourself the right to read it.") from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OverflowError, EOFError) as broken:
        raise Unreadable(f"{path.name} is a broken zip ({broken}).", again) from None
    except NotImplementedError:
        raise Unreadable(f"{path.name} is packed in a way that cannot be read here.", "Unpack it first.") from None
    except RuntimeError:  # what zipfile raises for a member with a password
        raise Unreadable(f"{path.name} is locked with a password.", "Unpack it first, and import the folder.") from None
    except (OSError, ValueError) as trouble:
        raise Unreadable(f"{path.name} cannot be read ({trouble}).", again) from None


class _Guarded(io.RawIOBase):
    """A stream that says its trouble as `Unreadable`."""

    def __init__(self, stream: BinaryIO, path: Path) -> None:
        self._stream = stream
        self._path = path

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's Buffer is newer than 3.11
        with _reading(self._path):
            got = self._stream.read(len(buffer))
        buffer[: len(got)] = got
        return len(got)

    def seek(self, offset: int, whence: int = 0) -> int:
        with _reading(self._path):
            return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def close(self) -> None:
        self._stream.close()
        super().close()


def _guarded(stream: BinaryIO, path: Path) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Guarded(stream, path), 1 << 18))
