"""What holds for every test: it touches nothing of the user's, reaches nothing but this machine, and never vanishes."""

from __future__ import annotations

import ipaddress
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.programs import PACKAGES, found

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")

settings.register_profile("default", deadline=None, derandomize=IN_CI, print_blob=True)
settings.register_profile("long", deadline=None, max_examples=10_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

ROOM = 4 << 30
"""Bytes free that the files of all tests at once fit into, many times over."""

LEFT_OUT = pytest.StashKey[dict[str, int]]()
"""How many tests are left out for want of each program."""


def in_memory() -> Path | None:
    """Return where this machine keeps files in its memory, if there is room and programs may be run from there.

    A test's store is written through to its disk at each commit, as the user's is: on a real one that is most of what
    it takes, and where all tests of one machine wait for the same disk it is what makes one of them late.
    """
    place = Path("/dev/shm")
    try:
        free = os.statvfs(place)
    except OSError:
        return None
    fits = free.f_bavail * free.f_frsize > ROOM and not free.f_flag & os.ST_NOEXEC
    return place if fits and os.access(place, os.W_OK | os.X_OK) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core, eight at most: they wait half of their time, for servers, terminals and screens at rest."""
    return min(8, 2 * len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)))


def pytest_configure(config: pytest.Config) -> None:
    if place := in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(place))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So it is where a shell runs the tests behind its back, and whatever they start would ignore Ctrl-C as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[LEFT_OUT] = {}
    if IN_CI and (missing := [package for program, package in PACKAGES.items() if not found(program)]):
        raise pytest.UsageError(f"In CI no test may be left out: install {', '.join(missing)}.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, and count, the tests that need a program which is not installed."""
    kept: list[pytest.Item] = []
    gone: list[pytest.Item] = []
    left_out = config.stash[LEFT_OUT]
    for test in items:
        wanted = {name for mark in test.iter_markers("needs") for name in mark.args}
        if unknown := wanted - PACKAGES.keys():
            raise pytest.UsageError(f"{test.nodeid} needs {sorted(unknown)}, which tests/programs.py does not know.")
        missing = [name for name in wanted if not found(name)]
        for name in missing:
            left_out[name] = left_out.get(name, 0) + 1
        (gone if missing else kept).append(test)
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = kept
    if (to_controller := getattr(config, "workeroutput", None)) is not None:
        to_controller["left_out"] = dict(left_out)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """With several workers each has collected the same tests: what one left out, all did."""
    node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed run: a test that never runs proves nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter is not None and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if IN_CI and (skipped := terminalreporter.stats.get("skipped")):
        terminalreporter.write_line(
            f"{len(skipped)} skipped, and in CI no test may be skipped: the run has failed.", red=True
        )
    for name, count in sorted(config.stash[LEFT_OUT].items()):
        way = f"Debian, Ubuntu: apt-get install {PACKAGES[name]}"
        terminalreporter.write_line(
            f"Left out: {count} tests that need {name}, which is not installed ({way}).", yellow=True
        )


def refuse_the_world(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: a connection to anything but this machine ends the test."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if not isinstance(address, tuple):  # a Unix socket
        return
    host = str(address[0])
    if not is_this_machine(host):
        raise AssertionError(f"A test tried to reach {host}; only this machine may be reached.")


def is_this_machine(host: str) -> bool:
    """Return whether *host* is surely this machine; no name but `localhost` is."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:  # a name, which a name server would have to be asked for
        return False


sys.addaudithook(refuse_the_world)


@pytest.fixture(scope="session", autouse=True)
def nothing_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of this run's own; no keyring, colour or terminal size of the person who runs it."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUI_INBOX_HOME", str(home))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
            patch.delenv(name, raising=False)
        yield home
