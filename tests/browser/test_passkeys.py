"""Passkeys with a device of Chromium's own: signing in, second factor, and without."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser

from events.models import User
from tests.browser.school import PASSWORD, School
from tests.browser.visitor import DESK, PHONE, Visitor, visiting
from tests.browser.with_accounts import hashed
from tests.factories import make_user

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
USELESS = "Passkeys do not work here"


class Holder(Visitor):
    """Somebody whose computer keeps passkeys."""

    def plug_in(self) -> None:
        self.session = self.page.context.new_cdp_session(self.page)
        self.session.send("WebAuthn.enable")
        plugged = self.session.send(
            "WebAuthn.addVirtualAuthenticator", {"options": DEVICE}
        )
        self.device = {"authenticatorId": plugged["authenticatorId"]}

    def touch(self, *, verified: bool) -> None:
        """Whether whoever touches the device is its owner."""
        how = self.device | {"isUserVerified": verified}
        self.session.send("WebAuthn.setUserVerified", how)

    def passkeys(self) -> int:
        found = self.session.send("WebAuthn.getCredentials", self.device)
        return len(found["credentials"])

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).click()

    def give_password(self, user: User) -> None:
        self.open("/sign-in/")
        self.page.get_by_label("User name or email").fill(user.username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")

    def sees(self, text: str) -> bool:
        self.page.get_by_text(text).first.wait_for()
        return True


@pytest.fixture
def user(school: School) -> User:
    return make_user(password=hashed(PASSWORD))


@pytest.fixture
def holder(chromium: Browser, site: str) -> Iterator[Holder]:
    with visiting(chromium, site) as visitor:
        holder = Holder(visitor.page, site)
        holder.plug_in()
        yield holder
        assert holder.trouble == []


def add_passkey(holder: Holder, user: User) -> None:
    holder.give_password(user)
    holder.open("/account/second-factor/")
    holder.follow("Add a passkey")
    holder.page.get_by_label("Password").fill(PASSWORD)
    holder.press("Go on")
    holder.page.get_by_label("Name").fill("My laptop")
    holder.press("Make a passkey")
    assert holder.sees("The passkey is added.")


def test_a_passkey_is_added_signs_in_is_renamed_and_removed(
    holder: Holder, user: User
) -> None:
    page = holder.page
    add_passkey(holder, user)
    assert holder.passkeys() == 1
    holder.press("Sign out")
    holder.open("/sign-in/?next=/events/")
    holder.follow("Sign in with a passkey")
    page.wait_for_url(f"{holder.site}/events/")
    holder.open("/account/second-factor/passkeys/")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Password").fill(PASSWORD)
    holder.press("Go on")
    page.get_by_label("Name").fill("The laptop at school")
    holder.press("Save")
    page.get_by_role("link", name="Remove The laptop at school").click()
    holder.press("Remove")
    assert holder.sees("The passkey is removed.")
    holder.press("Sign out")
    holder.open("/sign-in/passkey/")
    assert holder.sees("This passkey was not accepted.")


def test_it_is_a_second_factor_and_asks_whose_finger_that_is(
    holder: Holder, user: User
) -> None:
    page = holder.page
    add_passkey(holder, user)
    holder.press("Sign out")
    holder.give_password(user)
    assert page.get_by_role("heading", level=1).inner_text() == "Second factor"
    page.evaluate(AXE_SCRIPT)
    for width in (DESK, PHONE):
        assert holder.flaws(width, "light") == []
    holder.touch(verified=False)
    holder.press("Use a passkey")
    assert holder.sees("The browser gave no passkey.")
    holder.touch(verified=True)
    holder.press("Use a passkey")
    page.wait_for_url(f"{holder.site}/")
    assert page.get_by_role("button", name="Sign out").is_visible()


def test_without_scripts_pages_say_so_and_a_recovery_code_remains(
    chromium: Browser, site: str, school: School
) -> None:
    user = school.guarded
    with visiting(chromium, site, javascript=False) as visitor:
        page = visitor.page
        visitor.open("/sign-in/passkey/")
        assert page.get_by_text(USELESS).is_visible()
        assert not page.get_by_role("button", name="Use a passkey").is_visible()
        page.get_by_role("link", name="Sign in with a password").click()
        page.get_by_label("User name or email").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        assert page.get_by_text(USELESS).is_visible()
        assert page.get_by_label("Code").is_visible()


def test_at_another_address_of_the_same_machine_pages_say_so(
    chromium: Browser, site: str
) -> None:
    with visiting(chromium, site.replace("localhost", "127.0.0.1")) as visitor:
        visitor.open("/sign-in/passkey/")
        assert visitor.page.get_by_text(USELESS).is_visible()
        assert site in visitor.page.locator("main").inner_text()
