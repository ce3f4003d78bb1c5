"""A mail as bytes: nothing foreign breaks its headers, and originals travel byte for byte or not as mails."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.connectors import smtp
from tui_inbox.outbox.mail import Letter, Part, assemble
from tui_inbox.problems import Misconfigured

LETTER = Letter(
    sender=("Deniz Kaya", "support@shop.example"),
    to=("Mert", "mert@shop.example"),
    subject="Handed over: Order",
    message_id="<hand-over.1@shop.example>",
    date=datetime(2026, 3, 2, 9, tzinfo=UTC),
    references=(),
    headers=(("X-Tui-Inbox-Tier", "1"),),
    text="Hello\n",
)


def read(raw: bytes) -> EmailMessage:
    assert all(line.endswith(b"\r\n") and len(line) <= 1000 for line in raw.splitlines(keepends=True))
    return cast(EmailMessage, email.message_from_bytes(raw, policy=email.policy.default))


@given(st.text(max_size=600), st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_no_text_adds_a_header(subject: str, name: str, text: str, file: str):
    letter = replace(
        LETTER,
        subject=subject,
        sender=(name, "a@b.example"),
        text=text,
        parts=(Part(file, "a/b", b"x"), Part(file, file, b"")),
    )
    raw = assemble(letter, eightbit=False)
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert names == [
        *(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"X-Tui-Inbox-Tier", b"MIME-Version", b"Content-Type")
    ]
    assert len(list(read(raw).iter_attachments())) == 2


def test_foreign_letters_come_through():
    letter = replace(
        LETTER, subject="Devredildi: Şikâyet 件名 " * 12, sender=('Çağla "X" Ö', "a@b.example"), text="şü\n"
    )
    mail = read(assemble(letter, eightbit=False))
    assert mail["Subject"] == ("Devredildi: Şikâyet 件名 " * 12).strip()
    assert mail["From"].addresses[0].display_name == 'Çağla "X" Ö'
    assert mail.get_content() == "şü\r\n" or mail.get_content() == "şü\n"


def test_references_that_are_no_ids_are_left_out():
    ids = ("<a@b>", "<c d@e>", "<x\r\nBcc: y>", "nothing", "<é@b>", *(f"<{n}@b>" for n in range(50)))
    mail = read(assemble(replace(LETTER, references=ids), eightbit=False))
    assert mail["References"].split() == ["<a@b>", *(f"<{n}@b>" for n in range(30, 50))]


ORIGINAL = b"Subject: x\r\nMIME-Version: 1.0\r\n\r\n"


@pytest.mark.parametrize(
    ("original", "eightbit", "kind"),
    [
        (ORIGINAL + b"plain\r\n", False, "message/rfc822"),
        (ORIGINAL + "gül\r\n".encode(), True, "message/rfc822"),
        (ORIGINAL + "gül\r\n".encode(), False, "application/octet-stream"),
        (ORIGINAL + b"a" * 2000, True, "application/octet-stream"),
        (ORIGINAL + b"a\0b\r\n", True, "application/octet-stream"),
    ],
)
def test_an_original_goes_as_a_mail_where_it_can_and_whole_in_any_case(original: bytes, eightbit: bool, kind: str):
    raw = assemble(
        replace(LETTER, parts=(Part("m.eml", "message/rfc822", original, original=True),)), eightbit=eightbit
    )
    [part] = read(raw).iter_attachments()
    assert part.get_content_type() == kind
    if kind == "message/rfc822":
        assert original in raw
    else:
        assert part.get_payload(decode=True) == original


def test_an_original_that_holds_any_boundary_stays_inside_its_own():
    inner = assemble(replace(LETTER, parts=(Part("a.txt", "text/plain", b"a"),)), eightbit=False)
    raw = assemble(replace(LETTER, parts=(Part("m.eml", "", inner, original=True),)), eightbit=False)
    assert len(list(read(raw).iter_attachments())) == 1


@pytest.mark.parametrize(
    "wrong",
    ["", "mert", "mert@", "@shop.example", "a b@c.d", "a@b c.d", "a@b\r\nRCPT TO:<c@d>", "a@b>", "<a@b>", "a,b@c.d",
     "a\0@b.c", '"a b"@c.d', "a@-b.c", "a@b..c"],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused_before_a_server_hears_it(wrong: str):
    with pytest.raises(Misconfigured):
        smtp.address(wrong)


def test_a_domain_of_foreign_letters_goes_in_ascii():
    assert smtp.address("mert@şirket.example") == "mert@xn--irket-idb.example"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"host": "h", "prot": 1}, "did you mean `port`"),
        ({"port": 25}, "no `host`"),
        ({"host": "mail.example.com", "tls": "none"}, "readable"),
        ({"host": "h", "port": 0}, "a number from 1 to 65535"),
        ({"host": "h", "from": "a\nb"}, "one line"),
        ({"host": "h", "files_sent": "yes"}, "true or false"),
    ],
)
def test_a_mistake_in_the_table_is_named(table: dict[str, object], said: str):
    with pytest.raises(Misconfigured) as wrong:
        smtp.server({"user": "a@b.example", "smtp": table}, "[[account]] 1")
    assert said.lower() in f"{wrong.value.what} {wrong.value.hint}".lower()


def test_what_the_table_leaves_out_is_the_accounts():
    found = smtp.server({"user": "a@b.example", "auth": "oauth2", "smtp": {"host": "smtp.gmail.com"}}, "")
    assert (found.user, found.sender, found.auth, found.port, found.tls) == (
        "a@b.example",
        "a@b.example",
        "oauth2",
        465,
        "implicit",
    )
    assert found.files_sent
    assert smtp.server({"smtp": {"host": "h", "port": 587}}, "").tls == "starttls"
