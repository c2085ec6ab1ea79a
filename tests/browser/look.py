"""What every page is checked for, whoever reached it and however."""

import os
import re
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import resolve

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
# Without preload: to read a style sheet that imports another, axe writes a <style>, which the CSP refuses.
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"], "preload": False}
# Contrast takes two thirds of axe's time, and comes from the tokens of the design.
BUT_CONTRAST = OPTIONS | {"rules": {"color-contrast": {"enabled": False}}}
# Told by the browser of any answer that is not 2xx; a page with an error in it is one on purpose.
STATUS = "Failed to load resource: the server responded with a status of"
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
LISTEN = "addEventListener('securitypolicyviolation', e => console.error(`CSP refused ${e.blockedURI} (${e.violatedDirective})`))"
SHAPE = """() => {
  const html = document.documentElement;
  const shown = e => e.checkVisibility();
  return {
    headings: [...document.querySelectorAll('h1')].filter(shown).map(h => h.innerText),
    title: document.title,
    lang: html.lang,
    tooWide: html.scrollWidth - html.clientWidth,
    widest: [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > html.clientWidth + 1)
      .slice(0, 4).map(e => e.outerHTML.slice(0, 90)),
    ahead: [...document.querySelectorAll('[tabindex]')].filter(e => e.tabIndex > 0).length,
    unnamed: [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i),
  };
}"""


class Look:
    """Looks at each page: axe, one h1, its title, its width, no console error, nothing the CSP refused.

    ``reached`` collects the URL names of the pages. With SHOTS=folder each page is photographed there. With ``once`` axe
    looks at each page once: a journey comes by the same page again and again. Outside `make proof` it looks at the contrast
    of each page once: ``contrasts`` holds those. A page is an address whoever it is about, without errors or with.
    """

    def __init__(self, reached, contrasts):
        self.axe = Axe().axe_script
        self.reached, self.contrasts = reached, contrasts
        self.scripts_off, self.once, self.seen = set(), False, set()
        self.number = count(1)
        self.said = {}

    def watch(self, page, scripts=True):
        """Listen to what the browser says about ``page`` from now on."""
        if not scripts:
            self.scripts_off.add(page)  # axe is a script: it would never answer
        said = self.said[page] = []

        def hear(what):
            if getattr(what, "type", "error") == "error":
                said.append(what)

        page.add_init_script(LISTEN)
        page.on("console", hear)
        page.on("pageerror", hear)
        return page

    def __call__(self, page):
        page.wait_for_load_state()
        self._photograph(page)
        self.shape(page)
        kind = _kind(page)
        if page not in self.scripts_off and not (self.once and kind in self.seen):
            found = self._axe(page)
            assert not found, f"axe at {page.url}:\n" + "\n".join(map(_words, found))
            self.seen.add(kind)
        self.reached.add(self.name(page))

    def shape(self, page):
        """Check what needs no axe."""
        shape = page.evaluate(SHAPE)
        where = f"{page.url} at {page.viewport_size['width']} px: {shape}"
        assert len(shape["headings"]) == 1, where
        assert shape["title"].endswith(settings.CLINIC["name"]), where
        assert shape["tooWide"] <= 0, where
        assert not shape["ahead"], where
        assert not shape["unnamed"], where
        assert shape["lang"].lower() == "en-gb", where
        assert not self._complaints(page), f"{page.url}: {self._complaints(page)}"

    def _axe(self, page):
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(self.axe)
        # Only what is wrong crosses over: everything that is right takes as long to send as to look at.
        kind = _kind(page)
        is_known = kind in self.contrasts and "PROOF" not in os.environ
        self.contrasts.add(kind)
        options = BUT_CONTRAST if is_known else OPTIONS
        return page.evaluate("options => axe.run(options).then(found => found.violations)", options)

    def name(self, page):
        """The URL name of the page that is shown."""
        return resolve(urlsplit(page.url).path).view_name

    def _complaints(self, page):
        return [str(getattr(said, "text", said)) for said in self.said[page] if not _is_a_page_with_errors(said)]

    def _photograph(self, page):
        if folder := os.environ.get("SHOTS"):
            width = page.viewport_size["width"]
            name = urlsplit(page.url).path.strip("/").replace("/", "-") or "home"
            page.screenshot(path=Path(folder) / f"{width}-{next(self.number):03}-{name[:50]}.png", full_page=True)


def _kind(page):
    """The address of a page without keys, and whether it has errors."""
    return KEY.sub("*", urlsplit(page.url).path), page.title().startswith("Error: ")


def _is_a_page_with_errors(said):
    """Whether the browser only says that the page itself came with a 4xx or 5xx."""
    return getattr(said, "text", "").startswith(STATUS) and "/static/" not in said.location["url"]


def _words(violation):
    nodes = "; ".join(f"{node['html'][:160]} [{node['failureSummary'][:200]}]" for node in violation["nodes"][:3])
    return f"  {violation['id']} ({violation['impact']}), {len(violation['nodes'])} times: {nodes}"
