import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.customers.card_numbers import holds_card_number, is_card_number, luhn_holds
from crystalcall.customers.contact_details import (
    ContactDetails,
    ContactProblem,
    ContactProblemReason,
    ContactProblems,
    canonical_email,
    mask_email,
    problem_text,
    read_contact,
    read_email,
    read_name,
    read_telephone,
)

REASON = ContactProblemReason

# Published test numbers of the brands and gateways; none belongs to anybody.
TEST_CARDS = [
    "4111111111111111",
    "4007000000027",
    "5424000000000015",
    "2223000010309703",
    "370000000000002",
    "6011000000000012",
    "3088000000000017",
    "38000000000006",
    "2200000000000004",
]


def test_details_are_tidied():
    assert read_contact("  Anna   Hale ", " Anna@EXAMPLE.org ", "+1 212-736-5000", "en") == ContactDetails(
        name="Anna Hale", email="Anna@example.org", telephone="+12127365000", language="en"
    )


@pytest.mark.clause("C04")
def test_a_telephone_number_is_optional():
    assert read_telephone(None) is None
    assert read_telephone("   ") is None


def test_every_wrong_field_is_named_at_once():
    assert read_contact("", "anna", "12", "de") == ContactProblems(
        (
            ContactProblem("name", REASON.MISSING),
            ContactProblem("email", REASON.NOT_AN_EMAIL),
            ContactProblem("telephone", REASON.NOT_A_TELEPHONE),
            ContactProblem("language", REASON.UNKNOWN_LANGUAGE),
        )
    )


@pytest.mark.parametrize("name", ["Анна Орлова", "José O'Neill-García", "李雷", "X Æ A-12", "Ан­на".replace("­", "")])
def test_names_of_any_script_are_taken(name: str):
    assert read_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("  ", REASON.MISSING),
        ("12345", REASON.NOT_A_NAME),
        ("!!!", REASON.NOT_A_NAME),
        ("Anna\u202eelaH", REASON.NOT_A_NAME),
        ("Anna\x00", REASON.NOT_A_NAME),
        ("win at https://spam.example", REASON.NOT_A_NAME),
        ("A" * 101, REASON.TOO_LONG),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(name: str, reason: ContactProblemReason):
    assert read_name(name) is reason


def test_a_name_cannot_smuggle_a_header_into_a_mail():
    assert read_name("Anna\r\nBcc: everybody@example.org") == "Anna Bcc: everybody@example.org"


@pytest.mark.clause("C22")
@pytest.mark.parametrize("number", TEST_CARDS)
@pytest.mark.parametrize("shape", ["{0}", "{1}", "{2}", "Anna {1} 12/27 123", "card:{2}"])
def test_a_card_number_in_the_name_field_is_refused(number: str, shape: str):
    grouped = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
    dashed = grouped.replace(" ", "-")
    assert read_name(shape.format(number, grouped, dashed)) is REASON.CARD_NUMBER


@pytest.mark.clause("C22")
def test_a_card_number_in_other_scripts_digits_is_refused():
    assert read_name("４１１１１１１１１１１１１１１１") is REASON.CARD_NUMBER
    assert read_name("٤١١١١١١١١١١١١١١١") is REASON.CARD_NUMBER


def test_brand_length_and_check_digit_must_all_agree():
    assert is_card_number("4111111111111111")
    assert not is_card_number("4111111111111112")
    assert not is_card_number("41111111111111")
    assert not is_card_number("9111111111111118")
    assert luhn_holds("9111111111111118") is False or not holds_card_number("9111111111111118")
    assert not holds_card_number("+7 495 123-45-67, +7 495 123-45-68")


def test_sixteen_digits_in_the_telephone_field_are_a_mistyped_number():
    assert read_telephone("4111 1111 1111 1111") is REASON.NOT_A_TELEPHONE


@pytest.mark.parametrize(
    "email", ["anna", "anna@", "@example.org", "anna@localhost", "a b@example.org", "anna@example..org", "anna@1.2.3.4"]
)
def test_what_is_no_address_is_refused(email: str):
    assert read_email(email) is REASON.NOT_AN_EMAIL


def test_an_address_mail_servers_would_lose_is_refused_with_its_own_reason():
    assert read_email("борис@example.net") is REASON.EMAIL_NOT_PLAIN
    assert read_email("boris@почта.рф") == "boris@xn--80a1acny.xn--p1ai"
    assert mask_email("boris@xn--80a1acny.xn--p1ai") == "b•••@почта.рф"


def test_an_address_cannot_smuggle_a_header():
    assert read_email("anna@example.org\r\nBcc: x@example.org") is REASON.NOT_AN_EMAIL


def test_one_mailbox_is_looked_up_under_one_form():
    assert canonical_email(" Anna@Example.ORG ") == canonical_email("anna@example.org")


def test_a_masked_address_shows_its_domain_and_one_letter():
    assert mask_email("anna@example.org") == "a•••@example.org"


def test_every_reason_has_a_sentence():
    for reason in REASON:
        field = "email" if "email" in reason.value else "name"
        assert problem_text(ContactProblem(field, reason))


@given(st.text(max_size=300), st.text(max_size=300), st.one_of(st.none(), st.text(max_size=60)), st.text(max_size=3))
def test_no_input_is_an_error(name: str, email: str, telephone: str | None, language: str):
    details = read_contact(name, email, telephone, language)
    if isinstance(details, ContactDetails):
        assert details.name.isprintable()
        assert details.email.isprintable()
