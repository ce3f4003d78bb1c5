"""A private Dovecot on 127.0.0.1: a real mail server of one test's own, root or not, gone when the test ends.

with Dovecot(users={"support": "pw"}) as server:
    server.deliver("support", "INBOX", b"Subject: hello\\r\\n\\r\\n")
    Source(host="127.0.0.1", port=server.port, tls="none", user="support", ...)
"""

from __future__ import annotations

import base64
import grp
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType

from imapclient import IMAPClient

from tests.ports import free_ports
from tests.programs import PACKAGES, found

SPECIAL = {"Sent": r"\Sent", "Archive": r"\Archive", "Drafts": r"\Drafts", "Trash": r"\Trash", "Junk": r"\Junk"}
STARTS_WITHIN = 200.0
"""Seconds; a busy machine needs two or three."""

CONF = """
base_dir = {home}/run
state_dir = {home}/state
instance_name = {name}
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.key
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_mechanisms = plain login{bearer}
auth_failure_delay = 0
default_process_limit = 60
default_vsz_limit = 512M
mail_fsync = never
mail_max_userip_connections = 50
first_valid_uid = 1
first_valid_gid = 0
mail_location = maildir:{home}/mail/%n
{identity}
{capability}
{oauth2}
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%n
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
{folders}
}}
"""

OAUTH2 = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
"""
INTROSPECTION = """
introspection_mode = post
introspection_url = {url}
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
timeout_msecs = 10000
"""


class Dovecot:
    """`port` speaks plain text and STARTTLS, `tls_port` TLS at once; `certificate` is the authority to trust.

    *users* maps names to passwords, any characters; *folders* maps those made for every user to their special use
    ("" for none). With *introspection*, an authorization server's address (RFC 7662), access tokens are taken too; what
    it calls `username` is let in. *capability* is all that the server says it can do, *names* are what its certificate
    is for besides this machine. `stop()` and `start()` keep ports and mail.
    """

    def __init__(
        self,
        users: Mapping[str, str],
        folders: Mapping[str, str] = SPECIAL,
        *,
        introspection: str = "",
        capability: str = "",
        names: Iterable[str] = (),
    ) -> None:
        self.users = dict(users)
        self.names = tuple(names)
        self.folders = dict(folders)
        self.introspection = introspection
        self.capability = capability
        self._clients: dict[str, IMAPClient] = {}
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Dovecot:
        for program in ("dovecot", "openssl"):
            if found(program) is None:
                raise RuntimeError(f"A real mail server is needed: {program} is missing. Install {PACKAGES[program]}.")
        self.home = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))  # short: its sockets allow 100 characters
        try:
            self._certify()
            self._prepare()
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def certificate(self) -> Path:
        """The authority's certificate (PEM)."""
        return self.home / "ca.pem"

    # --- running it -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server and return when it answers on both ports."""
        with (self.home / "out").open("ab") as out:
            self._server = subprocess.Popen(
                [str(found("dovecot")), "-F", "-c", str(self.home / "dovecot.conf")],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        waited = 0.0
        while not (_answers(self.port, False) and _answers(self.tls_port, True)):
            try:
                self._server.wait(0.05)
            except subprocess.TimeoutExpired:
                waited += 0.05
            if self._server.poll() is not None or waited > STARTS_WITHIN:
                raise RuntimeError(f"Dovecot did not start:\n{self.log()}")

    def stop(self) -> None:
        """End the server and every process it started; mail stays for the next `start`."""
        for client in self._clients.values():
            client.shutdown()
        self._clients.clear()
        if self._server is None:
            return
        os.killpg(self._server.pid, signal.SIGTERM)  # all at once: the parent alone would wait a second for the others
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
        self._server = None

    def log(self) -> str:
        """Return what the server has written so far."""
        files = [self.home / "out", self.home / "dovecot.log"]
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    # --- what is in it --------------------------------------------------------------------------------

    def client(self, user: str) -> IMAPClient:
        """Return a new signed-in connection, for what another program does to the mailbox; close it with `with`."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=200)
        client.plain_login(user, self.users[user])
        client.normalise_times = False
        if self.capability:  # it can all the same
            client._cached_capabilities = (b"IMAP4REV1", b"LITERAL+", b"MULTIAPPEND", b"MOVE", b"UIDPLUS")
        return client

    def deliver(self, user: str, folder: str, raw: bytes, internaldate: datetime | None = None) -> None:
        """Put one message into *folder*, which is made if it is missing; *internaldate* aware."""
        self.deliver_all(user, folder, [(raw, internaldate)])

    def deliver_all(self, user: str, folder: str, mails: Iterable[tuple[bytes, datetime | None]]) -> None:
        """Put many messages into *folder*, in order."""
        if user not in self._clients:
            self._clients[user] = self.client(user)
        client = self._clients[user]
        if not client.folder_exists(folder):
            client.create_folder(folder)
        mails = list(mails)
        for start in range(0, len(mails), 200):
            some = mails[start : start + 200]
            client.multiappend(folder, [{"msg": raw} | ({"date": when} if when else {}) for raw, when in some])

    # --- making it ------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Choose the ports, and write the configuration, the users and their empty mailboxes."""
        self.port, self.tls_port = free_ports(2)
        root = os.geteuid() == 0
        # Mail never runs as root: a machine's tests may, so it gets the user that owns nothing.
        mail = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        me, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
        lines = []
        (self.home / "mail").mkdir(mode=0o700)
        for name, password in self.users.items():
            secret = base64.b64encode(password.encode()).decode()
            lines.append(f"{name}:{{PLAIN.b64}}{secret}::::::\n")
            (self.home / "mail" / name).mkdir(mode=0o700)
        (self.home / "users").write_text("".join(lines))
        folders = "".join(
            f'  mailbox "{name}" {{\n    auto = create\n' + (f"    special_use = {use}\n" if use else "") + "  }\n"
            for name, use in self.folders.items()
        )
        conf = CONF.format(
            home=self.home,
            name=self.home.name,
            port=self.port,
            tls_port=self.tls_port,
            uid=mail.pw_uid,
            gid=mail.pw_gid,
            folders=folders,
            capability=f"imap_capability = {self.capability}" if self.capability else "",
            bearer=" xoauth2 oauthbearer" if self.introspection else "",
            oauth2=OAUTH2.format(home=self.home) if self.introspection else "",
            identity=""
            if root
            else f"default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {group}\n",
        )
        (self.home / "dovecot.conf").write_text(conf)
        (self.home / "oauth2.conf").write_text(INTROSPECTION.format(url=self.introspection))
        if root:
            self.home.chmod(0o755)
            (self.home / "users").chmod(0o644)
            (self.home / "oauth2.conf").chmod(0o644)
            for path in [self.home / "mail", *(self.home / "mail").iterdir()]:
                os.chown(path, mail.pw_uid, mail.pw_gid)

    def _certify(self) -> None:
        """Make an authority and a certificate for 127.0.0.1 and localhost, as strict checks (RFC 5280) want them."""
        (self.home / "ca.conf").write_text(
            "[req]\ndistinguished_name=name\nx509_extensions=ca\nprompt=no\n[name]\nCN=Test authority\n"
            "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
        )
        (self.home / "server.ext").write_text(
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
            "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
            f"subjectAltName={','.join(['IP:127.0.0.1', *(f'DNS:{name}' for name in ('localhost', *self.names))])}\n"
        )
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        self._openssl(
            "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-config", "ca.conf"
        )
        self._openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
        signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3650", "-extfile", "server.ext"]
        self._openssl("x509", "-req", "-in", "server.csr", "-out", "server.pem", *signing)

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self.home, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"openssl made no certificate: {done.stderr.decode(errors='replace')}")


def _answers(port: int, secure: bool) -> bool:
    """Return whether an IMAP server greets on *port*, over TLS if *secure*."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as plain:
            plain.settimeout(60)
            if not secure:
                return plain.recv(4) == b"* OK"
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(plain) as line:
                return line.recv(4) == b"* OK"
    except OSError:
        return False
