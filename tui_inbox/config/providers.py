"""The common mail providers: their servers, how they let a program in, and where OAuth2 is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AUTHORITIES: Mapping[str, Mapping[str, Any]] = {
    "google": {
        "who": "Google",
        "authorize": "https://accounts.google.com/o/oauth2/v2/auth",
        "token": "https://oauth2.googleapis.com/token",
        "scope": "https://mail.google.com/",  # IMAP and SMTP; the device flow does not grant it
        "extra": {"access_type": "offline", "prompt": "consent"},  # else a second sign-in brings no refresh token
    },
    "microsoft": {
        "who": "Microsoft",
        "authorize": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        "device": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
        "token": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        "scope": "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
        "redirect": "localhost",  # any port is accepted for this name
    },
}
"""OAuth2 endpoints by the name that `oauth = { provider = … }` gives."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `host` is "" where no program can read its mail, and `note` then says why."""

    key: str
    name: str
    domains: tuple[str, ...]
    """Domains of its addresses; `yahoo.*` stands for every country's."""
    host: str
    smtp: str
    smtp_port: int = 465
    port: int = 993
    tls: str = "implicit"
    local_user: bool = False
    """Whether the user name is what stands before the @."""
    oauth: str = ""
    """Which of `AUTHORITIES` it signs in with."""
    only_oauth: bool = False
    note: str = ""
    """What must be done there first, in a sentence or two."""


_TWO_STEPS = "With two-step sign-in it wants an app password, made in its security settings."
_SWITCH = "IMAP must be switched on in its settings first."
_BOTH = f"{_SWITCH} {_TWO_STEPS}"

PROVIDERS = (
    Provider(
        "gmail", "Gmail", ("gmail.com", "googlemail.com"), "imap.gmail.com", "smtp.gmail.com", oauth="google",
        note="It wants an app password (sixteen letters, without the spaces), made at"
        " myaccount.google.com/apppasswords (two-step sign-in must be on), or OAuth2; not the password of the account.",
    ),
    Provider(
        "outlook", "Outlook.com", ("outlook.*", "hotmail.*", "live.*", "msn.com"),
        "outlook.office365.com", "smtp-mail.outlook.com", 587, oauth="microsoft", only_oauth=True,
        note="It takes no password, only OAuth2; IMAP must be switched on in its settings (Forwarding and IMAP).",
    ),
    Provider(
        "office365", "Microsoft 365", ("*.onmicrosoft.com",),
        "outlook.office365.com", "smtp.office365.com", 587, oauth="microsoft", only_oauth=True,
        note="It takes no password, only OAuth2; your administrator may have to allow it.",
    ),
    Provider(
        "icloud", "iCloud", ("icloud.com", "me.com", "mac.com"),
        "imap.mail.me.com", "smtp.mail.me.com", 587, local_user=True,
        note="It wants an app-specific password, made at account.apple.com; not the password of the account.",
    ),
    Provider(
        "yahoo", "Yahoo", ("yahoo.*", "ymail.com", "rocketmail.com"), "imap.mail.yahoo.com", "smtp.mail.yahoo.com",
        note="It wants an app password, made in the account's security settings; not the password of the account.",
    ),
    Provider(
        "aol", "AOL", ("aol.*",), "imap.aol.com", "smtp.aol.com",
        note="It wants an app password, made in the account's security settings; not the password of the account.",
    ),
    Provider(
        "fastmail", "Fastmail", ("fastmail.*", "sent.com", "messagingengine.com"),
        "imap.fastmail.com", "smtp.fastmail.com",
        note="It wants an app password, made under Settings, Privacy & Security; not the password of the account.",
    ),
    Provider(
        "gmx", "GMX", ("gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.li"), "imap.gmx.net", "mail.gmx.net",
        note=_BOTH,
    ),
    Provider("gmx.com", "GMX", ("gmx.*",), "imap.gmx.com", "mail.gmx.com", note=_BOTH),
    Provider("web.de", "WEB.DE", ("web.de",), "imap.web.de", "smtp.web.de", 587, note=_BOTH),
    Provider(
        "mail.ru", "Mail.ru", ("mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru"),
        "imap.mail.ru", "smtp.mail.ru",
        note="It wants a password for external applications, made in its security settings.",
    ),
    Provider(
        "yandex", "Yandex", ("yandex.*", "ya.ru"), "imap.yandex.com", "smtp.yandex.com",
        note=f"{_SWITCH} It wants an app password, made in the account's security settings.",
    ),
    Provider("zoho", "Zoho", ("zoho.com", "zohomail.com"), "imap.zoho.com", "smtp.zoho.com", note=_BOTH),
    Provider("zoho.eu", "Zoho", ("zoho.eu", "zohomail.eu"), "imap.zoho.eu", "smtp.zoho.eu", note=_BOTH),
    Provider("zoho.in", "Zoho", ("zoho.in", "zohomail.in"), "imap.zoho.in", "smtp.zoho.in", note=_BOTH),
    Provider("mailbox.org", "mailbox.org", ("mailbox.org",), "imap.mailbox.org", "smtp.mailbox.org", note=_TWO_STEPS),
    Provider("posteo", "Posteo", ("posteo.*",), "posteo.de", "posteo.de"),
    Provider("migadu", "Migadu", (), "imap.migadu.com", "smtp.migadu.com"),
    Provider(
        "infomaniak", "Infomaniak", ("ik.me", "ikmail.com", "etik.com"), "mail.infomaniak.com", "mail.infomaniak.com",
        note="It wants an app password, made in its manager.",
    ),
    Provider("ionos", "IONOS", (), "imap.ionos.com", "smtp.ionos.com"),
    Provider("runbox", "Runbox", ("runbox.com",), "mail.runbox.com", "mail.runbox.com", note=_TWO_STEPS),
    Provider(
        "t-online", "T-Online", ("t-online.de", "magenta.de"), "secureimap.t-online.de", "securesmtp.t-online.de",
        note="It wants the password for mail programs, set in its customer centre.",
    ),
    Provider("freenet", "freenet", ("freenet.de",), "mx.freenet.de", "mx.freenet.de", 587),
    Provider("orange", "Orange", ("orange.fr", "wanadoo.fr"), "imap.orange.fr", "smtp.orange.fr"),
    Provider("free", "Free", ("free.fr",), "imap.free.fr", "smtp.free.fr"),
    Provider("laposte", "La Poste", ("laposte.net",), "imap.laposte.net", "smtp.laposte.net"),
    Provider("libero", "Libero", ("libero.it",), "imapmail.libero.it", "smtp.libero.it"),
    Provider(
        "seznam", "Seznam", ("seznam.cz", "email.cz", "post.cz"), "imap.seznam.cz", "smtp.seznam.cz", note=_SWITCH
    ),
    Provider("wp", "WP", ("wp.pl",), "imap.wp.pl", "smtp.wp.pl", note=_SWITCH),
    Provider(
        "qq", "QQ Mail", ("qq.com", "foxmail.com"), "imap.qq.com", "smtp.qq.com",
        note="It wants an authorization code, made in its settings where IMAP is switched on.",
    ),
    Provider("naver", "Naver", ("naver.com",), "imap.naver.com", "smtp.naver.com", note=_BOTH),
    Provider(
        "proton", "Proton Mail", ("proton.me", "protonmail.*", "pm.me"),
        "127.0.0.1", "127.0.0.1", 1025, 1143, "starttls",
        note="It is read through Proton Bridge on this machine: the password is the Bridge's, and `ca` names the"
        " certificate that the Bridge exports.",
    ),
    Provider(
        "tuta", "Tuta", ("tuta.com", "tuta.io", "tutanota.com", "tutanota.de", "tutamail.com", "keemail.me"), "", "",
        note="It lets no other program read mail: it offers no IMAP.",
    ),
)  # fmt: skip


def provider_of(address: str) -> Provider | None:
    """Return the provider of a mail address by its domain; None where it is not known."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    return next((one for one in PROVIDERS if any(_fits(domain, form) for form in one.domains)), None)


def provider_named(key: str) -> Provider | None:
    """Return the provider called *key*, or the one whose server *key* is; None where there is none."""
    wanted = key.strip().lower()
    named = next((one for one in PROVIDERS if one.key == wanted), None)
    return named or next((one for one in PROVIDERS if one.host == wanted and wanted not in ("", "127.0.0.1")), None)


def _fits(domain: str, form: str) -> bool:
    if form.endswith(".*"):  # every country's: yahoo.de, yahoo.co.uk, yahoo.com.tr
        first, _, rest = domain.partition(".")
        return first == form[:-2] and 0 < len(rest) <= 6 and rest.count(".") <= 1
    if form.startswith("*."):
        return domain.endswith(form[1:])
    return domain == form
