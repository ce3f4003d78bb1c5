"""What wrote a message, and how sure that is."""

from __future__ import annotations

import pytest

from tui_inbox.rules.automated import Structure, verdict
from tui_inbox.rules.model import Class, Person, Verdict

ADA = Person("Ada", "ada@example.org")
PLAIN = Structure()
DAEMON = Person("", "mailer-daemon@x.example")


def judged(subject: str = "Hello", sender: Person = ADA, structure: Structure = PLAIN, **headers: str) -> Verdict:
    said = {name.replace("_", "-").lower(): [value] for name, value in headers.items()}
    return verdict(said, structure, subject, sender)


def report(*actions: str, statuses: tuple[str, ...] = ()) -> Structure:
    return Structure("multipart/report", "delivery-status", frozenset({"message/delivery-status"}), actions, statuses)


def test_a_plain_mail_is_human():
    assert judged().as_ is Class.HUMAN


@pytest.mark.parametrize("name", ["noreply", "no-reply", "DoNotReply", "donot.reply"])
def test_an_absence_told_by_who_takes_no_reply_is_a_machines(name: str) -> None:
    shop = Person("Shop", f"{name}@x.example")
    assert judged("Out of office", shop) == Verdict(Class.AUTO, f"an automatic reply (its subject and sender {name})")
    assert judged("Hello", shop).as_ is Class.HUMAN


def test_auto_submitted_no_is_no():
    assert judged(Auto_Submitted="no").as_ is Class.HUMAN


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Replied (vacation)"},
        {"Auto_Submitted": "auto-generated"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "Away"},
        {"Precedence": "auto_reply"},
        {"X_Apple_Action": "vacation"},
    ],
)
def test_a_machine_that_says_so_is_automatic(headers: dict[str, str]):
    found = judged(**headers)
    assert found.as_ is Class.AUTO
    assert found.why


@pytest.mark.parametrize(
    "subject", ["Automatic reply: x", "Abwesenheit: x", "Otomatik yanıt: x", "Automatski odgovor: x", "Out of office"]
)
def test_a_subject_alone_never_makes_a_message_automatic(subject: str):
    assert judged(subject).as_ is Class.HUMAN
    assert judged(subject, Return_Path="<>").as_ is Class.AUTO
    assert judged(subject, X_Auto_Response_Suppress="All").as_ is Class.AUTO


@pytest.mark.parametrize(
    "headers", [{"Precedence": "list"}, {"List_Id": "<l>"}, {"List_Post": "<mailto:l@x>", "List_Id": "<l>"}]
)
def test_a_list_alone_is_no_robot(headers: dict[str, str]):
    assert judged(**headers).as_ is Class.HUMAN


def test_a_group_that_anyone_may_write_to_is_no_mailing():
    group = {"List_Post": "<mailto:g@groups.example>", "List_Unsubscribe": "<mailto:out@x>", "Precedence": "list"}
    assert judged(**group).as_ is Class.HUMAN
    assert judged(List_Post="NO", List_Unsubscribe="<mailto:out@x>").as_ is Class.BULK


@pytest.mark.parametrize(
    "headers", [{"List_Unsubscribe": "<https://x>"}, {"Precedence": "bulk"}, {"Precedence": "Junk"}]
)
def test_what_was_sent_to_many_in_answer_to_nothing_is_bulk(headers: dict[str, str]):
    assert judged(**headers).as_ is Class.BULK
    assert judged(**headers, In_Reply_To="<a@b>").as_ is Class.HUMAN
    assert judged(**headers, References="<a@b>").as_ is Class.HUMAN


def test_an_automatic_reply_is_still_automatic():
    assert judged(Auto_Submitted="auto-replied", In_Reply_To="<a@b>").as_ is Class.AUTO


def test_a_list_that_marks_its_posts_is_not_taken_for_a_machine():
    assert judged(Auto_Submitted="auto-generated", List_Id="<l>").as_ is Class.HUMAN


@pytest.mark.parametrize(
    ("structure", "hard"),
    [
        (report("failed", statuses=("5.1.1",)), True),
        (report("failed", statuses=("4.4.7",)), True),
        (report("delayed", statuses=("4.4.1",)), False),
        (report("delayed", "failed"), True),
        (report(statuses=("5.0.0",)), True),
        (report(statuses=("4.2.2",)), False),
    ],
)
def test_a_bounce_is_hard_where_a_recipient_failed_for_good(structure: Structure, hard: bool):
    found = judged(structure=structure)
    assert found.as_ is Class.BOUNCE
    assert found.hard is hard


def test_a_delivery_that_succeeded_is_a_receipt_and_no_bounce():
    assert judged(structure=report("delivered")).as_ is Class.AUTO
    assert judged(structure=report("delivered", "failed")).as_ is Class.BOUNCE


def test_without_a_report_two_signs_of_a_bounce_are_needed():
    assert judged("Undelivered mail").as_ is Class.HUMAN
    assert judged(sender=DAEMON).as_ is Class.HUMAN
    assert judged("Undelivered mail", DAEMON).as_ is Class.BOUNCE
    assert judged(sender=DAEMON, Return_Path="<>").as_ is Class.BOUNCE
    assert judged("Teslim edilemedi", Return_Path="<>").as_ is Class.BOUNCE
    assert judged(X_Failed_Recipients="a@b.example").as_ is Class.BOUNCE


@pytest.mark.parametrize(
    ("text", "hard"),
    [
        ("550 5.1.1 no such user", True),
        ("Sorry, no mailbox by that name.", True),
        ("451 4.4.1 timeout", False),
        ("Delivery is delayed, the server will keep trying.", False),
    ],
)
def test_a_bounce_in_words_is_read(text: str, hard: bool):
    assert judged("failure notice", DAEMON, Structure(opening=text)).hard is hard


def test_what_bounced_is_named():
    structure = Structure("multipart/report", "delivery-status", frozenset(), ("failed",), (), ("<a@b>",))
    assert judged(structure=structure).bounced == ("<a@b>",)


def test_receipts_and_answers_to_invitations_are_automatic():
    assert judged(structure=Structure(report="disposition-notification")).as_ is Class.AUTO
    assert judged(structure=Structure(parts=frozenset({"message/disposition-notification"}))).as_ is Class.AUTO
    assert judged(structure=Structure(calendar="REPLY")).as_ is Class.AUTO
    assert judged(structure=Structure(calendar="REQUEST")).as_ is Class.HUMAN
    assert judged(structure=Structure(report="feedback-report")).as_ is Class.AUTO


def test_what_is_said_of_a_bounce_tells_whether_it_is_for_good():
    assert judged(structure=report("failed")).why.endswith("it will not arrive")
    assert judged(structure=report("delayed")).why.endswith("it may still arrive")


def test_of_several_recipients_one_that_failed_for_good_is_enough():
    assert judged(structure=report(statuses=("4.2.0", "5.1.1"))).hard
    assert not judged(structure=report(statuses=("4.2.0", "4.1.1"))).hard


def test_an_absence_told_in_bulk_is_a_machines():
    away = judged("Out of office", Precedence="bulk")
    assert away == Verdict(Class.AUTO, "an automatic reply (its subject and Precedence: bulk)")


def test_what_is_said_of_a_person_on_a_list_names_the_list():
    assert judged(List_Id="<a.example>").why == "a person on a mailing list or in a group"
    assert judged().why == ""
