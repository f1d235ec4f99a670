"""What administrators do: they open accounts, look after letters, and answer for what is kept about people."""

from __future__ import annotations

import re
from secrets import token_hex

from playwright.sync_api import expect

from tests.browser.people import ADMINISTRATOR, Meet, Person, Reader, both_readers, meet

__all__ = ["meet"]

CHOSEN = "bronze-drum under seven umbrellas"


@both_readers
def test_an_administrator_looks_after_the_site(meet: Meet, reader: Reader) -> None:
    administrator = meet(reader, ADMINISTRATOR)
    email = f"new.{token_hex(3)}@demo.example"
    opens_an_account(administrator, email)
    the_invited_person_signs_in(meet(reader), administrator, email)
    looks_for_letters_in_trouble(administrator)
    checks_the_audit_log(administrator)
    sees_what_will_be_deleted(administrator)


def opens_an_account(administrator: Person, email: str) -> None:
    administrator.goes_to("/administrator/users")
    administrator.follows("Add an account")
    administrator.fills("Name", "陆小兰")
    administrator.fills("E-mail address", email)
    administrator.fills("Phone", "15400000091")
    administrator.chooses("Language of pages and letters", index=administrator.reader.turn)
    administrator.presses("Add the account")
    administrator.is_at("The account is ready")


def the_invited_person_signs_in(invited: Person, administrator: Person, email: str) -> None:
    """By the link of the letter, once; then with the password that they chose."""
    text = administrator.finds_letter(email, "http")
    link = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert link, text
    invited.goes_to(link[1])
    invited.is_at("Choose a password")
    invited.fills("New password", CHOSEN)
    invited.presses("Set the password")
    invited.signs_in(email, CHOSEN)
    invited.goes_to("/account")
    assert invited.page.context.request.get(link[1]).status == 404


def looks_for_letters_in_trouble(administrator: Person) -> None:
    administrator.goes_to("/mailbox")
    administrator.is_at("Letters")
    administrator.main.locator("a[href*='show=failed']").first.click()
    administrator.reads("There is no such mailbox.")
    administrator.goes_to("/mailbox")
    administrator.presses("Pause all letters")
    administrator.goes_to("/mailbox")
    administrator.main.locator("form[action$='/resume'] button").click()
    administrator.is_told("Letters leave again.")


def checks_the_audit_log(administrator: Person) -> None:
    administrator.goes_to("/administrator/audit")
    administrator.is_at("Audit log")
    administrator.presses("Check the whole log")
    expect(administrator.main.locator(".alert-success")).to_be_visible()
    administrator.goes_to(administrator.page.url)


def sees_what_will_be_deleted(administrator: Person) -> None:
    """Before it happens, and with no names."""
    administrator.goes_to("/administrator/retention")
    administrator.is_at("Retention")
    administrator.reads("What goes within %(days)s days", days=30)
    administrator.does_not_read("阿依古丽")
