"""Who wrote to whom, as the product decides it."""

from __future__ import annotations

import pytest

from tui_inbox.rules.model import Class, Direction, Message, Person, Verdict
from tui_inbox.rules.whose import Us, judge

US = Us.of(["support@shop.example", "mert@shop.example", "deniz"], ["Deniz"])
SHOP, MERT, ADA = (
    Person("Shop", "support@shop.example"),
    Person("Mert", "mert@shop.example"),
    Person("Ada", "ada@people.example"),
)
ROBOT = Verdict(Class.AUTO, "Auto-Submitted")


def mail(sender: Person, *to: Person, cc: tuple[Person, ...] = (), **more: object) -> Message:
    return Message("email", "<1@x>", sender, None, to=to, cc=cc, **more)  # type: ignore[arg-type]


def chat(sender: Person, **more: object) -> Message:
    return Message("whatsapp", "1", sender, None, thread="t", **more)  # type: ignore[arg-type]


def said(message: Message, *, sent: bool = False) -> tuple[Direction, Class]:
    judged = judge(message, US, sent=sent)
    return judged.direction, judged.class_


def test_a_customers_mail_comes_in() -> None:
    assert said(mail(ADA, SHOP)) == (Direction.IN, Class.HUMAN)


def test_mail_from_me_or_a_teammate_to_a_customer_goes_out() -> None:
    assert said(mail(SHOP, ADA)) == said(mail(MERT, ADA)) == (Direction.OUT, Class.HUMAN)


def test_a_customer_in_cc_is_a_customer_too() -> None:
    assert said(mail(MERT, SHOP, cc=(ADA,))) == (Direction.OUT, Class.HUMAN)


def test_a_teammates_mail_that_reaches_no_customer_is_the_systems() -> None:
    assert said(mail(MERT, SHOP)) == (Direction.IN, Class.SYSTEM)


def test_a_contact_form_from_our_address_to_us_is_the_persons_it_replies_to() -> None:
    judged = judge(mail(SHOP, SHOP, reply_to=ADA, verdict=ROBOT), US)
    assert (judged.direction, judged.class_) == (Direction.IN, Class.HUMAN)
    assert judged.customer is not None
    assert judged.customer.identity == ADA.identity


def test_our_addresses_in_cc_change_nothing() -> None:
    assert said(mail(ADA, SHOP, cc=(MERT,))) == (Direction.IN, Class.HUMAN)


def test_what_lies_in_our_sent_folder_is_ours_whatever_its_address() -> None:
    assert said(mail(Person("Alias", "alias@else.example"), ADA), sent=True) == (Direction.OUT, Class.HUMAN)


def test_addresses_are_ours_in_any_case() -> None:
    assert said(mail(Person("Shop", "Support@Shop.Example"), ADA)) == (Direction.OUT, Class.HUMAN)


def test_a_customer_who_writes_through_a_list_or_group_is_human() -> None:
    assert said(mail(ADA, Person("List", "list@groups.example"))) == (Direction.IN, Class.HUMAN)
    assert said(chat(Person("Ada"), group=True)) == (Direction.IN, Class.HUMAN)


def test_in_a_chat_i_am_who_the_export_says_or_the_configuration_names() -> None:
    assert said(chat(Person("Anybody"), mine=True)) == (Direction.OUT, Class.HUMAN)
    assert said(chat(Person("Deniz"))) == (Direction.OUT, Class.HUMAN)
    assert said(chat(Person("Ada"))) == (Direction.IN, Class.HUMAN)


@pytest.mark.parametrize("class_", [Class.AUTO, Class.BULK, Class.BOUNCE])
def test_what_a_machine_wrote_keeps_its_class(class_: Class) -> None:
    assert said(mail(ADA, SHOP, verdict=Verdict(class_, "evidence"))) == (Direction.IN, class_)


def test_a_robot_of_ours_answers_nobody() -> None:
    assert said(mail(SHOP, ADA, verdict=ROBOT)) == (Direction.OUT, Class.AUTO)


def test_a_chats_notice_is_the_systems() -> None:
    assert said(chat(Person(""), verdict=Verdict(Class.SYSTEM, "a notice"))) == (Direction.IN, Class.SYSTEM)


def test_what_the_app_itself_says_comes_in_and_is_nobodys() -> None:
    told = chat(SHOP, verdict=Verdict(Class.SYSTEM, "a notice"))
    assert said(told) == (Direction.IN, Class.SYSTEM)
    assert judge(told, US).customer is None


@pytest.mark.parametrize("sender", [Person("Ada", ""), Person("", "ada@people.example")])
def test_who_has_a_name_or_an_address_is_a_customer_and_who_has_neither_is_nobody(sender: Person) -> None:
    assert judge(mail(sender, SHOP), US).customer == sender
    assert judge(mail(Person("", ""), SHOP), US).customer is None
