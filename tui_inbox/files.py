"""What came attached, saved and opened safely; and the one way in which this program opens anything else."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from tui_inbox.problems import NotFound, Problem, Refused
from tui_inbox.rules.clean import filename, line
from tui_inbox.store.originals import KeptFile
from tui_inbox.store.reader import Reader

_EXTENSIONS = """
    action apk app appimage appref-ms application bash bat cgi chm cmd com command cpl csh desktop dll dmg docm
    dotm elf exe fish gadget hta htm html inf ins iso isp jar jnlp js jse ksh lnk mht mhtml msc msi msix msp mst
    osx out ova pif pkg pl plist potm ppam ppsm pptm prg ps1 psm1 py pyc pyw pyz rb reg rgs run scf scpt scr
    sct service sh shb shtml sldm so svg svgz swf terminal tool url vb vbe vbs vhd vhdx webloc wsf wsh workflow xbap
    xhtml xla xlam xlsm xltm xml xnk zsh
"""
_PROGRAMS = frozenset(_EXTENSIONS.split())
"""Extensions whose opening runs something: programs, scripts, links to them, documents with macros, pages."""
_STARTS = (
    (b"MZ", "a program for Windows"),
    (b"\x7fELF", "a program"),
    (b"#!", "a script"),
    (b"\xcf\xfa\xed\xfe", "a program for macOS"),
    (b"\xfe\xed\xfa\xce", "a program for macOS"),
    (b"\xfe\xed\xfa\xcf", "a program for macOS"),
    (b"\xce\xfa\xed\xfe", "a program for macOS"),
    (b"\xca\xfe\xba\xbe", "a program for Java or macOS"),
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "a shortcut"),
)
_TEXTS = re.compile(rb"\s*(?:<!doctype html|<html|<script|<svg|<\?xml|\[desktop entry\]|\[internetshortcut\])", re.I)
_HEAD = 1024
"""Bytes of a file's beginning that are looked at."""
_OPENED = "tui-inbox-open-"
"""How the private folders of opened files begin, among the system's temporary ones."""
_KEPT_FOR = 86_400
"""Seconds after which a file that was only opened is removed, with the next one that is."""
_TRIES = 1000
"""Names that are tried for a file before its folder counts as full."""
_ADDRESS = re.compile(r"(?:https?|mailto|tel|tg|slack):[^\s\x00-\x1f\x7f-\x9f]+", re.IGNORECASE)
"""What may be opened besides files: a place to write to, or a link that a person was shown."""


def content(reader: Reader, id_: int) -> tuple[KeptFile, bytes]:
    """Return attachment *id_* and its bytes; raise `NotFound`, or `Refused` where it never came."""
    kept = reader.file(id_)
    if kept.content is not None:
        return kept, kept.content
    if not kept.stored and kept.part:
        raise Refused(
            f"{line(kept.name)} was left on its server: the mail is too large to come whole.",
            f"Run `tui-inbox attachment fetch {id_}`.",
        )
    if not kept.stored or not kept.raw:
        raise Refused(
            f"{line(kept.name)} did not come with the export.",
            "Export the chat again with its media and import that: what is missing is filled in.",
        )
    from tui_inbox.connectors import rfc822

    return kept, rfc822.attachment(kept.raw, kept.part)


def save(reader: Reader, id_: int, folder: Path) -> Path:
    """Write attachment *id_* into *folder*, which must exist, under a safe name of its own, and return the new path.

    Nothing that is there is overwritten or followed: the file is new, readable by nobody else, and never executable.
    Raises `Problem` where it cannot be written, and what `content` raises.
    """
    kept, raw = content(reader, id_)
    try:
        inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as trouble:
        raise Problem(
            f"{folder} is no folder that can be written to: {trouble.strerror}.", "Name another folder."
        ) from None
    try:
        name, made = _new(inside, filename(kept.name))
        with os.fdopen(made, "wb") as file:
            file.write(raw)
    except OSError as trouble:
        raise Problem(
            f"The file could not be written into {folder}: {trouble.strerror}.", "Make room, or name another folder."
        ) from None
    finally:
        os.close(inside)
    return folder / name


def downloads() -> Path:
    """Return the folder into which a person's programs save files: Downloads where there is one, else their home."""
    home = Path.home()
    return home / "Downloads" if (home / "Downloads").is_dir() else home


def _new(inside: int, name: str) -> tuple[str, int]:
    """Return the name and descriptor of a file that was not there before."""
    stem, dot, extension = name.rpartition(".")
    stem, ending = (stem, dot + extension) if stem else (name, "")
    for number in range(1, _TRIES):
        tried = name if number == 1 else f"{stem} ({number}){ending}"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            return tried, os.open(tried, flags, 0o600, dir_fd=inside)
        except FileExistsError:
            continue
    raise Problem(f"There are too many files called {name}.", "Name another folder.")


def danger(name: str, head: bytes) -> str:
    """Return what a file called *name* that begins with *head* could run as; "" where opening it only shows it."""
    extension = filename(name).rpartition(".")[2].casefold()
    if extension in _PROGRAMS:
        return f"a .{extension} file, which can run something"
    for start, what in _STARTS:
        if head.startswith(start):
            return f"{what}, whatever it is called"
    return "a page or a link, which can run something" if _TEXTS.match(head) else ""


def risk(reader: Reader, id_: int) -> str:
    """Return what attachment *id_* could run as when it is opened; "" where it is only shown."""
    kept, raw = content(reader, id_)
    return danger(kept.name, raw[:_HEAD])


def open_file(reader: Reader, id_: int, *, anyway: bool = False) -> Path:
    """Open attachment *id_* with the program the system has for it, from a private folder; return where it lies.

    Raises `Refused` for what could run as a program, unless *anyway*.
    """
    found = risk(reader, id_)
    if found and not anyway:
        name = line(reader.file(id_).name)
        raise Refused(f"{name} is {found}.", "Save it and look at it first; or say that it is to be opened anyway.")
    _tidy()
    path = save(reader, id_, Path(tempfile.mkdtemp(prefix=_OPENED)))
    launch(str(path))
    return path


def forget_opened() -> None:
    """Remove everything that was only opened."""
    _tidy(0)


def _tidy(kept_for: float = _KEPT_FOR) -> None:
    """Remove what was opened longer ago than *kept_for* seconds."""
    for path in Path(tempfile.gettempdir()).glob(f"{_OPENED}*"):
        try:
            found = path.lstat()
        except OSError:
            continue
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and time.time() - found.st_mtime >= kept_for:
            shutil.rmtree(path, ignore_errors=True)


def launch(what: str) -> None:
    """Let the system open *what*: an absolute path, or an address with its scheme; never through a shell.

    Raises `Refused` for anything else, `NotFound` or `Problem` where the system has no program for it.
    """
    if not (what.startswith("/") or _ADDRESS.fullmatch(what)):
        raise Refused(f"{line(what)} is nothing that can be opened.", "Copy it instead, and look at it first.")
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    program = shutil.which(opener)
    if program is None:
        raise NotFound(f"This system has no {opener}.", f"Open it yourself: {line(what)}")
    try:
        with closing(os.fdopen(os.open(os.devnull, os.O_RDWR), "r+b", buffering=0)) as nothing:
            child = subprocess.Popen(  # noqa: S603 - a program of the system, and one argument that cannot be an option
                [program, what], stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
            )
    except (OSError, ValueError) as trouble:
        raise Problem(f"{program} cannot be started: {trouble}.", f"Open it yourself: {line(what)}") from None
    # It may stay as long as what it opened: somebody waits for it, but nobody in this program.
    threading.Thread(target=child.wait, daemon=True).start()
