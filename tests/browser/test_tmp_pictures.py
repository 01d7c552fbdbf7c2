import pytest
from axe_playwright_python.base import AXE_SCRIPT
from tests.browser.test_answering import *
from tests.browser.test_answering import mailed
from tests.browser.with_prompts import PROMPTED
from notifications.prompts.asking import Question

@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_pictures(language, scheme, place, chromium, site, settings, school):
    place.person.language = language
    if language == "ar":
        place.person.name = "نور عزيز"
    with visiting(chromium, site, width=PHONE, language=language) as visitor:
        page = visitor.page
        page.emulate_media(color_scheme=scheme)
        message = mailed(place, site, settings)
        page.set_content(html_of(message))
        page.screenshot(path=f"/tmp/pics/mail-{language}-{scheme}.png", full_page=True)
        page.add_script_tag(content=AXE_SCRIPT)
        print(page.evaluate("async () => JSON.stringify((await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0,120)+' '+n.failureSummary)]))"))
        print(message.body)
        page.locator("a[href*='stars=4']").click()
        page.screenshot(path=f"/tmp/pics/page-{language}-{scheme}.png", full_page=True)
        for word, key in PROMPTED.items():
            visitor.open(f"/a/{key}/")
            visitor.open_all()
            page.screenshot(path=f"/tmp/pics/{word.split(',')[0].replace(' ','')}-{language}-{scheme}.png", full_page=True)
        visitor.open(f"/u/{PROMPTED['new, asked']}/")
        page.screenshot(path=f"/tmp/pics/unsub-{language}-{scheme}.png", full_page=True)
        visitor.open(f"/u/{PROMPTED['stopped, asked']}/")
        page.screenshot(path=f"/tmp/pics/unsubdone-{language}-{scheme}.png", full_page=True)
        visitor.open("/a/none/", 404)
        page.screenshot(path=f"/tmp/pics/gone-{language}-{scheme}.png", full_page=True)
        visitor.open(f"/a/{PROMPTED['new, asked']}/")
        visitor.send_empty()
        page.screenshot(path=f"/tmp/pics/errors-{language}-{scheme}.png", full_page=True)
