"""What a mail says, read from samples of each kind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui_inbox.connectors import rfc822
from tui_inbox.connectors.formats.addresses import people
from tui_inbox.problems import NotFound
from tui_inbox.rules.model import Class, Message, Person, State

SAMPLES = Path(__file__).parents[1] / "samples" / "eml"


def raw(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def sample(name: str) -> Message:
    return rfc822.parse(raw(name), where=name)


def mail(body: str = "Hello", **fields: str) -> Message:
    """Return a mail with *fields* (`_` for `-`), read."""
    head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in {"From": "a@b.example", **fields}.items())
    return rfc822.parse(f"{head}\n{body}".encode())


# --- plain mail -------------------------------------------------------------------------------------------


def test_a_plain_mail_gives_everything_it_says():
    read = sample("plain")
    assert read.channel == "email"
    assert read.thread == ""
    assert read.sender == Person("Ada Demir", "ada@example.org")
    assert read.to == (Person("Support, Shop", "support@shop.example"),)
    assert read.cc == (Person("Deniz Kaya", "deniz@shop.example"),)
    assert read.subject == "Where is my order?"
    assert read.external_id == "<order-4411@mail.example.org>"
    assert read.ids == ("<order-4411@mail.example.org>",)
    assert read.references == ("<welcome-1@shop.example>", "<confirm-4411@shop.example>")
    assert read.text == "Hello,\n\nmy order 4411 has not arrived. Could you have a look?\n\nAda"
    assert read.quoted.startswith("On Sun, 1 Mar 2026")
    assert "> It leaves us today." in read.quoted
    assert read.verdict.as_ is Class.HUMAN
    assert read.state is State.NORMAL
    assert read.warnings == ()
    assert read.raw == raw("plain")
    assert read.where == "plain"


def test_received_is_the_servers_time_then_the_topmost_received_then_date():
    at = datetime(2026, 3, 2, 7, 59, tzinfo=UTC)
    assert rfc822.parse(raw("plain"), received_at=at).received_at == at
    assert sample("plain").received_at == datetime(2026, 3, 2, 8, 0, 7, tzinfo=UTC)
    assert sample("plain").sent_at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert sample("alternative").received_at == datetime(2026, 3, 3, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Mon, 1 Jan 0000 00:00:00 +0000", "Mon, 1 Jan 9999 00:00:00 +0000", "32"]
)
def test_a_date_that_cannot_be_is_no_date(date: str):
    assert mail(Date=date).received_at is None


def test_an_unreadable_received_gives_way_to_the_next_one():
    raw = b"Received: by x; long ago\nReceived: by y; Mon, 2 Mar 2026 08:00:00 +0000\nFrom: a@b.example\n\nx"
    assert rfc822.parse(raw).received_at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


# --- keys and ids -----------------------------------------------------------------------------------------


def test_the_same_mail_with_other_line_ends_has_the_same_key():
    again = raw("plain").replace(b"\n", b"\r\n").replace(b"Ada\r\n", b"Ada \t\r\n") + b"\r\n\r\n"
    assert rfc822.parse(again).key == sample("plain").key
    assert sample("plain").key.startswith("<order-4411@mail.example.org>#")


def test_one_message_id_with_two_bodies_is_two_messages():
    assert rfc822.parse(raw("plain") + b"-- \nlist footer").key != sample("plain").key


def test_without_a_message_id_the_main_fields_and_the_body_are_the_key():
    assert mail(Subject="a").key == mail(Subject="a", X_Spam="no").key
    assert mail(Subject="a").key != mail(Subject="b").key
    assert mail("x", Subject="a").key != mail("y", Subject="a").key
    assert mail().external_id == ""


def test_ids_that_relays_put_aside_stay_known():
    read = mail(Message_ID="<new@relay>", X_Google_Original_Message_ID="<old@a>", X_Original_Message_ID="<older@a>")
    assert read.ids == ("<new@relay>", "<old@a>", "<older@a>")
    assert read.external_id == "<new@relay>"


def test_an_id_without_an_at_sign_or_brackets_is_an_id():
    assert mail(Message_ID="<1>", References="abc def").ids == ("<1>",)
    assert mail(References="abc def").references == ("<abc>", "<def>")


def test_what_it_answers_stands_last():
    assert mail(References="<a@x> <b@x>", In_Reply_To="<c@x>").references == ("<a@x>", "<b@x>", "<c@x>")
    assert mail(References="<a@x> <b@x>", In_Reply_To="<a@x>").references == ("<a@x>", "<b@x>")


def test_free_text_in_in_reply_to_counts_only_where_it_names_an_id():
    free = "Your message of Mon, 1 Jan 2024 <20240101.1@x>"
    assert mail(In_Reply_To=free).references == ("<20240101.1@x>",)
    assert mail(In_Reply_To=free, References="<a@x>").references == ("<a@x>",)
    assert mail(In_Reply_To="Your message of Monday <a@b.example>").references == ()
    assert mail(In_Reply_To="Message from Jo <jo@b.example> of Monday").references == ()


def test_outlooks_conversation_counts_only_without_references():
    index = "AQHZ" + "A" * 32
    assert len(mail(Thread_Index=index).thread_index) == 44
    assert mail(Thread_Index=index, References="<a@x>").thread_index == ""
    assert mail(Thread_Index="???").thread_index == ""


# --- people -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("alice@example.com <bob@example.com>", "alice@example.com", "bob@example.com"),
        ('"Doe, Jane \\"J\\"" <JANE@Example.com>', 'Doe, Jane "J"', "jane@example.com"),
        ("jo@example.com (Jo the Great)", "Jo the Great", "jo@example.com"),
        ("Pete(A \\) chap) <pete(his)@silly.test(host)>", "Pete", "pete@silly.test"),
        ("=?utf-8?q?=C5=9Eevket?= <s@x.example>", "Şevket", "s@x.example"),
        ('"=?utf-8?q?Kos=2C_Iva?=" <i@x.example>', "Kos, Iva", "i@x.example"),
        ("<@route.example:mary@x.example>", "", "mary@x.example"),
        ('"Never closed <jo@x.example>', "Never closed", "jo@x.example"),
        ("MAILER-DAEMON", "MAILER-DAEMON", ""),
        ("Jöhn <jöhn@mächine.example>", "Jöhn", "jöhn@mächine.example"),
    ],
)
def test_the_angle_address_is_the_person(written: str, name: str, address: str):
    assert people(written.encode()) == [Person(name, address)]


def test_groups_are_opened_and_empty_ones_name_nobody():
    assert [one.identity for one in people(b"Team: a@x.example, B <b@x.example>;, c@x.example")] == [
        "a@x.example",
        "b@x.example",
        "c@x.example",
    ]
    assert people(b"undisclosed-recipients:;") == []


def test_eight_bit_headers_are_utf8_or_the_bodys_charset():
    assert rfc822.parse("From: Jürgen <j@x.example>\n\n".encode()).sender.name == "Jürgen"
    latin5 = "From: a@x.example\nSubject: Şikayet\nContent-Type: text/plain; charset=iso-8859-9\n\nx".encode("cp1254")
    assert rfc822.parse(latin5).subject == "Şikayet"


def test_a_character_split_between_two_encoded_words_is_whole_again():
    read = sample("turkish_subject")
    assert read.subject == "İade talebi: siparişim hasarlı geldi"
    assert read.sender.name == "Şevket Yılmaz"
    assert read.text == "Merhaba,\n\nsiparişim hasarlı geldi. İade etmek istiyorum.\n\nŞevket"


def test_reply_to_says_whom_an_answer_goes_to():
    assert sample("contact_form").reply_to == Person("Ivana Kos", "ivana@kupac.example")
    assert sample("plain").reply_to is None


def test_a_contact_form_is_a_persons():
    read = sample("contact_form")
    assert read.verdict.as_ is Class.HUMAN
    assert read.reply_to == Person("Ivana Kos", "ivana@kupac.example")
    assert "reply goes to another address" in read.warnings


def test_a_reply_to_that_is_among_the_recipients_is_no_surprise():
    assert mail(To="list@x.example", Reply_To="list@x.example").warnings == ()


# --- bodies -----------------------------------------------------------------------------------------------


def test_of_two_alternatives_the_plain_one_is_read():
    assert sample("alternative").text == "Želim vratiti cipele, broj je prevelik.\n\nMarko"


@pytest.mark.parametrize("plain", ["", "  \n", "Your mail program does not support HTML."])
def test_a_plain_alternative_that_says_nothing_gives_way_to_html(plain: str):
    body = f"--x\nContent-Type: text/plain\n\n{plain}\n--x\nContent-Type: text/html\n\n<p>Hello</p>\n--x--"
    assert mail(body, Content_Type="multipart/alternative; boundary=x").text == "Hello"


def test_encrypted_mail_says_what_it_is():
    assert sample("smime").text == "Encrypted with S/MIME: this program cannot read it."
    assert sample("pgp").text == "Encrypted with PGP: this program cannot read it."
    assert [one.name for one in sample("pgp").attachments] == ["encrypted.asc"]
    inline = mail("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----")
    assert inline.text.startswith("Encrypted with PGP")
    assert inline.state is State.NORMAL


def test_a_mail_without_any_text_part_has_no_body():
    read = mail("JVBERi0=", Content_Type="application/pdf; name=a.pdf", Content_Transfer_Encoding="base64")
    assert read.state is State.MISSING_BODY
    assert [one.name for one in read.attachments] == ["a.pdf"]


def test_a_root_text_part_is_shown_even_as_an_attachment():
    assert mail("Hello", Content_Disposition="attachment; filename=mail.txt").text == "Hello"


@pytest.mark.parametrize("charset", ["", "x-unknown", "us-ascii", "iso-8859-1", "DEFAULT", '""', "idna", "a\0b"])
def test_utf8_under_a_wrong_name_is_utf8(charset: str):
    raw = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\n\nGrüße šđžćč".encode()
    assert rfc822.parse(raw).text == "Grüße šđžćč"


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("ks_c_5601-1987", "안녕하세요"),
        ("gb2312", "您好，镕"),
        ("windows-874", "สวัสดี"),
        ("shift_jis", "①こんにちは"),
        ("iso-2022-jp", "こんにちは"),
    ],
)
def test_charsets_go_by_many_names(charset: str, text: str):
    codec = {"ks_c_5601-1987": "cp949", "gb2312": "gb18030", "windows-874": "cp874", "shift_jis": "cp932"}.get(
        charset, charset
    )
    raw = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\n\n".encode() + text.encode(codec)
    assert rfc822.parse(raw).text == text


@pytest.mark.parametrize("written", ["SGVsbG8=", "SGVs\nbG8", "SG!Vs*bG8=", "SGVs=bG8=", "SGVsbG8=====", "SGVsbG8=A"])
def test_base64_is_read_however_badly_it_was_written(written: str):
    assert mail(written, Content_Transfer_Encoding="base64").text.startswith("Hel")


def test_flowed_lines_are_joined():
    body = "This is one \nsentence.\n\n> quoted \n> too\n-- \nAda"
    read = mail(body, Content_Type="text/plain; format=flowed")
    assert read.text.startswith("This is one sentence.")
    assert "> quoted too" in read.text + read.quoted


def test_only_carriage_returns_a_bom_and_utf16_are_read():
    assert rfc822.parse(b"From: a@b.c\rSubject: mac\r\rbody\r").text == "body"
    assert rfc822.parse(b"\xef\xbb\xbf\r\nFrom: a@b.c\r\nSubject: bom\r\n\r\nbody").subject == "bom"
    assert rfc822.parse("From: a@b.c\nSubject: wide\n\nbody".encode("utf-16")).subject == "wide"


def test_a_folded_boundary_holds():
    body = "--two words\n\nHello\n--two words--"
    assert mail(body, Content_Type='multipart/mixed; boundary="two\n words"').text == "Hello"


def test_a_missing_closing_boundary_loses_nothing():
    assert mail("--x\n\nHello\n--x\n\nAda", Content_Type="multipart/mixed; boundary=x").text == "Hello\n\nAda"


def test_junk_between_fields_does_not_hide_those_behind_it():
    assert rfc822.parse(b"From: a@b.c\nthis is no field\nSubject: s\n\nbody").subject == "s"


# --- attachments ------------------------------------------------------------------------------------------


def test_attachments_have_names_sizes_and_no_content():
    found = sample("attachments").attachments
    assert [one.name for one in found] == ["Facture nº 42 (copie).pdf", "şekil.png", "orders list.csv"]
    assert [one.type for one in found] == ["application/pdf", "image/png", "text/csv"]
    assert [one.size for one in found] == [9, 8, 3]
    assert all(one.content is None and one.stored for one in found)
    assert sample("attachments").text == "Voici la facture."


def test_an_attachment_is_read_back_by_its_part():
    pdf = sample("attachments").attachments[0]
    assert rfc822.attachment(raw("attachments"), pdf.part) == b"%PDF-1.4\n"
    with pytest.raises(NotFound):
        rfc822.attachment(raw("attachments"), "9.9")


def test_a_mail_in_a_mail_is_a_file_and_so_are_its_files():
    inner = "--i\n\nhi\n--i\nContent-Type: image/png; name=a.png\n\nPNG\n--i--"
    body = (
        "--o\n\nSee below\n--o\nContent-Type: message/rfc822\n\n"
        f"Subject: Inner\nContent-Type: multipart/mixed; boundary=i\n\n{inner}\n--o--"
    )
    read = mail(body, Content_Type="multipart/mixed; boundary=o")
    assert read.text == "See below"
    assert [(one.name, one.part) for one in read.attachments] == [("Inner.eml", "2"), ("a.png", "2.2")]


# --- HTML -------------------------------------------------------------------------------------------------


def test_html_becomes_what_a_reader_sees():
    read = sample("html_only")
    lines = (read.text + "\n" + read.quoted).splitlines()
    assert "Dear customer," in lines[0]
    assert "Please visit www.bank.example [1] or read the questions [2]." in lines
    assert "- second" in lines
    assert "  1. inner" in lines
    assert "Order  4411" in lines
    assert "> You wrote" in lines
    assert "[1] https://evil.example/login?x=1" in lines
    assert "[2] https://help.example/faq" in lines
    assert not any("Nobody" in line or "zero" in line or "alert" in line or "color" in line for line in lines)


def test_a_links_target_stands_beneath_the_part_it_is_in():
    answer = '<p>See <a href="https://x.example/new">this</a></p>'
    quote = '<p>On 2 Mar 2026 Ada wrote:</p><blockquote><a href="https://x.example/old">that</a></blockquote>'
    read = mail(answer + quote, Content_Type="text/html")
    assert read.text == "See this [1]\n\n[1] https://x.example/new"
    assert read.quoted.endswith("> that [2]\n\n[2] https://x.example/old")


def test_a_picture_written_into_the_html_hides_nothing_behind_it():
    picture = '<img alt="logo" src="data:image/png;base64,' + "iVBORw0/" * 100_000 + '">'
    read = mail(f"{picture}<p>Hello <b>there</b></p>", Content_Type="text/html")
    assert read.text == "[logo]\n\nHello there"
    assert read.warnings == ()


def test_a_picture_that_is_a_link_is_not_lost():
    read = mail('<a href="https://x.example/"><img src="x.png"></a>', Content_Type="text/html")
    assert read.text == "[image] [1]\n\n[1] https://x.example/"


def test_what_a_reader_should_beware_of_is_said():
    assert set(sample("html_only").warnings) == {
        "hidden text left out",
        "link text and target differ",
        "reply goes to another address",
        "the name contains another address",
        "punycode sender",
        "its domain reads bänk.example",
    }


# --- verdicts through a whole mail ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "as_"),
    [
        ("plain", Class.HUMAN),
        ("list_post", Class.HUMAN),
        ("newsletter", Class.BULK),
        ("auto_reply", Class.AUTO),
        ("read_receipt", Class.AUTO),
        ("calendar_reply", Class.AUTO),
        ("bounce_hard", Class.BOUNCE),
        ("bounce_soft", Class.BOUNCE),
        ("bounce_plain", Class.BOUNCE),
    ],
)
def test_each_kind_of_mail_is_taken_for_what_it_is(name: str, as_: Class):
    read = sample(name).verdict
    assert read.as_ is as_
    assert as_ is Class.HUMAN or read.why


def test_a_bounce_says_which_message_and_whether_for_good():
    hard, soft, plain = (sample(name).verdict for name in ("bounce_hard", "bounce_soft", "bounce_plain"))
    assert (hard.hard, hard.bounced) == (True, ("<answer-4412@shop.example>",))
    assert (soft.hard, soft.bounced) == (False, ("<answer-povrat@shop.example>",))
    assert (plain.hard, plain.bounced) == (True, ("<answer-gone@shop.example>",))


def test_a_lists_footer_is_no_part_of_what_was_said():
    read = sample("list_post")
    assert read.text == "I wear 42, which of yours would fit?"
    assert "mailing list" in read.quoted


SEALED = "X-Y: z\nContent-Type: {kind}\nContent-Disposition: attachment; filename={name}\n\nMIIB\n"


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("application/pkcs7-mime; smime-type=enveloped-data", "smime.p7m", "Encrypted with S/MIME"),
        ("application/x-pkcs7-mime; smime-type=signed-data", "smime.p7m", "Signed with S/MIME"),
        ("application/octet-stream", "SMIME.P7M", "Encrypted with S/MIME"),
        ("application/octet-stream", "mail.pgp", "Encrypted with PGP"),
        ("application/pgp", "x", "Encrypted with PGP"),
    ],
)
def test_a_sealed_mail_is_never_an_empty_one(kind: str, name: str, said: str):
    alone = rfc822.parse(SEALED.format(kind=kind, name=name).encode())
    assert alone.text.startswith(said)
    assert alone.state is State.NORMAL
    assert len(alone.attachments) == 1
    inside = "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + SEALED.format(kind=kind, name=name) + "--b--\n"
    assert rfc822.parse(inside.encode()).text.startswith(said)


@pytest.mark.parametrize(
    "style",
    [
        *("display:none", "visibility:hidden", "font-size:0", "opacity:0", "max-height:0px", "text-indent:-9999px"),
        *("color:#fff;background:white", "COLOR : RGB(255, 255, 255) ; background-color:#ffffff", "color:transparent"),
        "background:#000;color:black!important",
    ],
)
def test_text_that_nobody_would_see_is_left_out_and_that_is_said(style: str):
    read = mail(f"<p>Hello</p><p style='{style}'>pay here</p>", Content_Type="text/html")
    assert read.text == "Hello"
    assert read.warnings == ("hidden text left out",)


@pytest.mark.parametrize(
    "style", ["color:white", "color:#fff;background:#c00", "background:white", "border-color:#fff"]
)
def test_text_in_a_colour_of_its_own_stays(style: str):
    read = mail(f"<p style='{style}'>Buy</p>", Content_Type="text/html")
    assert (read.text, read.warnings) == ("Buy", ())
