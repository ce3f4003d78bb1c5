"""What a server must show before anything is said to it: a certificate by an authority, or the one that is pinned."""

from __future__ import annotations

import hashlib
import hmac
import re
import socket
import ssl
from pathlib import Path
from typing import Any

from tui_inbox.problems import Misconfigured

_PIN = re.compile(r"(?:sha256[:/=]?)?((?:[0-9a-f]{2}:?){32})", re.IGNORECASE)


def trust(ca: str, pin: str = "") -> ssl.SSLContext:
    """Return what a server must show, in TLS 1.2 or newer.

    With *pin*, the certificate with that SHA-256, whoever signed it; else one for the server's name, signed by *ca*
    or, if that is "", by an authority this system trusts. Raises `Misconfigured`.
    """
    if pin:
        context: ssl.SSLContext = _Pinned(digest(pin))
    else:
        try:
            context = ssl.create_default_context(cafile=str(Path(ca).expanduser()) if ca else None)
        except (OSError, ssl.SSLError) as trouble:
            raise Misconfigured(
                f"The certificate file {ca} cannot be used: {trouble.strerror or trouble}.",
                "Name a PEM file with the authority's certificate in `ca`.",
            ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def digest(pin: str) -> bytes:
    """Return the SHA-256 that *pin* writes in hexadecimal, with or without colons. Raises `Misconfigured`."""
    found = _PIN.fullmatch(pin.strip())
    if found is None:
        raise Misconfigured(
            f"`pin` is no SHA-256 of a certificate: {pin[:80]}.",
            "Take what `openssl x509 -noout -fingerprint -sha256 -in server.pem` prints behind the =.",
        )
    return bytes.fromhex(found[1].replace(":", ""))


class WrongCertificate(ssl.SSLCertVerificationError):
    """A server that shows another certificate than the pinned one."""

    verify_message = "it is not the one that `pin` names"


class _Pinned(ssl.SSLContext):
    """Takes one certificate and no other; the name in it and who signed it do not matter then."""

    _wanted: bytes

    def __new__(cls, wanted: bytes) -> _Pinned:
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made._wanted = wanted
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
        return made

    def wrap_socket(self, sock: socket.socket, *arguments: Any, **named: Any) -> ssl.SSLSocket:
        secure = super().wrap_socket(sock, *arguments, **named)
        shown = hashlib.sha256(secure.getpeercert(binary_form=True) or b"").digest()
        if not hmac.compare_digest(shown, self._wanted):
            secure.close()
            raise WrongCertificate(1, WrongCertificate.verify_message)
        return secure
