"""The programs that people use instead, as far as they are installed: each over the same Maildir."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.runs import Run, timed

PACKAGES = {
    "notmuch": "notmuch",
    "mu": "maildir-utils",
    "mbsync": "isync",
    "neomutt": "neomutt",
    "aerc": "aerc",
    "alot": "alot",
    "dovecot": "dovecot-imapd",
}
"""The Debian package that each comes in."""
_VERSION = {"neomutt": "-v", "aerc": "-v"}


def versions() -> dict[str, str]:
    """Return what is installed of the peers, with its version."""
    found = {}
    for name in PACKAGES:
        program = shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
        if program:
            asked = subprocess.run(
                (program, _VERSION.get(name, "--version")), capture_output=True, text=True, errors="replace"
            )
            number = re.search(r"\d+(?:\.\d+)+|\d{8}", asked.stdout + asked.stderr)
            found[name] = number.group() if number else "?"
    return found


@dataclass(frozen=True, slots=True)
class Notmuch:
    """notmuch over a Maildir, its index and configuration in *folder*."""

    folder: Path
    maildir: Path

    @property
    def environ(self) -> dict[str, str]:
        return {"NOTMUCH_CONFIG": str(self.folder / "config"), "HOME": str(self.folder)}

    def index(self) -> Run:
        """Index all mail anew."""
        shutil.rmtree(self.folder / "database", ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config").write_text(
            f"[database]\npath={self.folder}/database\nmail_root={self.maildir}\n"
            "[user]\nname=Shop\nprimary_email=support@shop.example\n[new]\ntags=unread;inbox\nignore=\n"
            "[search]\nexclude_tags=\n[maildir]\nsynchronize_flags=false\n"
        )
        (self.folder / "database").mkdir()
        return timed(("notmuch", "new", "--quiet"), self.environ)

    def search(self, query: str) -> Run:
        """List the newest fifty that *query* finds."""
        return timed(("notmuch", "search", "--limit=50", query), self.environ)


@dataclass(frozen=True, slots=True)
class Mu:
    """mu over a Maildir, its index in *folder*."""

    folder: Path
    maildir: Path

    def index(self) -> Run:
        """Index all mail anew."""
        shutil.rmtree(self.folder / "index", ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        begun = timed((*self._mu("init"), f"--maildir={self.maildir}", "--my-address=support@shop.example"))
        run = timed(self._mu("index"))
        return Run(begun.seconds + run.seconds, begun.cpu + run.cpu, run.memory)

    def search(self, query: str) -> Run:
        """List the newest fifty that *query* finds."""
        # mu ends with 2 where nothing is found.
        return timed((*self._mu("find"), "--sortfield=date", "--reverse", "--maxnum=50", query), fails=True)

    def _mu(self, word: str) -> tuple[str, ...]:
        return ("mu", word, "--quiet", f"--muhome={self.folder}/index")


def screens(folder: Path, maildir: Path, notmuch: Notmuch | None) -> dict[str, tuple[tuple[str, ...], dict[str, str]]]:
    """Return the commands that open *maildir* in the mail programs, with what they want in the environment."""
    home = folder / "peers-home"
    (home / ".config/aerc").mkdir(parents=True, exist_ok=True)
    (home / ".config/aerc/aerc.conf").write_text("[general]\nunsafe-accounts-conf=true\n")
    (home / ".config/aerc/accounts.conf").write_text(
        f"[shop]\nsource=maildir://{maildir.parent}\ndefault={maildir.name}\nfrom=support@shop.example\n"
    )
    (home / "muttrc").write_text(
        f"set header_cache={home / 'headers'}\nset sort=threads\nset quit=yes\nset folder={maildir}\n"
    )
    environ = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    found = {
        "neomutt": (("neomutt", "-F", str(home / "muttrc"), "-f", str(maildir)), environ),
        "aerc": (("aerc",), environ),
    }
    if notmuch is not None:
        (home / "alot").write_text("")
        alot = ("alot", "-c", str(home / "alot"), "-n", str(notmuch.folder / "config"), "search", "*")
        found["alot"] = (alot, {**environ, **notmuch.environ})
    return {name: one for name, one in found.items() if shutil.which(name)}
