"""Changes config.toml, an account or a view at a time: everything else in the file stays as it is, byte for byte."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tui_inbox.config.read import load
from tui_inbox.problems import Misconfigured, NotFound

_BY_HAND = "Change it by hand; config.example.toml shows every option."
_LONGEST = 2000
"""Lines that one value may have."""


def add_account(path: Path, table: Mapping[str, Any], address: str = "") -> None:
    """Write *table* as another `[[account]]` of the file at *path*, which need not exist.

    It comes behind the other accounts; *address* is put among `[me] addresses` where it is not there yet. Raises
    `Misconfigured`, with the file as it was, where the name is taken or the file cannot be written.
    """

    def changed(text: str) -> str:
        return _introduced(_added(text, "account", table, path), address)

    _change(path, changed)


def add_view(path: Path, table: Mapping[str, Any]) -> None:
    """Write *table* as another `[[view]]` of the file at *path*, which need not exist, behind the other views.

    Raises `Misconfigured`, with the file as it was, where the name is taken or the file cannot be written.
    """
    _change(path, lambda text: _added(text, "view", table, path))


def _added(text: str, kind: str, table: Mapping[str, Any], path: Path) -> str:
    """Return *text* with *table* as another one of *kind*."""
    before = tomllib.loads(text)
    known = before.get(kind, [])
    if not isinstance(known, list) or any(_called(one, table["name"]) for one in known):
        what = "an account" if kind == "account" else f"a {kind}"
        raise Misconfigured(f'There is {what} called "{table["name"]}" already.', "Give this one another name.")
    expected = {**before, kind: [*known, dict(table)]}
    for place in _places(text, kind):
        written = _inserted(text, place, _rendered(kind, table, _ending(text)))
        if _reads(written) == expected:
            return written
    raise Misconfigured(f"{path.name} writes its {kind}s as a list in one line.", _BY_HAND)


def remove_account(path: Path, name: str) -> None:
    """Take the `[[account]]` called *name* out; comments before and after it stay. `NotFound` where there is none."""

    def changed(text: str) -> str:
        before = tomllib.loads(text)
        known = before.get("account", [])
        at = [n for n, one in enumerate(known) if isinstance(one, dict) and one.get("name") == name]
        if not at:
            raise NotFound(f'{path.name} has no account called "{name}".', "`tui-inbox account list` names them.")
        left = [one for n, one in enumerate(known) if n != at[0]]
        expected = {**before, "account": left} if left else {k: v for k, v in before.items() if k != "account"}
        written = _without(text, at[0])
        if _reads(written) != expected:
            raise Misconfigured(f"{path.name} is written in a way that cannot be changed safely.", _BY_HAND)
        return written

    _change(path, changed)


def _called(one: object, name: str) -> bool:
    return isinstance(one, dict) and str(one.get("name", "")).casefold() == name.casefold()


# --- the text -------------------------------------------------------------------------------------------


def _statements(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield first line, line behind and text of each statement: a header, or a key with its value.

    A statement is as many lines as it takes to be TOML by themselves; no value's first lines are.
    """
    lines = _lines(text)
    at = 0
    while at < len(lines):
        first = lines[at].strip()
        if not first or first.startswith("#"):
            at += 1
            continue
        for end in range(at + 1, min(at + _LONGEST, len(lines)) + 1):
            said = "".join(lines[at:end])
            if _reads(said) is not None:
                yield at, end, said.strip()
                at = end
                break
        else:
            return


def _header(said: str) -> str:
    """Return the dotted name in a header, with one bracket where it is of a list: `[account`, `me`; else ""."""
    found = re.match(r"\[(\[?)\s*([^\]]*?)\s*\]", said)
    return found[1] + found[2].replace('"', "").replace("'", "").replace(" ", "") if found else ""


def _tables(text: str, kind: str) -> list[tuple[int, int]]:
    """Return first line and line behind the last statement of each `[[kind]]`, its sub-tables included."""
    found: list[tuple[int, int]] = []
    inside = False
    for first, behind, said in _statements(text):
        header = _header(said)
        if header == f"[{kind}":
            found.append((first, behind))
            inside = True
        elif header and not header.lstrip("[").startswith(f"{kind}."):
            inside = False
        elif inside:
            found[-1] = (found[-1][0], behind)
    return found


def _places(text: str, kind: str) -> Iterator[int]:
    """Yield the lines before which a table of *kind* may stand: behind the last, behind its example, at the end."""
    if there := _tables(text, kind):
        yield there[-1][1]
    lines = _lines(text)
    shown = [n for n, line in enumerate(lines) if re.match(rf"#\s*\[\[{kind}\]\]", line)]
    if shown:
        at = shown[-1]
        while at < len(lines) and lines[at].strip():
            at += 1
        yield at
    yield len(lines)


def _inserted(text: str, place: int, block: str) -> str:
    """Return *text* with *block* before line *place*, an empty line on either side."""
    lines = _lines(text)
    end = _ending(text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    before, after = lines[:place], lines[place:]
    gap = end if before and before[-1].strip() else ""
    below = end if after and after[0].strip() else ""
    return "".join([*before, gap, block, below, *after])


def _without(text: str, number: int) -> str:
    """Return *text* without its *number*-th account, from 0; as it is where it is written in another way."""
    accounts = _tables(text, "account")
    first, behind = accounts[number] if number < len(accounts) else (0, 0)
    lines = _lines(text)
    if behind < len(lines) and not lines[behind].strip() and (first == 0 or not lines[first - 1].strip()):
        behind += 1  # of the two empty lines around it one is enough
    return "".join(lines[:first] + lines[behind:])


def _introduced(text: str, address: str) -> str:
    """Return *text* with *address* among `[me] addresses`; as it is where that cannot be done without loss."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    expected = tomllib.loads(text)
    own = expected.get("me", {}).get("addresses", [])
    if not address or not isinstance(own, list) or address.casefold() in [str(one).casefold() for one in own]:
        return text
    expected.setdefault("me", {})["addresses"] = [*own, address]
    if "me" not in tomllib.loads(text):
        end = _ending(text)
        block = tomlkit.dumps({"me": {"addresses": [address]}}).replace("\n", end)
        return f"{block}{end}{text}" if _reads(f"{block}{end}{text}") == expected else text
    try:
        document = tomlkit.parse(text)
        me: Any = document["me"]
        if "addresses" in me:
            me["addresses"].append(address)
        else:
            me["addresses"] = [address]
        written = tomlkit.dumps(document)
        if not re.search(r"(?<!\r)\n", text):
            written = re.sub(r"(?<!\r)\n", "\r\n", written)
    except (TOMLKitError, KeyError, TypeError, AttributeError):
        return text
    comments = [line for line in _lines(text) if line.lstrip().startswith("#")]
    kept = [line for line in _lines(written) if line.lstrip().startswith("#")]
    return written if _reads(written) == expected and kept == comments else text


def _rendered(kind: str, table: Mapping[str, Any], end: str) -> str:
    """Return *table* as a `[[kind]]`, its own tables in one line each."""
    return end.join([f"[[{kind}]]", *(f"{_key(key)} = {_value(value)}" for key, value in table.items())]) + end


def _key(key: str) -> str:
    import tomlkit

    return tomlkit.key(key).as_string()


def _value(value: Any) -> str:
    import tomlkit

    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    return str(tomlkit.item(value).as_string())


def _lines(text: str) -> list[str]:
    """Return the lines with their ends; only TOML's own end counts, not every one that Python knows."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _ending(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _reads(text: str) -> dict[str, Any] | None:
    """Return the tables of *text*; None where it is not TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


# --- the file -------------------------------------------------------------------------------------------


def _change(path: Path, changed: Callable[[str], str]) -> None:
    """Replace what the file says by what *changed* makes of it: whole or not at all, readable by nobody else."""
    path = path.resolve()  # a link into somebody's own collection stays one
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(path.parent):
            if path.exists():
                load(path)  # what is wrong already is said with its place
            before = path.read_bytes() if path.exists() else b""
            mark = "\ufeff" if before.startswith(b"\xef\xbb\xbf") else ""
            text = changed(before.decode("utf-8-sig"))
            _replace(path, (mark + text).encode())
    except OSError as trouble:
        raise Misconfigured(f"{path} cannot be written: {trouble.strerror}.", "Make it writable.") from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep another run of ours from writing at the same time."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
        os.fsync(held)
    finally:
        os.close(held)


def _replace(path: Path, content: bytes) -> None:
    passing = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        passing.touch(mode=0o600, exist_ok=False)
        with passing.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        load(passing)
        passing.replace(path)
    except BaseException:
        passing.unlink(missing_ok=True)
        raise
