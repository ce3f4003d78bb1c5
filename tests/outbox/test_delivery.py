"""Handing over, by a real server into a teammate's real mailbox: once, whole, and back where it cannot be."""

from __future__ import annotations

import hashlib
import ssl
from datetime import timedelta

import pytest

from tests.outbox.conftest import CUSTOMER, PASSWORD, Shop
from tui_inbox.problems import NotAdmitted, Unreachable
from tui_inbox.rules.model import Class, Outcome, Place, Reason

pytestmark = pytest.mark.needs("dovecot")


def signed_in(shop: Shop) -> str:
    """Return an smtp table that signs in with the account's own user and secret."""
    return (
        f'smtp = {{ host = "127.0.0.1", port = {shop.server.port}, tls = "none",'
        f' from = "{shop.support}@shop.example" }}'
    )


def handed(shop: Shop) -> None:
    """Hand the conversation over, and let the seconds of undo pass."""
    shop.forward()
    shop.later(seconds=6)


def test_a_forward_reaches_the_teammate_once(shop: Shop):
    handed(shop)
    assert shop.send().sent == 1
    assert shop.send().sent == 0
    assert shop.sync().sent_out == 0
    assert len(shop.got()) == 1
    assert shop.states() == ["sent"]
    assert shop.whole().row.delivery == "sent"
    assert shop.whole().row.place is Place.HANDED_OVER


def test_the_mail_says_the_note_the_due_time_the_tier_and_the_conversation(shop: Shop):
    handed(shop)
    shop.send()
    [mail] = shop.got()
    text = mail.get_body().get_content()
    assert text.startswith("Refund, please.")
    assert "Due:      Mon 2 Mar 2026 13:00 (UTC)" in text
    assert "Tier:     1, front line" in text
    assert f"Ada Demir <{CUSTOMER}>, Mon 2 Mar 2026 09:00" in text
    assert "  Where is my order?" in text
    assert mail["X-Tui-Inbox-Conversation"] == "1"
    assert mail["X-Tui-Inbox-Due"] == "2026-03-02T13:00:00Z"
    assert mail["X-Tui-Inbox-Tier"] == "1"
    assert mail["X-Tui-Inbox-Hand-Over"] in mail["Message-ID"]
    assert mail["From"] == f"Deniz Kaya <{shop.support}@shop.example>"
    assert mail["To"] == f"Mert <{shop.mert}@shop.example>"
    assert mail["References"] == "<first@example.org>"
    assert mail["Subject"] == "Handed over: Order"
    assert "Reply-To" not in mail
    assert "Auto-Submitted" not in mail


def test_the_original_mails_go_along_byte_for_byte(shop: Shop):
    original = shop.mails(shop.support)[0]
    handed(shop)
    shop.send()
    [raw] = shop.mails(shop.mert)
    assert original.rstrip() in raw
    [mail] = shop.got()
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["message/rfc822"]


def test_a_copy_lies_among_the_sent_mail_once_and_answers_nobody(shop: Shop):
    handed(shop)
    shop.send()
    assert len(shop.mails(shop.support, "Sent")) == 1
    shop.sync()
    whole = shop.whole()
    assert [one.class_ for one in whole.messages] == [Class.HUMAN, Class.SYSTEM]
    assert [one.outcome for one in whole.promises] == [Outcome.OPEN]
    assert whole.row.place is Place.HANDED_OVER


def test_a_server_that_files_what_it_sent_gets_no_second_copy(shop: Shop):
    shop.server.files_sent = True
    handed(shop)
    shop.send()
    assert len(shop.mails(shop.support, "Sent")) == 1


def test_the_teammates_answer_to_the_hand_over_belongs_to_the_conversation_and_is_no_answer(shop: Shop):
    handed(shop)
    shop.send()
    named = shop.outbox()[0].message_id
    shop.later(minutes=5)
    shop.arrives(
        f"From: Mert <{shop.mert}@shop.example>\r\nTo: {shop.support}@shop.example\r\nSubject: Re: Handed over\r\n"
        f"Message-ID: <m1@shop.example>\r\nIn-Reply-To: {named}\r\n\r\nI have it.\r\n".encode()
    )
    shop.sync()
    whole = shop.whole()
    assert [one.class_ for one in whole.messages].count(Class.SYSTEM) == 2
    assert [one.outcome for one in whole.promises] == [Outcome.OPEN]


def test_the_teammates_answer_to_the_customer_stops_the_clock(shop: Shop):
    handed(shop)
    shop.send()
    shop.later(minutes=5)
    shop.arrives(
        f"From: Mert <{shop.mert}@shop.example>\r\nTo: {CUSTOMER}\r\nCc: {shop.support}@shop.example\r\n"
        "Message-ID: <m2@shop.example>\r\nReferences: <first@example.org>\r\n\r\nOn its way.\r\n".encode()
    )
    shop.sync()
    assert [one.outcome for one in shop.whole().promises] == [Outcome.MET]


# --- undo, and taking back ----------------------------------------------------------------------------------


def test_nothing_goes_out_within_the_seconds_of_undo_not_even_at_once(shop: Shop):
    shop.forward()
    shop.later(seconds=4)
    assert shop.send(at_once=True).sent == 0
    assert shop.server.said == []


def test_what_is_undone_is_never_sent(shop: Shop):
    shop.forward()
    shop.inbox.undo(shop.now)
    shop.later(hours=1)
    shop.send(at_once=True)
    assert shop.got() == []
    assert shop.states() == ["undone"]
    assert shop.whole().row.place is Place.INBOX


def test_what_is_taken_back_or_handed_on_before_it_was_sent_is_not_sent(shop: Shop):
    shop.forward()
    shop.forward(to="Ivana")
    shop.later(seconds=6)
    shop.send()
    assert shop.got() == []
    assert len(shop.got(shop.ivana)) == 1
    shop.forward(to="me")
    shop.forward(to="Mert")
    shop.forward(to="me")
    shop.later(seconds=6)
    shop.send()
    assert shop.got() == []
    assert shop.states() == ["dropped", "sent", "dropped"]


# --- what does not work at once -----------------------------------------------------------------------------


def test_offline_it_waits_says_so_and_goes_out_once_there_is_a_network_again(shop: Shop):
    shop.server.stop()
    handed(shop)
    came = shop.send()
    assert isinstance(came.problems["support"], Unreachable)
    [waiting] = shop.outbox()
    assert waiting.state == "waiting"
    assert "accepts no connection" in waiting.problem
    assert waiting.next_try == shop.now + timedelta(seconds=30)
    assert shop.whole().row.place is Place.HANDED_OVER
    shop.server.start()
    assert shop.send().sent == 0  # its next try is not yet
    shop.later(seconds=31)
    assert shop.send().sent == 1
    assert len(shop.got()) == 1


def test_the_pauses_between_tries_grow(shop: Shop):
    shop.server.stop()
    handed(shop)
    pauses = []
    for _ in range(8):
        shop.send(at_once=True)
        next_try = shop.outbox()[0].next_try
        assert next_try is not None
        pauses.append((next_try - shop.now).total_seconds())
    assert pauses == [30, 60, 120, 300, 600, 900, 900, 900]


def test_a_server_that_asks_for_patience_is_tried_again(shop: Shop):
    shop.server.later = ["451 4.7.1 greylisted, come back", "450 4.2.0 not yet"]
    handed(shop)
    assert shop.send().sent == 0
    assert "451 4.7.1 greylisted" in shop.outbox()[0].problem
    assert shop.send(at_once=True).sent == 0
    shop.later(minutes=5)
    assert shop.send().sent == 1
    assert len(shop.got()) == 1


def test_a_refusal_for_now_at_the_last_moment_leaves_no_doubt(shop: Shop):
    shop.server.at_end = ["452 4.3.1 disk full"]
    handed(shop)
    shop.send()
    assert shop.states() == ["waiting"]
    shop.inbox.undo(shop.now)  # it may still be undone: nobody has it
    assert shop.whole().row.place is Place.INBOX


def test_a_refused_sign_in_waits_and_tells_no_secret(shop: Shop):
    shop.server.passwords = {shop.support: PASSWORD}
    shop.configure(signed_in(shop))
    shop.secret = lambda: "wrong geheim"
    handed(shop)
    came = shop.send()
    assert isinstance(came.problems["support"], NotAdmitted)
    [waiting] = shop.outbox()
    assert waiting.state == "waiting"
    assert "refused the password" in waiting.problem
    assert "geheim" not in waiting.problem
    shop.secret = lambda: PASSWORD
    assert shop.send(at_once=True).sent == 1


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN"])
def test_a_password_of_any_letters_signs_in(shop: Shop, mechanisms: str):
    shop.server.passwords, shop.server.mechanisms = {shop.support: PASSWORD}, mechanisms
    shop.configure(signed_in(shop))
    handed(shop)
    assert shop.send().sent == 1


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_over_tls_the_certificate_must_be_trusted(shop: Shop, tls: str):
    shop.server.stop()
    shop.server.tls, shop.server.passwords = tls, {shop.support: PASSWORD}
    shop.server.start()
    table = f'host = "127.0.0.1", port = {shop.server.port}, tls = "{tls}", from = "{shop.support}@shop.example"'
    shop.configure(f"smtp = {{ {table} }}")
    handed(shop)
    came = shop.send()
    assert "is not trusted" in came.problems["support"].what
    assert "AUTH" not in shop.server.said
    shop.configure(f'smtp = {{ {table}, ca = "{shop.mailboxes.certificate}" }}')
    assert shop.send(at_once=True).sent == 1


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_over_tls_a_pinned_certificate_is_believed_and_no_other(shop: Shop, tls: str):
    shop.server.stop()
    shop.server.tls, shop.server.passwords = tls, {shop.support: PASSWORD}
    shop.server.start()
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", shop.mailboxes.tls_port)))
    table = f'host = "127.0.0.1", port = {shop.server.port}, tls = "{tls}", from = "{shop.support}@shop.example"'
    shop.configure(f'smtp = {{ {table}, pin = "{"0" * 64}" }}')
    handed(shop)
    assert "`pin`" in shop.send().problems["support"].what
    assert "AUTH" not in shop.server.said
    shop.configure(f'smtp = {{ {table}, pin = "{hashlib.sha256(shown).hexdigest()}" }}')
    assert shop.send(at_once=True).sent == 1


def test_a_server_that_offers_no_starttls_is_told_nothing(shop: Shop):
    shop.configure(
        f'smtp = {{ host = "127.0.0.1", port = {shop.server.port}, tls = "starttls",'
        f' from = "{shop.support}@shop.example" }}'
    )
    handed(shop)
    assert "offers no STARTTLS" in shop.send().problems["support"].what
    assert [line.split()[0] for line in shop.server.said] == ["ehlo"]


def test_without_a_server_to_send_through_it_waits_and_says_so(shop: Shop):
    shop.configure(smtp="")
    handed(shop)
    assert "smtp" in shop.send().problems[""].what
    assert shop.states() == ["waiting"]
    assert "No account has a server" in shop.outbox()[0].problem
    shop.configure()
    assert shop.send().sent == 1


# --- what comes back ----------------------------------------------------------------------------------------


def test_a_refused_recipient_brings_it_back_with_the_reason(shop: Shop):
    shop.server.refuse = {f"{shop.mert}@shop.example": "550 5.1.1 no such mailbox"}
    handed(shop)
    shop.send()
    whole = shop.whole()
    assert (whole.row.place, whole.row.owner, whole.row.reason) == (Place.INBOX, "me", Reason.RETURNED)
    assert shop.states() == ["refused"]
    assert "550 5.1.1 no such mailbox" in shop.outbox()[0].problem
    [told] = [one for one in whole.history if one.event == "hand-over refused"]
    assert "550 5.1.1 no such mailbox" in str(told.detail["why"])
    shop.later(hours=1)
    assert shop.send(at_once=True).sent == 0


def test_what_is_unsent_when_it_is_due_comes_back_and_is_not_sent_later(shop: Shop):
    shop.server.stop()
    handed(shop)
    shop.send()
    shop.later(hours=4)
    row = shop.whole().row
    assert (row.place, row.reason) == (Place.INBOX, Reason.RETURNED)
    shop.server.start()
    shop.send(at_once=True)
    assert shop.got() == []
    assert shop.states() == ["returned"]
    [promise] = shop.whole().promises
    assert promise.responsible == "me"


def bounce(shop: Shop, action: str = "failed", status: str = "5.1.1") -> bytes:
    named = shop.outbox()[-1].message_id
    return (
        f"Return-Path: <>\r\nFrom: Mail Delivery System <mailer-daemon@mx.shop.example>\r\n"
        f"To: {shop.support}@shop.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <bounce-{status}@mx.shop.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n'
        "--r\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.shop.example\r\n\r\n"
        f"Final-Recipient: rfc822; {shop.mert}@shop.example\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {named}\r\nSubject: Handed over\r\n--r--\r\n"
    ).encode()


def test_a_bounce_brings_it_back_with_the_reason(shop: Shop):
    handed(shop)
    shop.send()
    shop.later(minutes=2)
    shop.arrives(bounce(shop))
    shop.sync()
    whole = shop.whole()
    assert (whole.row.place, whole.row.owner, whole.row.reason) == (Place.INBOX, "me", Reason.RETURNED)
    assert Class.BOUNCE in [one.class_ for one in whole.messages]
    assert shop.states() == ["bounced"]
    assert "5.1.1" in shop.outbox()[0].problem
    with shop.inbox.reader() as reader:
        assert reader.counts(shop.now).queues["all"] == 1


def test_a_bounce_that_may_still_arrive_changes_nothing(shop: Shop):
    handed(shop)
    shop.send()
    shop.later(minutes=2)
    shop.arrives(bounce(shop, "delayed", "4.4.1"))
    shop.sync()
    assert shop.whole().row.place is Place.HANDED_OVER
    assert shop.states() == ["sent"]


def test_a_bounce_of_what_was_taken_back_meanwhile_changes_nothing_but_the_record(shop: Shop):
    handed(shop)
    shop.send()
    shop.later(minutes=2)
    shop.forward(to="me")
    shop.forward(to="Ivana")
    shop.later(minutes=1)
    shop.send()
    named = shop.outbox()[0].message_id
    shop.arrives(bounce(shop).replace(shop.outbox()[-1].message_id.encode(), named.encode()))
    shop.sync()
    assert shop.whole().row.owner == "Ivana"
    assert shop.states() == ["bounced", "sent"]


def test_a_teammate_who_is_none_any_more_gets_nothing(shop: Shop):
    shop.forward()
    text = (shop.folder / "config.toml").read_text().replace('name = "Mert"', 'name = "Berk"')
    (shop.folder / "config.toml").write_text(text)
    shop.close()
    shop.later(seconds=6)
    shop.send()
    assert shop.whole().row.place is Place.INBOX
    assert "no teammate any more" in shop.outbox()[0].problem


# --- what the customer says then ----------------------------------------------------------------------------


def test_what_the_customer_says_to_it_is_sent_on_once(shop: Shop):
    handed(shop)
    shop.send()
    shop.later(minutes=10)
    raw = shop.writes("second", "Hello? Anybody?", answers="<first@example.org>")
    assert shop.sync().sent_out == 1
    shop.later(hours=1)
    assert shop.sync().sent_out == 0
    first, second = shop.got()
    assert second["Subject"] == "Customer replied: Order"
    assert second["Message-ID"] != first["Message-ID"]
    assert first["Message-ID"] in second["References"]
    text = second.get_body().get_content()
    assert "Hello? Anybody?" in text
    assert "Where is my order?" not in text
    assert raw.rstrip() in shop.mails(shop.mert)[1]
    assert shop.whole().row.place is Place.HANDED_OVER


def test_what_the_customer_says_before_it_was_sent_goes_with_it(shop: Shop):
    shop.server.stop()
    handed(shop)
    shop.send()
    shop.later(minutes=10)
    shop.writes("second", "Hello? Anybody?", answers="<first@example.org>")
    shop.server.start()
    assert shop.sync().sent_out == 1
    [mail] = shop.got()
    assert "Hello? Anybody?" in mail.get_body().get_content()
    assert len(list(mail.iter_attachments())) == 2
    shop.later(hours=1)
    assert shop.sync().sent_out == 0


def test_a_reply_that_cannot_be_sent_on_brings_the_conversation_back(shop: Shop):
    handed(shop)
    shop.send()
    shop.server.refuse = {f"{shop.mert}@shop.example": "550 5.2.1 mailbox closed"}
    shop.later(minutes=10)
    shop.writes("second", answers="<first@example.org>")
    shop.sync()
    row = shop.whole().row
    assert (row.place, row.reason) == (Place.INBOX, Reason.RETURNED)
    assert shop.states() == ["sent", "refused"]


def test_a_new_conversation_of_what_was_handed_over_is_sent_on_too(shop: Shop):
    from tui_inbox.rules.model import Archive

    handed(shop)
    shop.send()
    shop.later(minutes=10)
    shop.inbox.perform([Archive(1, 10**6)], shop.now)
    shop.later(days=20)
    shop.writes("late", "One more thing.", answers="<first@example.org>")
    assert shop.sync().sent_out == 1
    assert "One more thing." in shop.got()[1].get_body().get_content()
    assert shop.whole(2).row.owner == "Mert"


# --- foreign text -------------------------------------------------------------------------------------------


def test_nothing_a_stranger_wrote_becomes_a_header_or_a_line_of_ours(shop: Shop):
    subject = "=?utf-8?B?T3JkZXINCkJjYzogZXZpbEBleGFtcGxlLm9yZw0KDQpib2R5?="  # Order CRLF Bcc: evil@example.org
    text = "hi\r\n---- The conversation, 1 message ----\r\nDue:      never\r\n.\r\n..\r\n--=_x"
    shop.writes("evil", text, subject=subject)
    shop.sync()
    shop.forward(id=2, note="İade için.\r\nBcc: evil@example.org")
    shop.later(seconds=6)
    shop.send()
    [mail] = shop.got()
    assert "Bcc" not in mail
    assert mail["Subject"].startswith("Handed over: Order Bcc: evil@example.org")
    lines = mail.get_body().get_content().splitlines()
    assert lines[:2] == ["İade için.", "Bcc: evil@example.org"]
    assert "Due:      never" not in lines
    assert "  Due:      never" in lines
    [original] = mail.iter_attachments()
    assert b"\r\n.\r\n..\r\n--=_x" in shop.mails(shop.mert)[0]
    assert original.get_content_type() == "message/rfc822"
