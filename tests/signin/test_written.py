"""Accounts written into config.toml: everything else stays, whatever the file looks like."""

from __future__ import annotations

import stat
import threading
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.config import load
from tui_inbox.config.providers import PROVIDERS, provider_named, provider_of
from tui_inbox.config.written import add_account, remove_account
from tui_inbox.problems import Misconfigured, NotFound

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TABLE = {"name": "support", "kind": "imap", "host": "imap.shop.example", "user": "support@shop.example"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def lines_lost(before: str, after: str) -> list[str]:
    """Return the lines of *before* that do not stand in *after* in the same order."""
    left = iter(after.splitlines())
    return [line for line in before.splitlines() if line.strip() and not any(line == one for one in left)]


def test_no_file_becomes_one_that_nobody_else_reads(path: Path):
    add_account(path, TABLE, "support@shop.example")
    assert tomllib.loads(path.read_text()) == {"me": {"addresses": ["support@shop.example"]}, "account": [TABLE]}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*path.parent.iterdir()] == [path]


def test_the_whole_example_keeps_every_comment_and_its_order(path: Path):
    before = EXAMPLE.read_text("utf-8")
    path.write_text(before, "utf-8")
    add_account(path, TABLE)
    add_account(path, TABLE | {"name": "sales"})
    after = path.read_text("utf-8")
    assert lines_lost(before, after) == []
    assert [one.name for one in load(path).accounts] == ["support", "sales"]
    assert after.index('name = "sales"') < after.index("# --- Folders where you drop chat exports")
    remove_account(path, "support")
    remove_account(path, "sales")
    assert lines_lost(before, path.read_text("utf-8")) == []
    assert tomllib.loads(path.read_text("utf-8")) == tomllib.loads(before)


def test_an_account_taken_out_leaves_the_others_and_their_comments(path: Path):
    text = """# Mine.
[me]
addresses = ["a@shop.example"] # the first

# The shop's.
[[account]]
name = "one"
kind = "imap"
password_command = [
  "pass", # manager
  "show",
]
[account.smtp]
host = "smtp.one.example"

# My own.
[[account]]
name = "two"
kind = "imap"   # as ever

# --- and what follows
[look]
theme = "auto"
"""
    path.write_text(text)
    remove_account(path, "one")
    after = path.read_text()
    assert [one.name for one in load(path).accounts] == ["two"]
    for kept in ("# Mine.", "# the first", "# The shop's.", "# My own.", "# as ever", "# --- and what follows"):
        assert kept in after
    remove_account(path, "two")
    assert load(path).accounts == ()
    assert "# --- and what follows\n[look]" in path.read_text()
    with pytest.raises(NotFound, match='no account called "two"'):
        remove_account(path, "two")


@pytest.mark.parametrize("name", ["support", "Support"])
def test_a_name_is_given_once(path: Path, name: str):
    add_account(path, TABLE)
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="already"):
        add_account(path, TABLE | {"name": name})
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "[me]\nname = 'x'",
        "[me]\r\nname = 'x'\r\n\r\n[history]\r\nopen_since = '3d'\r\n",
        "\ufeff[me]\nname = 'ü'\n",
        "me.name = 'x'\nme.addresses = ['a@b.example']\n",
        "me = { name = 'x' }\n",
        "[[account]]\nname = 'a'\nkind = 'imap'\n[[teammate]]\nname = 'Mert'\n[[account]]\nname = 'b'\nkind = 'imap'\n",
        "[[account]] # mine\nname = 'a'\nkind = 'imap'\nsmtp.host = 'x'\n[[ 'account' ]]\nname = 'b'\nkind = 'imap'\n",
        "[history]\n#[[account]]\n#name = 'x'\nopen_since = '3d'\n",
        "[me]\nname = '''\n[[account]]\nname = \"no\"\n'''\n",
        "# \u2028[[account]]\n[me]\nname = 'x' # \x85 y\n",
        "[me]\naddresses = [\n  'a@b.example', # first\n  # more\n]\n",
    ],
)
def test_however_a_file_is_written_an_account_comes_and_goes(path: Path, text: str):
    path.write_bytes(text.encode())
    before = load(path)
    add_account(path, TABLE, "new@shop.example")
    after = load(path)
    assert [one.name for one in after.accounts] == [*(one.name for one in before.accounts), "support"]
    assert after.me.addresses == (*before.me.addresses, "new@shop.example")
    assert after.history == before.history
    now = path.read_bytes().decode()
    assert now.startswith("\ufeff") == text.startswith("\ufeff")
    assert ("\r\n" in text) == ("\r\n" in now)
    assert "\r\n" not in now or now.count("\r\n") == now.count("\n")
    assert [one for one in text.split("\n") if one.lstrip().startswith("#") and one not in now] == []
    remove_account(path, "support")
    assert load(path).accounts == before.accounts


def test_accounts_in_one_line_are_left_to_their_owner(path: Path):
    path.write_text("account = [{ name = 'a', kind = 'imap' }]\n")
    with pytest.raises(Misconfigured, match="in one line") as no:
        add_account(path, TABLE)
    assert "by hand" in no.value.hint
    with pytest.raises(Misconfigured, match="cannot be changed safely"):
        remove_account(path, "a")
    assert path.read_text() == "account = [{ name = 'a', kind = 'imap' }]\n"


def test_a_file_with_a_mistake_is_not_touched(path: Path):
    for text in ("[me\n", "[mee]\n", "[[account]]\nname = 'a'\n"):
        path.write_text(text)
        with pytest.raises(Misconfigured):
            add_account(path, TABLE)
        assert path.read_text() == text
        assert [*path.parent.iterdir()] == [path]


def test_a_link_stays_a_link(path: Path, tmp_path: Path):
    real = tmp_path / "dotfiles" / "tui-inbox.toml"
    real.parent.mkdir()
    real.write_text("# mine\n")
    path.symlink_to(real)
    add_account(path, TABLE)
    assert path.is_symlink()
    assert real.read_text().startswith("# mine\n")
    assert load(path).accounts[0].name == "support"


def test_many_at_once_lose_nothing(path: Path):
    names = [f"box{n}" for n in range(8)]
    adding = [threading.Thread(target=add_account, args=(path, TABLE | {"name": name})) for name in names]
    for one in adding:
        one.start()
    for one in adding:
        one.join()
    assert sorted(one.name for one in load(path).accounts) == names


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="cannot be written"):
        add_account(tmp_path / "file" / "config.toml", TABLE)


@given(
    st.dictionaries(
        st.sampled_from(["host", "user", "password_command", "smtp", "folders"]),
        st.text(max_size=20) | st.lists(st.text(max_size=9), min_size=1, max_size=3)
        | st.fixed_dictionaries({"host": st.text(max_size=9), "port": st.integers(1, 65535)}),
    )
)  # fmt: skip
def test_whatever_is_answered_is_written_so_that_it_reads_the_same(tmp_path_factory: Any, table: dict[str, Any]):
    path = tmp_path_factory.mktemp("any") / "config.toml"
    whole = {"name": "a", "kind": "imap", **table}
    add_account(path, whole)
    assert tomllib.loads(path.read_text("utf-8"))["account"] == [whole]


# --- providers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("a@gmail.com", "gmail"),
        ("A@GoogleMail.com", "gmail"),
        ("a@outlook.com.tr", "outlook"),
        ("a@hotmail.co.uk", "outlook"),
        ("a@shop.onmicrosoft.com", "office365"),
        ("a@me.com", "icloud"),
        ("a@yahoo.co.jp", "yahoo"),
        ("a@gmx.de", "gmx"),
        ("a@gmx.com", "gmx.com"),
        ("a@web.de", "web.de"),
        ("a@yandex.com.tr", "yandex"),
        ("a@posteo.net", "posteo"),
        ("a@shop.example", None),
        ("a@yahoo.phishing.example", None),
        ("a@gmail.com.evil.example", None),
        ("a@yahoo", None),
    ],
)
def test_a_provider_is_known_by_the_address(address: str, key: str | None):
    found = provider_of(address)
    assert (found.key if found else None) == key


def test_every_provider_can_be_named_and_says_what_it_wants():
    keys = [one.key for one in PROVIDERS]
    assert len(keys) == len(set(keys))
    for one in PROVIDERS:
        assert one.host or one.note
        assert not one.note or one.note.endswith(".")
        assert one.tls == "implicit" or one.host == "127.0.0.1"
    assert provider_named("IMAP.gmail.com") is provider_named("gmail")
    assert provider_named("imap.shop.example") is None
    assert provider_named("") is None
