"""Where the program keeps its files."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui_inbox.problems import Misconfigured


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files of one installation; with `--home` all of them lie in one folder."""

    folder: Path
    """Holds the store and the logs."""
    config: Path
    """config.toml, which need not exist."""

    @property
    def store(self) -> Path:
        return self.folder / "inbox.db"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def config_file(self, named: str | None = None) -> Path | None:
        """Return the configuration to load: *named* (`--config`) as it is, else ours if it exists, else None."""
        if named:
            return _expanded(named)
        return self.config if self.config.is_file() else None


def find_home(option: str | None, environ: Mapping[str, str]) -> Home:
    """Return the home that `--home`, else `TUI_INBOX_HOME`, else the platform names; its folders exist then (0700).

    Raises `Misconfigured` where a folder cannot be made or is none.
    """
    chosen = option or environ.get("TUI_INBOX_HOME") or ""
    if chosen:
        folder = _expanded(chosen)
        home = Home(folder, folder / "config.toml")
    else:
        import platformdirs  # deferred: not needed where a home is named

        folder = platformdirs.user_data_path("tui-inbox", appauthor=False)
        home = Home(folder, platformdirs.user_config_path("tui-inbox", appauthor=False) / "config.toml")
    for needed in (home.folder, home.config.parent, home.logs):
        _made(needed)
    return home


def close_to_others(home: Home) -> list[str]:
    """Take from others what they may do with the files of *home*; return sentences about what was open, or still is.

    A folder that is not ours alone (a shared one, somebody else's, the whole of our own home folder) is left as it is.
    """
    said = []
    for path in (home.folder, *kept_files(home)):
        try:
            found = path.lstat()
            if stat.S_ISLNK(found.st_mode) or not found.st_mode & 0o077:
                continue
            if found.st_uid != os.getuid() or found.st_mode & stat.S_ISVTX or path == Path.home():
                said.append(f"Others may read {path}: keep the store in a folder of its own.")
                continue
            path.chmod(found.st_mode & 0o700)
            said.append(f"Others could read {path}; now only you can.")
        except OSError:
            said.append(f"Others may read {path}, and that cannot be changed.")
    return said


def kept_files(home: Home) -> list[Path]:
    """Return what this program keeps in *home*: the store and its copies, the configuration, logs, locks."""
    ours = [one for name in ("inbox.db*", "*.lock", "backups.json") for one in home.folder.glob(name)]
    return sorted(one for one in {*ours, home.logs, *home.logs.glob("*"), home.config} if one.exists())


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise Misconfigured(f"{text} names a user that is not known here.", "Write the whole path.") from None


def _made(folder: Path) -> None:
    """Make *folder*, readable by nobody else, unless it exists."""
    hint = "Name another folder with --home, or make this one writable."
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise Misconfigured(f"{folder} is a file, where a folder is needed.", hint) from None
    except (OSError, ValueError) as trouble:
        why = getattr(trouble, "strerror", None) or str(trouble)
        raise Misconfigured(f"The folder {folder} cannot be made: {why}.", hint) from None
