"""config.toml: what it may say, and how each mistake in it is told."""

from __future__ import annotations

import re
import stat
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tui_inbox.config import (
    Config,
    Home,
    InboxFolder,
    Look,
    Me,
    Rule,
    Target,
    Teammate,
    View,
    find_home,
    load,
    system_zone,
)
from tui_inbox.problems import Misconfigured
from tui_inbox.rules.routing import CONDITIONS, EFFECTS

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def told(tmp_path):
    """Return what is said about a configuration that is wrong."""

    def said(text: str | bytes) -> str:
        file = tmp_path / "config.toml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        with pytest.raises(Misconfigured) as wrong:
            load(file, now=NOW)
        assert wrong.value.exit_code == 2
        assert wrong.value.hint
        return wrong.value.what

    return said


@pytest.fixture
def read(tmp_path):
    def config(text: str) -> Config:
        file = tmp_path / "config.toml"
        file.write_text(text, encoding="utf-8")
        return load(file, now=NOW)

    return config


def test_no_configuration_at_all_is_fine():
    config = load(None)
    assert config.sla == Config().sla
    assert config.hours.always
    assert config.accounts == config.teammates == config.rules == ()


def test_an_empty_file_is_no_configuration(read):
    assert read("") == load(None)


# --- the example --------------------------------------------------------------------------------------


def shown() -> str:
    """Return the example with every option that is not there by default."""
    return re.sub(r'^#(?=[\w"\[])', "", EXAMPLE.read_text(encoding="utf-8"), flags=re.M)


def test_the_example_as_it_stands_is_the_defaults():
    assert load(EXAMPLE) == load(None)


def test_the_example_with_all_that_it_shows_is_read(read):
    config = read(shown())
    assert config.hours.zone == "Europe/Istanbul"
    assert config.hours.weekly == (((540, 750), (810, 1080)),) * 5 + (((600, 840),), ())
    assert config.hours.holidays == "TR"
    assert config.hours.closed == (
        (date(2026, 8, 3), date(2026, 8, 14)),
        (date(2026, 12, 31), date(2026, 12, 31)),
    )
    assert dict(config.hours.half)[date(2026, 12, 30)] == ((540, 750),)
    assert config.sla.tiers[2].first == timedelta(hours=8)
    assert config.sla.channels["whatsapp"].first == timedelta(hours=1)
    assert config.accounts[0].name == "support"
    assert config.accounts[0].table["host"] == "imap.example.com"
    assert "name" not in config.accounts[0].table
    assert config.me.names["telegram"] == ("user4711",)
    assert config.teammates == (Teammate("Mert", "mert@shop.example", ("refunds",), 2, {"slack": ("mert.k",)}),)
    assert [rule.name for rule in config.rules] == ["receipts", "refunds"]
    assert config.views == (View("VIP", "from:*@bigcorp.example is:open", "v"),)
    assert config.keys == {"conversation.archive": "e"}


def test_the_example_mentions_every_option():
    text = EXAMPLE.read_text(encoding="utf-8")
    options = {field.name for shape in (Me, Target, InboxFolder, Teammate, Rule, View, Look) for field in fields(shape)}
    options |= {"at_risk", "open_since", "reopen_window", "zone", "holidays", "closed", "half", *CONDITIONS, *EFFECTS}
    assert [option for option in sorted(options) if not re.search(rf"\b{option}\b", text)] == []


def test_the_example_mentions_every_option_of_a_mailbox():
    from tui_inbox.connectors.imap import Source

    text = EXAMPLE.read_text(encoding="utf-8")
    options = [field.name for field in fields(Source) if field.name not in ("password", "thorough")]
    assert [option for option in options if not re.search(rf"^#{option} = ", text, flags=re.M)] == []


# --- mistakes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[slaa]", 'config.toml has no option "slaa"; did you mean "sla"?'),
        ("[me]\nadresses = []", '[me] has no option "adresses"; did you mean "addresses"?'),
        ("[sla]\nfrist = '4h'", '[sla] has no option "frist"; did you mean "first"?'),
        ("[sla.tier.2]\nnxt = '4h'", '[sla.tier.2] has no option "nxt"; did you mean "next"?'),
        ("[sla.tier.7]\nfirst = '4h'", "the tiers are 0, 1, 2 and 3"),
        ("[hours]\nmon-fry = '9-17'", '[hours] has no option "mon-fry"; did you mean "mon-fri"?'),
        ("[look]\ncolour = 'red'", '[look] has no option "colour"; known are theme, mouse, ascii.'),
        (
            "[[rule]]\nname = 'x'\nwhen = { form = 'a' }",
            '[[rule]] 1 ("x") when has no option "form"; did you mean "from"?',
        ),
        ("[[rule]]\nthen = { teir = 2 }", '[[rule]] 1 then has no option "teir"; did you mean "tier"?'),
        ("[[teammate]]\nname = 'Mert'\nadress = 'a@b'", '[[teammate]] 1 ("Mert") has no option "adress"'),
    ],
)
def test_an_unknown_key_is_named_with_its_place_and_the_nearest_known_one(told, text, said):
    assert said in told(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[me]\ncapacity = 'sixty'",
            '[me] capacity: a whole number from 0 to 1000000 is expected, not the text "sixty".',
        ),
        ("[me]\ncapacity = true", "not true"),
        ("[me]\ncapacity = -1", "-1 is not a whole number"),
        ("[me]\naddresses = [1]", '[me] addresses: a list of texts is expected, such as ["one", "two"], not a list.'),
        ("[me]\nname = 5", "[me] name: a text in quotes"),
        ("me = 5", "me: a table is expected, not the number 5."),
        (
            "[sla]\nfirst = '4 hrz'",
            '[sla] first: "4 hrz" is not a duration; write it like "4h", "90m", "2d" or "1h30m".',
        ),
        ("[sla]\nfirst = 4", "[sla] first: a duration in quotes"),
        ("[sla]\nfirst = '0h'", "too short or too long"),
        ("[sla]\nat_risk = 75", "[sla] at_risk: a number above 0 and up to 1 is expected"),
        ("[sla]\nat_risk = nan", "[sla] at_risk: a number above 0 and up to 1 is expected"),
        ("[history]\nreopen_window = '2d'", "[history] reopen_window: a table is expected"),
        ("[look]\nmouse = 'no'", "[look] mouse: true or false is expected"),
        ("account = 'support'", "account: it is written as [[account]], once for each"),
        ("[account]\nname = 'x'", "account: it is written as [[account]], once for each"),
        ("[[account]]\nkind = 'imap'", '[[account]] 1 needs a name, such as name = "support".'),
        ("[[account]]\nname = 'x'", '[[account]] 1 ("x") needs a kind'),
        ("[[teammate]]\nname = 'Mert'\naddress = 'mert'", '"mert" is no mail address'),
    ],
)
def test_a_wrong_value_is_named_with_its_key_and_what_is_expected(told, text, said):
    assert said in told(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "zone = 'Europe/Istambul'",
            '[hours] zone: there is no time zone "Europe/Istambul"; did you mean "Europe/Istanbul"?',
        ),
        ("zone = '../etc/passwd'", "there is no time zone"),
        ("zone = 'Europe'", "there is no time zone"),
        ("mon = ['nine to five']", '[hours] mon: "nine to five" is not a frame; write a frame like "09:00-12:30".'),
        ("mon = ['09:00-25:00']", "names a time that no clock shows"),
        ("mon = ['22:00-02:00']", 'written as "22:00-24:00", and "00:00-02:00" on the next day'),
        ("mon = ['09:00-12:00', '11:00-13:00']", "09:00-12:00 and 11:00-13:00 overlap"),
        ("mon = 9", "[hours] mon: a list of frames is expected"),
        ("mon-fri = '9-17'\nwed-sat = '9-12'", '[hours] wed-sat: wed is in "mon-fri" too.'),
        ("holidays = 'XX'", '[hours] holidays: No public holidays are known for "XX".'),
        ("closed = ['2026-13-01']", '[hours] closed: a day is expected, such as "2026-12-31"'),
        ("closed = ['2026-08-14..2026-08-03']", "[hours] closed: a day is expected"),
        ("half = { monday = '9-12' }", '[hours.half] monday: a day is expected, such as "2026-12-30".'),
        ("sun = '09:00-09:10'", "less than 24 open hours in the coming year"),
        ("closed = '2026-01-01..2027-12-31'", "less than 24 open hours in the coming year"),
    ],
)
def test_business_hours_that_cannot_be_are_told(told, text, said):
    assert said in told(f"[hours]\n{text}")


def test_a_day_of_its_own_beats_a_range_and_long_names_are_read(read):
    week = read("[hours]\nMon-Fri = '9-17'\nfriday = '9-13'\nsun = []").hours.weekly
    assert week == (((540, 1020),),) * 4 + (((540, 780),), (), ())


def test_a_range_of_days_may_go_over_the_weekend(read):
    for dash in "-–":
        written = f"[hours]\n'sat{dash}mon' = '9{dash}17'"
        assert [bool(day) for day in read(written).hours.weekly] == [1, 0, 0, 0, 0, 1, 1]


def test_a_closed_day_may_be_written_as_a_date(read):
    assert read("[hours]\nclosed = [2026-12-31]").hours.closed == ((date(2026, 12, 31),) * 2,)


def test_several_mistakes_are_told_at_once(told):
    said = told("[me]\ncapacity = 'x'\n[sla]\nfrist = '1h'\n[[teammate]]\nname = 'Me'")
    assert said.startswith("config.toml has 3 mistakes: (1) ")
    assert "capacity" in said
    assert "frist" in said
    assert "(3)" in said


def test_nobody_else_can_be_called_me(told):
    assert 'nobody else can be called "me"' in told("[[teammate]]\nname = 'me'\naddress = 'me@x.example'")


@pytest.mark.parametrize("table", ["account", "teammate", "rule", "view"])
def test_two_of_one_name_are_refused(told, table):
    kind = "kind = 'imap'\n" if table == "account" else ""
    said = told(f"[[{table}]]\nname = 'Mert'\n{kind}[[{table}]]\nname = 'mert'\n{kind}")
    assert f'Two [[{table}]] tables are called "mert"' in said


def test_what_is_not_toml_is_told_with_line_and_column(told):
    assert "line 2, column 8" in told("[me]\nname = \n")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[me]\nname = '\xe9'"])
def test_a_file_that_is_not_utf8_is_told(told, content):
    assert "is not UTF-8 text" in told(content)


def test_a_file_nested_too_deeply_is_told(told):
    assert "config.toml" in told("a = " + "[" * 50_000)


def test_a_byte_order_mark_does_no_harm(read):
    assert read("\ufeff[me]\nname = 'Deniz'").me.name == "Deniz"


def test_a_named_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(Misconfigured, match="There is no configuration file"):
        load(tmp_path / "none.toml")


def test_a_folder_is_no_configuration_file(tmp_path):
    with pytest.raises(Misconfigured, match="cannot be read"):
        load(tmp_path)


def test_a_key_may_be_written_without_quotes(read):
    assert read("[keys]\nconversation.archive = 'e'").keys == {"conversation.archive": "e"}


def test_the_more_specific_target_wins(read):
    sla = read("[sla]\nfirst = '4h'\n[sla.tier.2]\nfirst = '8h'\nnext = '1d'\n[sla.channel.whatsapp]\nfirst = '1h'").sla
    assert sla.target(1, "email").first == timedelta(hours=4)
    assert sla.target(2, "email").first == timedelta(hours=8)
    assert sla.target(2, "whatsapp") == Target(timedelta(hours=1), timedelta(days=1), timedelta(hours=4))


def test_a_teammate_is_found_by_name_in_any_case(read):
    config = read("[[teammate]]\nname = 'Mert'\naddress = 'mert@shop.example'")
    assert config.teammate("mert") == config.teammates[0]
    assert config.teammate("me") is None


# --- the zone and the home ----------------------------------------------------------------------------


def test_the_machines_zone_is_taken_from_the_environment():
    assert system_zone({"TZ": "Europe/Istanbul"}) == "Europe/Istanbul"
    assert system_zone({"TZ": ":Asia/Kolkata"}) == "Asia/Kolkata"
    assert system_zone({"TZ": "nonsense"}) == "UTC"
    assert system_zone({"TZ": "Etc/UTC"}) == "UTC"


def test_a_named_home_holds_everything(tmp_path):
    home = find_home(str(tmp_path / "home"), {})
    assert home == Home(tmp_path / "home", tmp_path / "home" / "config.toml")
    assert home.store == tmp_path / "home" / "inbox.db"
    assert home.logs == tmp_path / "home" / "logs"


def test_a_home_that_does_not_exist_is_made_for_its_owner_alone(tmp_path):
    home = find_home(None, {"TUI_INBOX_HOME": str(tmp_path / "new")})
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.logs.stat().st_mode) == 0o700


def test_the_option_beats_the_environment(tmp_path):
    home = find_home(str(tmp_path / "a"), {"TUI_INBOX_HOME": str(tmp_path / "b")})
    assert home.folder == tmp_path / "a"


def test_without_a_named_home_the_platforms_own_folders_are_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "d"))
    home = find_home(None, {})
    assert tmp_path in home.config.parents
    assert tmp_path in home.store.parents


def test_a_home_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="is a file, where a folder is needed"):
        find_home(str(tmp_path / "file"), {})
    with pytest.raises(Misconfigured, match="cannot be made"):
        find_home(str(tmp_path / "file" / "below"), {})


def test_the_configuration_is_the_named_file_else_ours_if_it_exists(tmp_path):
    home = find_home(str(tmp_path), {})
    assert home.config_file() is None
    home.config.write_text("")
    assert home.config_file() == home.config
    assert home.config_file(str(tmp_path / "other.toml")) == tmp_path / "other.toml"
